package functions

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	table "portcullis/authorizers/dynamodb"
)

// awsOptions has the clients of a function in this process ask where its variables say, and as whom they say. What they do not
// say, such as a profile's credentials, the AWS SDK finds by this process's own environment.
func awsOptions(getenv func(string) string) []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{config.WithRegion(getenv("AWS_REGION")), config.WithServiceOptions(endpoints(getenv))}
	if id, secret := getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"); id != "" && secret != "" {
		options = append(options, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(id, secret, getenv("AWS_SESSION_TOKEN"))))
	}
	return options
}

// endpoints sets where services are, by the variables for that; a service that they do not name is where it was.
// See https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.
func endpoints(getenv func(string) string) func(service string, options any) {
	endpoint := func(variable, before string) string {
		if strings.EqualFold(getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
			return before
		}
		return cmp.Or(getenv(variable), getenv("AWS_ENDPOINT_URL"), before)
	}
	set := func(to **string, variable string) {
		if at := endpoint(variable, aws.ToString(*to)); at != "" {
			*to = &at
		}
	}
	return func(_ string, options any) {
		switch o := options.(type) {
		case *table.Config:
			o.Endpoint = endpoint("AWS_ENDPOINT_URL_DYNAMODB", o.Endpoint)
		case *dynamodb.Options:
			set(&o.BaseEndpoint, "AWS_ENDPOINT_URL_DYNAMODB")
		case *cognitoidentityprovider.Options:
			set(&o.BaseEndpoint, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER")
		case *secretsmanager.Options:
			set(&o.BaseEndpoint, "AWS_ENDPOINT_URL_SECRETS_MANAGER")
		}
	}
}
