package environ

import (
	"errors"
	"fmt"
	"slices"

	"portcullis/authorizers"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/cognito"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/authorizers/verify"
)

// The variables that say where the authorizers see that tokens were revoked. The AWS SDK's variables apply to
// the table as [Table] says, and to Cognito as far as they name its endpoint.
//
// With "table", the context of a WebSocket API's $connect names the entries by which the caller's token can be revoked
// ([authorizers.ContextRevocations]), for the function of its messages to look up in the same table. With "cognito" it does not, and what
// asks about a connection that is open has nothing to ask by: the connection ends with its token.
const (
	Revocation      = "REVOCATION"       // "table", or "cognito", which asks user pools by GetUser; not set: tokens are good until they end
	RevocationTable = "REVOCATION_TABLE" // DynamoDB table of revocations; required for "table", and for nothing else
)

// AuditTable is of the command alone, no function reads it: the DynamoDB table in which it records what was done to API keys and
// revocations, found as those tables are. Not set: nothing is recorded.
const AuditTable = "AUDIT_TABLE"

// readRevocations makes what tells of tokens that were revoked; nil where nothing is to.
func readRevocations(getenv func(string) string, issuers []verify.Issuer) (authorizers.Revocations, error) {
	source, err := RevocationSource(getenv, issuers)
	if source == nil || err != nil {
		return nil, err
	}
	checker, err := revocation.NewChecker(revocation.Config{Source: source})
	if err != nil {
		return nil, &Error{Revocation, err}
	}
	return checker, nil
}

// RevocationSource is what the variables have the authorizers ask whether tokens were revoked, which remembers nothing; nil where
// nothing is asked. The error is an [*Error].
func RevocationSource(getenv func(string) string, issuers []verify.Issuer) (source authorizers.Revocations, err error) {
	switch how := getenv(Revocation); {
	case how == "table":
		source, err = readRevocationTable(getenv)
	case getenv(RevocationTable) != "":
		return nil, &Error{RevocationTable, fmt.Errorf(`is set, and %s is not "table": nobody would read it`, Revocation)}
	case how == "":
		return nil, nil
	case how == "cognito":
		source, err = readUserPools(getenv, issuers)
	default:
		return nil, &Error{Revocation, fmt.Errorf(`want "table" or "cognito", got %.40q`, how)}
	}
	if err != nil {
		return nil, err
	}
	return source, nil
}

// revocationNames are what a connection's context has of revocations; nil where they are in no table.
func revocationNames(getenv func(string) string) func(*authorizers.Claims) []string {
	if getenv(Revocation) != "table" {
		return nil
	}
	return revocation.NamesOf
}

func readRevocationTable(getenv func(string) string) (authorizers.Revocations, error) {
	table, err := Table(getenv, RevocationTable)
	if err != nil {
		return nil, err
	}
	return revocation.InTable(dynamo.New(table)), nil
}

// readUserPools makes what asks Cognito, which has to know all tokens that are accepted.
func readUserPools(getenv func(string) string, issuers []verify.Issuer) (authorizers.Revocations, error) {
	if len(issuers) == 0 {
		return nil, &Error{Issuers, errors.New("is not set; want the user pools that are asked about their tokens")}
	}
	var pools []string
	for _, issuer := range issuers {
		if !slices.Equal(issuer.TokenUse, []string{verify.UseAccess}) {
			return nil, &Error{Issuers, fmt.Errorf(`issuer %.200q: want "tokenUse":["access"]: Cognito tells only of access tokens of its own whether they were revoked (%s=cognito)`, issuer.Issuer, Revocation)}
		}
		pools = append(pools, issuer.Issuer)
	}
	asked, err := cognito.New(cognito.Config{Issuers: pools, Endpoint: endpoint(getenv, poolEndpointVariable)})
	if err != nil {
		return nil, named(err, map[string]string{"Issuers": Issuers, "Endpoint": poolEndpointVariable}, Revocation)
	}
	return asked, nil
}

// named is an error about the variable that a field's value comes from, or else about another.
func named(err error, variables map[string]string, other string) error {
	if wrong, ok := errors.AsType[*authorizers.ConfigError](err); ok && variables[wrong.Field] != "" {
		return &Error{variables[wrong.Field], errors.New(wrong.Reason)}
	}
	return &Error{other, err}
}
