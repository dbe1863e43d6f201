package verify

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/policy"
)

// accept reads the claims of a token of this issuer whose signature holds, at the time now.
func (i *Issuer) accept(claims map[string]any, now time.Time, skew time.Duration) (*authorizers.Claims, error) {
	expires, err := checkTimes(claims, now, skew)
	if err != nil {
		return nil, err
	}
	read := reader{claims: claims}
	c := &authorizers.Claims{Issuer: i.Issuer, Expires: expires, AcceptedUntil: expires.Add(skew), Subject: read.text("sub"), TokenID: read.text("jti")}
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
	if read.err == nil && c.Subject == "" {
		return nil, &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: "sub", Want: "a text that is not empty"}
	}
	return c, read.err
}

// checkTimes checks exp, which is required, nbf and iat (RFC 7519, section 4.1).
func checkTimes(claims map[string]any, now time.Time, skew time.Duration) (expires time.Time, err error) {
	seconds, present, ok := number(claims, "exp")
	if !present || !ok || seconds <= 0 {
		return time.Time{}, &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: "exp", Want: "a time in seconds since 1970"}
	}
	expires = time.Unix(int64(seconds), 0)
	if !now.Before(expires.Add(skew)) {
		return time.Time{}, &authorizers.TokenError{Code: authorizers.CodeExpired, Claim: "exp", Got: expires.UTC().Format(time.RFC3339), Want: "a time to come"}
	}
	for _, claim := range []string{"nbf", "iat"} {
		seconds, present, ok := number(claims, claim)
		switch {
		case !present:
		case !ok || seconds < 0:
			return time.Time{}, &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: claim, Want: "a time in seconds since 1970"}
		case time.Unix(int64(math.Ceil(seconds)), 0).After(now.Add(skew)):
			return time.Time{}, &authorizers.TokenError{Code: authorizers.CodeNotYet, Claim: claim, Want: "a time that has come"}
		}
	}
	return expires, nil
}

// maxTime bounds a time in a claim: the end of the year 9999, in seconds since 1970.
const maxTime = 253402300799

func number(claims map[string]any, name string) (seconds float64, present, ok bool) {
	value, present := claims[name]
	text, isNumber := value.(json.Number)
	if !present || !isNumber {
		return 0, present, false
	}
	seconds, err := text.Float64()
	return seconds, true, err == nil && math.Abs(seconds) <= maxTime
}

// checkCognito checks token_use and, by it, whom a Cognito pool's token is meant for.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
func (i *Issuer) checkCognito(c *authorizers.Claims, read *reader) error {
	c.TokenUse = read.text("token_use")
	if !slices.Contains(i.TokenUse, c.TokenUse) {
		return &authorizers.TokenError{Code: authorizers.CodeTokenUse, Claim: "token_use", Got: short(c.TokenUse), Want: "one of " + strings.Join(i.TokenUse, ", ")}
	}
	claim := "client_id"
	if c.TokenUse == UseID {
		claim = "aud"
	}
	c.ClientID = read.text(claim)
	if !slices.Contains(i.Audience, c.ClientID) {
		return &authorizers.TokenError{Code: authorizers.CodeAudience, Claim: claim, Got: short(c.ClientID), Want: "one of the configured audiences, as a text"}
	}
	return nil
}

// checkAudience checks aud, a text or a list of texts (RFC 7519, section 4.1.3).
func (i *Issuer) checkAudience(c *authorizers.Claims, read *reader) error {
	mismatch := &authorizers.TokenError{Code: authorizers.CodeAudience, Claim: "aud", Want: "a configured audience, as a text or in a list of texts"}
	audiences, ok := texts(read.claims["aud"])
	if one, isText := read.claims["aud"].(string); isText {
		audiences, ok = []string{one}, true
	}
	if !ok || !slices.ContainsFunc(audiences, func(a string) bool { return slices.Contains(i.Audience, a) }) {
		return mismatch
	}
	if c.ClientID = read.text("client_id"); c.ClientID == "" {
		c.ClientID = read.text("azp")
	}
	return nil
}

// scopes reads scope, space-separated (RFC 8693, section 4.2), or scp, which may also be a list.
func scopes(read *reader) []string {
	if _, present := read.claims["scope"]; present {
		return words(read.text("scope"))
	}
	if list, ok := texts(read.claims["scp"]); ok {
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

func (i *Issuer) groups(claims map[string]any) []string {
	name := i.GroupsClaim
	if name == "" {
		name = defaultGroupsClaim
	}
	list, _ := texts(claims[name])
	return list
}

// texts is a list that holds nothing but texts.
func texts(value any) ([]string, bool) {
	list, ok := value.([]any)
	if !ok {
		return nil, false
	}
	var all []string
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return nil, false
		}
		all = append(all, text)
	}
	return all, true
}

// reader reads optional texts of claims and keeps the first claim that is something else.
type reader struct {
	claims map[string]any
	err    error
}

func (r *reader) text(name string) string {
	value, present := r.claims[name]
	text, ok := value.(string)
	if present && !ok && r.err == nil {
		r.err = &authorizers.TokenError{Code: authorizers.CodeClaim, Claim: name, Want: "a text"}
	}
	return text
}
