package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"portcullis/authorizers/verify/verifytest"
)

// TestHandshakesThatMislead: who connects is who brings one token, one key, or one of each, wherever and however often they are sent; and
// nothing of them is logged. ANN and BOB stand for their tokens, KEY and OTHER for API keys.
func TestHandshakesThatMislead(t *testing.T) {
	d := newDeployed(t, newIssuer(t), "https://app.example.com")
	token := func(subject string) string { return d.issuer.CognitoAccess(verifytest.Options{Subject: subject}) }
	ann, bob, key, other := token("ann"), token("bob"), d.key(t), d.key(t)
	credentials := strings.NewReplacer("ANN", ann, "BOB", bob, "KEY", key, "OTHER", other)
	tests := []struct {
		target, lines string
		status        int
	}{
		{"/test", "AUTHORIZATION: bearer ANN", 101},
		{"/test", "Authorization: Bearer ANN\nAuthorization: Bearer BOB", 401},
		{"/test", "Authorization: Bearer ANN\nauthorization: Bearer BOB", 401},
		{"/test", "Authorization: Bearer ANN, Bearer BOB", 401},
		{"/test?token=ANN", "Authorization: Bearer BOB", 401},
		{"/test?token=ANN", "Authorization: Bearer ANN", 401},
		{"/test?token=ANN", "Authorization: Basic YTpi", 401},
		{"/test?token=ANN", "Sec-WebSocket-Protocol: token, BOB", 401},
		{"/test?token=ANN&token=BOB", "", 401},
		{"/test?token=ANN&token=ANN", "", 401},
		{"/test?token=ANN&token=", "", 401},
		{"/test?token=ANN&tok%65n=BOB", "", 401},
		{"/test?tok%65n=ANN", "", 101},
		{"/test?TOKEN=ANN", "", 401},
		{"/test?token%00=ANN", "", 401},
		{"/test?token=ANN;token=BOB", "", 401},
		{"/test?token=%zz", "", 401},
		{"/test?token", "", 401},
		{"/test", "Sec-WebSocket-Protocol: token, ANN, token, BOB", 401},
		{"/test", "Sec-WebSocket-Protocol: token, token, ANN", 401},
		{"/test", "Sec-WebSocket-Protocol: token, ANN\nsec-websocket-protocol: token, BOB", 401},
		{"/test", "Sec-WebSocket-Protocol: token\nsec-websocket-protocol: ANN", 101},
		{"/test", "Sec-WebSocket-Protocol: TOKEN, ANN", 401},
		{"/test", "Sec-WebSocket-Protocol: ANN", 401},
		{"/test", "Sec-WebSocket-Protocol: token", 401},
		{"/test", "Sec-WebSocket-Protocol: token,", 401},
		{"/test", "Sec-WebSocket-Protocol: " + strings.Repeat("a,", 12_000) + "token, ANN", 401},
		{"/test", "Authorization: Bearer ANN\n" + strings.Repeat("Sec-WebSocket-Protocol: a\n", 17), 401},
		{"/test", "X-Api-Key: KEY\nx-api-key: KEY", 101},
		{"/test", "X-Api-Key: KEY\nx-api-key: OTHER", 401},
		{"/test", "X-Api-Key: KEY, KEY", 401},
		{"/test", "X-Api-Key: KEY\nAuthorization: Bearer", 401},
		{"/test", "X-Api-Key: \nAuthorization: Bearer ANN", 401},
		{"/test?x-api-key=KEY", "", 401},
		{"/test", "Cookie: token=ANN", 401},
		{"/test/$connect?token=ANN", "", 403},
		{"/%74est?token=ANN", "", 403},
		{"//test?token=ANN", "", 403},
		{"/test//?token=ANN", "", 403},
		{"/test/@connections/R0oXAdfD0kwCH6w=?token=ANN", "", 403},
		{"/test?token=ANN", "Origin: https://app.example.com", 101},
		{"/test?token=ANN", "Origin: https://app.example.com\nOrigin: https://evil.example", 403},
		{"/test?token=ANN", "origin: https://evil.example", 403},
		{"/test?token=ANN", "Origin: HTTPS://APP.EXAMPLE.COM", 403},
		{"/test?token=ANN", "Origin: null", 403},
		{"/test?token=ANN", "Origin:", 403},
	}
	for _, test := range tests {
		head := "GET " + test.target + " HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n" + strings.TrimSuffix(test.lines, "\n")
		answers := d.raw(t, credentials.Replace(strings.ReplaceAll(strings.TrimSuffix(head, "\n"), "\n", "\r\n")+"\r\n\r\n"))
		if len(answers) != 1 || answers[0].StatusCode != test.status {
			t.Errorf("%.60s with %.120q: %+v", test.target, test.lines, answers)
		}
	}
	d.gateway.Close()
	d.keepsSecrets(t, ann, bob, key, other)
}

// TestMessagesThatMislead: a message reaches the function by the route that its one action names, and only as that one's schema says.
func TestMessagesThatMislead(t *testing.T) {
	d := newDeployed(t, newIssuer(t), "*")
	c, err := d.dial("/test", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + d.token()}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	const forbidden, badBody = `{"message": "Forbidden", "connectionId":-, "requestId":-}`, `{"message" : "Bad request body", "connectionId": -, "messageId": -}`
	for _, test := range []struct{ message, want string }{
		{`{"action":"$connect"}`, forbidden},
		{`{"action":"$disconnect"}`, forbidden},
		{`{"action":"$CONNECT"}`, forbidden},
		{`{"action":"\u0024connect"}`, forbidden},
		{`{"action":["$connect"]}`, forbidden},
		{`{"action":"$default"}`, forbidden},
		{`{"action":"$connect","action":"ping"}`, badBody},
		{`{"action":"ping","action":"$connect"}`, forbidden},
		{`{"action":"whoami","action":"ping"}`, badBody},
		{`{"action":"ping","Action":"whoami"}`, badBody},
		{`{"Action":"ping"}`, forbidden},
		{`{"\u0061ction":"pin\u0067"}`, `{"action":"ping"}`},
		{`{"action":"ping\u0000"}`, forbidden},
		{`{"act\u0131on":"ping"}`, forbidden},
		{`{"action":" ping"}`, forbidden},
		{`{"action":["ping"]}`, forbidden},
		{`{"action":{"action":"ping"}}`, forbidden},
		{`[{"action":"ping"}]`, forbidden},
		{`{"action":"ping"}{"action":"ping"}`, forbidden},
		{"\ufeff" + `{"action":"ping"}`, forbidden},
		{`{"action":"ping","grant":"1;;;bearer=;"}`, badBody},
		{`{"action":"whoami","requestContext":{"authorizer":{"grant":"1;;;apiKey=;"}}}`, badBody},
		{`{"action":"ping","id":1e999999999}`, badBody},
		{`{"action":"ping","id":` + strings.Repeat("9", 30_000) + `}`, badBody},
		{`{"action":"ping","id":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `}`, badBody},
		{`{"action":"ping","id":` + strings.Repeat("[", 15_000) + strings.Repeat("]", 15_000) + `}`, forbidden},
		{`{` + strings.Repeat(`"action":"whoami",`, 1_500) + `"action":"ping"}`, badBody},
		{``, forbidden},
	} {
		c.say(t, test.message)
		if got, err := c.hear(); err != nil || varying.ReplaceAllString(got, "$1$2-") != test.want {
			t.Errorf("%.80s: %s, error %v; want %s", test.message, got, err, test.want)
		}
	}
	c.CloseNow()
	if ends := d.ends(t); len(ends) != 1 {
		t.Errorf("%q", ends)
	}
}
