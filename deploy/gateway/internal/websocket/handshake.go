package websocket

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/policy"
)

// handshake takes a handshake (RFC 6455, section 4) through what API Gateway does, in its order, and answers it. It gives nil where there
// is no connection.
func (a *API) handshake(x *stage.Exchange) *connection {
	defer x.Finish()
	x.Socket = &stage.Socket{ConnectionID: a.NewID(), ConnectedAt: x.Start, EventType: eventConnect}
	for _, step := range []func(*stage.Exchange) *refusal{a.route, a.authorize, a.admit} {
		if r := step(x); r != nil {
			refuse(x, r)
			return nil
		}
	}
	if !a.sockets.enter() {
		x.Because("the gateway is closing, or is replaced")
		refuse(x, &closed)
		return nil
	}
	c := a.accept(x)
	if c == nil {
		a.sockets.serving.Done()
	}
	return c
}

func (a *API) route(x *stage.Exchange) *refusal {
	switch {
	case !hasToken(x.HTTP.Header, "Connection", "upgrade") || !hasToken(x.HTTP.Header, "Upgrade", "websocket"):
		x.Because("a WebSocket API takes handshakes alone, which have Connection: Upgrade and Upgrade: websocket, and calls of %s", connectionsPath)
		return &notUpgraded
	case !x.Ours:
		x.NoStage()
		return &unknownStage
	case x.Path != "/":
		x.Because("a WebSocket API is opened at /%s and no path below it", x.Plan.Name)
		return &unknownStage
	case !isHandshake(x.HTTP):
		x.Because("the handshake is none of RFC 6455, section 4.1: want GET without a body, Sec-WebSocket-Version: 13 and one Sec-WebSocket-Key of 16 bytes in base64")
		x.Header().Set("Connection", "close") // and what is still to come of a body is not waited for
		return &notWebSocket
	case len(x.HTTP.URL.RequestURI()) > maxURL:
		x.Because("the path and query are longer than %d bytes", maxURL)
		return &uriTooLong
	}
	x.RoutedTo(a.routes[policy.RouteConnect].Method, nil)
	return nil
}

// isHandshake tells whether a request to upgrade is one of this version (RFC 6455, section 4.2.1). That it has no body is a choice: net/http
// would wait for one before it hands the connection over, and frames are no body.
func isHandshake(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(r.Header.Get("Sec-WebSocket-Key")))
	return r.Method == http.MethodGet && r.ContentLength == 0 && r.ProtoAtLeast(1, 1) && r.Header.Get("Sec-WebSocket-Version") == "13" &&
		len(r.Header.Values("Sec-WebSocket-Key")) == 1 && err == nil && len(key) == 16
}

// hasToken tells whether a header has a word among those of its lists.
func hasToken(header http.Header, name, word string) bool {
	return slices.ContainsFunc(header.Values(name), func(list string) bool {
		return slices.ContainsFunc(strings.Split(list, ","), func(item string) bool { return strings.EqualFold(strings.TrimSpace(item), word) })
	})
}

func (a *API) authorize(x *stage.Exchange) *refusal {
	switch {
	case x.Method.Public:
		return nil
	case x.TwoAuthorizations():
		return &unauthorized
	case a.guard == nil:
		return nil
	}
	return refusalOf(x, x.Ask(a.guard), policy.InvokeAction)
}

// admit asks for a key where $connect does, and counts who connects.
func (a *API) admit(x *stage.Exchange) *refusal {
	if x.Method.Operation.APIKeyRequired {
		if a.keys == nil {
			return &invalidKey
		}
		if why := a.keys.Admit(x); why != nil {
			return keyRefusal(why)
		}
	}
	if !x.WithinLimits() {
		return &throttled
	}
	return nil
}

// accept asks the function behind $connect, if there is one, and takes the connection over.
func (a *API) accept(x *stage.Exchange) *connection {
	protocol, r := a.askConnect(x)
	if r != nil {
		refuse(x, r)
		return nil
	}
	if protocol != "" {
		x.Header()["Sec-WebSocket-Protocol"] = []string{protocol}
	}
	done := a.sockets.expect(x.Socket.ConnectionID)
	defer done()
	taken := &hijacked{ResponseWriter: x.HandOver(statusOfDone)}
	// Of other sites' pages it is for authorizers and functions to say whether they may connect: API Gateway does not look at Origin.
	ws, err := websocket.Accept(taken, x.HTTP, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil // it is answered, or the client has gone
	}
	ws.SetReadLimit(-1) // the connection has its own
	c := newConnection(a, x, ws, taken.frames)
	if !a.sockets.add(c) {
		c.end(goingAway)
	}
	return c
}

// askConnect gives the subprotocol that the function behind $connect chooses: of its headers no other reaches the client.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html.
func (a *API) askConnect(x *stage.Exchange) (protocol string, r *refusal) {
	if !x.HasFunction() {
		return "", nil
	}
	output, err := x.Invoke(newConnectEvent, a.timeout)
	if err != nil {
		return "", invokeRefusal(err)
	}
	answer, err := lambda.ParseProxyAnswer(output)
	if err != nil {
		x.Malformed(err)
		return "", &integrationFailed
	}
	x.Answered(answer.Status)
	if answer.Status >= 300 {
		x.Because("the function %s, which is behind $connect, answers %d", x.Method.Operation.Function, answer.Status)
		return "", refusedBy(answer.Status)
	}
	for name, values := range answer.Headers {
		if strings.EqualFold(name, "Sec-WebSocket-Protocol") {
			protocol = values[len(values)-1]
		}
	}
	return protocol, nil
}
