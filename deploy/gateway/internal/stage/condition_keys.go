package stage

import (
	"strconv"
	"time"
)

// conditionKeys are the keys that API Gateway supplies without IAM.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
func (q *Request) conditionKeys() map[string]string {
	keys := map[string]string{
		"aws:CurrentTime":     q.Start.UTC().Format(time.RFC3339),
		"aws:EpochTime":       strconv.FormatInt(q.Start.Unix(), 10),
		"aws:SecureTransport": "true", // API Gateway serves https only
		"aws:SourceIp":        q.SourceIP,
	}
	for key, value := range map[string]string{"aws:Referer": q.HTTP.Referer(), "aws:UserAgent": q.HTTP.UserAgent()} {
		if value != "" {
			keys[key] = value
		}
	}
	return keys
}
