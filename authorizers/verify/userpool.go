package verify

import (
	"net/url"
	"strings"
)

// userPool is what the issuer of a Cognito user pool is made of: https://cognito-idp.REGION.amazonaws.com/POOL, and since
// 2025 also https://issuer-cognito-idp.REGION.amazonaws.com/POOL. A pool's id begins with its region and an underscore.
// See https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html.
type userPool struct {
	service string // the first label of the host
	region  string // the second
	domain  string // the rest of the host
	path    string // without its first slash
}

// parseUserPool reads the issuer of a user pool, or what is plainly meant as one.
func parseUserPool(issuer string) (pool userPool, ok bool) {
	u, err := url.Parse(issuer)
	if err != nil || !strings.EqualFold(u.Scheme, "https") {
		return pool, false
	}
	labels := strings.SplitN(strings.ToLower(u.Hostname()), ".", 3)
	if len(labels) < 3 || !strings.HasPrefix(strings.TrimPrefix(labels[0], "issuer-"), "cognito-idp") || !strings.HasPrefix(labels[2], "amazonaws.") {
		return pool, false
	}
	return userPool{labels[0], labels[1], labels[2], strings.TrimPrefix(u.Path, "/")}, true
}

// meantUserPool says what was meant by a text that is plainly meant as a user pool's issuer and is none; "" where it is one,
// or is meant as something else.
func meantUserPool(issuer string) string {
	pool, ok := parseUserPool(issuer)
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(pool.path, "/")
	region, name, hasRegion := strings.Cut(id, "_")
	if !hasRegion || region == "" || name == "" {
		return "the pool's id behind it, as in https://" + pool.service + "." + pool.region + "." + pool.domain + "/" + pool.region + "_EXAMPLE"
	}
	if meant := "https://" + pool.service + "." + region + "." + pool.domain + "/" + id; meant != issuer {
		return meant
	}
	return ""
}
