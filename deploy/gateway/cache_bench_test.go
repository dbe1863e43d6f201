package gateway_test

import (
	"context"
	"net/http/httptest"
	"strconv"
	"testing"

	"portcullis/deploy/gateway"
)

const allowAll = `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`

// BenchmarkNewIdentities: requests whose identities are not in the cache, which is full.
func BenchmarkNewIdentities(b *testing.B) {
	s := &stage{token: &function{}, things: &function{}}
	config := s.config(b, modeText, func(c *setting) {
		c.Mode.Authorizer.IdentityValidationExpression = ""
		c.Functions = map[string]gateway.Invoker{"token": answering(allowAll), "things": answering(`{}`)}
	})
	g, err := config.serve()
	if err != nil {
		b.Fatal(err)
	}
	send := func(token int) {
		request := httptest.NewRequest("GET", "/test/things", nil)
		request.Header.Set("Authorization", strconv.Itoa(token))
		recorder := httptest.NewRecorder()
		if g.ServeHTTP(recorder, request); recorder.Code != 200 {
			b.Fatal(recorder.Code, recorder.Body)
		}
	}
	for token := range 10_000 {
		send(token)
	}
	b.ResetTimer()
	for i := range b.N {
		send(10_000 + i)
	}
}

// answering is a function that always answers the same.
type answering string

func (a answering) Invoke(context.Context, []byte) ([]byte, error) { return []byte(a), nil }
