package desk

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portcullis/api/contract"
	"portcullis/authorizers"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// socketMode is a WebSocket API, and what it takes to connect to it and to send.
type socketMode struct {
	indexMode
	ByToken bool     // clients have a token
	ByKey   bool     // clients have an API key that they made, of the mode's usage plan where it has one
	Headers []string // of a handshake, as they stand between double quotes in a shell
	Connect string   // the URL to connect to: that of the mode, or one that is signed
	Message string   // that a client may send
	Manage  string   // the endpoint of @connections: http://HOST:PORT/STAGE, or https://
}

// newSocketMode tells of a mode that is served at a base.
func newSocketMode(base, region string, mode indexMode, w *contract.WebSocket) (socketMode, error) {
	m := socketMode{indexMode: mode, Connect: mode.URL, Manage: base + "/" + mode.Name, Message: messageFor(w)}
	switch {
	case w.Connect.Public:
		return m, nil
	case m.Authorization == plan.IAM:
		return m, m.sign(region)
	case m.Authorization == plan.Request && takesTokens(w.Connect) && !(m.APIKey && m.plan.WebSocket.KeyOfAuthorizer()):
		m.ByToken = true
		m.Headers = append(m.Headers, "Authorization: Bearer $TOKEN")
	case m.Authorization == plan.Request:
		m.ByKey = true
		m.Headers = append(m.Headers, "X-Api-Key: $KEY")
	}
	if key := m.Key(); m.APIKey && !m.ByKey && key != nil {
		m.Headers = append(m.Headers, "X-Api-Key: "+inDoubleQuotes.Replace(key.Value))
	}
	return m, nil
}

// protocolOf is the subprotocol behind which authorizers take tokens, by TOKEN_SOURCES; "": there is none.
func protocolOf(sources string) string {
	for source := range strings.SplitSeq(cmp.Or(sources, "protocol:"+authorizers.ProtocolToken), ",") {
		if name, is := strings.CutPrefix(strings.TrimSpace(source), "protocol:"); is {
			return name
		}
	}
	return ""
}

// takesTokens tells whether a token is enough by itself.
func takesTokens(access policy.Access) bool {
	return slices.ContainsFunc(access.Alternatives, func(a policy.Alternative) bool { return len(a) == 1 && a[0].Scheme == policy.SchemeBearer })
}

// signedFor is how long a signed URL is good: as long as a signature can be (AWS: X-Amz-Expires).
const signedFor = 7 * 24 * time.Hour

// sign signs the URL as a caller who may connect, since a browser cannot sign headers.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html.
func (m *socketMode) sign(region string) error {
	caller := m.Caller()
	if caller == nil {
		return nil
	}
	address, err := url.Parse(m.URL)
	if err != nil {
		return err
	}
	signer := sigv4.Signer{AccessKeyID: caller.AccessKeyID, Credentials: sigv4.Credentials{SecretAccessKey: sigv4.Secret(caller.SecretAccessKey)}, Region: region}
	query, err := signer.Presign(&http.Request{Method: http.MethodGet, Host: address.Host, URL: address}, address.Path, time.Now(), signedFor)
	m.Connect = m.URL + "?" + query
	return err
}

// messageFor is a message for the first route that a message can name, or an empty object.
func messageFor(w *contract.WebSocket) string {
	names, ok := policy.MessageMember(w.RouteSelectionExpression)
	for _, route := range w.Routes {
		if !ok || route.Key == policy.RouteDefault {
			continue
		}
		var message any = route.Key
		for _, name := range slices.Backward(names) {
			message = map[string]any{name: message}
		}
		if text, err := json.Marshal(message); err == nil {
			return string(text)
		}
	}
	return "{}"
}
