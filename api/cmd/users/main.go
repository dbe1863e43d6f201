// Command users is the Lambda function that serves the users API behind API Gateway.
// It is configured by USERS_TABLE and ALLOWED_ORIGINS; see package userstable. A value that is missing or wrong
// ends the program before it takes an event.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/api/environ/userstable"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetLogLoggerLevel(slog.LevelError)
	slog.SetDefault(log) // and so the standard logger's, by which the runtime prints errors and panics
	handler, _, err := userstable.Users(context.Background(), os.Getenv, log)
	if err != nil {
		log.Error("cannot start", slog.String("error", err.Error()))
		os.Exit(1)
	}
	lambda.Start(handler)
}
