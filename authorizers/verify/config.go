package verify

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The kinds of tokens of a Cognito user pool, as the claim token_use names them.
const (
	UseAccess = "access"
	UseID     = "id"
)

// Issuer is an issuer whose tokens are accepted.
type Issuer struct {
	// Issuer is the exact value of the claim iss, an https URL (or http on a loopback host). Required.
	Issuer string `json:"issuer"`

	// Audience lists whom tokens may be meant for: values of aud, and of client_id for access tokens of
	// Cognito. Required, unless InsecureAnyAudience.
	Audience []string `json:"audience"`

	// TokenUse marks a Cognito user pool and lists which of its tokens are accepted, "access" or "id".
	// Empty: not a Cognito pool.
	TokenUse []string `json:"tokenUse,omitempty"`

	// JWKSURI is where the key set is. Empty: a Cognito pool's is derived from the issuer, any other's is
	// discovered (OpenID Connect Discovery 1.0, section 4).
	JWKSURI string `json:"jwksUri,omitempty"`

	// Algorithms lists the signature algorithms that are accepted, some of those that [Algorithms] gives. An
	// RSA key that does not say its algorithm is used for the first one that fits it. Empty: RS256.
	Algorithms []string `json:"algorithms,omitempty"`

	// GroupsClaim names the claim that lists the subject's groups. Empty: "cognito:groups".
	GroupsClaim string `json:"groupsClaim,omitempty"`

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
	MaxToken  int              // the largest token, in bytes; zero: 8 KiB, at most 1 MiB
	Remember  int              // how many verified tokens are remembered; zero: 1,000, less than zero: none
	Now       func() time.Time // nil: time.Now
	Client    *http.Client     // fetches key sets, following no redirect; nil: one that keeps no connection
}

// cognitoIssuer matches both forms of a user pool's issuer. See
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html.
var cognitoIssuer = regexp.MustCompile(`(?i)^https://(issuer-)?cognito-idp[^/]*\.amazonaws\.[a-z.]+(:\d+)?/`)

// MaxClockSkew is the largest ClockSkew.
const MaxClockSkew = 5 * time.Minute

const (
	defaultMaxToken    = 8 << 10
	largestMaxToken    = 1 << 20
	defaultRemember    = 1000
	defaultGroupsClaim = "cognito:groups"
)

// withDefaults is the configuration with the values that its zeros stand for.
func (c Config) withDefaults() Config {
	c.MaxToken = cmp.Or(c.MaxToken, defaultMaxToken)
	c.Remember = cmp.Or(c.Remember, defaultRemember)
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Issuers = slices.Clone(c.Issuers)
	for i := range c.Issuers {
		issuer := &c.Issuers[i]
		issuer.Audience, issuer.TokenUse = slices.Clone(issuer.Audience), slices.Clone(issuer.TokenUse)
		issuer.Algorithms = slices.Clone(issuer.Algorithms)
		issuer.GroupsClaim = cmp.Or(issuer.GroupsClaim, defaultGroupsClaim)
		if len(issuer.Algorithms) == 0 {
			issuer.Algorithms = []string{"RS256"}
		}
	}
	return c
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

// ParseIssuers reads a JSON list of issuers, as in
//
//	[{"issuer":"https://…","audience":["…"],"tokenUse":["access"]}]
//
// Unknown members are refused. The values themselves are checked by [New].
func ParseIssuers(text string) ([]Issuer, error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	var issuers []Issuer
	if err := decoder.Decode(&issuers); err != nil {
		return nil, &ConfigError{Field: "issuers", Reason: fmt.Sprintf("want a JSON list of issuers: %v", err)}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, &ConfigError{Field: "issuers", Reason: "something follows the JSON list"}
	}
	return issuers, checkMembers(text)
}

// checkMembers refuses what encoding/json passes over: a member that stands there twice, of which the second
// one counts, and one in another case than ours.
func checkMembers(text string) error {
	if _, ok := parseObject([]byte(`{"issuers":` + text + `}`)); !ok {
		return &ConfigError{Field: "issuers", Reason: "a member stands there twice, or a text is no UTF-8"}
	}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return &ConfigError{Field: "issuers", Reason: fmt.Sprintf("want a JSON list of issuers: %v", err)}
	}
	for _, issuer := range list {
		for name := range issuer {
			if !slices.Contains(issuerMembers, name) {
				return &ConfigError{Field: "issuers", Reason: fmt.Sprintf("unknown member %q", short(name))}
			}
		}
	}
	return nil
}

var issuerMembers = []string{"issuer", "audience", "tokenUse", "jwksUri", "algorithms", "groupsClaim"}

func (c *Config) check() error {
	if len(c.Issuers) == 0 {
		return &ConfigError{Field: "issuers", Reason: "want at least one issuer"}
	}
	if c.ClockSkew < 0 || c.ClockSkew > MaxClockSkew {
		return &ConfigError{Field: "clock skew", Reason: fmt.Sprintf("want 0s to %s, got %s", MaxClockSkew, c.ClockSkew)}
	}
	if c.MaxToken < 0 || c.MaxToken > largestMaxToken {
		return &ConfigError{Field: "largest token", Reason: fmt.Sprintf("want at most %d bytes, got %d", largestMaxToken, c.MaxToken)}
	}
	seen := map[string]bool{}
	for i := range c.Issuers {
		if err := c.Issuers[i].check(); err != nil {
			return err
		}
		if seen[c.Issuers[i].Issuer] {
			return &ConfigError{c.Issuers[i].Issuer, "issuer", "is configured twice"}
		}
		seen[c.Issuers[i].Issuer] = true
	}
	return nil
}

func (i *Issuer) check() error {
	refuse := func(field, reason string) error { return &ConfigError{i.Issuer, field, reason} }
	if i.Issuer == "" {
		return refuse("issuer", "is missing")
	}
	if reason := checkAddress(i.Issuer); reason != "" {
		return refuse("issuer", reason)
	}
	if reason := i.checkAudiences(); reason != "" {
		return refuse("audience", reason)
	}
	if len(i.TokenUse) == 0 && !i.InsecureAnyAudience && !i.InsecureClientAsAudience && cognitoIssuer.MatchString(i.Issuer) {
		return refuse("tokenUse", `is missing: the issuer is a Cognito user pool, so say which of its tokens are accepted, "access" or "id"`)
	}
	for _, use := range i.TokenUse {
		if use != UseAccess && use != UseID {
			return refuse("tokenUse", fmt.Sprintf(`want "access" or "id", got %q`, use))
		}
	}
	if i.JWKSURI != "" {
		if reason := cmp.Or(checkAddress(i.JWKSURI), checkKeysOf(i.Issuer, i.JWKSURI)); reason != "" {
			return refuse("jwksUri", reason)
		}
	}
	for _, algorithm := range i.Algorithms {
		if algorithmNamed(algorithm) == nil {
			return refuse("algorithms", fmt.Sprintf("want some of %s, got %q", strings.Join(Algorithms(), ", "), algorithm))
		}
	}
	return nil
}

// checkAudiences says what is wrong with the audiences, or nothing.
func (i *Issuer) checkAudiences() string {
	switch {
	case i.InsecureAnyAudience && (len(i.Audience) > 0 || i.InsecureClientAsAudience):
		return "want none beside InsecureAnyAudience, nor InsecureClientAsAudience"
	case i.InsecureClientAsAudience && len(i.TokenUse) > 0:
		return "want no InsecureClientAsAudience beside tokenUse, which says where the audience is"
	case !i.InsecureAnyAudience && len(i.Audience) == 0 || slices.Contains(i.Audience, ""):
		return "want at least one, and none of them empty"
	}
	return ""
}

// maxAddress is how long the address of an issuer or key set may be.
const maxAddress = 2048

// checkAddress says what is wrong with the address of an issuer or key set, or nothing: plain http is for
// loopback hosts only, since whoever can change a key set can sign tokens.
func checkAddress(text string) string {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxAddress:
		return fmt.Sprintf("want an URL of at most %d characters", maxAddress)
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsFunc(text, isNotInURL):
		return fmt.Sprintf("want an https URL, got %q", short(text))
	case u.User != nil || strings.ContainsAny(text, "?#"):
		return "want a URL without user, query and fragment"
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return fmt.Sprintf("plain http is for loopback hosts only, got %q", short(text))
	}
	return ""
}

// isNotInURL tells whether a character stands in no URL (RFC 3986, section 2).
func isNotInURL(r rune) bool { return r <= ' ' || r > '~' }

// checkKeysOf says what is wrong with a good address for the keys of an issuer, or nothing: those of an https
// issuer come over https, also from this machine.
func checkKeysOf(issuer, keys string) string {
	of, err := url.Parse(issuer)
	at, err2 := url.Parse(keys)
	if err != nil || err2 != nil || of.Scheme == "https" && at.Scheme != "https" {
		return "want an https URL, as the issuer is"
	}
	return ""
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
