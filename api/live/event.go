package live

import (
	"encoding/json"
	"fmt"
	"net/http"

	"portcullis/policy"
)

// event is what is read of a WebSocket API's events.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html.
type event struct {
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Context           struct {
		RouteKey             string         `json:"routeKey"`
		EventType            string         `json:"eventType"`
		MessageID            string         `json:"messageId"`
		ConnectionID         string         `json:"connectionId"`
		ConnectedAt          int64          `json:"connectedAt"` // milliseconds since 1970
		RequestID            string         `json:"requestId"`
		DisconnectStatusCode int            `json:"disconnectStatusCode"`
		DisconnectReason     string         `json:"disconnectReason"`
		Authorizer           map[string]any `json:"authorizer"`
	} `json:"requestContext"`
	Body            string `json:"body"`
	IsBase64Encoded bool   `json:"isBase64Encoded"`
}

// The types of events.
const (
	eventConnect    = "CONNECT"
	eventMessage    = "MESSAGE"
	eventDisconnect = "DISCONNECT"
)

// The keys of the authorizer's context that are read. They are package authorizers' own, and the wire is all that the two have
// in common.
const (
	contextGrant   = "grant"
	contextSubject = "sub"    // for people and logs: nothing is decided by it
	contextScopes  = "scopes" // the same
)

// EventError says why an event is none that is taken. It carries no part of the event but the key of a route that a [Guard] let
// through.
type EventError struct {
	Reason string // what is missing or wrong
}

// Error is the reason, behind what was wanted.
func (e *EventError) Error() string {
	return "not an API Gateway event of a WebSocket API: " + e.Reason
}

// parse reads an event. The error is an [*EventError].
func parse(text []byte) (*event, error) {
	e := &event{}
	if json.Unmarshal(text, e) != nil {
		return nil, &EventError{"it is no JSON object of the expected kind"}
	}
	switch {
	case e.Context.ConnectionID == "" || e.Context.RouteKey == "":
		return nil, &EventError{"requestContext.connectionId or requestContext.routeKey is missing"}
	case e.isMessage():
	case e.Context.EventType == eventConnect && e.Context.RouteKey == policy.RouteConnect:
	case e.Context.EventType == eventDisconnect && e.Context.RouteKey == policy.RouteDisconnect:
	default:
		return nil, &EventError{"requestContext.eventType and requestContext.routeKey go together in no way that is known"}
	}
	return e, nil
}

// isMessage tells whether a client wrote what the event brings. What has a message's id, or a body, is a message, whatever its
// route: whether a client can reach $connect or $disconnect by naming it in a message is not known of API Gateway.
func (e *event) isMessage() bool {
	return e.Context.EventType == eventMessage || e.Context.MessageID != "" || e.Body != ""
}

// text is a value of the authorizer's context that is a text; "" for any other.
func (e *event) text(key string) string {
	text, _ := e.Context.Authorizer[key].(string)
	return text
}

// answer is what a function behind API Gateway gives back.
type answer struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       string            `json:"body,omitempty"`
}

// The refusals of a client that wants to connect: it may not, or nobody can tell now whether it may.
var (
	forbidden   = answer{StatusCode: http.StatusForbidden, Body: `{"message":"Forbidden"}`}
	unavailable = answer{StatusCode: http.StatusServiceUnavailable, Body: `{"message":"Service Unavailable"}`}
)

// The frames that API Gateway itself sends, to the letter, blanks included.
const (
	forbiddenFrame = `{"message": "Forbidden", "connectionId":%s, "requestId":%s}`
	badBodyFrame   = `{"message" : "Bad request body", "connectionId": %s, "messageId": %s}`
)

// frame answers with a frame. The status is one of success: what API Gateway sends of another one is not known, and of a
// two-way route the body of this one.
func frame(form string, ids ...string) answer {
	quoted := make([]any, len(ids))
	for i, id := range ids {
		text, _ := json.Marshal(id) // of a string there is no error
		quoted[i] = text
	}
	return answer{StatusCode: 200, Body: fmt.Sprintf(form, quoted...)}
}
