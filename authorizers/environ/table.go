package environ

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/authorizers/dynamodb"
)

const (
	endpointVariable       = "AWS_ENDPOINT_URL"
	dynamoEndpointVariable = "AWS_ENDPOINT_URL_DYNAMODB"
	poolEndpointVariable   = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
)

// endpoint is where the variables say that a service is; "": at AWS.
// See https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.
func endpoint(getenv func(string) string, variable string) string {
	if strings.EqualFold(getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		return ""
	}
	return cmp.Or(getenv(variable), getenv(endpointVariable))
}

// Table is the client of the DynamoDB table that a variable names. The AWS SDK's variables apply as far as they name the region,
// credentials and the endpoint of DynamoDB, which is how Lambda hands a function its own; the SDK's files and profiles do not. It
// calls nobody. getenv gives a variable's value, "" where it is not set. What is wrong with a variable is an
// [*Error].
func Table(getenv func(string) string, variable string) (*dynamodb.Table, error) {
	const idVariable, secretVariable = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
	for _, needed := range []string{variable, "AWS_REGION", idVariable, secretVariable} {
		if getenv(needed) == "" {
			return nil, &Error{needed, errors.New("is not set; the table cannot be read without it")}
		}
	}
	credentials := aws.Credentials{AccessKeyID: getenv(idVariable), SecretAccessKey: getenv(secretVariable), SessionToken: getenv("AWS_SESSION_TOKEN")}
	table, err := dynamodb.Open(dynamodb.Config{
		Table: getenv(variable), Region: getenv("AWS_REGION"), Endpoint: endpoint(getenv, dynamoEndpointVariable),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials, nil }),
	})
	if err != nil {
		return nil, TableError(err, variable)
	}
	return table, nil
}

// TableError is an [*Error] in the place of one of [dynamodb.Open], about the variable that the configuration comes from.
func TableError(err error, variable string) error {
	return named(err, map[string]string{"Table": variable, "Region": "AWS_REGION", "Endpoint": dynamoEndpointVariable}, variable)
}
