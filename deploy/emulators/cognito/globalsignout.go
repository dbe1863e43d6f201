package cognito

// globalSignOut ends all sessions of an access token's user.
// Source: Amazon Cognito user pools API reference, GlobalSignOut.
func (p *Pool) globalSignOut(in input) (any, *apiError) {
	who, err := p.bearer(in)
	if err != nil {
		return nil, err
	}
	p.sessions.revokeAll(who.Username)
	return nothing{}, nil
}
