// Command live is the Lambda function behind a WebSocket API: it decides each message by rules.json, lets clients connect, answers them, sends
// those who are subscribed what became of users, and closes connections that have ended or were revoked. It takes the events of the WebSocket
// API, of the streams of the tables of users and of revocations, and of a schedule. It is configured by RULES, ALLOWED_ORIGINS, TOKEN_SOURCES,
// CONNECTIONS_TABLE, CONNECTIONS_ENDPOINT, USERS_TABLE and REVOCATION_TABLE; see package websocket. A value that is missing or wrong ends the
// program before it takes an event.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/api/environ/websocket"
	"portcullis/authorizers/revocation/dynamo"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetLogLoggerLevel(slog.LevelError)
	slog.SetDefault(log) // and so the standard logger's, by which the runtime prints errors and panics
	handler, err := websocket.Live(context.Background(), os.Getenv, dynamo.OpenNames, log)
	if err != nil {
		log.Error("cannot start", slog.String("error", err.Error()))
		os.Exit(1)
	}
	lambda.Start(handler)
}
