package cognito

import "cmp"

// initiateRequest is the part of InitiateAuth's request that a pool without triggers and without
// threat protection looks at. A nil pointer is an absent member.
type initiateRequest struct {
	flow, client *string
	parameters   map[string]string
}

// initiateResponse is InitiateAuth's response where there is no challenge.
type initiateResponse struct {
	AuthenticationResult tokens
	ChallengeParameters  struct{}
}

// initiateAuth signs in, or refreshes.
// Source: Amazon Cognito user pools API reference, InitiateAuth.
func (p *Pool) initiateAuth(body []byte) (any, *apiError) {
	request, err := parseInitiate(body)
	if err != nil {
		return nil, err
	}
	if err := request.check(); err != nil {
		return nil, err
	}
	var issued tokens
	switch *request.flow {
	case "USER_PASSWORD_AUTH":
		issued, err = p.signIn(request.parameters)
	case "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN":
		issued, err = p.refresh(request.parameters)
	default:
		err = refuseFlow(*request.flow)
	}
	if err != nil {
		return nil, err
	}
	return initiateResponse{AuthenticationResult: issued}, nil
}

func parseInitiate(body []byte) (initiateRequest, *apiError) {
	var r initiateRequest
	all, err := members(body)
	if err != nil {
		return r, err
	}
	return r, cmp.Or(
		member(all, "AuthFlow", &r.flow),
		member(all, "ClientId", &r.client),
		member(all, "AuthParameters", &r.parameters),
	)
}

// check holds what every flow asks for.
func (r initiateRequest) check() *apiError {
	switch {
	case r.client == nil:
		return invalid("1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null")
	case r.flow == nil:
		return invalid("1 validation error detected: Value null at 'authFlow' failed to satisfy constraint: Member must not be null")
	case *r.client != ClientID:
		return &apiError{"ResourceNotFoundException", "User pool client " + *r.client + " does not exist."}
	case r.parameters["SECRET_HASH"] != "":
		return &apiError{"NotAuthorizedException", "Unable to verify secret hash for client " + ClientID}
	}
	return nil
}

func (p *Pool) signIn(parameters map[string]string) (tokens, *apiError) {
	if err := require(parameters, "USERNAME", "PASSWORD"); err != nil {
		return tokens{}, err
	}
	account, ok := authenticate(parameters["USERNAME"], parameters["PASSWORD"])
	if !ok {
		return tokens{}, &apiError{"NotAuthorizedException", "Incorrect username or password."}
	}
	now := p.now()
	s := newSession(account, now)
	issued := p.issue(s, now)
	issued.RefreshToken = p.sessions.add(s, now)
	return issued, nil
}

func (p *Pool) refresh(parameters map[string]string) (tokens, *apiError) {
	if err := require(parameters, "REFRESH_TOKEN"); err != nil {
		return tokens{}, err
	}
	now := p.now()
	s, ok := p.sessions.get(parameters["REFRESH_TOKEN"])
	switch {
	case !ok:
		return tokens{}, &apiError{"NotAuthorizedException", "Invalid Refresh Token"}
	case s.expired(now):
		return tokens{}, &apiError{"NotAuthorizedException", "Refresh Token has expired"}
	}
	return p.issue(s, now), nil
}

func require(parameters map[string]string, names ...string) *apiError {
	for _, name := range names {
		if parameters[name] == "" {
			return invalid("Missing required parameter " + name)
		}
	}
	return nil
}

// refuseFlow has Cognito's three answers: for flows that the client does not allow, for those that
// take AWS credentials, and for what is no flow.
func refuseFlow(flow string) *apiError {
	switch flow {
	case "USER_SRP_AUTH", "USER_AUTH", "CUSTOM_AUTH":
		return invalid(flow + " is not enabled for the client.")
	case "ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH":
		return invalid("Initiate Auth method not supported.")
	}
	return invalid("1 validation error detected: Value '" + flow + "' at 'authFlow' failed to satisfy constraint: " +
		"Member must satisfy enum value set: [USER_AUTH, USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, " +
		"CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH]")
}

func invalid(message string) *apiError { return &apiError{"InvalidParameterException", message} }
