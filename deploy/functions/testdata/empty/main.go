// Command empty is a Lambda function that does nothing, so that its start is what any takes.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() {}) }
