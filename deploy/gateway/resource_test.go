package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// withPolicy gives the fixture's contract a resource policy of these statements, in JSON.
func withPolicy(t testing.TB, statements ...string) func(*setting) {
	t.Helper()
	text := contractText + "  /session: {get: {security: [bearer: []]}}\nx-amazon-apigateway-policy: {\"Version\": \"2012-10-17\", \"Statement\": [" + strings.Join(statements, ", ") + "]}\n"
	c, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return func(s *setting) { s.Contract, s.ShowTrace = c, true }
}

// statement is one about everybody and a part of the API; more are members beside.
func statement(effect, resource, more string) string {
	return fmt.Sprintf(`{"Effect": %q, "Principal": "*", "Action": "execute-api:Invoke", "Resource": %q%s}`, effect, "execute-api:/"+resource, more)
}

var (
	allowsAll = statement("Allow", "*", "")
	deniesAll = statement("Deny", "*", "")
	fromHome  = `, "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}`
	fromAway  = `, "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}`
	saysOf    = map[string]string{"allow": allowsAll, "silent": statement("Allow", "*/GET/nowhere", ""), "deny": deniesAll}
	anonymous = `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:API/test/`
)

// answered is the status and the body, the API's id made plain.
func answered(got answer) string {
	_, id, _ := strings.Cut(got.body, "********9012:")
	id, _, _ = strings.Cut(id, "/")
	if id != "" {
		got.body = strings.Replace(got.body, ":"+id+"/", ":API/", 1)
	}
	return fmt.Sprintf("%d %s", got.status, got.body)
}

// TestPolicyWithoutAuthorizer: the policy has to allow what nobody else asks about: public operations, preflights, and all where an
// API key is all that is asked for. A route that is not there is none, whatever the policy says.
func TestPolicyWithoutAuthorizer(t *testing.T) {
	for _, mode := range []string{modeText, keyModeText, iamModeText} {
		for says, want := range map[string]string{"allow": "200 /open", "silent": "403 " + anonymous + `GET/open"}`, "deny": "403 " + anonymous + `GET/open with an explicit deny"}`} {
			s := startStage(t, mode, withPolicy(t, saysOf[says]))
			got := s.send(t, "GET /test/open")
			if answered(got) != want || got.header.Get("x-amzn-ErrorType") != map[bool]string{true: "AccessDeniedException"}[says != "allow"] {
				t.Errorf("%.25q, %s: %s %v, want %s", mode, says, answered(got), got.header, want)
			}
			if got := s.send(t, "OPTIONS /test/things\nOrigin: https://a.example"); (got.status == 204) != (says == "allow") || got.status == 403 && !strings.HasPrefix(answered(got), "403 "+anonymous+"OPTIONS/things") {
				t.Errorf("%.25q, %s: a preflight: %s", mode, says, answered(got))
			}
			if got := s.send(t, "GET /test/nowhere"); got.body != `{"message":"Missing Authentication Token"}` {
				t.Errorf("%.25q, %s: a route that is not there: %s", mode, says, answered(got))
			}
		}
	}
	for says, want := range map[string]int{"allow": 200, "silent": 403, "deny": 403} {
		s := startStage(t, keyModeText, withPolicy(t, saysOf[says]))
		if got := s.send(t, "GET /test/things\nX-Api-Key: first-key-0123456789"); got.status != want || (s.things.calls() > 0) != (want == 200) {
			t.Errorf("a key, %s: %s", says, answered(got))
		}
		if got := s.send(t, "GET /test/things"); says != "allow" && !strings.Contains(got.body, "anonymous") {
			t.Errorf("no key, %s: %s: the policy comes first", says, answered(got))
		}
	}
}

// TestPolicyWithLambdaAuthorizer goes through AWS's table A: what the authorizer's policy says, the API's, and what comes of it; and whether
// the authorizer is asked at all.
func TestPolicyWithLambdaAuthorizer(t *testing.T) {
	const silent, explicit = `403 {"Message":"User is not authorized to access this resource"}`, `403 {"Message":"User is not authorized to access this resource with an explicit deny"}`
	before := "403 " + anonymous + `GET/things with an explicit deny"}`
	for _, row := range []struct {
		token, api, want string
		asked            bool
	}{
		{"all", "allow", "200 /things", true},
		{"all", "silent", "200 /things", true},
		{"all", "deny", before, false},
		{"things", "allow", "200 /things", true}, // it is silent about GET /things
		{"things", "silent", silent, true},
		{"things", "deny", before, false},
		{"deny", "allow", explicit, true},
		{"deny", "silent", explicit, true},
		{"deny", "deny", before, false},
		{"unauthorized", "allow", `401 {"message":"Unauthorized"}`, true},
		{"broken", "allow", `500 {"message":null}`, true},
		{"broken", "deny", before, false},
		{"", "allow", `401 {"message":"Unauthorized"}`, false},
		{"", "deny", before, false},
	} {
		for name, mode := range map[string]string{"TOKEN": modeText, "REQUEST": askedModes["REST"]} {
			if name == "REQUEST" && row.token == "" {
				continue // which asks its authorizer without a token, too
			}
			s := startStage(t, mode, withPolicy(t, saysOf[row.api]))
			request := "GET /test/things"
			if row.token != "" {
				request += "\nAuthorization: Bearer " + row.token
			}
			got := s.send(t, request)
			if answered(got) != row.want || (s.token.calls() > 0) != row.asked || (s.things.calls() > 0) != (got.status == 200) {
				t.Errorf("%s: the authorizer %q, the API %s: %s, asked %d times; want %s", name, row.token, row.api, answered(got), s.token.calls(), row.want)
			}
		}
	}
}

// TestPolicyIsAskedAnew: an answer of the authorizer that is kept lets nobody by whom the policy denies, whatever is kept.
func TestPolicyIsAskedAnew(t *testing.T) {
	s := startStage(t, modeText, withPolicy(t, allowsAll, statement("Deny", "*/GET/things/special", ""), statement("Deny", "*", `, "Condition": {"StringEquals": {"aws:UserAgent": "bad"}}`)))
	for _, step := range []struct {
		request string
		status  int
	}{
		{"GET /test/things/7\nAuthorization: Bearer all", 200}, {"GET /test/things/special\nAuthorization: Bearer all", 403},
		{"GET /test/things/7\nAuthorization: Bearer all\nUser-Agent: bad", 403}, {"GET /test/things/7\nAuthorization: Bearer all", 200},
	} {
		if got := s.send(t, step.request); got.status != step.status {
			t.Errorf("%s: %s", step.request, answered(got))
		}
	}
	if s.token.calls() != 1 {
		t.Errorf("the authorizer was asked %d times: what is kept was not used", s.token.calls())
	}
}

// TestPolicyWithUserPools: the token comes first, and the policy has to allow.
func TestPolicyWithUserPools(t *testing.T) {
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	for says, want := range map[string]string{"allow": "200 /things", "silent": "403 " + anonymous + `GET/things"}`, "deny": "403 " + anonymous + `GET/things with an explicit deny"}`} {
		s := startStage(t, cognitoMode, func(c *setting) {
			withPolicy(t, saysOf[says])(c)
			c.Tokens = userPools{issuer, c.Now}
		})
		token := issuer.CognitoAccess(verifytest.Options{Subject: "me", Scopes: []string{"things/read"}, IssuedAt: s.now.Add(-time.Minute)})
		if got := s.send(t, "GET /test/things\nAuthorization: "+token); answered(got) != want {
			t.Errorf("%s: %s, want %s", says, answered(got), want)
		}
		if got := s.send(t, "GET /test/things\nAuthorization: nonsense"); got.status != 401 {
			t.Errorf("%s, a bad token: %s", says, answered(got))
		}
	}
}

// TestPolicyWithIAM goes through AWS's tables A and B: what the caller's own policy says, the API's, and what comes of it in the API's
// account and from another one.
func TestPolicyWithIAM(t *testing.T) {
	own := map[string]signing{"allow": asReader.to("GET /test/things"), "silent": asReader.to("DELETE /test/things/7"), "deny": asReader.to("GET /test/things/special")}
	named := func(principal string) string {
		return strings.Replace(allowsAll, `"Principal": "*"`, `"Principal": `+principal, 1)
	}
	policies := map[string]string{
		"allow": allowsAll, "silent": saysOf["silent"], "deny": deniesAll,
		"its role": named(`{"AWS": "arn:aws:iam::123456789012:role/reader"}`), "its account": named(`{"AWS": "123456789012"}`),
		"another": named(`{"AWS": ["arn:aws:iam::123456789012:role/other", "210987654321"]}`),
		"a path":  strings.Replace(deniesAll, `"Principal": "*"`, `"Principal": {"AWS": "arn:aws:iam::123456789012:role/staff/reader"}`, 1),
	}
	for _, row := range []struct{ own, api, same, other string }{
		{"allow", "allow", "allow", "allow"},
		{"allow", "silent", "allow", "silent"},
		{"allow", "deny", "deny", "deny"},
		{"silent", "allow", "allow", "silent"},
		{"silent", "silent", "silent", "silent"},
		{"silent", "deny", "deny", "deny"},
		{"deny", "allow", "deny", "deny"},
		{"deny", "silent", "deny", "deny"},
		{"deny", "deny", "deny", "deny"},
		// who is named
		{"silent", "its role", "allow", "silent"},
		{"allow", "its role", "allow", "allow"},
		{"silent", "its account", "silent", "silent"},
		{"allow", "its account", "allow", "allow"},
		{"allow", "another", "allow", "silent"},
		{"allow", "a path", "deny", "deny"}, // a role of whose path nothing is known here may be the one
	} {
		for account, want := range map[string]string{"123456789012": row.same, "210987654321": row.other} {
			s := startStage(t, iamModeText, func(c *setting) {
				withPolicy(t, policies[row.api])(c)
				c.AccountID = account
			})
			got := s.sendSigned(t, own[row.own])
			says := map[bool]string{true: "allow"}[got.status == 200]
			switch start := `{"Message":"User: arn:aws:sts::123456789012:assumed-role/reader/desk is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:`; {
			case got.status == 403 && strings.HasPrefix(got.body, start) && strings.HasSuffix(got.body, ` with an explicit deny"}`):
				says = "deny"
			case got.status == 403 && strings.HasPrefix(got.body, start):
				says = "silent"
			}
			if says != want || (s.things.calls() > 0) != (want == "allow") {
				t.Errorf("own %s, the API %s, in account %s: %s; want %s", row.own, row.api, account, answered(got), want)
			}
		}
	}
	s := startStage(t, iamModeText, withPolicy(t, allowsAll))
	for _, by := range []signing{{request: "GET /test/things"}, asReader.to("GET /test/things").but(func(b *signing) { b.secret += "x" })} {
		if got := s.sendSigned(t, by); got.status != 403 || strings.Contains(got.body, "Message") && !strings.Contains(got.body, `"message"`) {
			t.Errorf("a bad signature: %s", answered(got))
		}
	}
	if s.things.calls() > 0 {
		t.Error("who did not sign was let in")
	}
}

// TestPolicyConditions: the address is the connection's, and what a client writes into headers is none.
func TestPolicyConditions(t *testing.T) {
	for _, test := range []struct {
		name       string
		statements []string
		request    string
		want       int
	}{
		{"from home", []string{statement("Allow", "*", fromHome)}, "GET /test/open", 200},
		{"not from away", []string{allowsAll, statement("Deny", "*", fromAway)}, "GET /test/open", 403},
		{"headers are no addresses", []string{allowsAll, statement("Deny", "*", fromAway)}, "GET /test/open\nX-Forwarded-For: 192.0.2.7\nForwarded: for=192.0.2.7\nX-Real-Ip: 192.0.2.7", 403},
		{"through no VPC", []string{allowsAll, statement("Deny", "*", `, "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}`)}, "GET /test/open", 403},
		{"until", []string{statement("Allow", "*", `, "Condition": {"DateLessThan": {"aws:CurrentTime": "2030-03-17T17:46:41Z"}}`)}, "GET /test/open", 200},
		{"after", []string{statement("Allow", "*", `, "Condition": {"DateLessThan": {"aws:CurrentTime": "2030-03-17T17:46:40Z"}}`)}, "GET /test/open", 403},
		{"another stage", []string{statement("Allow", "prod/*", "")}, "GET /test/open", 403},
		{"this stage", []string{statement("Allow", "test/GET/open", "")}, "GET /test/open", 200},
		{"this stage, a slash behind", []string{statement("Allow", "test/GET/open", "")}, "GET /test/open/", 200},
		{"slashes in front are read both ways", []string{allowsAll, statement("Deny", "*/GET/open", "")}, "GET /test//open", 403},
		{"and neither opens", []string{statement("Allow", "test/GET//open", "")}, "GET /test//open", 403},
		{"an encoded letter is read both ways", []string{allowsAll, statement("Deny", "*/GET/files/admin", "")}, "GET /test/files/%61dmin\nAuthorization: Bearer all", 403},
		{"dots are read both ways", []string{allowsAll, statement("Deny", "*/GET/files/admin", "")}, "GET /test/files/x/../admin\nAuthorization: Bearer all", 403},
		{"an encoded space is one", []string{allowsAll, statement("Deny", "*/GET/files/admin", "")}, "GET /test/files/%20admin\nAuthorization: Bearer all", 200},
		{"in capitals", []string{allowsAll, statement("Deny", "*/GET/OPEN", "")}, "GET /test/open", 200},
		{"everything, without a condition", []string{allowsAll, deniesAll}, "GET /test/open", 403},
		{"a path that is too long", []string{allowsAll}, "GET /test/files/" + strings.Repeat("x", 1600) + "\nAuthorization: Bearer all", 414},
	} {
		s := startStage(t, modeText, withPolicy(t, test.statements...))
		if got := s.send(t, test.request); got.status != test.want || (s.things.calls() > 0) != (test.want == 200) {
			t.Errorf("%s: %s", test.name, answered(got))
		}
	}
	g := makeStage(t, modeText, withPolicy(t, statement("Allow", "*", `, "Condition": {"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}`)))
	for address, want := range map[string]int{"[2001:db8::7]:1": 200, "[2001:db9::7]:1": 403, "192.0.2.7:1": 403, "": 403, "nonsense": 403} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/test/open", nil)
		r.RemoteAddr = address
		if g.handler.ServeHTTP(w, r); w.Code != want {
			t.Errorf("from %q: %d, want %d", address, w.Code, want)
		}
	}
}

// TestPolicyIsTold: in the trace, the access log, the log, and the gateway response that the mode sets.
func TestPolicyIsTold(t *testing.T) {
	access, log := &lines{}, &bytes.Buffer{}
	mode := modeText + "accessLogFormat: '$context.requestId $context.status $context.error.responseType'\n" +
		"gatewayResponses: {ACCESS_DENIED: {statusCode: 404, body: '{\"told\": $context.error.messageString}'}}\n"
	s := startStage(t, mode, func(c *setting) {
		withPolicy(t, allowsAll, statement("Deny", "*/GET/open", `, "Sid": "shut"`))(c)
		c.AccessLog, c.Log = access, slog.New(slog.NewTextHandler(log, nil))
	})
	got, trace := s.traced(t, "GET /test/open")
	if p := trace.ResourcePolicy; p == nil || p.Index != 1 || p.Statement.Sid != "shut" || p.Decision != "deny" || p.Reason != "denied" || !strings.HasSuffix(p.ARN, "/test/GET/open") ||
		!strings.HasSuffix(p.Pattern, "/*/GET/open") || trace.ResponseType != "ACCESS_DENIED" {
		t.Errorf("trace %+v of %+v", p, trace)
	}
	message := "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:"
	if got.status != 404 || !strings.HasPrefix(got.body, `{"told": "`+message) || !strings.HasSuffix(got.body, `/test/GET/open with an explicit deny"}`) {
		t.Errorf("%d %s", got.status, got.body)
	}
	if !strings.HasSuffix(access.last(), " 404 ACCESS_DENIED\n") {
		t.Errorf("access log %s", access.last())
	}
	if text := log.String(); !strings.Contains(text, "statement=2 sid=shut") || !strings.Contains(text, "sourceIp=127.0.0.1") || !strings.Contains(text, "reason=denied") {
		t.Errorf("log %s", text)
	}
	if _, trace := s.traced(t, "GET /test/things\nAuthorization: Bearer all"); trace.ResourcePolicy == nil || trace.ResourcePolicy.Decision != "allow" || trace.Policy.Decision != "allow" {
		t.Errorf("trace %+v", trace)
	}
	log.Reset()
	other := startStage(t, iamModeText, func(c *setting) {
		withPolicy(t, statement("Deny", "*", `, "Sid": "all"`))(c)
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	})
	if got := other.sendSigned(t, asReader.to("GET /test/things")); got.status != 403 || !strings.Contains(log.String(), "statement=1 sid=all") {
		t.Errorf("%s, log %s", answered(got), log)
	}
}

// TestPolicyOfTheCache: whom the API's policy forbids to may not have an answer fetched anew, and who may by that policy alone may not either.
func TestPolicyOfTheCache(t *testing.T) {
	const cache = "cache: {methods: {GET /things: {ttlInSeconds: 300, keyParameters: [context.identity.userArn]}}, unauthorizedCacheControlHeaderStrategy: FAIL_WITH_403}\n"
	anew := asReader.to("GET /test/things").but(func(b *signing) { b.after = func(r *http.Request) { r.Header.Set("Cache-Control", "max-age=0") } })
	any := strings.Replace(allowsAll, "execute-api:Invoke", "execute-api:*", 1)
	for _, test := range []struct {
		own, api string
		want     int
	}{
		{`"execute-api:*"`, any, 200},
		{`"execute-api:*"`, allowsAll, 200},
		{`"execute-api:*"`, any + ", " + strings.Replace(deniesAll, "execute-api:Invoke", "execute-api:InvalidateCache", 1), 403},
		{"execute-api:Invoke", any, 403},
	} {
		s := startStage(t, strings.ReplaceAll(iamModeText, "Action: execute-api:Invoke", "Action: "+test.own)+cache, withPolicy(t, test.api))
		if got := s.sendSigned(t, anew); got.status != test.want {
			t.Errorf("own %s, the API %s: %s", test.own, test.api, answered(got))
		}
	}
}

// TestPolicyOpensNothing: beside a policy that allows everything, the documents of the contract's rules let through what they do alone, in
// time; those of rules that know of no such policy do not, which is why the contract's do.
func TestPolicyOpensNothing(t *testing.T) {
	c, err := contract.Parse("contract.yaml", []byte(strings.Replace(contractText, "    delete: {}\n", "    delete: {security: [bearer: [things/write]]}\n", 1)+
		"x-amazon-apigateway-policy: {\"Version\": \"2012-10-17\", \"Statement\": ["+allowsAll+"]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	closed, err := c.Rules()
	if err != nil {
		t.Fatal(err)
	}
	c.ResourcePolicy = nil
	open, err := c.Rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, rules := range []*policy.Rules{closed, open} {
		s := startStage(t, modeText, func(s *setting) { withPolicy(t, allowsAll)(s) })
		s.token.code = func(event []byte) (string, error) {
			var asked struct{ MethodARN string }
			json.Unmarshal(event, &asked)
			reader := policy.Caller{ID: "me", Schemes: []string{policy.SchemeBearer}, Scopes: []string{"things/read"}, Expires: s.now.Add(time.Minute)}
			doc, err := rules.Compile(reader, policy.MustParseARN(asked.MethodARN))
			if err != nil {
				return "", err
			}
			text, err := json.Marshal(map[string]any{"principalId": "me", "policyDocument": doc})
			return string(text), err
		}
		shut := map[bool]int{true: 403, false: 200}[rules == closed]
		for _, step := range []struct {
			request string
			later   time.Duration
			status  int
		}{{"GET /test/things/7", 0, 200}, {"DELETE /test/things/7", 0, shut}, {"GET /test/things/7", time.Minute, shut}} {
			s.now = s.now.Add(step.later)
			if got := s.send(t, step.request+"\nAuthorization: Bearer kept"); got.status != step.status {
				t.Errorf("closed %v: %s: %s, want %d", rules == closed, step.request, answered(got), step.status)
			}
		}
		if s.token.calls() != 1 {
			t.Errorf("the authorizer was asked %d times", s.token.calls())
		}
	}
}
