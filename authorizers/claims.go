package authorizers

import "time"

// Claims are what a verified token says.
type Claims struct {
	Issuer   string // iss
	Subject  string // sub, never empty but with verify.Issuer's InsecureNoSubject
	ClientID string // client_id, or azp; for an ID token of Cognito its aud
	Username string // username, or cognito:username
	TokenUse string // token_use of a Cognito pool's tokens
	TokenID  string // jti

	OriginTokenID string // origin_jti of a Cognito pool's tokens: what all tokens of one sign-in share

	Scopes []string // scope, or scp; what is no scope-token (RFC 6749, section 3.3) is left out
	Groups []string // the issuer's groups claim; nothing unless it is a list of texts

	IssuedAt      time.Time // iat, cut to whole seconds; zero where the token does not say
	Expires       time.Time // exp, in whole seconds
	AcceptedUntil time.Time // when the token stops being accepted: exp and the clock skew

	Remembered bool // the token was recognised as one that had been verified a moment ago
}
