package cognito

// authResponse is the response of InitiateAuth and of RespondToAuthChallenge: tokens, or a challenge.
type authResponse struct {
	AuthenticationResult *tokens `json:",omitempty"`
	ChallengeName        string  `json:",omitempty"`
	ChallengeParameters  map[string]string
	AvailableChallenges  []string `json:",omitempty"`
	Session              string   `json:",omitempty"`
}

// proceed is what follows a right password: a refusal for the account's state, a challenge, or tokens. Nobody learns of an
// account's state who does not know its password.
func (p *Pool) proceed(who person, client Client) (*authResponse, *apiError) {
	switch {
	case who.Disabled:
		return nil, userDisabled
	case who.Unconfirmed:
		return nil, &apiError{"UserNotConfirmedException", "User is not confirmed."}
	case who.ResetRequired:
		return nil, &apiError{"PasswordResetRequiredException", "Password reset required for the user"}
	case who.Temporary && !who.temporaryEnds.IsZero() && !p.now().Before(who.temporaryEnds):
		return nil, notAuthorized("Temporary password has expired and must be reset by an administrator.")
	case who.Temporary:
		return p.askNewPassword(who, client), nil
	}
	remembered, err := p.remembered(who, client)
	switch {
	case err != nil:
		return nil, err
	case len(who.MFA) > 0 && !remembered:
		return p.askMFA(who, client), nil
	}
	return p.finish(who, client)
}

// ask answers with a challenge and the session that its answer must have.
func (p *Pool) ask(c challenge, parameters map[string]string) *authResponse {
	parameters["USER_ID_FOR_SRP"] = c.username
	return &authResponse{ChallengeName: c.name, ChallengeParameters: parameters, Session: p.challenges.add(c, p.now())}
}

// finish asks a device that is remembered to prove to be it, and otherwise is all.
func (p *Pool) finish(who person, client Client) (*authResponse, *apiError) {
	remembered, err := p.remembered(who, client)
	switch {
	case err != nil:
		return nil, err
	case remembered:
		return p.askDevice(who, client), nil
	}
	return p.complete(who, client, "")
}

// complete begins a session and gives its tokens, if who signs in is still as they were. Without a device that has proved to be it a pool
// that remembers them gives it a key.
func (p *Pool) complete(who person, client Client, device string) (*authResponse, *apiError) {
	now := p.now()
	s := newSession(who, client, now)
	var made *newDevice
	if p.devices != nil && device == "" {
		key, group := p.devices.add(who)
		made, device = &newDevice{key, group}, key
	}
	s.device = device
	issued := p.issue(who, s, now)
	issued.NewDeviceMetadata = made
	if !p.people.while(who.Username, who.epoch, func() { issued.RefreshToken = p.sessions.add(s, now) }) {
		return nil, invalidSession
	}
	return &authResponse{AuthenticationResult: &issued, ChallengeParameters: map[string]string{}}, nil
}
