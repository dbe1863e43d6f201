package authorizers

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"portcullis/policy"
)

// Principal is who makes a request, as its credentials prove. The zero Principal may do nothing.
type Principal struct {
	ID         string            // a token's sub or what its issuer's entry names in place of it, or a key's owner
	Schemes    []string          // the security schemes that its credentials satisfied
	Scopes     []string          // what it was granted, sorted
	Context    map[string]string // what the API behind the gateway gets to know, see the Context constants
	Expires    time.Time         // when its credential stops being accepted; zero: never
	Networks   []netip.Prefix    // the addresses that it may call from; none: any
	UsageKey   string            // the API key that the gateway counts its usage by; "" for none
	Remembered bool              // the credential was recognised, and not checked anew

	// OwnsNothing says that ID is nobody's who owns what scopes of owners are about.
	OwnsNothing bool

	schemeScopes map[string][]string // with several credentials, what each scheme's was granted; nil: Scopes are those of all Schemes
	claims       *Claims             // of its token; nil where it has none
}

// The keys of an authorizer's context, as the API behind the gateway sees them. All values are texts; a key
// with nothing to say is left out.
const (
	ContextSubject  = "sub"
	ContextIssuer   = "issuer"
	ContextClientID = "clientId"
	ContextUsername = "username"
	ContextScopes   = "scopes" // space-separated; of a WebSocket API left out, with the groups, where the answer would be too long
	ContextGroups   = "groups" // space-separated; a group with a space in its name is left out
	ContextScheme   = "scheme"
	ContextKeyID    = "keyId"   // of an API key
	ContextExpires  = "expires" // seconds since 1970
	ContextGrant    = "grant"   // of WebSocket APIs: what messages are decided by, see policy.DecodeGrant; but for the next, the other keys are for people and logs

	// ContextRevocations is of WebSocket APIs whose authorizer knows by which revocations a token ends, and there of callers who
	// have a token: when it was issued, in seconds since 1970, or 0 where it does not say, and behind it the names of those
	// revocations, 1 to 5, all with single spaces between them.
	ContextRevocations = "revocations"
)

// TokenPrincipal is the bearer of a verified token: its scopes are those that the token gains by its issuer's entry.
func TokenPrincipal(claims *Claims) Principal {
	scopes := slices.Clone(claims.Scopes)
	slices.Sort(scopes)
	p := Principal{
		ID:      cmp.Or(claims.ID, claims.Subject),
		Schemes: []string{policy.SchemeBearer},
		Scopes:  slices.Compact(scopes),
		Expires: claims.AcceptedUntil,

		OwnsNothing: claims.OwnsNothing,
		Remembered:  claims.Remembered,
		claims:      claims,
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

// BothPrincipals is who brings a token and an API key: the token's bearer, with what each of them was granted under
// its own scheme, for as long and from where both are good. A scope of the key that counts for owners only is the
// key's owner's, so another bearer does not have it.
func BothPrincipals(rules *policy.Rules, token, key *Principal) Principal {
	both := *token
	both.Schemes = slices.Concat(key.Schemes, token.Schemes)
	granted := slices.DeleteFunc(slices.Clone(key.Scopes), func(scope string) bool {
		return (key.ID != token.ID || token.OwnsNothing) && rules.CountsForOwners(scope)
	})
	both.schemeScopes = map[string][]string{policy.SchemeAPIKey: granted, policy.SchemeBearer: token.Scopes}
	both.Scopes = slices.Concat(token.Scopes, granted)
	slices.Sort(both.Scopes)
	both.Scopes = slices.Compact(both.Scopes)
	both.Expires = earlier(token.Expires, key.Expires)
	both.Networks, both.UsageKey = key.Networks, key.UsageKey
	both.Remembered = token.Remembered && key.Remembered
	both.Context = maps.Clone(token.Context)
	both.Context[ContextScopes] = strings.Join(both.Scopes, " ")
	both.Context[ContextScheme] = strings.Join(both.Schemes, " ")
	both.Context[ContextKeyID] = key.Context[ContextKeyID]
	if !key.Expires.IsZero() && both.Expires.Equal(key.Expires) {
		both.Context[ContextExpires] = strconv.FormatInt(key.Expires.Unix(), 10)
	}
	both.Context = withoutEmpty(both.Context)
	return both
}

// earlier is the earlier of two times, of which the zero one is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// checkNetwork refuses a key that is used from elsewhere. Without an address that cannot be told, but for a test of the authorizer,
// which comes from nowhere: what it is answered lets nobody in but from the key's networks.
func (p *Principal) checkNetwork(r *request) error {
	from := r.sourceIP
	if len(p.Networks) == 0 || r.tested {
		return nil
	}
	if !from.IsValid() {
		return &EventError{"the event does not say from which address the request comes"}
	}
	if !slices.ContainsFunc(p.Networks, func(n netip.Prefix) bool { return n.Contains(from) }) {
		return &KeyError{Code: CodeAPIKeyNetwork, KeyID: p.Context[ContextKeyID]}
	}
	return nil
}

// Caller is the principal as the access rules see it.
func (p *Principal) Caller() policy.Caller {
	caller := policy.Caller{ID: p.ID, OwnsNothing: p.OwnsNothing, Schemes: p.Schemes, Scopes: p.Scopes, Expires: p.Expires, Networks: p.Networks}
	if p.schemeScopes != nil {
		caller.Scopes, caller.SchemeScopes = nil, p.schemeScopes
	}
	return caller
}
