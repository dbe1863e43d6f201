package emulators_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"portcullis/deploy/emulators"
	"portcullis/deploy/emulators/secretsmanager"
)

func Example() {
	secrets, err := secretsmanager.New(map[string]string{"arn:aws:secretsmanager:us-east-1:123456789012:secret:client-AbCdEf": "kept"})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(&emulators.Mux{SecretsManager: secrets})
	defer server.Close()

	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: aws.AnonymousCredentials{}})
	secret, err := client.GetSecretValue(context.Background(), &sdk.GetSecretValueInput{SecretId: aws.String("client")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*secret.Name, *secret.SecretString)
	// Output: client kept
}
