package gateway

import (
	"strconv"
	"time"
)

// conditionKeys are the keys that API Gateway supplies without IAM.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
func (x *exchange) conditionKeys() map[string]string {
	keys := map[string]string{
		"aws:CurrentTime":     x.start.UTC().Format(time.RFC3339),
		"aws:EpochTime":       strconv.FormatInt(x.start.Unix(), 10),
		"aws:SecureTransport": "true", // API Gateway serves https only
		"aws:SourceIp":        x.sourceIP,
	}
	for key, value := range map[string]string{"aws:Referer": x.r.Referer(), "aws:UserAgent": x.r.UserAgent()} {
		if value != "" {
			keys[key] = value
		}
	}
	return keys
}
