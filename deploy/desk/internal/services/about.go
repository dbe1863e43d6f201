package services

import (
	"cmp"
	"strings"

	"portcullis/deploy/desk/about"
)

// Named are the tables that a program finds at [Services.Endpoints].
func (s *Services) Named() about.Tables {
	t := about.Tables{APIKeys: s.tables.Keys.Name, Revocations: s.tables.Revocations.Name, Audit: s.tables.Audit.Name}
	if kept := s.tables.Connections; kept.Own == s.tables.Keys.Own {
		t.Connections = kept.Name
	}
	if users := s.tables.Users; !users.InMemory() && users.Own == s.tables.Keys.Own {
		t.Users = users.Name
	}
	return t
}

// Endpoints are where the services are of which functions make use: those here, or those that the environment names in their
// place.
func (s *Services) Endpoints() about.Endpoints {
	here := s.base + AWSPath
	e := about.Endpoints{DynamoDB: here, Cognito: here, APIGateway: here, SecretsManager: here}
	if !s.tables.Keys.Own {
		e.DynamoDB = s.tables.Keys.elsewhere
	}
	if !s.own.builtIn {
		e.Cognito, e.SecretsManager = s.env.serviceEndpoint(poolEndpoint), s.env.serviceEndpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER")
	}
	return e
}

// serviceEndpoint is where the variables say that a service is; "": at AWS.
func (e environment) serviceEndpoint(variable string) string {
	if e.ignoresEndpoints() {
		return ""
	}
	return strings.TrimSuffix(cmp.Or(e.getenv(variable), e.getenv("AWS_ENDPOINT_URL")), "/")
}
