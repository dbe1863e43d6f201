// Command live is the Lambda function behind a WebSocket API: it decides each message by rules.json, lets clients connect and
// answers whoami and ping. It is configured by RULES, ALLOWED_ORIGINS and TOKEN_SOURCES; see package rulesfile. A value that is
// wrong ends the program before it takes an event.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/api/environ/rulesfile"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetLogLoggerLevel(slog.LevelError)
	slog.SetDefault(log) // and so the standard logger's, by which the runtime prints errors and panics
	handler, err := rulesfile.Live(os.Getenv, log)
	if err != nil {
		log.Error("cannot start", slog.String("error", err.Error()))
		os.Exit(1)
	}
	lambda.Start(handler)
}
