// Command token is the Lambda function of a TOKEN authorizer: bearer JWTs of the configured issuers.
// It is configured by RULES, ISSUERS, GROUP_SCOPES, CLOCK_SKEW, MAX_TOKEN, TOKEN_SOURCES, REVOCATION,
// REVOCATION_TABLE and UNAUTHORIZED; see package environ. A value that is missing or wrong ends the program before it takes an event.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/authorizers/environ"
	"portcullis/authorizers/internal/lambdalog"
)

func main() {
	log := lambdalog.New(os.Stderr)
	handler, err := environ.Token(os.Getenv, log)
	if err != nil {
		log.Error("cannot start", slog.String("error", err.Error()))
		os.Exit(1)
	}
	lambda.Start(lambdalog.Once(handler, log))
}
