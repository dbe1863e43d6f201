package verify

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"portcullis/policy"
)

// check says all that is wrong with a configuration, in an error of one or more [*ConfigError]; nil where nothing is.
func (c *Config) check() error {
	var wrong ConfigErrors
	refuse := func(field, reason string) { wrong = append(wrong, &ConfigError{Field: field, Reason: reason}) }
	if len(c.Issuers) == 0 {
		refuse("issuers", "want at least one issuer")
	}
	if c.ClockSkew < 0 || c.ClockSkew > MaxClockSkew {
		refuse("clock skew", fmt.Sprintf("want 0s to %s, got %s", MaxClockSkew, c.ClockSkew))
	}
	if c.MaxToken < 0 || c.MaxToken > MaxMaxToken {
		refuse("largest token", fmt.Sprintf("want at most %d bytes, got %d", MaxMaxToken, c.MaxToken))
	}
	seen := map[string]bool{}
	for i := range c.Issuers {
		issuer := issuerCheck{Issuer: &c.Issuers[i], several: c.isSeveral()}
		issuer.check()
		for _, name := range issuer.names() {
			if seen[name] {
				issuer.refuse("issuer", fmt.Sprintf("%q is configured twice", short(name)))
			}
			seen[name] = true
		}
		wrong = append(wrong, issuer.wrong...)
	}
	return wrong.orNil()
}

// issuerCheck gathers what is wrong with an entry.
type issuerCheck struct {
	*Issuer
	several bool // there are other issuers
	wrong   ConfigErrors
}

func (c *issuerCheck) refuse(field, reason string) {
	if reason != "" {
		c.wrong = append(c.wrong, &ConfigError{c.Issuer.Issuer, field, reason})
	}
}

func (c *issuerCheck) check() {
	c.refuse("issuer", c.checkName())
	c.refuse("tenants", c.checkTenants())
	c.refuse("audience", c.checkAudiences())
	c.refuse("tokenUse", c.checkUses())
	c.refuse("resource", c.checkResource())
	c.refuse("jwksUri", c.checkKeySet())
	if c.KeyID != "" && c.KeyID != KeyIDOptional {
		c.refuse("kid", fmt.Sprintf("want %q, or nothing where each token must name its key; got %q", KeyIDOptional, short(c.KeyID)))
	}
	for _, algorithm := range c.Algorithms {
		if algorithmNamed(algorithm) == nil {
			c.refuse("algorithms", fmt.Sprintf("want some of %s, got %q", strings.Join(Algorithms(), ", "), short(algorithm)))
		}
	}
	c.refuse("profile", c.checkProfile())
	if c.BoundTokens != "" && c.BoundTokens != AcceptBound {
		c.refuse("boundTokens", fmt.Sprintf("want %q, or leave it out, got %q", AcceptBound, short(c.BoundTokens)))
	}
	c.checkRequired()
	for _, claim := range c.ID {
		c.refuse("id", checkClaimName(claim))
	}
	if c.GroupsClaim != "" {
		c.refuse("groupsClaim", checkClaimName(c.GroupsClaim))
	}
	c.checkGrants()
	c.refuse("scopes", c.checkScopes())
}

// checkName says what is wrong with the text that iss has to be, or nothing.
func (c *issuerCheck) checkName() string {
	name := c.Issuer.Issuer
	_, _, hasPlaceholder := cutPlaceholder(name)
	switch {
	case name == "":
		return "is missing"
	case len(name) > maxAddress:
		return fmt.Sprintf("want a URL of at most %d characters", maxAddress)
	case strings.ContainsFunc(name, isUnprintable):
		return fmt.Sprintf("want an https URL, got %q", short(name))
	case hasPlaceholder && len(c.Tenants) == 0:
		return fmt.Sprintf(`%q holds a placeholder, which no token does: list whom it stands for, "tenants":["…"], with the "jwksUri" of all of them`, short(name))
	case isShared(name):
		return fmt.Sprintf(`%q is nobody's issuer but an address for all tenants: write {tenantid} in place of the tenant's part, and list them, "tenants":["…"], with the "jwksUri" of all of them`, short(name))
	}
	if meant := meantUserPool(name); meant != "" && !c.isLax() {
		return fmt.Sprintf("%q is no user pool's issuer: want %s", short(name), meant)
	}
	if c.JWKSURI != "" {
		return ""
	}
	reason := checkAddress(name)
	if reason == "" && strings.Contains(name, "?") {
		return "want a URL without query"
	}
	if reason != "" && !strings.ContainsAny(name, " {}") {
		reason += `; any other text is an issuer only with a "jwksUri"`
	}
	return reason
}

// isShared tells whether an address of Microsoft Entra stands for many tenants, so that no token has it as its iss.
// See https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc.
func isShared(name string) bool {
	tenant := entraTenant(name)
	return tenant == "common" || tenant == "organizations" || tenant == "consumers"
}

func (c *issuerCheck) checkTenants() string {
	before, after, hasPlaceholder := cutPlaceholder(c.Issuer.Issuer)
	switch {
	case len(c.Tenants) == 0:
		return ""
	case !hasPlaceholder || strings.ContainsAny(before+after, "{}"):
		return `want an issuer with one placeholder that they stand for, such as "https://login.microsoftonline.com/{tenantid}/v2.0"`
	case c.JWKSURI == "":
		return `want a "jwksUri" beside them: one key set for all of them`
	}
	for i, tenant := range c.Tenants {
		if tenant == "" || strings.ContainsAny(tenant, "{}/?#") || strings.ContainsFunc(tenant, isNotInURL) || slices.Contains(c.Tenants[:i], tenant) {
			return fmt.Sprintf("want each once, and as a part of a URL's path, got %q", short(tenant))
		}
	}
	return ""
}

// isLax tells whether the entry is of a gateway's own authorizer, which asks for less than ours.
func (i *Issuer) isLax() bool { return i.InsecureAnyAudience || i.InsecureClientAsAudience }

// checkAudiences says what is wrong with the audiences, or nothing.
func (c *issuerCheck) checkAudiences() string {
	switch {
	case c.InsecureAnyAudience && (len(c.Audience) > 0 || c.InsecureClientAsAudience):
		return "want none beside InsecureAnyAudience, nor InsecureClientAsAudience"
	case c.InsecureClientAsAudience && len(c.TokenUse) > 0:
		return "want no InsecureClientAsAudience beside tokenUse, which says where the audience is"
	case !c.InsecureAnyAudience && len(c.Audience) == 0 || slices.Contains(c.Audience, ""):
		return "want at least one, and none of them empty"
	}
	return ""
}

func (c *issuerCheck) checkUses() string {
	if _, isPool := parseUserPool(c.Issuer.Issuer); len(c.TokenUse) == 0 && isPool && !c.isLax() {
		return `is missing: the issuer is a Cognito user pool, so say which of its tokens are accepted, "access" or "id"`
	}
	for _, use := range c.TokenUse {
		if use != UseAccess && use != UseID {
			return fmt.Sprintf(`want "access" or "id", got %q`, short(use))
		}
	}
	return ""
}

func (c *issuerCheck) checkResource() string {
	switch {
	case len(c.Resource) > 0 && !slices.Contains(c.TokenUse, UseAccess):
		return `is for access tokens of a Cognito user pool ("tokenUse":["access"]); other issuers' tokens name this API in aud, so write it as an "audience"`
	case c.RequireResource && len(c.Resource) == 0:
		return `"requireResource" wants the names of this API, such as "resource":["https://api.example.com"]`
	case slices.Contains(c.Resource, ""):
		return "want none of them empty"
	}
	return ""
}

func (c *issuerCheck) checkKeySet() string {
	if static, reason := checkStaticSet(c.JWKSURI); static || c.JWKSURI == "" {
		return reason
	}
	return cmp.Or(checkAddress(c.JWKSURI), checkKeysOf(c.Issuer.Issuer, c.JWKSURI))
}

func (c *issuerCheck) checkProfile() string {
	switch {
	case c.Profile != "" && c.Profile != ProfileRFC9068:
		return fmt.Sprintf("want %q, or leave it out, got %q", ProfileRFC9068, short(c.Profile))
	case c.Profile != "" && len(c.TokenUse) > 0:
		return `want none beside "tokenUse": a Cognito user pool's tokens do not have the typ at+jwt`
	}
	return ""
}

func (c *issuerCheck) checkRequired() {
	for _, claim := range slices.Sorted(maps.Keys(c.Require)) {
		c.refuse("require", checkClaimName(claim))
		if len(c.Require[claim]) == 0 {
			c.refuse("require", fmt.Sprintf("want at least one value of the claim %q", short(claim)))
		}
	}
}

// checkClaimName says what is wrong with the name of a claim or the JSON Pointer to one, or nothing.
func checkClaimName(name string) string {
	if name == "" {
		return "want a claim's name, got an empty text"
	}
	if _, ok := parseClaimPath(name); !ok {
		return fmt.Sprintf(`%q is no JSON Pointer (RFC 6901): a "~" is written "~0", and a "/" in a name "~1"`, short(name))
	}
	return ""
}

func (c *issuerCheck) checkGrants() {
	for _, claim := range slices.Sorted(maps.Keys(c.Grants)) {
		c.refuse("grants", checkClaimName(claim))
		for _, value := range slices.Sorted(maps.Keys(c.Grants[claim])) {
			if value == "" {
				c.refuse("grants", fmt.Sprintf("claim %q: want values that are not empty, since an empty text grants nothing", short(claim)))
			}
			for _, scope := range c.Grants[claim][value] {
				c.refuse("grants", c.checkGranted(claim, value, scope))
			}
		}
	}
}

func (c *issuerCheck) checkGranted(claim, value, scope string) string {
	switch {
	case !policy.ValidScope(scope):
		return fmt.Sprintf("claim %q, value %q: %q is no scope (RFC 6749, section 3.3)", short(claim), short(value), short(scope))
	case scope != Any && c.Scopes != nil && !isAnyScope(c.Scopes) && !slices.Contains(c.Scopes, scope):
		return fmt.Sprintf("claim %q, value %q: %q is not among the scopes that the entry may grant", short(claim), short(value), short(scope))
	}
	return ""
}

func isAnyScope(scopes []string) bool { return slices.Equal(scopes, []string{Any}) }

// checkScopes says what is wrong with what the entry may grant, or nothing. Where there are other issuers, what one may grant
// is never left to the tokens alone.
func (c *issuerCheck) checkScopes() string {
	for _, scope := range c.Scopes {
		if !policy.ValidScope(scope) {
			return fmt.Sprintf("%q is no scope (RFC 6749, section 3.3)", short(scope))
		}
		if scope == Any && len(c.Scopes) > 1 {
			return `want "*" alone, or scopes`
		}
	}
	const lines = `"scopes":["users/read"] (those of the API that it may grant), "scopes":[] (none) or "scopes":["*"] (all that they say)`
	switch asItStands, ok := c.takenAsItStands(); {
	case !c.several || c.Scopes != nil || c.Grants != nil && !ok:
		return ""
	case c.Grants == nil:
		return "is missing: there are several issuers, so say which scopes this one's tokens may gain; write " + lines
	default:
		return fmt.Sprintf("is missing: there are several issuers, and the claim %q is taken as it stands; write %s, or give the claim's values scopes", short(asItStands), lines)
	}
}

// takenAsItStands names a claim whose values the entry takes for scopes as they stand.
func (c *issuerCheck) takenAsItStands() (claim string, ok bool) {
	for _, claim := range slices.Sorted(maps.Keys(c.Grants)) {
		if takesAsItStands(c.Grants[claim]) {
			return claim, true
		}
	}
	return "", false
}

// maxAddress is how long the address of an issuer or key set may be.
const maxAddress = 2048

// checkAddress says what is wrong with the address of an issuer or key set, or nothing: plain http is for
// loopback hosts only, since whoever can change a key set can sign tokens.
func checkAddress(text string) string {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxAddress:
		return fmt.Sprintf("want a URL of at most %d characters", maxAddress)
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsFunc(text, isNotInURL):
		return fmt.Sprintf("want an https URL, got %q", withoutUser(text))
	case u.User != nil || strings.Contains(text, "#"):
		return "want a URL without user and fragment"
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return fmt.Sprintf("plain http is for loopback hosts only, got %q", short(text))
	}
	return ""
}

// withoutUser is an address for an error, without the user and the password that may stand in it.
func withoutUser(address string) string {
	if at := strings.LastIndexByte(address, '@'); at >= 0 && strings.Contains(address, "//") {
		return "…" + short(address[at:])
	}
	return short(address)
}

// isNotInURL tells whether a character stands in no URL (RFC 3986, section 2).
func isNotInURL(r rune) bool { return r <= ' ' || r > '~' }

// checkKeysOf says what is wrong with a good address for the keys of an issuer, or nothing: those of an https
// issuer come over https, also from this machine.
func checkKeysOf(issuer, keys string) string {
	of, err := url.Parse(issuer)
	at, err2 := url.Parse(keys)
	if err2 != nil || err == nil && of.Scheme == "https" && at.Scheme != "https" {
		return "want an https URL, as the issuer is"
	}
	return ""
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
