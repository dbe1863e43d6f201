// Command probe is a function that ends as its event says, with a log as the authorizers have it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/authorizers/internal/lambdalog"
)

type probe struct{}

func (probe) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var do map[string]string
	if err := json.Unmarshal(event, &do); err != nil {
		return nil, err
	}
	if line, there := do["print"]; there {
		log.Print(line)
	}
	if text, there := do["panic"]; there {
		panic(text)
	}
	if text, there := do["fail"]; there {
		return nil, errors.New(text)
	}
	return []byte("{}"), nil
}

func main() { lambda.Start(lambdalog.Once(probe{}, lambdalog.New(os.Stderr))) }
