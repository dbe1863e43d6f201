package desk

import (
	"fmt"
	"maps"
	"os"

	"portcullis/authorizers/environ"
	"portcullis/authorizers/revocation/dynamo"
)

// chooseRevocations gives the table of revocations that the authorizers read: the environment's, or one of the site's own.
// It is the zero table where the environment has them look elsewhere. A function finds all its tables at one address, so
// the site's own goes only with its own table of API keys.
func (s *site) chooseRevocations() (table, error) {
	how, name := os.Getenv(environ.Revocation), os.Getenv(environ.RevocationTable)
	chosen := s.chooseTable(environ.RevocationTable, "revocations")
	chosen.expires = dynamo.TimeToLive
	switch {
	case how != "" && how != "table":
		return table{}, nil
	case chosen.own == s.keys.own:
		return chosen, nil
	case how == "" && name == "":
		return table{}, nil
	}
	return table{}, fmt.Errorf("%s: want it in the DynamoDB where %s is: name both tables or neither", environ.RevocationTable, environ.APIKeysTable)
}

// withRevocations is an authorizer's environment with what it needs to get at the revocations.
func (s *site) withRevocations(environment map[string]string) map[string]string {
	switch {
	case s.revocations.name != "":
		maps.Copy(environment, s.revocations.environment(s.inner+awsPath))
		environment[environ.Revocation] = "table"
	case os.Getenv(environ.Revocation) == "cognito":
		maps.Copy(environment, s.userPool.environment(s.inner+awsPath))
	}
	return environment
}
