package cognito

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"portcullis/authorizers/verify/verifytest"
)

// accessClaims are what the pool's own operations look at in an access token.
type accessClaims struct {
	Issuer   string `json:"iss"`
	Use      string `json:"token_use"`
	Scope    string `json:"scope"`
	Username string `json:"username"`
	Subject  string `json:"sub"`
	Origin   string `json:"origin_jti"`
	Expires  int64  `json:"exp"` // seconds since 1970
}

// bearer finds who an operation is done for, by the member AccessToken: a token of the pool's, in time, with the scope of the
// user's own operations, of a session that was not ended.
func (p *Pool) bearer(in input) (person, *apiError) {
	var token *string
	if err := in.read("AccessToken", &token); err != nil {
		return person{}, err
	}
	if token == nil {
		return person{}, nullMember("accessToken")
	}
	claims, ok := p.verifyOwn(*token)
	switch {
	case !ok || claims.Use != "access":
		return person{}, notAuthorized("Invalid Access Token")
	case p.now().Unix() >= claims.Expires:
		return person{}, notAuthorized("Access Token has expired")
	case !slices.Contains(strings.Fields(claims.Scope), verifytest.UserAdminScope):
		return person{}, notAuthorized("Access Token does not have required scopes")
	case !p.sessions.live(claims.Origin):
		return person{}, notAuthorized("Access Token has been revoked")
	}
	who, known := p.people.get(claims.Username)
	if !known || who.Subject != claims.Subject {
		return person{}, notAuthorized("Invalid Access Token")
	}
	return who, nil
}

// verifyOwn checks that the pool signed a token, with the one algorithm that it uses.
func (p *Pool) verifyOwn(token string) (claims accessClaims, ok bool) {
	signed, signature, _ := cutLast(token, ".")
	_, payload, found := strings.Cut(signed, ".")
	key, isRSA := p.issuer.PublicKey().(*rsa.PublicKey)
	if !found || !isRSA {
		return claims, false
	}
	bytes, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return claims, false
	}
	hash := sha256.Sum256([]byte(signed))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, hash[:], bytes) != nil {
		return claims, false
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return claims, false
	}
	return claims, claims.Issuer == p.issuer.URL
}

// cutLast cuts around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return text, "", false
}
