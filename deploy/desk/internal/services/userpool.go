package services

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
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
	RotatingID   = "local-rotating"
	SecretID     = "local-secret"
	ClientSecret = "local-client-secret-not-secret" // of SecretID
)

// newPool makes the built-in issuer, at which pages of some origins may sign people in; none: those of all. What it sends to people is a
// line of the log.
func newPool(base string, origins []string, log *slog.Logger) (*cognito.Pool, error) {
	return cognito.New(cognito.Config{
		BaseURL: base + CognitoPath, Origins: origins, Accounts: cognito.Demo(),
		Deliver: func(m cognito.Message) {
			log.Info("message", slog.String("medium", m.Medium), slog.String("to", m.Destination), slog.String("username", m.Username),
				slog.String("code", m.Code), slog.String("for", m.Operation))
		},
		Clients: []cognito.Client{{ID: RotatingID, Rotate: true}, {ID: SecretID, Secret: ClientSecret}},
	})
}

// ownClients are the built-in issuer's app clients that people sign in through.
var ownClients = []string{cognito.ClientID, RotatingID, SecretID}

// UserPool is the user pool of the API: its tokens function signs in at it, and authorizers trust its tokens.
type UserPool struct {
	Issuer   string
	ClientID string            // of the tokens function
	PublicID string            // of an app client that sends no proof of a secret; "": none is known
	Own      bool              // it is the built-in issuer
	Accounts []cognito.Account // of the built-in issuer, for people
}

// UserPool tells of the user pool.
func (s *Services) UserPool() UserPool {
	u := UserPool{Issuer: s.own.issuer.Issuer, ClientID: s.own.clientID, Own: s.own.builtIn}
	if u.Own {
		u.Accounts, u.PublicID = s.pool.Accounts(), u.ClientID
		if u.ClientID == SecretID {
			u.PublicID = cognito.ClientID
		}
	}
	return u
}

// AskedOf says for what a person is asked beside the password, and gives the secret of the software token that makes the codes; "": for nothing,
// and none is.
func AskedOf(account cognito.Account) (what, secret string) {
	switch {
	case account.Temporary:
		return "a new password", ""
	case slices.Contains(account.MFA, cognito.MFASoftware):
		i := slices.IndexFunc(cognito.Demo(), func(a cognito.Account) bool { return a.Username == account.Username })
		if i >= 0 {
			secret = cognito.Demo()[i].TOTPSecret
		}
		return "a code of the software token", secret
	}
	return "", ""
}

// userPool is the entry of the API's user pool among the issuers, and the app client that signs in at it.
type userPool struct {
	issuer   verify.Issuer
	clientID string
	builtIn  bool
}

// poolEndpoint names where the environment says that Cognito is.
const poolEndpoint = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"

// chooseUserPool gives the built-in issuer, or the issuer among further ones that tokens of the environment's app client
// are of.
func (e environment) chooseUserPool(base string, pool *cognito.Pool, further []verify.Issuer) (userPool, error) {
	id, endpoint := e.getenv(userpool.ClientID), ""
	if !e.ignoresEndpoints() {
		endpoint = strings.TrimSuffix(e.getenv(poolEndpoint), "/")
	}
	switch {
	case id == "" && endpoint != "" && endpoint != base+AWSPath && endpoint != base+CognitoPath:
		return userPool{}, wrong(poolEndpoint, fmt.Sprintf("is set, and %s names no app client of a user pool there", userpool.ClientID))
	case (id == "" || slices.Contains(ownClients, id)) && e.getenv(userpool.ClientSecretARN) != "":
		return userPool{}, wrong(userpool.ClientSecretARN, fmt.Sprintf("is set, and %s names no app client of another user pool", userpool.ClientID))
	case id == "" || slices.Contains(ownClients, id):
		issuer := verify.Issuer{
			Issuer: pool.Issuer(), JWKSURI: pool.KeySetURL(), Audience: slices.Concat(ownClients, []string{cognito.MachineID}), TokenUse: []string{verify.UseAccess},
			Scopes: []string{verify.Any}, Owners: new(true),
		}
		return userPool{issuer, cmp.Or(id, cognito.ClientID), true}, nil
	}
	for _, issuer := range further {
		if slices.Contains(issuer.Audience, id) {
			return userPool{issuer, id, false}, nil
		}
	}
	return userPool{}, wrong(userpool.ClientID, fmt.Sprintf(`its tokens would be refused: %s has no issuer with the audience %q, such as {"issuer":"https://cognito-idp.%s.amazonaws.com/POOL","audience":[%[2]q],"tokenUse":["access"]}`,
		environ.Issuers, id, e.region()))
}

// ownForGateway is the user pool as the gateway's own authorizers know it. They get the keys of the built-in issuer as functions get at
// services.
func (s *Services) ownForGateway() jwtauth.UserPool {
	p := jwtauth.UserPool{Issuer: s.own.issuer.Issuer, KeySet: s.own.issuer.JWKSURI, ClientIDs: s.own.issuer.Audience}
	if own, is := strings.CutPrefix(p.KeySet, s.base); is && s.own.builtIn && s.secure() {
		p.KeySet = s.inner + own
	}
	return p
}

// environment is what a function needs to ask the user pool, beyond this program's own environment. aws is where the services
// here are.
func (p userPool) environment(aws string) map[string]string {
	if !p.builtIn {
		return map[string]string{}
	}
	return map[string]string{poolEndpoint: aws, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}
}

// tokensEnvironment is what the tokens function needs to get at the user pool, and at the revocations.
func (s *Services) tokensEnvironment(aws string) map[string]string {
	variables := map[string]string{}
	if s.tables.Revocations.Name != "" {
		variables = s.tables.Revocations.environment(aws)
	}
	maps.Copy(variables, s.own.environment(aws))
	variables[userpool.ClientID] = s.own.clientID
	if !s.own.builtIn {
		return variables
	}
	variables[userpool.ClientSecretARN], variables[userpool.PublicClientIDs] = "", ""
	if s.own.clientID == SecretID {
		variables[userpool.PublicClientIDs] = cognito.ClientID
		variables[userpool.ClientSecretARN], variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = s.env.clientSecretARN(), aws
		if variables["AWS_ACCESS_KEY_ID"] == "" && s.env.getenv("AWS_ACCESS_KEY_ID") == "" {
			variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"] = "local", "local"
		}
	}
	return variables
}
