package services

import (
	"fmt"
	"net/http"

	"portcullis/deploy/emulators"
	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/emulators/secretsmanager"
	"portcullis/deploy/gateway/usage"
)

// newAWS serves what of AWS is here, below AWSPath.
func newAWS(env environment, records *dynamodb.Handler, pool *cognito.Pool, registry *usage.Registry) (http.Handler, error) {
	secrets, err := secretsmanager.New(map[string]string{env.clientSecretARN(): ClientSecret})
	if err != nil {
		return nil, err
	}
	return http.StripPrefix(AWSPath, &emulators.Mux{
		APIGateway: apigateway.New(registry), Cognito: pool, DynamoDB: records, SecretsManager: secrets,
	}), nil
}

// clientSecretARN is where the secret of the app client with one is kept.
func (e environment) clientSecretARN() string {
	return fmt.Sprintf("arn:aws:secretsmanager:%s:123456789012:secret:local-client-AbCdEf", e.region())
}
