package cognito

import (
	"strings"
	"time"

	"github.com/google/uuid"

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

	NewDeviceMetadata *newDevice `json:",omitempty"`
}

// issue signs a pair of tokens. What tells of the sign-in is that of the session, so that a refresh
// repeats it.
func (p *Pool) issue(who person, s session, now time.Time) tokens {
	options := verifytest.Options{
		Subject:  who.Subject,
		Username: who.Username,
		Email:    who.Email,
		ClientID: s.client.ID,
		Groups:   who.Groups,
		IssuedAt: now,
		Lifetime: tokenLifetime,
		Extra: map[string]any{
			"auth_time":  s.signedIn.Unix(),
			"origin_jti": s.origin,
			"event_id":   s.event,
		},
	}
	if s.device != "" {
		options.Extra["device_key"] = s.device
	}
	access := p.issuer.CognitoAccess(options)
	delete(options.Extra, "device_key")
	identity := p.issuer.CognitoIDClaims(options)
	delete(identity, emailAttribute)
	delete(identity, emailAttribute+verifiedSuffix)
	for name, value := range who.attributes {
		identity[name] = value
		if name == emailAttribute+verifiedSuffix || name == phoneAttribute+verifiedSuffix {
			identity[name] = value == "true"
		}
	}
	return tokens{AccessToken: access, IDToken: p.issuer.Sign(identity), ExpiresIn: int(tokenLifetime.Seconds()), TokenType: "Bearer"}
}

// machineToken is an access token of nobody's: the client itself is its subject, and there is neither a username nor a
// group. Source: Amazon Cognito developer guide, "Understanding the access token", and "Scopes, M2M, and resource servers".
func (p *Pool) machineToken(scopes []string) *oauthToken {
	now := p.now()
	token := p.issuer.Sign(map[string]any{
		"sub":       MachineID,
		"client_id": MachineID,
		"token_use": "access",
		"scope":     strings.Join(scopes, " "),
		"iss":       p.issuer.URL,
		"auth_time": now.Unix(),
		"iat":       now.Unix(),
		"exp":       now.Add(tokenLifetime).Unix(),
		"jti":       uuid.NewString(),
		"version":   2,
	})
	return &oauthToken{AccessToken: token, ExpiresIn: int(tokenLifetime.Seconds()), TokenType: "Bearer"}
}
