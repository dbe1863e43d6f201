package desk

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"portcullis/api/environ/userpool"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/verify"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/gateway/jwtauth"
)

// The built-in issuer's app clients beside cognito.ClientID, which have what that one has not.
const (
	rotatingID   = "local-rotating"
	secretID     = "local-secret"
	clientSecret = "local-client-secret-not-secret"
)

// newPool makes the built-in issuer.
func newPool(base string) (*cognito.Pool, error) {
	return cognito.New(cognito.Config{
		BaseURL: base + cognitoPath, Accounts: cognito.Demo(),
		Clients: []cognito.Client{{ID: rotatingID, Rotate: true}, {ID: secretID, Secret: clientSecret}},
	})
}

// ownClients are the built-in issuer's app clients that people sign in through.
var ownClients = []string{cognito.ClientID, rotatingID, secretID}

// userPool is the user pool of the API: the tokens function signs in at it, and authorizers trust its tokens.
type userPool struct {
	issuer   verify.Issuer
	clientID string // of the tokens function
	own      bool   // it is the built-in issuer
}

// poolEndpoint names where the environment says that Cognito is.
const poolEndpoint = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"

// chooseUserPool gives the built-in issuer, or the issuer among further ones that tokens of the environment's app client
// are of.
func (s *site) chooseUserPool(further []verify.Issuer) (userPool, error) {
	id, endpoint := os.Getenv(userpool.ClientID), strings.TrimSuffix(os.Getenv(poolEndpoint), "/")
	switch {
	case id == "" && endpoint != "" && endpoint != s.base+awsPath && endpoint != s.base+cognitoPath:
		return userPool{}, fmt.Errorf("%s: is set, and %s names no app client of a user pool there", poolEndpoint, userpool.ClientID)
	case (id == "" || slices.Contains(ownClients, id)) && os.Getenv(userpool.ClientSecretARN) != "":
		return userPool{}, fmt.Errorf("%s: is set, and %s names no app client of another user pool", userpool.ClientSecretARN, userpool.ClientID)
	case id == "" || slices.Contains(ownClients, id):
		issuer := verify.Issuer{
			Issuer: s.pool.Issuer(), JWKSURI: s.pool.KeySetURL(), Audience: slices.Concat(ownClients, []string{cognito.MachineID}), TokenUse: []string{verify.UseAccess},
			Scopes: []string{verify.Any}, Owners: new(true),
		}
		return userPool{issuer, cmp.Or(id, cognito.ClientID), true}, nil
	}
	for _, issuer := range further {
		if slices.Contains(issuer.Audience, id) {
			return userPool{issuer, id, false}, nil
		}
	}
	return userPool{}, fmt.Errorf(`%s: its tokens would be refused: %s has no issuer with the audience %q, such as {"issuer":"https://cognito-idp.%s.amazonaws.com/POOL","audience":[%[3]q],"tokenUse":["access"]}`,
		userpool.ClientID, environ.Issuers, id, region())
}

// forGateway is the user pool as the gateway's own authorizers know it.
func (p userPool) forGateway() jwtauth.UserPool {
	return jwtauth.UserPool{Issuer: p.issuer.Issuer, KeySet: p.issuer.JWKSURI, ClientIDs: p.issuer.Audience}
}

// environment is what a function needs to ask the user pool, beyond this process's own environment. aws is where the site's
// own services are.
func (p userPool) environment(aws string) map[string]string {
	if !p.own {
		return map[string]string{}
	}
	return map[string]string{poolEndpoint: aws, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}
}

// tokensEnvironment is what the tokens function needs to get at the user pool, and at the revocations.
func (s *site) tokensEnvironment(aws string) map[string]string {
	environment := map[string]string{}
	if s.revocations.name != "" {
		environment = s.revocations.environment(aws)
	}
	maps.Copy(environment, s.userPool.environment(aws))
	environment[userpool.ClientID] = s.userPool.clientID
	if !s.userPool.own {
		return environment
	}
	environment[userpool.ClientSecretARN] = ""
	if s.userPool.clientID == secretID {
		environment[userpool.ClientSecretARN], environment["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = clientSecretARN(), aws
		if environment["AWS_ACCESS_KEY_ID"] == "" && os.Getenv("AWS_ACCESS_KEY_ID") == "" {
			environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"] = "local", "local"
		}
	}
	return environment
}

// chooseIssuers chooses whose tokens are accepted: those of the user pool, and of the environment's further issuers.
func (s *site) chooseIssuers() error {
	if text := os.Getenv(environ.Issuers); text != "" {
		var err error
		if s.issuers, err = verify.ParseIssuers(text); err != nil {
			return &environ.Error{Variable: environ.Issuers, Err: err}
		}
	}
	var err error
	if s.userPool, err = s.chooseUserPool(s.issuers); err == nil && s.userPool.own {
		s.issuers = slices.Insert(s.issuers, 0, s.userPool.issuer)
	}
	return err
}
