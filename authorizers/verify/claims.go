package verify

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/strictjson"
)

// accept reads the claims of a token of this issuer, at the time now. It needs no key: whoever asks has checked the
// signature, or does so before the claims count.
func (i *trusted) accept(t *token, now time.Time, skew time.Duration) (*authorizers.Claims, error) {
	claims := t.claims
	if err := t.times.check(now, skew); err != nil {
		return nil, err
	}
	expires := timeOf(t.times.expires)
	c := &authorizers.Claims{
		Issuer: claims.Get("iss").Text, IssuedAt: t.times.issuedAt(), Expires: expires, AcceptedUntil: expires.Add(skew),
		Subject: claims.TextOf(claimSubject), TokenID: claims.TextOf("jti"), ClientID: clientOf(claims), Username: userOf(claims),
	}
	if err := i.checkAudience(t, c); err != nil {
		return nil, err
	}
	if err := i.checkKind(t); err != nil {
		return nil, err
	}
	if err := i.identify(t, c); err != nil {
		return nil, err
	}
	c.Scopes = i.granting.scopes(claims, &c.Unread)
	c.Groups = i.granting.groupsOf(claims)
	return c, nil
}

// times are those that a token names, in seconds since 1970 (RFC 7519, section 4.1). Without pointers a token needs no place
// in the heap.
type times struct {
	expires           float64
	notBefore, issued float64 // unsaid where the token does not say
}

const unsaid = -1

// readTimes reads exp, which is required, nbf and iat.
func readTimes(claims strictjson.Object) (t times, err error) {
	exp := claims.Get("exp")
	if t.expires, err = readTime(exp, "exp"); err != nil {
		return t, err
	}
	if t.expires == 0 {
		return t, notATime(exp, "exp")
	}
	if t.notBefore, err = readOptionalTime(claims, "nbf"); err != nil {
		return t, err
	}
	t.issued, err = readOptionalTime(claims, "iat")
	return t, err
}

func readOptionalTime(claims strictjson.Object, name string) (float64, error) {
	claim := claims.Get(name)
	if claim.Kind == strictjson.Absent {
		return unsaid, nil
	}
	return readTime(claim, name)
}

// maxTime bounds a time in a claim: the end of the year 9999, in seconds since 1970.
const maxTime = 253402300799

// readTime reads the claim of this name as a time in seconds since 1970.
func readTime(v strictjson.Value, claim string) (float64, error) {
	seconds, err := strconv.ParseFloat(v.Text, 64)
	if v.Kind != strictjson.Number || err != nil || seconds < 0 || seconds > maxTime {
		return 0, notATime(v, claim)
	}
	return seconds, nil
}

func notATime(v strictjson.Value, claim string) error {
	return &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: claim, Got: v.String(), Want: "a time in seconds since 1970"}
}

// timeOf is a time in seconds since 1970, with its fraction (RFC 7519, section 2, NumericDate).
func timeOf(seconds float64) time.Time {
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9))
}

// check checks that now is between the times.
func (t *times) check(now time.Time, skew time.Duration) error {
	if expires := timeOf(t.expires); !now.Before(expires.Add(skew)) {
		return &authorizers.TokenError{Code: authorizers.CodeExpired, Claim: "exp", Got: expires.UTC().Format(time.RFC3339), Want: "a time to come"}
	}
	if timeOf(t.notBefore).After(now.Add(skew)) {
		return notYet("nbf", t.notBefore)
	}
	if timeOf(t.issued).After(now.Add(skew)) {
		return notYet("iat", t.issued)
	}
	return nil
}

func notYet(claim string, seconds float64) error {
	return &authorizers.TokenError{Code: authorizers.CodeNotYet, Claim: claim, Got: timeOf(seconds).UTC().Format(time.RFC3339Nano), Want: "a time that has come"}
}

// issuedAt is iat, cut to whole seconds; zero where the token does not say.
func (t *times) issuedAt() time.Time {
	if t.issued == unsaid {
		return time.Time{}
	}
	return time.Unix(int64(t.issued), 0)
}

// checkAudience checks whom the token is meant for.
func (i *trusted) checkAudience(t *token, c *authorizers.Claims) error {
	switch {
	case len(i.TokenUse) == 0:
		return i.checkAud(t.claims)
	case !slices.Contains(i.TokenUse, t.claims.TextOf("token_use")):
		return &authorizers.TokenError{Code: authorizers.CodeTokenUse, Claim: "token_use", Got: t.claims.Get("token_use").String(), Want: "one of " + strings.Join(i.TokenUse, ", ")}
	}
	c.TokenUse = t.claims.TextOf("token_use")
	claim := "client_id"
	if c.TokenUse == UseID {
		claim = "aud"
	}
	c.ClientID = t.claims.TextOf(claim)
	if !i.isAudience(c.ClientID) {
		return &authorizers.TokenError{Code: authorizers.CodeAudience, Claim: claim, Got: t.claims.Get(claim).String(), Want: "one of the configured audiences, as a text"}
	}
	if c.TokenUse == UseAccess && !i.isLax() {
		return i.checkResource(t.claims.Get("aud"), c.ClientID)
	}
	return nil
}

// isAudience tells whether tokens may be meant for an audience.
func (i *Issuer) isAudience(audience string) bool {
	return slices.Contains(i.Audience, audience) || i.InsecureAnyAudience && audience != ""
}

// checkAud checks aud, a text or a list of texts (RFC 7519, section 4.1.3).
func (i *trusted) checkAud(claims strictjson.Object) error {
	claim := "aud"
	if i.InsecureClientAsAudience && claims.Get(claim).Kind == strictjson.Absent {
		claim = "client_id"
	}
	aud := claims.Get(claim)
	if claim == "client_id" && aud.Kind != strictjson.Text && aud.Kind != strictjson.Absent {
		return &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: claim, Got: aud.String(), Want: "a text"}
	}
	if !namesOne(aud, i.isAudience) {
		return &authorizers.TokenError{Code: authorizers.CodeAudience, Claim: claim, Got: aud.String(), Want: "a configured audience, as a text or in a list of texts"}
	}
	return nil
}

// namesOne tells whether one of a text or a list of nothing but texts is as asked for.
func namesOne(v strictjson.Value, asked func(string) bool) bool {
	if v.Kind == strictjson.Text {
		return asked(v.Text)
	}
	found, onlyTexts := false, v.Kind == strictjson.List
	for item := range v.Items {
		found = found || asked(item.Text)
		onlyTexts = onlyTexts && item.Kind == strictjson.Text
	}
	return found && onlyTexts
}

// checkResource checks the aud of a user pool's access token, which names the API that the token is bound to (RFC 8707;
// RFC 7519, section 4.1.3). Without a configured resource it may be the client itself, as a trigger of the pool may write it.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html.
func (i *trusted) checkResource(aud strictjson.Value, client string) error {
	names, want := i.Resource, "one of the entry's resource"
	if len(names) == 0 {
		names, want = []string{client}, `none, the client_id, or a name of this API that the entry lists as "resource"`
	}
	if aud.Kind == strictjson.Absent && !i.RequireResource {
		return nil
	}
	if !namesOne(aud, func(name string) bool { return slices.Contains(names, name) }) {
		return &authorizers.TokenError{Code: authorizers.CodeAudience, Claim: "aud", Got: aud.String(), Want: want}
	}
	return nil
}

// checkKind checks that the token is of the kind, and has the claims, that the entry asks for.
func (i *trusted) checkKind(t *token) error {
	if i.Profile != "" {
		if err := checkProfile(t); err != nil {
			return err
		}
	}
	if err := i.checkBound(t.claims); err != nil {
		return err
	}
	for k := range i.required {
		if r := &i.required[k]; !r.holds(t.claims) {
			return &authorizers.TokenError{Code: authorizers.CodeRequired, Claim: r.path.text, Got: r.path.in(t.claims).String(), Want: "a value that the issuer's entry requires"}
		}
	}
	return nil
}

// requiredOfProfile are the claims that RFC 9068, section 2.2, requires and that nothing else has checked yet.
var requiredOfProfile = []string{claimSubject, "client_id", "jti"}

// checkProfile checks what ProfileRFC9068 asks for (RFC 9068, sections 2.1, 2.2 and 4).
func checkProfile(t *token) error {
	if typ := t.header.Get("typ"); !isAccessToken(typ) {
		return &authorizers.TokenError{Code: authorizers.CodeHeader, Claim: "typ", Got: typ.String(), Want: "at+jwt"}
	}
	for _, claim := range requiredOfProfile {
		if t.claims.TextOf(claim) == "" {
			return &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: claim, Got: t.claims.Get(claim).String(), Want: "a text, as RFC 9068 asks for"}
		}
	}
	if iat := t.claims.Get("iat"); iat.Kind != strictjson.Number {
		return &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: "iat", Got: iat.String(), Want: "a time, as RFC 9068 asks for"}
	}
	return nil
}

// isAccessToken tells whether a typ is that of a JWT access token (RFC 9068, section 2.1).
func isAccessToken(typ strictjson.Value) bool { return mediaType(typ) == "at+jwt" }

// checkBound refuses a token that is bound to a key of its sender (RFC 7800, section 3.1): nobody here can ask for a proof.
func (i *trusted) checkBound(claims strictjson.Object) error {
	if cnf := claims.Get("cnf"); cnf.Kind == strictjson.Absent || cnf.IsNull() || i.BoundTokens == AcceptBound || i.isLax() {
		return nil
	}
	return &authorizers.TokenError{
		Code: authorizers.CodeBound, Claim: "cnf", Want: "none: a bearer cannot prove to be whom the token is bound to",
		Hint: fmt.Sprintf(`to accept the tokens of %s without that proof, write "boundTokens":%q in its entry`, short(i.Issuer.Issuer), AcceptBound),
	}
}

// identify finds the caller's id, the first of the entry's claims that the token has, and reads origin_jti, by which a whole
// sign-in is revoked: one that cannot be read is not as good as none.
func (i *trusted) identify(t *token, c *authorizers.Claims) error {
	origin := t.claims.Get("origin_jti")
	if origin.Kind != strictjson.Absent && origin.Kind != strictjson.Text && !origin.IsNull() {
		return &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: "origin_jti", Got: origin.String(), Want: "a text"}
	}
	if origin.Kind == strictjson.Text {
		c.OriginTokenID = origin.Text
	}
	for k, path := range i.id {
		id := path.in(t.claims)
		if id.Kind == strictjson.Absent || id.IsNull() {
			continue
		}
		if id.Kind != strictjson.Text || id.Text == "" {
			return &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: path.text, Got: id.String(), Want: "a text that is not empty"}
		}
		c.ID, c.OwnsNothing = id.Text, k > 0 || !*i.Owners
		return nil
	}
	if i.InsecureNoSubject {
		return nil
	}
	return &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: i.id[0].text, Got: "missing", Want: "a text that is not empty"}
}

// clientOf is which app asked for the token: client_id (RFC 9068), azp (OpenID Connect Core 1.0), appid (Entra's tokens
// of version 1) or cid (Okta).
func clientOf(claims strictjson.Object) string {
	for _, claim := range []string{"client_id", "azp", "appid", "cid"} {
		if client := claims.TextOf(claim); client != "" {
			return client
		}
	}
	return ""
}

func userOf(claims strictjson.Object) string {
	if name := claims.TextOf("username"); name != "" {
		return name
	}
	return claims.TextOf("cognito:username")
}
