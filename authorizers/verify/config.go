package verify

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers"
)

// The kinds of tokens of a Cognito user pool, as the claim token_use names them.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
const (
	UseAccess = "access"
	UseID     = "id"
)

// KeyIDOptional is [Issuer].KeyID where tokens need not name their key (RFC 7515, section 4.1.4).
const KeyIDOptional = "optional"

// ProfileRFC9068 is the value of [Issuer].Profile for JWT access tokens after RFC 9068.
const ProfileRFC9068 = "rfc9068"

// AcceptBound is the value of [Issuer].BoundTokens that accepts sender-bound tokens (RFC 7800).
const AcceptBound = "accept"

// Any stands for every scope, alone in [Issuer].Scopes, and in [Issuer].Grants as a value for every value, and as a scope
// for the value itself.
const Any = "*"

// Issuer is an issuer whose tokens are accepted, and all that its tokens may gain: what stands here counts for no other
// issuer, and no other's entry for this one. ISSUERS.md beside this package has entries for the providers that are
// met most.
//
// Where a member names a claim, a name that begins with a slash is a JSON Pointer into nested objects (RFC 6901), such as
// "/realm_access/roles"; any other text, with dots and slashes too, is the name of the claim itself.
type Issuer struct {
	// Issuer is the exact value of the claim iss: an https URL (or http on a loopback host), below which the keys are
	// discovered; with JWKSURI any text. Required.
	Issuer string `json:"issuer"`

	// Tenants stand, one by one, for the {…} in Issuer, so that one entry is an issuer for each of them, all with the
	// keys of JWKSURI.
	Tenants []string `json:"tenants,omitempty"`

	// Audience lists whom tokens may be meant for: values of aud, and of client_id for access tokens of
	// Cognito. Required, unless InsecureAnyAudience.
	Audience []string `json:"audience"`

	// TokenUse marks a Cognito user pool and lists which of its tokens are accepted, "access" or "id".
	// Empty: not a Cognito pool.
	TokenUse []string `json:"tokenUse,omitempty"`

	// Resource lists the names of this API in the aud of a Cognito pool's access tokens that are bound to a resource
	// (RFC 8707); a token that has an aud has to name one of them. Empty: an aud has to be the client_id itself.
	Resource []string `json:"resource,omitempty"`

	// RequireResource refuses a Cognito pool's access tokens that are not bound to a Resource.
	RequireResource bool `json:"requireResource,omitempty"`

	// JWKSURI is where the key set is: an https URL (or http on a loopback host). A file (file:///path, RFC 8089) or the set
	// itself (data:application/json,… or data:application/json;base64,…, RFC 2397) is read once, by New, and never anew.
	// Empty: a Cognito pool's is derived from the issuer, any other's is discovered (OpenID Connect Discovery 1.0, section 4).
	JWKSURI string `json:"jwksUri,omitempty"`

	// KeyID is KeyIDOptional where tokens need not name their key (kid): those that do not are tried with each of the
	// issuer's keys of their algorithm, at most four. Empty: a token that names none is refused.
	KeyID string `json:"kid,omitempty"`

	// Algorithms lists the signature algorithms that are accepted, some of those that [Algorithms] gives. An
	// RSA key that does not say its algorithm is used for the first one that fits it. Empty: RS256.
	Algorithms []string `json:"algorithms,omitempty"`

	// Profile says which kind of token is accepted: ProfileRFC9068, whose header has the typ at+jwt and which has all
	// claims that RFC 9068, section 2.2, requires, so that no ID token passes. Empty: any JWT.
	Profile string `json:"profile,omitempty"`

	// BoundTokens is AcceptBound where tokens with the claim cnf (RFC 7800) are accepted although nobody checks that their
	// sender has the key that they are bound to (RFC 8705, RFC 9449). Empty: they are refused.
	BoundTokens string `json:"boundTokens,omitempty"`

	// Require lists, for each claim, the values of which it has to have one: as a text, a number, a boolean, or in a list.
	Require map[string][]string `json:"require,omitempty"`

	// ID lists the claims of which the first one that a token has is its caller's id. Empty: sub alone.
	ID []string `json:"id,omitempty"`

	// Owners says whether an id from the first claim of ID may own what scopes of owners are about; an id from another
	// one never does. Nil: yes, where this is the only issuer and ID is empty or begins with sub, and else no, since only
	// iss and sub together name a subject (OpenID Connect Core 1.0, section 5.7).
	Owners *bool `json:"owners,omitempty"`

	// GroupsClaim names the claim that lists the subject's groups for the API behind the gateway. Empty: "cognito:groups" of
	// a Cognito pool or of the only issuer, where Grants is nil or reads that claim, and else none.
	GroupsClaim string `json:"groupsClaim,omitempty"`

	// Scopes bound what Grants give: all scopes that tokens may gain, whatever they say; Any alone is every scope. Nil: every
	// scope that Grants give. With several issuers each has Scopes, or Grants in which no value is taken for a scope as it
	// stands.
	Scopes []string `json:"scopes,omitzero"`

	// Grants are the claims by which tokens gain scopes: claim, value, scopes. Any is every value but the empty text, and
	// among the scopes the value itself, taken for a scope as it stands. "scope" reads scp where a token has no scope, unless
	// "scp" stands here too. Values are texts, one or in a list, and the names of an object's members; the texts of scope and scp, and of
	// claims that are taken as they stand, are split at spaces (RFC 8693, section 4.2). Empty: nothing. Nil: scope as it
	// stands, {"scope":{"*":["*"]}}.
	Grants map[string]map[string][]string `json:"grants,omitzero"`

	// InsecureAnyAudience accepts tokens for every audience that they may name, as API Gateway does with those of
	// a user pool (COGNITO_USER_POOLS). Audience is empty then.
	InsecureAnyAudience bool `json:"-"`

	// InsecureClientAsAudience looks for the audience in client_id where there is no aud, and says nothing of
	// token_use, as API Gateway's JWT authorizer does: client_id tells who asked for a token, not whom it is for.
	InsecureClientAsAudience bool `json:"-"`

	// InsecureNoSubject accepts tokens without sub, as API Gateway's JWT authorizer does.
	InsecureNoSubject bool `json:"-"`
}

// Config says which tokens a verifier accepts.
type Config struct {
	Issuers   []Issuer         // at least one
	ClockSkew time.Duration    // how far clocks may differ, 0 to 5 minutes; zero: not at all
	MaxToken  int              // the largest token, in bytes; zero: authorizers.DefaultMaxToken, at most MaxMaxToken
	Remember  int              // how many verified tokens are remembered; zero: 1,000, less than zero: none
	Now       func() time.Time // nil: time.Now
	Client    *http.Client     // fetches key sets, following no redirect; nil: one that keeps no connection

	beside bool // another verifier has more issuers, beside those here
}

// Bounds of a configuration.
const (
	MaxClockSkew = 5 * time.Minute // the largest ClockSkew
	MaxMaxToken  = 1 << 20         // the largest MaxToken
)

const (
	defaultRemember    = 1000
	defaultGroupsClaim = "cognito:groups"
)

// withDefaults is the configuration with the values that its zeros stand for. It shares nothing with c's issuers.
func (c Config) withDefaults() Config {
	c.MaxToken = cmp.Or(c.MaxToken, authorizers.DefaultMaxToken)
	c.Remember = cmp.Or(c.Remember, defaultRemember)
	if c.Now == nil {
		c.Now = time.Now
	}
	several := c.isSeveral()
	c.Issuers = slices.Clone(c.Issuers)
	for i := range c.Issuers {
		c.Issuers[i] = c.Issuers[i].withDefaults(several)
	}
	return c
}

// isSeveral tells whether there is more than one issuer whose tokens are accepted.
func (c *Config) isSeveral() bool {
	return c.beside || len(c.Issuers) > 1 || len(c.Issuers) == 1 && len(c.Issuers[0].Tenants) > 1
}

// withDefaults is the entry with the values that its zeros stand for where there are several issuers, or only this one.
func (i Issuer) withDefaults(several bool) Issuer {
	i.Tenants, i.Audience, i.TokenUse = slices.Clone(i.Tenants), slices.Clone(i.Audience), slices.Clone(i.TokenUse)
	i.Resource, i.Algorithms, i.ID = slices.Clone(i.Resource), slices.Clone(i.Algorithms), slices.Clone(i.ID)
	i.Scopes, i.Grants, i.Require = slices.Clone(i.Scopes), maps.Clone(i.Grants), maps.Clone(i.Require)
	if len(i.Algorithms) == 0 {
		i.Algorithms = []string{"RS256"}
	}
	if len(i.ID) == 0 {
		i.ID = []string{claimSubject}
	}
	if i.Owners == nil {
		i.Owners = new(!several && i.ID[0] == claimSubject)
	} else {
		i.Owners = new(*i.Owners)
	}
	_, read := i.Grants[defaultGroupsClaim]
	if i.GroupsClaim == "" && (read || i.Grants == nil && (!several || len(i.TokenUse) > 0)) {
		i.GroupsClaim = defaultGroupsClaim
	}
	if i.Grants == nil {
		i.Grants = map[string]map[string][]string{claimScope: {Any: {Any}}}
	}
	return i
}

// names are the values of iss that the entry is for.
func (i *Issuer) names() []string {
	if len(i.Tenants) == 0 {
		return []string{i.Issuer}
	}
	before, after, _ := cutPlaceholder(i.Issuer)
	var names []string
	for _, tenant := range i.Tenants {
		names = append(names, before+tenant+after)
	}
	return names
}

// cutPlaceholder cuts a text around its first {…}.
func cutPlaceholder(text string) (before, after string, found bool) {
	before, rest, opens := strings.Cut(text, "{")
	_, after, closes := strings.Cut(rest, "}")
	return before, after, opens && closes
}

// algorithms are those that the issuer's tokens may have.
func (i *Issuer) algorithms() []*algorithm {
	var all []*algorithm
	for _, name := range i.Algorithms {
		all = append(all, algorithmNamed(name))
	}
	return all
}

// keySetAddress is where the key set is, "" where that must be discovered. A user pool has it at the same
// place below both forms of its issuer; see
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
func (i *Issuer) keySetAddress() string {
	if i.JWKSURI == "" && len(i.TokenUse) > 0 {
		return strings.TrimSuffix(i.Issuer, "/") + "/.well-known/jwks.json"
	}
	return i.JWKSURI
}
