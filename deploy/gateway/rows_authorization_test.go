package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"portcullis/deploy/gateway"
)

// TestRowsMalformedAuthorization: what is said of an Authorization header that is no signature does not repeat it, in an answer, a gateway
// response, a trace or a log.
func TestRowsMalformedAuthorization(t *testing.T) {
	const secret = "c2VjcmV0LXRva2Vu"
	for _, mode := range []string{modeText, iamModeText, cognitoMode} {
		for _, set := range []string{"", `gatewayResponses: {INVALID_SIGNATURE: {headers: {X-Why: $context.error.message}, body: "$context.error.messageString"}}` + "\n"} {
			log := &lines{}
			s := startStage(t, mode+set, func(c *setting) {
				c.AccessLog, c.ShowTrace, c.Tokens = log, true, taking{}
			})
			for _, sent := range []string{
				"Bearer " + secret, secret, "Basic " + secret + "==", "a=b " + secret, secret + " Credential=a/b/c/d/e, SignedHeaders=host, Signature=0",
				"AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=" + secret, "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, " + secret,
			} {
				got, trace := s.traced(t, "GET /test/nowhere\nX-Amz-Date: 20300317T174640Z\nAuthorization: "+sent)
				text := got.body + got.header.Get("X-Why") + got.header.Get("X-Portcullis-Trace") + log.last()
				if got.status != 403 || trace.Status != 403 || strings.Contains(text, secret) {
					t.Errorf("%s: %d %s", sent, got.status, text)
				}
			}
		}
	}
}

// TestRowsTwoAuthorizations: of several Authorization headers none lets anybody in, whatever the authorization, and the trace, the log and the
// access log say why. Where nobody is asked who calls they are no matter.
func TestRowsTwoAuthorizations(t *testing.T) {
	heard, logged := &listener{}, &lines{}
	rest, http := rowStages(t, func(c *setting) {
		heard.by(c)
		c.ShowTrace, c.AccessLog = true, logged
		c.Mode.AccessLogFormat = "$context.requestId $context.authorizer.error"
	})
	const good, key = "\nAuthorization: Bearer all", "\nX-Api-Key: first-key-0123456789"
	for kind, stages := range map[string]map[string]*stage{"REST": rest, "HTTP": http} {
		for mode, s := range stages {
			for _, headers := range []string{good + good, good + "\nAuthorization: Bearer deny", "\nAuthorization: Bearer deny" + good, "\nAuthorization: " + good, good + "\nAuthorization: ", good + good + good} {
				got, trace := s.traced(t, "GET /test/things"+headers+key)
				if got.status != 401 || got.body != unauthorized || s.things.calls() > 0 || s.token.calls() > 0 {
					t.Errorf("%s, %s:%q: %d %s", kind, mode, headers, got.status, got.body)
				}
				if challenge := got.header.Get("Www-Authenticate"); kind+mode == "HTTPJWT" && challenge != `Bearer scope="" error="invalid_token" error_description="the request has several Authorization headers"` {
					t.Errorf("%s, %s: challenge %q", kind, mode, challenge)
				}
				checkTwo(t, kind+", "+mode, trace)
				_, line := heard.last(t)
				why := fmt.Sprintf("not asked: a request has one Authorization header, got %d", strings.Count(headers, "Authorization:"))
				if !strings.HasSuffix(line.Reason, ": "+why) || logged.last() != line.RequestID+" "+why+"\n" {
					t.Errorf("%s, %s: log %+v, access log %q, want %q", kind, mode, line, logged.last(), why)
				}
			}
			if got := s.send(t, "GET /test/open"+good+good); got.status != 200 {
				t.Errorf("%s, %s, public: %d %s", kind, mode, got.status, got.body)
			}
		}
	}
	for _, s := range []*stage{rest["AWS_IAM"], http["AWS_IAM"]} {
		for _, by := range []signing{asAdmin.to("GET /test/things"), asAdmin.to("GET /test/things").but(func(b *signing) { b.presign = true })} {
			by.after = addAuthorizations
			if got := s.sendSigned(t, by); got.status != 401 || got.body != unauthorized {
				t.Errorf("signed: %d %s", got.status, got.body)
			}
		}
	}
}

// addAuthorizations adds two Authorization headers to what may have one.
func addAuthorizations(r *http.Request) {
	r.Header.Add("Authorization", "Bearer all")
	r.Header.Add("Authorization", "Bearer all")
}

func checkTwo(t *testing.T, what string, trace *gateway.Trace) {
	t.Helper()
	if trace.Authorizer == nil || !strings.HasPrefix(trace.Authorizer.Error, "not asked: a request has one Authorization header, got ") {
		t.Errorf("%s: the trace says %+v", what, trace.Authorizer)
	}
}

// TestRowsTwoAuthorizationsConnect is TestRowsTwoAuthorizations for who connects to a WebSocket API.
func TestRowsTwoAuthorizationsConnect(t *testing.T) {
	for _, mode := range []string{chatMode, keyedChatMode, managedChatMode} {
		s := newChat(t, mode, nil)
		header := http.Header{"Authorization": {"Bearer all", "Bearer all"}, "X-Api-Key": {"first-key-0123456789"}}
		if c, err := s.dial("/test?token=all", &websocket.DialOptions{HTTPHeader: header}); err == nil || c.response.StatusCode != 401 {
			t.Errorf("%.60s: %v, %v", mode, c.response, err)
		}
		if s.token.calls() > 0 {
			t.Errorf("the authorizer was asked: %s", s.token.events)
		}
	}
}
