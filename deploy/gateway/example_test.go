package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
)

// invoker is a Lambda function that a Go function stands for.
type invoker func(event []byte) ([]byte, error)

func (f invoker) Invoke(_ context.Context, event []byte) ([]byte, error) { return f(event) }

// A Lambda authorizer of one's own, tested through the gateway: its policy counts for every route, as it does in AWS.
func ExampleNew() {
	contract, err1 := contract.Parse("contract.yaml", []byte(contractText))
	guarded, err2 := modes.Parse("test.yaml", []byte(modeText))
	authorizer := invoker(func(event []byte) ([]byte, error) {
		if !strings.Contains(string(event), "Bearer good") {
			return nil, errors.New("Unauthorized")
		}
		return []byte(`{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*/GET/things"}}}`), nil
	})
	things := invoker(func([]byte) ([]byte, error) { return []byte(`{"statusCode":200,"body":"things"}`), nil })
	stage, err3 := gateway.New(gateway.Config{Contract: contract, Mode: guarded, Functions: map[string]gateway.Invoker{"token": authorizer, "things": things}})
	if err := errors.Join(err1, err2, err3); err != nil {
		panic(err)
	}
	for _, call := range []string{"GET /test/things Bearer good", "DELETE /test/things/7 Bearer good", "GET /test/things Bearer bad"} {
		method, target, token := strings.Fields(call)[0], strings.Fields(call)[1], strings.SplitN(call, " ", 3)[2]
		request, answer := httptest.NewRequest(method, target, nil), httptest.NewRecorder()
		request.Header.Set("Authorization", token)
		stage.ServeHTTP(answer, request)
		fmt.Println(call, "=>", answer.Code, answer.Body)
	}
	// Output:
	// GET /test/things Bearer good => 200 things
	// DELETE /test/things/7 Bearer good => 403 {"Message":"User is not authorized to access this resource"}
	// GET /test/things Bearer bad => 401 {"message":"Unauthorized"}
}
