package cognito

// authResponse is the response of InitiateAuth and of RespondToAuthChallenge: tokens, or a challenge.
type authResponse struct {
	AuthenticationResult *tokens `json:",omitempty"`
	ChallengeName        string  `json:",omitempty"`
	ChallengeParameters  map[string]string
	Session              string `json:",omitempty"`
}

// proceed is what follows a right password: a refusal for the account's state, a challenge, or tokens. Nobody learns of an
// account's state who does not know its password.
func (p *Pool) proceed(who person, client Client) (*authResponse, *apiError) {
	switch {
	case who.Disabled:
		return nil, notAuthorized("User is disabled.")
	case who.Unconfirmed:
		return nil, &apiError{"UserNotConfirmedException", "User is not confirmed."}
	case who.ResetRequired:
		return nil, &apiError{"PasswordResetRequiredException", "Password reset required for the user"}
	case who.Temporary:
		return p.askNewPassword(who, client), nil
	case len(who.MFA) > 0:
		return p.askMFA(who, client), nil
	}
	return p.finish(who, client), nil
}

// ask answers with a challenge and the session that its answer must have.
func (p *Pool) ask(c challenge, parameters map[string]string) *authResponse {
	parameters["USER_ID_FOR_SRP"] = c.username
	return &authResponse{ChallengeName: c.name, ChallengeParameters: parameters, Session: p.challenges.add(c, p.now())}
}

// finish begins a session and gives its tokens.
func (p *Pool) finish(who person, client Client) *authResponse {
	now := p.now()
	s := newSession(who.Username, client, now)
	issued := p.issue(who, s, now)
	issued.RefreshToken = p.sessions.add(s, now)
	return &authResponse{AuthenticationResult: &issued, ChallengeParameters: map[string]string{}}
}
