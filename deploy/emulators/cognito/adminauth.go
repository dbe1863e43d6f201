package cognito

import "cmp"

// adminInitiateAuth signs in for a server that has AWS credentials.
// Source: Amazon Cognito user pools API reference, AdminInitiateAuth.
func (p *Pool) adminInitiateAuth(in input) (any, *apiError) {
	if err := inPool(in); err != nil {
		return nil, err
	}
	return p.initiate(in, p.authenticateForServer)
}

func (p *Pool) authenticateForServer(flow string, client Client, parameters map[string]string) (*authResponse, *apiError) {
	switch flow {
	case "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH":
		return p.signIn(client, parameters)
	case "USER_PASSWORD_AUTH":
		return nil, invalid("Initiate Auth method not supported.")
	}
	return p.authenticate(flow, client, parameters)
}

// adminRespondToAuthChallenge goes on with such a sign-in.
// Source: Amazon Cognito user pools API reference, AdminRespondToAuthChallenge.
func (p *Pool) adminRespondToAuthChallenge(in input) (any, *apiError) {
	a, err := p.readAnswer(in)
	if err := cmp.Or(inPool(in), err); err != nil {
		return nil, err
	}
	return p.respond(a)
}
