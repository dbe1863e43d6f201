package gateway_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// function is an Invoker that answers as its code says, and keeps the events that it saw.
type function struct {
	code func(event []byte) (string, error)

	mu     sync.Mutex
	events []string
}

func (f *function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	f.mu.Lock()
	f.events = append(f.events, string(event))
	f.mu.Unlock()
	output, err := f.code(event)
	if err != nil {
		return nil, err
	}
	return []byte(output), ctx.Err()
}

func (f *function) calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.events)
}

// last gives the last event as JSON.
func (f *function) last(t *testing.T) map[string]any {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.events) == 0 {
		t.Fatal("the function was not called")
	}
	var event map[string]any
	if err := json.Unmarshal([]byte(f.events[len(f.events)-1]), &event); err != nil {
		t.Fatal(err)
	}
	return event
}

// stage is a gateway for the fixture's contract and mode, behind a real server.
type stage struct {
	url           string
	handler       http.Handler
	token, things *function
	now           time.Time
}

const arnPrefix = "arn:aws:execute-api:us-east-1:123456789012:*/test/"

// setting is what a gateway is made of: tests change it before.
type setting struct {
	Contract *contract.Contract
	Mode     *modes.Mode
	gateway.Config
}

// serve compiles the plan, and makes the gateway that serves it.
func (s setting) serve() (*gateway.Gateway, error) {
	var err error
	if s.Plan, err = plan.Compile(s.Contract, s.Mode); err != nil {
		return nil, err
	}
	return gateway.New(s.Config)
}

// newStage starts a stage of the fixture's contract and mode. Its authorizer answers by the token's name, as
// authorizerAnswer has it; its function answers 200 with the path of the event.
func newStage(t *testing.T, change func(*setting)) *stage {
	t.Helper()
	return startStage(t, modeText, change)
}

// startStage is newStage for another mode, called test.
func startStage(t *testing.T, modeText string, change func(*setting)) *stage {
	t.Helper()
	s := makeStage(t, modeText, change)
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// makeStage is startStage without a server.
func makeStage(t testing.TB, modeText string, change func(*setting)) *stage {
	t.Helper()
	s := &stage{now: time.Unix(1_900_000_000, 0)}
	s.token = &function{code: func(event []byte) (string, error) {
		var e struct {
			AuthorizationToken, MethodARN string
			Headers                       map[string]string
		}
		json.Unmarshal(event, &e)
		token := strings.TrimPrefix(cmp.Or(e.AuthorizationToken, e.Headers["Authorization"]), "Bearer ")
		return authorizerAnswer(token, e.MethodARN)
	}}
	s.things = &function{code: func(event []byte) (string, error) {
		var e struct{ Path string }
		json.Unmarshal(event, &e)
		return fmt.Sprintf(`{"statusCode":200,"body":%q}`, e.Path), nil
	}}
	g, err := s.config(t, modeText, change).serve()
	if err != nil {
		t.Fatal(err)
	}
	s.handler = g
	return s
}

// parsedContract is the fixture's contract, which all stages share: nothing changes it.
var parsedContract = sync.OnceValues(func() (*contract.Contract, error) {
	return contract.Parse("contract.yaml", []byte(contractText))
})

// config is the fixture's configuration with a mode, and what a test changes of it.
func (s *stage) config(t testing.TB, modeText string, change func(*setting)) setting {
	t.Helper()
	contract, err := parsedContract()
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	config := setting{contract, m, gateway.Config{
		Now: func() time.Time { return s.now }, Functions: map[string]gateway.Invoker{"token": s.token, "things": s.things},
	}}
	if change != nil {
		change(&config)
	}
	return config
}

func authorizerAnswer(token, arn string) (string, error) {
	answer := func(effect, resource string) string {
		return fmt.Sprintf(`{"principalId":"me","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":%q,"Action":"execute-api:Invoke","Resource":%q}]},"context":{"number":7,"flag":true,"text":"a"}}`, effect, resource)
	}
	switch token {
	case "all":
		return answer("Allow", "arn:aws:execute-api:*"), nil
	case "this":
		return answer("Allow", arn), nil
	case "things":
		return answer("Allow", arnPrefix+"GET/things/*"), nil
	case "deny":
		return answer("Deny", "*"), nil
	case "keyed", "other", "none":
		return fmt.Sprintf(`{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"usageIdentifierKey":%q}`, keyValues[token]), nil
	case "ends":
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2030-03-17T17:47:00Z"}}}}}`, nil
	case "unauthorized":
		return "", errors.New("Unauthorized")
	case "lower-case":
		return "", errors.New("unauthorized")
	case "no-principal":
		return `{"policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`, nil
	case "no-policy":
		return `{"principalId":"me"}`, nil
	case "no-statement":
		return `{"principalId":"me","policyDocument":{"Statement":[]}}`, nil
	case "bad-context":
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"context":{"list":[]}}`, nil
	case "odd-policy":
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Unknown":1}}}`, nil
	case "capitals":
		return `{"principalID":"me","PolicyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`, nil
	case "both-cases":
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}},"PolicyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`, nil
	case "small-letters":
		return `{"principalId":"me","policyDocument":{"Statement":{"effect":"Allow","Action":"*","Resource":"*"}}}`, nil
	case "long-resource":
		return answer("Allow", arnPrefix+strings.Repeat("*", 513-len(arnPrefix))), nil
	case "longest-resource":
		return answer("Allow", arnPrefix+strings.Repeat("*", 512-len(arnPrefix))), nil
	case "long-not-resource":
		return fmt.Sprintf(`{"principalId":"me","policyDocument":{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","NotResource":["*",%q]}]}}`, strings.Repeat("x", 513)), nil
	case "trailing":
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}} {}`, nil
	case "no-json":
		return `allow`, nil
	}
	return "", errors.New("broken")
}

// keyValues are the keys by which the authorizer has callers counted.
var keyValues = map[string]string{"keyed": "first-key-0123456789", "other": "unknown-key-0123456789"}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request, as request has it.
func (s *stage) send(t *testing.T, text string) answer {
	t.Helper()
	return do(t, s.request(t, text))
}

// request makes a request of its line, header lines, and after an empty line its body.
func (s *stage) request(t *testing.T, text string) *http.Request {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	request, err := http.NewRequest(method, s.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(target, "?")
	request.URL.Opaque, request.URL.RawQuery = path, query
	request.URL.Opaque = "//" + request.URL.Host + path
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Add(name, value)
	}
	return request
}

// do sends a request as it is.
func do(t *testing.T, request *http.Request) answer {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(got)}
}

// stuck is a function that does not answer.
type stuck struct{}

func (stuck) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestAPIID: ARNs and events have the id that was given.
func TestAPIID(t *testing.T) {
	s := newStage(t, func(c *setting) { c.APIID = "abcdef1234" })
	s.send(t, "GET /test/things\nAuthorization: Bearer all")
	if got, want := s.token.last(t)["methodArn"], strings.Replace(arnPrefix, "*", "abcdef1234", 1)+"GET/things"; got != want {
		t.Errorf("methodArn %v, want %s", got, want)
	}
	context, _ := s.things.last(t)["requestContext"].(map[string]any)
	if context["apiId"] != "abcdef1234" {
		t.Errorf("requestContext %v", context)
	}
}
