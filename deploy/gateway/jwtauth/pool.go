package jwtauth

import "regexp"

// poolARN is the ARN of a user pool. See
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html.
var poolARN = regexp.MustCompile(`^arn:(aws[a-z-]*):cognito-idp:([a-z0-9-]+):\d{12}:userpool/([\w-]+_[0-9A-Za-z]+)$`)

// domains are those of AWS's endpoints, by partition.
var domains = map[string]string{
	"aws":        "amazonaws.com",
	"aws-us-gov": "amazonaws.com",
	"aws-cn":     "amazonaws.com.cn",
	"aws-eusc":   "amazonaws.eu",
}

// poolIssuer is the issuer of a user pool's tokens; "" stands for the stack's own pool.
func (t *Tokens) poolIssuer(arn string) (string, error) {
	if arn == "" {
		return t.own.Issuer, nil
	}
	parts := poolARN.FindStringSubmatch(arn)
	if parts == nil || domains[parts[1]] == "" {
		return "", configError("want a user pool's ARN, arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID, got %q", arn)
	}
	return "https://cognito-idp." + parts[2] + "." + domains[parts[1]] + "/" + parts[3], nil
}
