package cognito

import "cmp"

// initiateRequest is the part of InitiateAuth's request that a pool without triggers and without
// threat protection looks at. A nil pointer is an absent member.
type initiateRequest struct {
	flow, client *string
	parameters   map[string]string
}

// initiateAuth signs in, or refreshes.
// Source: Amazon Cognito user pools API reference, InitiateAuth.
func (p *Pool) initiateAuth(in input) (any, *apiError) { return p.initiate(in, p.authenticate) }

// initiate begins a sign-in, by the flows that there are for who asks.
func (p *Pool) initiate(in input, authenticate func(flow string, client Client, parameters map[string]string) (*authResponse, *apiError)) (any, *apiError) {
	var r initiateRequest
	err := cmp.Or(in.read("AuthFlow", &r.flow), in.read("ClientId", &r.client), in.read("AuthParameters", &r.parameters))
	if err != nil {
		return nil, err
	}
	client, err := p.client(r.client)
	switch {
	case err != nil:
		return nil, err
	case r.flow == nil:
		return nil, nullMember("authFlow")
	}
	response, err := authenticate(*r.flow, p.from(client, r.parameters["DEVICE_KEY"]), r.parameters)
	if err != nil {
		return nil, err
	}
	return response, nil
}

func (p *Pool) authenticate(flow string, client Client, parameters map[string]string) (*authResponse, *apiError) {
	switch flow {
	case "USER_PASSWORD_AUTH":
		return p.signIn(client, parameters)
	case "USER_AUTH":
		return p.userAuth(client, parameters)
	case "USER_SRP_AUTH":
		return p.beginSRP(client, parameters)
	case "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN":
		return p.refreshTokenAuth(client, parameters)
	}
	return nil, refuseFlow(flow)
}

// signIn is USER_PASSWORD_AUTH.
func (p *Pool) signIn(client Client, parameters map[string]string) (*authResponse, *apiError) {
	if err := require(parameters, "USERNAME", "PASSWORD"); err != nil {
		return nil, err
	}
	username := parameters["USERNAME"]
	if err := client.checkHash(username, parameters["SECRET_HASH"]); err != nil {
		return nil, err
	}
	return p.checkPassword(username, client, parameters["PASSWORD"])
}

func (p *Pool) checkPassword(username string, client Client, password string) (*authResponse, *apiError) {
	who, ok := p.people.authenticate(username, password)
	if !ok {
		return nil, wrongPassword
	}
	return p.proceed(who, client)
}

// refuseFlow has Cognito's three answers: for flows that the client does not allow, for those that
// take AWS credentials, and for what is no flow.
func refuseFlow(flow string) *apiError {
	switch flow {
	case "CUSTOM_AUTH":
		return flowNotEnabled(flow)
	case "ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH":
		return invalid("Initiate Auth method not supported.")
	}
	return outsideEnum("authFlow", flow, "USER_AUTH, USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, "+
		"CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH")
}

func flowNotEnabled(flow string) *apiError { return invalid(flow + " is not enabled for the client.") }
