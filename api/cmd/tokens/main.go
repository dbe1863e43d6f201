// Command tokens is the Lambda function that exchanges credentials for a Cognito user pool's tokens, behind API Gateway.
// It is configured by USER_POOL_CLIENT_ID, USER_POOL_CLIENT_SECRET_ARN, USER_POOL_PUBLIC_CLIENT_IDS, REVOCATION_TABLE and ALLOWED_ORIGINS; see package
// userpool. A value that is missing or wrong ends the program before it takes an event.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/api/environ/userpool"
	"portcullis/authorizers/revocation/dynamo"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetLogLoggerLevel(slog.LevelError)
	slog.SetDefault(log) // and so the standard logger's, by which the runtime prints errors and panics
	handler, err := userpool.Tokens(context.Background(), os.Getenv, dynamo.Open, log)
	if err != nil {
		log.Error("cannot start", slog.String("error", err.Error()))
		os.Exit(1)
	}
	lambda.Start(handler)
}
