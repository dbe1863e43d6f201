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
	"portcullis/deploy/plan"
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
	compiled, err3 := plan.Compile(contract, guarded)
	stage, err4 := gateway.New(gateway.Config{Plan: compiled, Functions: map[string]gateway.Invoker{"token": authorizer, "things": things}})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
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

// Why a request was refused: its way through the gateway.
func ExampleTrace() {
	contract, err1 := contract.Parse("contract.yaml", []byte(contractText))
	guarded, err2 := modes.Parse("test.yaml", []byte(modeText))
	authorizer := invoker(func([]byte) ([]byte, error) {
		return []byte(`{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*/GET/things"}}}`), nil
	})
	compiled, err3 := plan.Compile(contract, guarded)
	stage, err4 := gateway.New(gateway.Config{
		Plan: compiled, Functions: map[string]gateway.Invoker{"token": authorizer, "things": authorizer},
		Traces: func(t *gateway.Trace) {
			fmt.Println(t.Method, t.Path, "is", t.Route, t.Parameters)
			fmt.Println(t.Authorizer.Type, t.Authorizer.Function, "cached:", t.Authorizer.Cached)
			fmt.Println(t.Policy.Decision, t.Policy.ARN, "since", t.Policy.Reason)
			fmt.Println(t.Status, t.ResponseType)
		},
	})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		panic(err)
	}
	request := httptest.NewRequest("DELETE", "/test/things/7", nil)
	request.Header.Set("Authorization", "Bearer good")
	stage.ServeHTTP(httptest.NewRecorder(), request)
	// Output:
	// DELETE /test/things/7 is DELETE /things/{id} map[id:7]
	// TOKEN token cached: false
	// deny arn:aws:execute-api:us-east-1:123456789012:3st7f6ncwi/test/DELETE/things/7 since no-match
	// 403 ACCESS_DENIED
}
