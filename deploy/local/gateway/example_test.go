package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"

	"portcullis/api"
	"portcullis/deploy/local/gateway"
)

// invoker is a Lambda function that a Go function stands for.
type invoker func(event []byte) ([]byte, error)

func (f invoker) Invoke(_ context.Context, event []byte) ([]byte, error) { return f(event) }

// An authorizer of one's own, tested through the gateway.
func ExampleNew() {
	contract, err := api.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		fmt.Println(err)
		return
	}
	mode, err := gateway.ParseMode("test.yaml", []byte(modeText))
	if err != nil {
		fmt.Println(err)
		return
	}
	authorizer := invoker(func(event []byte) ([]byte, error) {
		if !strings.Contains(string(event), "Bearer good") {
			return nil, errors.New("Unauthorized")
		}
		return []byte(`{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}}}`), nil
	})
	things := invoker(func([]byte) ([]byte, error) { return []byte(`{"statusCode":200,"body":"things"}`), nil })
	stage, err := gateway.New(gateway.Config{Contract: contract, Mode: mode, Functions: map[string]gateway.Invoker{"token": authorizer, "things": things}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, token := range []string{"Bearer good", "Bearer bad", ""} {
		request := httptest.NewRequest("GET", "/test/things", nil)
		request.Header.Set("Authorization", token)
		answer := httptest.NewRecorder()
		stage.ServeHTTP(answer, request)
		fmt.Println(answer.Code, answer.Body)
	}
	// Output:
	// 200 things
	// 401 {"message":"Unauthorized"}
	// 401 {"message":"Unauthorized"}
}
