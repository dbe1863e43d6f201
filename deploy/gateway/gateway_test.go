package gateway_test

import (
	"errors"
	"testing"

	"portcullis/deploy/gateway"
	"portcullis/deploy/plan"
)

// TestNewRefuses: what is missing beside a plan is said in one line, and what API.
func TestNewRefuses(t *testing.T) {
	compiled := func(text string, change func(*setting)) *plan.Plan {
		c := (&stage{}).config(t, text, change)
		p, err := plan.Compile(c.Contract, c.Mode)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	lambda, cognito, lost := compiled(modeText, nil), compiled(cognitoMode, nil), compiled(modeText, nil)
	lost.Operations["POST /things"].RequestModels["application/json"] = "Lost"
	unchecked := compiled(chatMode, withContract(t, chatContract))
	unchecked.Operations["checked"].RequestModels[plan.AnyMediaType] = "Lost"
	functions := map[string]gateway.Invoker{"token": stuck{}, "things": stuck{}}
	for _, test := range []struct {
		config gateway.Config
		want   string
	}{
		{gateway.Config{Functions: map[string]gateway.Invoker{"things": stuck{}}}, "gateway: want a Plan of a REST, an HTTP or a WebSocket API"},
		{gateway.Config{Plan: &plan.Plan{}}, "gateway: want a Plan of a REST, an HTTP or a WebSocket API"},
		{gateway.Config{Plan: lambda}, `gateway: DELETE /things/{id}: no function is called "things"`},
		{gateway.Config{Plan: lambda, Functions: map[string]gateway.Invoker{"token": stuck{}, "things": nil}}, `gateway: DELETE /things/{id}: no function is called "things"`},
		{gateway.Config{Plan: lambda, Functions: map[string]gateway.Invoker{"things": stuck{}}}, `gateway: authorizer: no function is called "token"`},
		{gateway.Config{Plan: cognito, Functions: map[string]gateway.Invoker{"things": stuck{}}}, "gateway: mode test: want Tokens: COGNITO_USER_POOLS asks for them"},
		{gateway.Config{Plan: cognito, Functions: map[string]gateway.Invoker{"things": stuck{}}, Tokens: noPool{}}, "gateway: mode test: authorizer: the pool is none"},
		{gateway.Config{Plan: lost, Functions: functions}, `gateway: POST /things: no model is called "Lost"`},
		{gateway.Config{Plan: unchecked, Functions: functions}, `gateway: checked: no model is called "Lost"`},
	} {
		_, err := gateway.New(test.config)
		if !errors.As(err, new(*gateway.ConfigError)) || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

// noPool verifies nobody's tokens.
type noPool struct{}

func (noPool) Verifier(gateway.TokenIssuer) (gateway.TokenVerifier, error) {
	return nil, errors.New("the pool is none")
}
