package apigateway_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"

	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/gateway/usage"
)

func Example() {
	registry, err := usage.New(usage.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(apigateway.New(registry))
	defer server.Close()

	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "eu-west-1", Credentials: aws.AnonymousCredentials{}})
	_, err = client.CreateApiKey(context.Background(), &sdk.CreateApiKeyInput{Name: aws.String("ann"), Enabled: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range registry.Keys() {
		fmt.Println(key.Name, key.Enabled, key.Value)
	}
	// Output: ann true [redacted]
}
