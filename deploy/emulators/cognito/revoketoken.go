package cognito

import (
	"cmp"
	"strings"
)

// nothing is the response of operations that have none.
type nothing struct{}

// revokeToken ends the session of a refresh token. It may be done again, and with a token that there is not.
// Source: Amazon Cognito user pools API reference, RevokeToken.
func (p *Pool) revokeToken(in input) (any, *apiError) {
	var id, secret, token *string
	if err := cmp.Or(in.read("ClientId", &id), in.read("ClientSecret", &secret), in.read("Token", &token)); err != nil {
		return nil, err
	}
	switch {
	case id == nil:
		return nil, nullMember("clientId")
	case token == nil:
		return nil, nullMember("token")
	}
	client, known := p.clients[*id]
	switch {
	case !known || !client.hasSecret(secret):
		return nil, &apiError{"UnauthorizedException", "Invalid client"}
	case strings.Count(*token, ".") == 2: // an access or ID token: refresh tokens are in base64url
		return nil, &apiError{"UnsupportedTokenTypeException", "Unsupported token type"}
	}
	if err := p.sessions.revoke(*token, client); err != nil {
		return nil, err
	}
	return nothing{}, nil
}
