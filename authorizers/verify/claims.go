package verify

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/policy"
)

// accept reads the claims of a token of this issuer whose signature holds, at the time now.
func (i *Issuer) accept(claims object, now time.Time, skew time.Duration) (*authorizers.Claims, error) {
	issued, expires, err := checkTimes(claims, now, skew)
	if err != nil {
		return nil, err
	}
	read := reader{claims: claims}
	c := &authorizers.Claims{
		Issuer: i.Issuer, IssuedAt: issued, Expires: expires, AcceptedUntil: expires.Add(skew),
		Subject: read.text("sub"), TokenID: read.text("jti"), OriginTokenID: read.text("origin_jti"),
	}
	if len(i.TokenUse) > 0 {
		err = i.checkCognito(c, &read)
	} else {
		err = i.checkAudience(c, &read)
	}
	if err != nil {
		return nil, err
	}
	if c.Username = read.text("username"); c.Username == "" {
		c.Username = read.text("cognito:username")
	}
	c.Scopes = scopes(&read)
	c.Groups = i.groups(claims)
	if read.err == nil && c.Subject == "" && !(i.InsecureNoSubject && claims.get("sub").kind == absent) {
		return nil, &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: "sub", Got: claims.get("sub").String(), Want: "a text that is not empty"}
	}
	return c, read.err
}

// checkTimes checks exp, which is required, nbf and iat (RFC 7519, section 4.1). A token without iat was issued at the zero
// time.
func checkTimes(claims object, now time.Time, skew time.Duration) (issued, expires time.Time, err error) {
	seconds, present, ok := number(claims, "exp")
	if !present || !ok || seconds <= 0 {
		return issued, expires, &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: "exp", Got: claims.get("exp").String(), Want: "a time in seconds since 1970"}
	}
	expires = time.Unix(int64(seconds), 0)
	if !now.Before(expires.Add(skew)) {
		return issued, expires, &authorizers.TokenError{Code: authorizers.CodeExpired, Claim: "exp", Got: expires.UTC().Format(time.RFC3339), Want: "a time to come"}
	}
	for _, claim := range []string{"nbf", "iat"} {
		seconds, present, ok := number(claims, claim)
		switch {
		case !present:
		case !ok || seconds < 0:
			return issued, expires, &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: claim, Got: claims.get(claim).String(), Want: "a time in seconds since 1970"}
		case time.Unix(int64(math.Ceil(seconds)), 0).After(now.Add(skew)):
			return issued, expires, &authorizers.TokenError{Code: authorizers.CodeNotYet, Claim: claim, Got: claims.get(claim).String(), Want: "a time that has come"}
		case claim == "iat":
			issued = time.Unix(int64(seconds), 0)
		}
	}
	return issued, expires, nil
}

// maxTime bounds a time in a claim: the end of the year 9999, in seconds since 1970.
const maxTime = 253402300799

func number(claims object, name string) (seconds float64, present, ok bool) {
	claim := claims.get(name)
	if claim.kind != isNumber {
		return 0, claim.kind != absent, false
	}
	seconds, err := strconv.ParseFloat(claim.text, 64)
	return seconds, true, err == nil && math.Abs(seconds) <= maxTime
}

// checkCognito checks token_use and, by it, whom a Cognito pool's token is meant for.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
func (i *Issuer) checkCognito(c *authorizers.Claims, read *reader) error {
	c.TokenUse = read.text("token_use")
	if !slices.Contains(i.TokenUse, c.TokenUse) {
		return &authorizers.TokenError{Code: authorizers.CodeTokenUse, Claim: "token_use", Got: read.claims.get("token_use").String(), Want: "one of " + strings.Join(i.TokenUse, ", ")}
	}
	claim := "client_id"
	if c.TokenUse == UseID {
		claim = "aud"
	}
	c.ClientID = read.text(claim)
	if !i.isAudience(c.ClientID) {
		return &authorizers.TokenError{Code: authorizers.CodeAudience, Claim: claim, Got: read.claims.get(claim).String(), Want: "one of the configured audiences, as a text"}
	}
	return nil
}

// isAudience tells whether tokens may be meant for an audience.
func (i *Issuer) isAudience(audience string) bool {
	return slices.Contains(i.Audience, audience) || i.InsecureAnyAudience && audience != ""
}

// checkAudience checks aud, a text or a list of texts (RFC 7519, section 4.1.3).
func (i *Issuer) checkAudience(c *authorizers.Claims, read *reader) error {
	claim := "aud"
	if i.InsecureClientAsAudience && read.claims.get(claim).kind == absent {
		claim = "client_id"
	}
	aud := read.claims.get(claim)
	mismatch := &authorizers.TokenError{Code: authorizers.CodeAudience, Claim: claim, Got: aud.String(), Want: "a configured audience, as a text or in a list of texts"}
	audiences, ok := texts(aud)
	if aud.kind == isText {
		audiences, ok = []string{aud.text}, true
	}
	if !ok || !slices.ContainsFunc(audiences, i.isAudience) {
		return mismatch
	}
	if c.ClientID = read.text("client_id"); c.ClientID == "" {
		c.ClientID = read.text("azp")
	}
	return nil
}

// scopes reads scope, space-separated (RFC 8693, section 4.2), or scp, which may also be a list.
func scopes(read *reader) []string {
	if read.claims.get("scope").kind != absent {
		return words(read.text("scope"))
	}
	if list, ok := texts(read.claims.get("scp")); ok {
		return scopeTokens(list)
	}
	return words(read.text("scp"))
}

// words cuts a text at its spaces, and at nothing else, into scopes.
func words(text string) []string { return scopeTokens(strings.Split(text, " ")) }

// scopeTokens keeps what is a scope-token: one with a space in it would read as two.
func scopeTokens(list []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return !policy.ValidScope(s) })
}

func (i *Issuer) groups(claims object) []string {
	list, _ := texts(claims.get(i.GroupsClaim))
	return list
}

// texts is a list that holds nothing but texts.
func texts(list value) ([]string, bool) {
	if list.kind != isList {
		return nil, false
	}
	all := make([]string, len(list.items))
	for i, item := range list.items {
		if item.kind != isText {
			return nil, false
		}
		all[i] = item.text
	}
	return all, true
}

// reader reads optional texts of claims and keeps the first claim that is something else.
type reader struct {
	claims object
	err    error
}

func (r *reader) text(name string) string {
	claim := r.claims.get(name)
	if claim.kind != absent && claim.kind != isText && r.err == nil {
		r.err = &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: name, Got: claim.String(), Want: "a text"}
	}
	if claim.kind != isText {
		return ""
	}
	return claim.text
}
