package cognito

import "cmp"

// refreshTokenAuth is InitiateAuth's REFRESH_TOKEN_AUTH, which a client that rotates does not have. The secret hash is that
// of the session's user.
func (p *Pool) refreshTokenAuth(client Client, parameters map[string]string) (*authResponse, *apiError) {
	if err := require(parameters, "REFRESH_TOKEN"); err != nil {
		return nil, err
	}
	if client.Rotate {
		return nil, flowNotEnabled("REFRESH_TOKEN_AUTH")
	}
	now := p.now()
	s, _, err := p.sessions.refresh(parameters["REFRESH_TOKEN"], client, now)
	if err != nil {
		return nil, err
	}
	if err := client.checkHash(s.username, parameters["SECRET_HASH"]); err != nil {
		return nil, err
	}
	issued, err := p.reissue(s, "")
	if err != nil {
		return nil, err
	}
	return &authResponse{AuthenticationResult: issued, ChallengeParameters: map[string]string{}}, nil
}

// refreshed is GetTokensFromRefreshToken's response.
type refreshed struct{ AuthenticationResult *tokens }

// getTokensFromRefreshToken refreshes, and gives a new refresh token if the client rotates.
// Source: Amazon Cognito user pools API reference, GetTokensFromRefreshToken.
func (p *Pool) getTokensFromRefreshToken(in input) (any, *apiError) {
	var id, secret, token *string
	if err := cmp.Or(in.read("ClientId", &id), in.read("ClientSecret", &secret), in.read("RefreshToken", &token)); err != nil {
		return nil, err
	}
	client, err := p.client(id)
	switch {
	case err != nil:
		return nil, err
	case token == nil:
		return nil, nullMember("refreshToken")
	case !client.hasSecret(secret):
		return nil, notAuthorized("Unable to verify secret for client " + client.ID)
	}
	s, next, err := p.sessions.refresh(*token, client, p.now())
	if err != nil {
		return nil, err
	}
	issued, err := p.reissue(s, next)
	if err != nil {
		return nil, err
	}
	return refreshed{issued}, nil
}

// reissue gives a session's tokens again, for the account as it is now.
func (p *Pool) reissue(s session, next string) (*tokens, *apiError) {
	who, known := p.people.get(s.username)
	if !known || who.Subject != s.subject {
		return nil, invalidRefresh
	}
	issued := p.issue(who, s, p.now())
	issued.RefreshToken = next
	return &issued, nil
}
