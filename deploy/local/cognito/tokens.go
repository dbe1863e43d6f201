package cognito

import (
	"time"

	"portcullis/authorizers/verify/verifytest"
)

// tokenLifetime is how long access and ID tokens are good: Cognito's default.
const tokenLifetime = time.Hour

// tokens is Cognito's AuthenticationResultType.
type tokens struct {
	AccessToken  string
	ExpiresIn    int    // seconds
	IDToken      string `json:"IdToken"`
	RefreshToken string `json:",omitempty"`
	TokenType    string
}

// issue signs a pair of tokens. What tells of the sign-in is that of the session, so that a refresh
// repeats it.
func (p *Pool) issue(s session, now time.Time) tokens {
	options := verifytest.Options{
		Subject:  s.account.Subject,
		Username: s.account.Username,
		Email:    s.account.Email,
		ClientID: ClientID,
		Groups:   s.account.Groups,
		IssuedAt: now,
		Lifetime: tokenLifetime,
		Extra: map[string]any{
			"auth_time":  s.signedIn.Unix(),
			"origin_jti": s.origin,
			"event_id":   s.event,
		},
	}
	return tokens{
		AccessToken: p.issuer.CognitoAccess(options),
		IDToken:     p.issuer.CognitoID(options),
		ExpiresIn:   int(tokenLifetime.Seconds()),
		TokenType:   "Bearer",
	}
}
