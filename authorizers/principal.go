package authorizers

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"portcullis/policy"
)

// Principal is who makes a request, as its credentials prove. The zero Principal may do nothing.
type Principal struct {
	ID       string            // a token's sub
	Schemes  []string          // the security schemes that its credentials satisfied
	Scopes   []string          // what it was granted, sorted
	Context  map[string]string // what the API behind the gateway gets to know, see the Context constants
	Expires  time.Time         // when its credential stops being accepted; zero: never
	UsageKey string            // the API key that the gateway counts its usage by; "" for none
}

// The keys of an authorizer's context, as the API behind the gateway sees them. All values are texts; a key
// with nothing to say is left out.
const (
	ContextSubject  = "sub"
	ContextIssuer   = "issuer"
	ContextClientID = "clientId"
	ContextUsername = "username"
	ContextScopes   = "scopes" // space-separated
	ContextGroups   = "groups" // space-separated; a group with a space in its name is left out
	ContextScheme   = "scheme"
	ContextExpires  = "expires" // seconds since 1970
)

// GroupScopes maps a group to the scopes that its members have. A group that is not in it has none.
type GroupScopes map[string][]string

// TokenPrincipal is the bearer of a verified token: its scopes are the token's own and its groups'.
func TokenPrincipal(claims *Claims, groups GroupScopes) Principal {
	scopes := slices.Clone(claims.Scopes)
	for _, group := range claims.Groups {
		scopes = append(scopes, groups[group]...)
	}
	slices.Sort(scopes)
	p := Principal{
		ID:      claims.Subject,
		Schemes: []string{policy.SchemeBearer},
		Scopes:  slices.Compact(scopes),
		Expires: claims.AcceptedUntil,
	}
	p.Context = withoutEmpty(map[string]string{
		ContextSubject:  claims.Subject,
		ContextIssuer:   claims.Issuer,
		ContextClientID: claims.ClientID,
		ContextUsername: claims.Username,
		ContextScopes:   strings.Join(p.Scopes, " "),
		ContextGroups:   strings.Join(withoutSpaces(claims.Groups), " "),
		ContextScheme:   policy.SchemeBearer,
		ContextExpires:  strconv.FormatInt(claims.Expires.Unix(), 10),
	})
	return p
}

// withoutSpaces leaves names out that would read as several in a space-separated list.
func withoutSpaces(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return strings.ContainsFunc(name, unicode.IsSpace) })
}

func withoutEmpty(context map[string]string) map[string]string {
	for key, value := range context {
		if value == "" {
			delete(context, key)
		}
	}
	return context
}

// caller is the principal as the access rules see it.
func (p *Principal) caller() policy.Caller {
	return policy.Caller{ID: p.ID, Schemes: p.Schemes, Scopes: p.Scopes, Expires: p.Expires}
}
