// Command request is the Lambda function of a REQUEST authorizer: API keys of a DynamoDB table, bearer JWTs of the
// configured issuers, or both, for REST, WebSocket and HTTP APIs. It is configured by RULES, ISSUERS, GROUP_SCOPES,
// CLOCK_SKEW, MAX_TOKEN, TOKEN_SOURCES, REVOCATION, REVOCATION_TABLE, API_KEYS_TABLE, API_KEYS_REMEMBERED,
// API_KEYS_UNSEALED, API_KEYS_UNKNOWN, RESPONSE and UNAUTHORIZED; see package environ. A value that is missing or wrong ends the program before it takes an event.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/internal/lambdalog"
)

func main() {
	log := lambdalog.New(os.Stderr)
	handler, stop, err := handler(os.Getenv, log)
	if err != nil {
		log.Error("cannot start", slog.String("error", err.Error()))
		os.Exit(1)
	}
	lambda.StartWithOptions(lambdalog.Once(handler, log), lambda.WithEnableSIGTERM(stop))
}

// handler makes the authorizer, and what lets it finish before the environment ends.
func handler(getenv func(string) string, log *slog.Logger) (*authorizers.RequestAuthorizer, func(), error) {
	if getenv(environ.APIKeysTable) == "" {
		authorizer, err := environ.Request(getenv, nil, log)
		return authorizer, func() {}, err
	}
	table, err := environ.Table(getenv, environ.APIKeysTable)
	if err != nil {
		return nil, nil, err
	}
	checks, err := environ.ParseKeyChecks(getenv)
	if err != nil {
		return nil, nil, err
	}
	checker, err := apikey.NewChecker(apikey.Config{
		Store: dynamo.New(table), FoundFor: checks.Remembered, SealedOnly: checks.SealedOnly, MaxUnknown: checks.Unknown, Log: log,
	})
	if err != nil {
		return nil, nil, err
	}
	authorizer, err := environ.Request(getenv, checker, log)
	return authorizer, checker.Close, err
}
