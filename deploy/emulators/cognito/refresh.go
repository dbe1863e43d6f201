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
	s, _, err := p.refresh(parameters["REFRESH_TOKEN"], client)
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
	var device string
	if err := cmp.Or(in.read("ClientId", &id), in.read("ClientSecret", &secret), in.read("RefreshToken", &token), in.read("DeviceKey", &device)); err != nil {
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
	s, next, err := p.refresh(*token, p.from(client, device))
	if err != nil {
		return nil, err
	}
	issued, err := p.reissue(s, next)
	if err != nil {
		return nil, err
	}
	return refreshed{issued}, nil
}

// refresh finds the session of a refresh token. In a pool that remembers devices it is good with the confirmed device's key alone.
func (p *Pool) refresh(token string, client Client) (s session, next string, err *apiError) {
	if p.devices != nil && !p.devices.isConfirmed(client.device) {
		return s, "", invalidRefresh
	}
	return p.sessions.refresh(token, client, p.now())
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
