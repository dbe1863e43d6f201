package gateway_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"portcullis/deploy/gateway"
)

// TestCallersAtOnce: of many callers at once, each gets its own answer, whatever is kept of policies and answers, and
// whoever may call is never mixed up with who may not.
func TestCallersAtOnce(t *testing.T) {
	rest := with(requestModeText, "SOURCES", "method.request.header.Authorization") + "cache: {methods: {GET /things: {keyParameters: [context.authorizer.principalId]}}}\n"
	for name, modeText := range map[string]string{"REST": rest, "HTTP": httpModeText} {
		log := &lines{}
		s := newHTTPOrREST(t, modeText, func(c *setting) {
			c.AccessLog, c.Traces = log, func(*gateway.Trace) {}
		})
		s.token.code = func(event []byte) (string, error) {
			var e struct{ Headers map[string]string }
			json.Unmarshal(event, &e)
			who := e.Headers["Authorization"] + e.Headers["authorization"]
			effect := "Allow"
			if strings.HasPrefix(who, "bad") {
				effect = "Deny"
			}
			return fmt.Sprintf(`{"principalId":%q,"policyDocument":{"Statement":{"Effect":%q,"Action":"*","Resource":"*"}},"context":{"who":%q}}`, who, effect, who), nil
		}
		s.things.code = func(event []byte) (string, error) {
			var e struct {
				RequestContext struct {
					Authorizer struct {
						Who    string
						Lambda struct{ Who string }
					}
				}
			}
			json.Unmarshal(event, &e)
			return fmt.Sprintf(`{"statusCode":200,"body":%q}`, e.RequestContext.Authorizer.Who+e.RequestContext.Authorizer.Lambda.Who), nil
		}
		var all sync.WaitGroup
		for caller := range 16 {
			who, want := fmt.Sprint("good-", caller), 200
			if caller%4 == 0 {
				who, want = fmt.Sprint("bad-", caller), 403
			}
			all.Go(func() {
				for range 25 {
					got := s.send(t, "GET /test/things\nAuthorization: "+who)
					if got.status != want || want == 200 && got.body != who {
						t.Errorf("%s: %s: %d %s", name, who, got.status, got.body)
					}
				}
			})
		}
		all.Wait()
		if len(log.all) != 16*25 {
			t.Errorf("%s: %d lines in the log", name, len(log.all))
		}
	}
}
