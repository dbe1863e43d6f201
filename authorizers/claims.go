package authorizers

import "time"

// Claims are what a verified token says.
type Claims struct {
	Issuer   string // iss
	Subject  string // sub; "" where the token has none
	ID       string // the caller's id, of the claim that the issuer's entry names; "" stands for Subject
	ClientID string // client_id, azp, appid or cid; for an ID token of Cognito its aud
	Username string // username, or cognito:username
	TokenUse string // token_use of a Cognito pool's tokens
	TokenID  string // jti

	OriginTokenID string // origin_jti of a Cognito pool's tokens: what all tokens of one sign-in share

	// OwnsNothing says that ID is not the id of anybody who owns what scopes of owners are about: another issuer may have
	// given the same id to somebody else.
	OwnsNothing bool

	Scopes []string // what the token gains by its issuer's entry; each a scope-token (RFC 6749, section 3.3)
	Groups []string // the issuer's groups claim
	Unread []string // claims of the issuer's entry that are of a kind which is not read, and what they are, for the log

	IssuedAt      time.Time // iat, cut to whole seconds; zero where the token does not say
	Expires       time.Time // exp
	AcceptedUntil time.Time // when the token stops being accepted: exp and the clock skew

	Remembered bool // the token was recognised as one that had been verified a moment ago

	// KeysStale is for how long the key that made its signature has been one that should have been fetched again, and could not be, since
	// its issuer does not answer; zero: it is fresh.
	KeysStale time.Duration
}
