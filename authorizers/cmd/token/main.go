// Command token is the Lambda function of a TOKEN authorizer: bearer JWTs of the configured issuers.
// It is configured by CONTRACT, ISSUERS, GROUP_SCOPES and CLOCK_SKEW; see package environ.
package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/authorizers/cmd/environ"
)

func main() {
	if err := run(os.Getenv, os.Stderr, func(h lambda.Handler) { lambda.Start(h) }); err != nil {
		fmt.Fprintln(os.Stderr, "token:", err)
		os.Exit(1)
	}
}

// run reads the configuration and serves invocations; it returns where the configuration is wrong.
func run(getenv func(string) string, stderr io.Writer, start func(lambda.Handler)) error {
	handler, err := environ.Token(getenv, slog.New(slog.NewJSONHandler(stderr, nil)))
	if err != nil {
		return err
	}
	start(handler)
	return nil
}
