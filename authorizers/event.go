package authorizers

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"portcullis/policy"
)

// form is which kind of API an event of type REQUEST comes from, and in which payload format.
type form uint8

const (
	formREST      form = iota + 1
	formWebSocket      // of a $connect route
	formHTTP1          // an HTTP API, payload format 1.0
	formHTTP2          // an HTTP API, payload format 2.0
)

var formNames = map[form]string{formREST: "REST", formWebSocket: "WebSocket", formHTTP1: "HTTP 1.0", formHTTP2: "HTTP 2.0"}

// routeDefault is the key of an HTTP API's route for what no other one serves. An ARN may name it in place of a method
// and a path.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
const routeDefault = "$default"

// String is what an event of the form is called in an error.
func (f form) String() string { return formNames[f] }

// request is what matters of an event of type REQUEST.
type request struct {
	form           form
	arn            policy.ARN
	headers        values
	query          values
	sourceIP       netip.Addr // invalid where the event names none
	requestID      string
	route          string // the route's key or resource
	cookies        []string
	identitySource []string // of HTTP APIs: the values that the gateway keeps the answer by; in payload format 1.0 one text that joins them
	tested         bool     // it is a test of the authorizer, and no client's
	passedOver     bool     // a credential was, since it is no identity source
}

// values are headers or query parameters. A name has all the values that any spelling of it has.
type values map[string][]string

// requestEvent is the event of a REQUEST authorizer, in all its forms.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html.
type requestEvent struct {
	Version        string               `json:"version"`
	Type           string               `json:"type"`
	MethodARN      string               `json:"methodArn"`
	RouteARN       string               `json:"routeArn"`
	RouteKey       string               `json:"routeKey"`
	Resource       string               `json:"resource"`
	IdentitySource identitySource       `json:"identitySource"`
	Cookies        []string             `json:"cookies"`
	Headers        map[string]string    `json:"headers"`
	MultiHeaders   map[string]valueList `json:"multiValueHeaders"`
	Query          map[string]string    `json:"queryStringParameters"`
	MultiQuery     map[string]valueList `json:"multiValueQueryStringParameters"`
	Context        struct {
		RequestID string `json:"requestId"`
		Identity  struct {
			SourceIP string `json:"sourceIp"`
		} `json:"identity"`
		HTTP struct {
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
}

// maxValues bounds how often a header may be there that holds a credential.
const maxValues = 16

// valueList are the values of one name, cut behind the first one too many: what has more is refused, and not looked through.
type valueList []string

// UnmarshalJSON implements json.Unmarshaler. What the array has no room for is not kept, nor allocated.
func (l *valueList) UnmarshalJSON(text []byte) error {
	var first [maxValues + 1]*string
	if err := json.Unmarshal(text, &first); err != nil {
		return err
	}
	for _, value := range first {
		if value != nil {
			*l = append(*l, *value)
		}
	}
	return nil
}

// identitySource is the member of that name, which is of another kind in each payload format; null is nothing of either kind.
type identitySource struct {
	list    []string // in payload format 2.0
	text    string   // in payload format 1.0
	notList bool     // and list is of no meaning
	notText bool
}

// UnmarshalJSON implements json.Unmarshaler. It is no error where the event is of an API that has no such member.
func (s *identitySource) UnmarshalJSON(source []byte) error {
	*s = identitySource{}
	s.notList = json.Unmarshal(source, &s.list) != nil
	s.notText = json.Unmarshal(source, &s.text) != nil
	return nil
}

// decodeRequest is what encoding/json makes of an event.
func decodeRequest(event []byte) (*requestEvent, error) {
	if e, plain := decodePlain(event); plain {
		return e, nil
	}
	e := new(requestEvent)
	return e, json.Unmarshal(event, e)
}

// parseRequest reads an event of type REQUEST. The error is an [*EventError].
func parseRequest(event []byte) (*request, error) {
	e, err := decodeRequest(event)
	if err != nil {
		return nil, &EventError{"the event is no JSON object of the expected kind"}
	}
	if e.Type != "REQUEST" {
		return nil, &EventError{fmt.Sprintf("want an event of type REQUEST, got %.20q", e.Type)}
	}
	r := &request{requestID: e.Context.RequestID, route: e.RouteKey, cookies: e.Cookies}
	if r.route == "" {
		r.route = e.Resource
	}
	if err := r.readForm(e); err != nil {
		return nil, err
	}
	if err := r.readIdentitySource(&e.IdentitySource); err != nil {
		return nil, err
	}
	r.headers, r.query = merge(e.Headers, e.MultiHeaders, strings.ToLower), merge(e.Query, e.MultiQuery, plain)
	address := e.Context.Identity.SourceIP
	if r.form == formHTTP2 {
		address = e.Context.HTTP.SourceIP
	}
	if ip, err := netip.ParseAddr(address); err == nil {
		r.sourceIP = ip.Unmap()
	}
	r.tested = r.form == formREST && address == testSourceIP
	return r, nil
}

// What API Gateway puts in the place of a stage and of an address where an authorizer of a REST API is tested: from the console, or by
// https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html. No stage has a name with '*', no client such an address.
const (
	anyStage     = "*"
	testStage    = "test-invoke-stage"
	testSourceIP = "test-invoke-source-ip"
)

// parseARN reads what a member of an event names. Where that is any stage, as in a test, the answer is for the stage of tests: one for
// any stage would be one for all that are deployed. The error is an [*EventError].
func parseARN(member, text string) (policy.ARN, error) {
	arn, err := policy.ParseARN(text)
	if err != nil {
		api, request, _ := strings.Cut(text, "/"+anyStage+"/")
		if arn, otherwise := policy.ParseARN(api + "/" + testStage + "/" + request); otherwise == nil && arn.Stage == testStage {
			return arn, nil
		}
		return policy.ARN{}, &EventError{member + ": " + err.Error()}
	}
	return arn, nil
}

// readForm finds out which kind of API the event comes from, and what is invoked there.
func (r *request) readForm(e *requestEvent) (err error) {
	name, text := "methodArn", e.MethodARN
	switch e.Version {
	case "":
		r.form = formREST
	case "1.0":
		r.form = formHTTP1
	case "2.0":
		r.form = formHTTP2
		name, text = "routeArn", e.RouteARN
	default:
		return &EventError{fmt.Sprintf("want payload format 1.0 or 2.0, got %.20q", e.Version)}
	}
	if r.arn, err = parseARN(name, text); err != nil {
		return err
	}
	switch {
	case r.arn.RouteKey == "":
	case r.form == formREST:
		r.form, r.route = formWebSocket, r.arn.RouteKey
	case r.arn.RouteKey == routeDefault:
		r.arn.RouteKey, r.route = "", routeDefault // the document is for the HTTP API, as for any other of its ARNs
	default:
		return &EventError{name + " is that of a WebSocket API, and the event is that of an HTTP API"}
	}
	return nil
}

// readIdentitySource takes the values that an HTTP API keeps the answer by. Other APIs' events do not tell them.
func (r *request) readIdentitySource(source *identitySource) error {
	switch r.form {
	case formHTTP2:
		if source.notList {
			return &EventError{"identitySource: want a list of texts"}
		}
		r.identitySource = source.list
	case formHTTP1:
		if source.notText {
			return &EventError{"identitySource: want a text"}
		}
		if source.text != "" {
			r.identitySource = []string{source.text}
		}
	}
	return nil
}

// checkBounds refuses more text, and more values, than credentials have, before anything is looked for in them. How long one
// credential is, is for its verifier to see.
func (r *request) checkBounds(maxToken int) error {
	for _, name := range []string{headerAuthorization, headerAPIKey, headerProtocol} {
		if len(r.headers[name]) > maxValues {
			return &CredentialError{fmt.Sprintf("want the header %s once", name)}
		}
	}
	protocols := 0
	for _, list := range r.headers[headerProtocol] {
		protocols += len(list) + len(",")
	}
	if most := 2 * maxToken; r.form == formWebSocket && protocols > most { // a token, and as much of other protocols
		return &TokenError{Code: CodeTooLarge, Want: fmt.Sprintf("a list of subprotocols of at most %d bytes", most)}
	}
	return nil
}

// isIdentitySource tells whether a value is among those that the gateway keeps the answer by. Where the event names
// none, any may be. A value of payload format 1.0 stands between commas; no credential holds one.
func (r *request) isIdentitySource(value string) bool {
	switch {
	case len(r.identitySource) == 0:
		return true
	case r.form == formHTTP1:
		return strings.Contains(","+r.identitySource[0]+",", ","+value+",")
	}
	return slices.Contains(r.identitySource, value)
}

// isSaidByClient tells whether the client wrote a text into a header, cookie or query parameter.
func (r *request) isSaidByClient(text string) bool {
	says := func(value string) bool { return strings.Contains(value, text) }
	for _, all := range []values{r.headers, r.query, {"cookie": r.cookies}} {
		for _, list := range all {
			if slices.ContainsFunc(list, says) {
				return true
			}
		}
	}
	return false
}

func plain(name string) string { return name }

// merge puts single and multiple values together. The single value of a name is the last one of its list, where
// the event has both.
func merge(single map[string]string, multi map[string]valueList, fold func(string) string) values {
	all := values{}
	for name, list := range multi {
		all[fold(name)] = append(all[fold(name)], list...)
	}
	for name, value := range single {
		if !slices.Contains(multi[name], value) {
			all[fold(name)] = append(all[fold(name)], value)
		}
	}
	return all
}
