package gateway

import (
	"strconv"
	"time"
)

// conditionKeys are the keys that API Gateway supplies without IAM.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
func (q *request) conditionKeys() map[string]string {
	keys := map[string]string{
		"aws:CurrentTime":     q.start.UTC().Format(time.RFC3339),
		"aws:EpochTime":       strconv.FormatInt(q.start.Unix(), 10),
		"aws:SecureTransport": "true", // API Gateway serves https only
		"aws:SourceIp":        q.sourceIP,
	}
	for key, value := range map[string]string{"aws:Referer": q.r.Referer(), "aws:UserAgent": q.r.UserAgent()} {
		if value != "" {
			keys[key] = value
		}
	}
	return keys
}
