package ws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/portcullis/internal/cli"
)

// dialTimeout is more than a handshake at API Gateway takes, which waits for an authorizer and for a function of up to 29 s.
const dialTimeout = time.Minute

// connect does the handshake. A refused one is a [*cli.NoError].
func (r *run) connect(ctx context.Context, h *handshake) (*websocket.Conn, error) {
	bounded, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, response, err := websocket.Dial(bounded, h.url.String(), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: localtls.Transport(r.Getenv), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		HTTPHeader: h.header, Host: h.host, Subprotocols: h.subprotocols,
	})
	switch {
	case err == nil:
		conn.SetReadLimit(maxMessage)
		return conn, nil
	case ctx.Err() != nil:
		return nil, cli.ErrInterrupted
	case response != nil && response.StatusCode != http.StatusSwitchingProtocols:
		return nil, &cli.NoError{Err: errors.New(h.conceal(refusal(response)))}
	case bounded.Err() != nil:
		return nil, fmt.Errorf("cannot connect to %s: no answer within %s", shown(h.url), dialTimeout)
	}
	if failed := (*url.Error)(nil); errors.As(err, &failed) { // it names the URL, with its query
		err = failed.Err
	}
	return nil, fmt.Errorf("cannot connect to %s: %s", shown(h.url), h.conceal(err.Error()))
}

// maxRefusal is the most that is repeated of what a server says of a refusal, in bytes.
const maxRefusal = 300

// refusal says why a handshake was refused, as far as the answer tells, and what to try.
func refusal(r *http.Response) string {
	text := fmt.Sprintf("the handshake was refused with %d", r.StatusCode)
	if status := http.StatusText(r.StatusCode); status != "" {
		text += " " + status
	}
	if kind := r.Header.Get("X-Amzn-Errortype"); kind != "" {
		text += fmt.Sprintf(" (%.100s)", kind)
	}
	if said := messageOf(r); said != "" {
		text += fmt.Sprintf(", %.*q", maxRefusal, said)
	}
	return text + ": " + hint(r.StatusCode)
}

// messageOf is what the body says: the member message of API Gateway's, or a plain text.
func messageOf(r *http.Response) string {
	if r.Body == nil {
		return ""
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	var answer struct{ Message string }
	if json.Unmarshal(body, &answer) == nil {
		return answer.Message
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "text/plain" {
		return strings.TrimSpace(string(body))
	}
	return ""
}

// hint says what to try after a handshake that was refused with a status.
func hint(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "a credential is missing, or is not accepted; --profile NAME sends the token that portcullis login keeps, " +
			"and --api-key-stdin an API key"
	case status == http.StatusForbidden:
		return "the caller may not connect, an API key is missing or not accepted, or there is no such stage, which the URL ends with; " +
			"portcullis access explain --connect tells who may"
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status < 300:
		return "there seems to be no WebSocket API at this URL"
	case status < 400:
		return "redirects are not followed; want the URL that it leads to"
	case status == http.StatusUpgradeRequired:
		return "the server saw no handshake; a proxy on the way may not let WebSockets through"
	case status == http.StatusTooManyRequests:
		return "too many connections at once, or a usage plan's limit; try again later"
	case status >= 500:
		return "the authorizer, or the function behind $connect, failed; their logs say why"
	}
	return "the function behind $connect may have answered so; its log says why"
}
