package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"portcullis/api/contract"
)

// FuzzEventBytes: each event is, byte for byte, what encoding/json writes of the same values, in the order of members in which AWS
// documents them.
func FuzzEventBytes(f *testing.F) {
	f.Add("a=1&a=2&b=x+y%2B", "X-Two", "1", "2", "all", []byte(`{"name":"ä"}`))
	f.Add("a=%zz&;b&=&a&%C3%A9=%00", "x-\"quote", "\\", "<a href=\"x\">&\u2028", "one", []byte("\xff\x00"))
	f.Add("", "Cookie", "a=b; c", "", "<\xff>", []byte{})
	f.Add("%22=%5C", "User-Agent", "\"", "\x7f\t", "all", []byte("null"))
	kinds := []*eventKind{
		{mode: modeText, token: &tokenBytes{}, things: &proxyBytes{}},
		{mode: with(requestModeText, "SOURCES", "", "300", "0"), token: &requestBytes{}, things: &proxyBytes{}},
		{mode: with(httpModeText, "300", "0"), token: &authorizerBytes{}, things: &httpBytes{}},
		{mode: with(httpModeText, "300", "0", `payloadFormatVersion: "2.0"`, `payloadFormatVersion: "1.0"`, "function: token", "function: token\n  payloadFormatVersion: \"1.0\""),
			token: &authorizerBytesV1{}, things: &httpBytesV1{}},
	}
	for _, kind := range kinds {
		kind.start(f)
	}
	f.Fuzz(func(t *testing.T, query, name, first, second, context string, body []byte) {
		for _, kind := range kinds {
			request := httptest.NewRequest("PUT", "/test/things", bytes.NewReader(body))
			request.URL.RawQuery = query
			request.Header["Authorization"] = []string{"Bearer all"}
			request.Header[http.CanonicalHeaderKey(name)] = []string{first, second}
			request.Header["Content-Type"] = []string{"text/plain"}
			kind.check(t, request, context)
		}
	})
}

// eventKind is a kind of API, and the forms of its events.
type eventKind struct {
	mode          string
	token, things any
	stage         *stage
	handler       http.Handler
}

func (k *eventKind) start(f *testing.F) {
	k.stage = &stage{token: &function{}, things: &function{code: func([]byte) (string, error) { return `{"statusCode":200}`, nil }}}
	g, err := k.stage.config(f, k.mode, func(c *setting) {
		if strings.Contains(k.mode, "gateway: HTTP") {
			var err error
			if c.Contract, err = contract.Parse("contract.yaml", []byte(with(httpContract, "/things/special: {get: {}}", "/{more+}: {put: {}}"))); err != nil {
				f.Fatal(err)
			}
		}
	}).serve()
	if err != nil {
		f.Fatal(err)
	}
	k.handler = g
}

// check sends a request, and looks at the events that functions get. context is what the authorizer says of who calls.
func (k *eventKind) check(t *testing.T, request *http.Request, context string) {
	t.Helper()
	k.stage.token.code = func([]byte) (string, error) {
		answer, err := authorizerAnswer("all", "*")
		return strings.Replace(answer, `"text":"a"`, `"text":`+quoted(t, context)+`,`+quoted(t, "k"+context)+`:"b"`, 1), err
	}
	k.stage.token.events, k.stage.things.events = nil, nil
	k.handler.ServeHTTP(httptest.NewRecorder(), request)
	for _, of := range []struct {
		events []string
		form   any
	}{{k.stage.token.events, k.token}, {k.stage.things.events, k.things}} {
		for _, event := range of.events {
			if strings.Contains(event, `\ufffd`) {
				continue // encoding/json wrote it in the place of what is no UTF-8, which is not in the event any more
			}
			if again := writtenAgain(t, event, of.form); again != event {
				t.Errorf("%s, want\n%s", event, again)
			}
		}
	}
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	out, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// writtenAgain is an event as encoding/json writes what it holds, in a form of those below.
func writtenAgain(t *testing.T, event string, form any) string {
	t.Helper()
	into := reflect.New(reflect.TypeOf(form).Elem()).Interface()
	decoder := json.NewDecoder(strings.NewReader(event))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	out, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The forms of events: of authorizers, and of functions.

type tokenBytes struct {
	Type               string `json:"type"`
	AuthorizationToken string `json:"authorizationToken"`
	MethodARN          string `json:"methodArn"`
}

type requestBytes struct {
	Type      string `json:"type"`
	MethodARN string `json:"methodArn"`
	restRequest
}

type proxyBytes struct {
	restRequest
	Body            *string `json:"body"`
	IsBase64Encoded bool    `json:"isBase64Encoded"`
}

type restRequest struct {
	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	RequestContext                  restContext         `json:"requestContext"`
}

type restContext struct {
	ResourceID        string         `json:"resourceId"`
	Authorizer        map[string]any `json:"authorizer,omitempty"`
	ResourcePath      string         `json:"resourcePath"`
	OperationName     string         `json:"operationName,omitempty"` // absent where the method has none
	HTTPMethod        string         `json:"httpMethod"`
	ExtendedRequestID string         `json:"extendedRequestId"`
	RequestTime       string         `json:"requestTime"`
	Path              string         `json:"path"`
	AccountID         string         `json:"accountId"`
	Protocol          string         `json:"protocol"`
	Stage             string         `json:"stage"`
	DomainPrefix      string         `json:"domainPrefix"`
	RequestTimeEpoch  int64          `json:"requestTimeEpoch"`
	RequestID         string         `json:"requestId"`
	Identity          identityBytes  `json:"identity"`
	DomainName        string         `json:"domainName"`
	DeploymentID      string         `json:"deploymentId"`
	APIID             string         `json:"apiId"`
}

type identityBytes struct {
	CognitoIdentityPoolID         *string `json:"cognitoIdentityPoolId"`
	AccountID                     *string `json:"accountId"`
	CognitoIdentityID             *string `json:"cognitoIdentityId"`
	Caller                        *string `json:"caller"`
	SourceIP                      string  `json:"sourceIp"`
	PrincipalOrgID                *string `json:"principalOrgId"`
	AccessKey                     *string `json:"accessKey"`
	CognitoAuthenticationType     *string `json:"cognitoAuthenticationType"`
	CognitoAuthenticationProvider *string `json:"cognitoAuthenticationProvider"`
	UserARN                       *string `json:"userArn"`
	UserAgent                     *string `json:"userAgent"`
	User                          *string `json:"user"`
	APIKey                        *string `json:"apiKey,omitempty"`   // only where a key is required
	APIKeyID                      *string `json:"apiKeyId,omitempty"` // the same
}

type httpBytes struct {
	Version string `json:"version"`
	httpRequest
	Body            string `json:"body,omitempty"`
	IsBase64Encoded bool   `json:"isBase64Encoded"`
}

type httpRequest struct {
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        httpContext       `json:"requestContext"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	StageVariables        map[string]string `json:"stageVariables,omitempty"`
}

type httpContext struct {
	AccountID    string          `json:"accountId"`
	APIID        string          `json:"apiId"`
	Authorizer   map[string]any  `json:"authorizer,omitempty"`
	DomainName   string          `json:"domainName"`
	DomainPrefix string          `json:"domainPrefix"`
	HTTP         httpDescription `json:"http"`
	RequestID    string          `json:"requestId"`
	RouteKey     string          `json:"routeKey"`
	Stage        string          `json:"stage"`
	Time         string          `json:"time"`
	TimeEpoch    int64           `json:"timeEpoch"`
}

type httpDescription struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

type authorizerBytes struct {
	Version        string   `json:"version"`
	Type           string   `json:"type"`
	RouteARN       string   `json:"routeArn"`
	IdentitySource []string `json:"identitySource"`
	httpRequest
}

type httpBytesV1 struct {
	Version                         string              `json:"version"`
	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	RequestContext                  httpContextV1       `json:"requestContext"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	Body                            *string             `json:"body"`
	IsBase64Encoded                 bool                `json:"isBase64Encoded"`
}

type httpContextV1 struct {
	AccountID         string         `json:"accountId"`
	APIID             string         `json:"apiId"`
	Authorizer        map[string]any `json:"authorizer,omitempty"`
	DomainName        string         `json:"domainName"`
	DomainPrefix      string         `json:"domainPrefix"`
	ExtendedRequestID string         `json:"extendedRequestId"`
	HTTPMethod        string         `json:"httpMethod"`
	Identity          httpIdentity   `json:"identity"`
	Path              string         `json:"path"`
	Protocol          string         `json:"protocol"`
	RequestID         string         `json:"requestId"`
	RequestTime       string         `json:"requestTime"`
	RequestTimeEpoch  int64          `json:"requestTimeEpoch"`
	ResourceID        string         `json:"resourceId"`
	ResourcePath      string         `json:"resourcePath"`
	Stage             string         `json:"stage"`
}

type httpIdentity struct {
	identityBytes
	CognitoAMR *string `json:"cognitoAmr"`
}

type authorizerBytesV1 struct {
	Version               string            `json:"version"`
	Type                  string            `json:"type"`
	MethodARN             string            `json:"methodArn"`
	IdentitySource        *string           `json:"identitySource"`
	AuthorizationToken    *string           `json:"authorizationToken"`
	Resource              string            `json:"resource"`
	Path                  string            `json:"path"`
	HTTPMethod            string            `json:"httpMethod"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters"`
	PathParameters        map[string]string `json:"pathParameters"`
	StageVariables        map[string]string `json:"stageVariables"`
	RequestContext        httpContextV1     `json:"requestContext"` // AWS documents fewer members: those of a function's event are a choice
}
