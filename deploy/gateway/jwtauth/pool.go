package jwtauth

import "strings"

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
	domain, region, id, ok := splitPool(arn)
	if !ok {
		return "", configError("want a user pool's ARN, arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID, got %q", arn)
	}
	return "https://cognito-idp." + region + "." + domain + "/" + id, nil
}

// splitPool reads the ARN of a user pool, whose id is its region and, behind the last underscore, letters and digits. See
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html.
func splitPool(arn string) (domain, region, id string, ok bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "cognito-idp" {
		return "", "", "", false
	}
	domain, region = domains[parts[1]], parts[3]
	id, isPool := strings.CutPrefix(parts[5], "userpool/")
	end := max(0, strings.LastIndexByte(id, '_'))
	ok = domain != "" && isOf(lowercase+digits+"-", region) && len(parts[4]) == 12 && isOf(digits, parts[4]) && isPool &&
		isOf(lowercase+uppercase+digits+"_-", id[:end]) && isOf("_"+lowercase+uppercase+digits, id[end:]) && len(id[end:]) > 1
	return domain, region, id, ok
}

const (
	lowercase = "abcdefghijklmnopqrstuvwxyz"
	uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits    = "0123456789"
)

// isOf tells whether a text is characters of a set and nothing else.
func isOf(set, text string) bool { return text != "" && strings.Trim(text, set) == "" }
