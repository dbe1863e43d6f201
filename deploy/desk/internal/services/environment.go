package services

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"strings"

	"portcullis/authorizers/environ"
)

// environment is what variables say of the services.
type environment struct {
	getenv func(name string) string
}

// region is that of the variables, or us-east-1.
func (e environment) region() string {
	return cmp.Or(e.getenv("AWS_REGION"), e.getenv("AWS_DEFAULT_REGION"), "us-east-1")
}

// checkRegion refuses what could not stand in an ARN or in a printed command.
func (e environment) checkRegion() error {
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789-"
	name := e.region()
	if strings.Trim(name, allowed) == "" && strings.Trim(name, "-") == name && !strings.Contains(name, "--") {
		return nil
	}
	return fmt.Errorf("AWS_REGION or AWS_DEFAULT_REGION: want a region such as us-east-1, got %q", name)
}

// endpoint is where the variables say that DynamoDB is; "": at AWS.
func (e environment) endpoint() string {
	return e.serviceEndpoint("AWS_ENDPOINT_URL_DYNAMODB")
}

// ignoresEndpoints tells whether the variables that name endpoints do not count.
// See https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.
func (e environment) ignoresEndpoints() bool {
	return strings.EqualFold(e.getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true")
}

// hasCredentials tells whether the variables say who asks AWS.
func (e environment) hasCredentials() bool {
	return e.getenv("AWS_ACCESS_KEY_ID") != "" || e.getenv("AWS_PROFILE") != ""
}

// Environment is what one of this module's functions finds its tables, its user pool and its region by, and live what it does for a
// project; nil for any other function, which finds them on its own. It goes before the environment of this program.
func (s *Services) Environment(function string, f Feed) map[string]string {
	variables := map[string]string{"AWS_REGION": s.Region()}
	switch aws := s.inner + AWSPath; function {
	case "users":
		maps.Copy(variables, s.tables.Users.environment(aws))
		maps.Copy(variables, s.originEnvironment())
	case "request":
		maps.Copy(variables, s.tables.Keys.environment(aws))
		maps.Copy(variables, s.revocationEnvironment(aws))
	case "token", "jwt":
		maps.Copy(variables, s.revocationEnvironment(aws))
	case "tokens":
		maps.Copy(variables, s.tokensEnvironment(aws))
		maps.Copy(variables, s.originEnvironment())
	case Live:
		maps.Copy(variables, s.revocationEnvironment(aws))
		maps.Copy(variables, f.environment(s, aws))
		maps.Copy(variables, s.originEnvironment())
	default:
		return nil
	}
	return variables
}

// revocationEnvironment is what an authorizer needs to get at the revocations. aws is where the services here are.
func (s *Services) revocationEnvironment(aws string) map[string]string {
	switch {
	case s.tables.Revocations.Name != "":
		variables := s.tables.Revocations.environment(aws)
		variables[environ.Revocation] = "table"
		return variables
	case s.env.getenv(environ.Revocation) == "cognito":
		return s.own.environment(aws)
	}
	return nil
}

// wrong is an error about a variable.
func wrong(variable, reason string) error {
	return &environ.Error{Variable: variable, Err: errors.New(reason)}
}
