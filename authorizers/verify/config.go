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
	// Cognito. Required.
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
}

// Config says which tokens a verifier accepts.
type Config struct {
	Issuers   []Issuer         // at least one
	ClockSkew time.Duration    // how far clocks may differ, 0 to 5 minutes; zero: not at all
	MaxToken  int              // the largest token, in bytes; zero: 8 KiB
	Remember  int              // how many verified tokens are remembered; zero: 4,096, less than zero: none
	Now       func() time.Time // nil: time.Now
	Client    *http.Client     // fetches key sets, following no redirect; nil: one that keeps no connection
}

// cognitoIssuer matches both forms of a user pool's issuer. See
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html.
var cognitoIssuer = regexp.MustCompile(`^https://(issuer-)?cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/`)

// MaxClockSkew is the largest ClockSkew.
const MaxClockSkew = 5 * time.Minute

const (
	defaultMaxToken    = 8 << 10
	defaultRemember    = 4096
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
		return i.Issuer + "/.well-known/jwks.json"
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
	return issuers, nil
}

func (c *Config) check() error {
	if len(c.Issuers) == 0 {
		return &ConfigError{Field: "issuers", Reason: "want at least one issuer"}
	}
	if c.ClockSkew < 0 || c.ClockSkew > MaxClockSkew {
		return &ConfigError{Field: "clock skew", Reason: fmt.Sprintf("want 0s to %s, got %s", MaxClockSkew, c.ClockSkew)}
	}
	if c.MaxToken < 0 {
		return &ConfigError{Field: "largest token", Reason: "want a number of bytes"}
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
	if len(i.Audience) == 0 || slices.Contains(i.Audience, "") {
		return refuse("audience", "want at least one, and none of them empty")
	}
	if len(i.TokenUse) == 0 && cognitoIssuer.MatchString(i.Issuer) {
		return refuse("tokenUse", `is missing: the issuer is a Cognito user pool, so say which of its tokens are accepted, "access" or "id"`)
	}
	for _, use := range i.TokenUse {
		if use != UseAccess && use != UseID {
			return refuse("tokenUse", fmt.Sprintf(`want "access" or "id", got %q`, use))
		}
	}
	if i.JWKSURI != "" {
		if reason := checkAddress(i.JWKSURI); reason != "" {
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

// checkAddress says what is wrong with the address of an issuer or key set, or nothing: plain http is for
// loopback hosts only, since whoever can change a key set can sign tokens.
func checkAddress(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Sprintf("want an https URL, got %q", text)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "want a URL without user, query and fragment"
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return fmt.Sprintf("plain http is for loopback hosts only, got %q", text)
	}
	return ""
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
