// Command function is the Lambda function of package probe, which says what it measures and how.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"portcullis/deploy/probe"
)

func main() { lambda.Start(probe.Handler{}) }
