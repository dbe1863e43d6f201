package websocket

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portcullis/deploy/gateway/internal/stage"
)

// connectionsPath is what the calls are below by which functions send to connections, look at them and end them. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html.
const connectionsPath = "/@connections/"

// managed gives the id of the connection that a request is about, of whatever stage; false: it is about none.
func managed(x *stage.Exchange) (id string, is bool) {
	path, err := url.PathUnescape(x.Path)
	if err != nil {
		return "", false
	}
	before, id, is := strings.Cut(path, connectionsPath)
	if is && x.Ours {
		if before != "" {
			return "", false
		}
		x.UsePath(path)
	}
	return id, is
}

// manage answers a call.
func (a *API) manage(x *stage.Exchange, id string) {
	call := map[string]func(*stage.Exchange, *connection) *refusal{
		http.MethodPost: a.post, http.MethodGet: a.get, http.MethodDelete: a.delete,
	}[x.HTTP.Method]
	switch {
	case !x.Ours:
		x.NoStage()
		refuse(x, &unknownStage)
		return
	case call == nil:
		x.Because("@connections takes POST, GET and DELETE, and no %.40s", x.HTTP.Method)
		refuse(x, &missingToken)
		return
	case x.TwoAuthorizations():
		refuse(x, &unauthorized)
		return
	}
	if r := refusalOf(x, x.Ask(a.management), manageAction); r != nil {
		refuse(x, r)
		return
	}
	c := a.sockets.find(id)
	switch {
	case len(x.Body) > maxMessage:
		x.Because("the message is larger than 128 KB")
		refuse(x, &bodyTooLarge)
	case !a.isID(id):
		x.Because("%.100q is no id of a connection", id)
		refuse(x, &badID)
	case c == nil:
		x.Because("no connection is open that has the id %s", id)
		refuse(x, &gone)
	default:
		if r := call(x, c); r != nil {
			refuse(x, r)
		}
	}
}

// isID tells whether a text has the form of an id.
func (a *API) isID(text string) bool {
	decoded, err := base64.URLEncoding.DecodeString(text)
	return err == nil && len(decoded) == len(text)*11/16 && len(text) == 16
}

// post has the request's body sent to a client, and does not wait for it. What of it is no UTF-8 becomes U+FFFD, which is a choice: by a
// frame of text that is none, a client would lose its connection (RFC 6455, section 8.1).
func (a *API) post(x *stage.Exchange, c *connection) *refusal {
	switch c.out.offer(strings.ToValidUTF8(string(x.Body), "\uFFFD")) {
	case errFull:
		x.Because("too much waits for the client to take it")
		return &bufferFull
	case errEnded:
		x.Because("the connection has ended")
		return &gone
	}
	a.succeed(x, http.StatusOK, nil)
	return nil
}

// get tells what is known of a connection.
func (a *API) get(x *stage.Exchange, c *connection) *refusal {
	const milliseconds = "2006-01-02T15:04:05.000Z"
	text, err := json.Marshal(struct {
		ConnectedAt  string   `json:"connectedAt"`
		Identity     identity `json:"identity"`
		LastActiveAt string   `json:"lastActiveAt"`
	}{
		c.opened.Start.UTC().Format(milliseconds), identity{SourceIP: c.opened.SourceIP, UserAgent: stage.TextOrNull(c.opened.HTTP.UserAgent())},
		time.UnixMilli(c.lastActive.Load()).UTC().Format(milliseconds),
	})
	if err != nil {
		return &integrationFailed
	}
	a.succeed(x, http.StatusOK, text)
	return nil
}

// delete ends a connection.
func (a *API) delete(x *stage.Exchange, c *connection) *refusal {
	c.end(deleted)
	a.succeed(x, http.StatusNoContent, nil)
	return nil
}

func (a *API) succeed(x *stage.Exchange, status int, body []byte) {
	header := x.Header()
	header["x-amzn-RequestId"] = []string{x.ExtendedID}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	x.Send(status, body)
}
