package gateway_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/testtools"
)

// shipped is what guards the module's own contract: one issuer, one API key that may read, and this module's authorizers.
type shipped struct {
	contract  *contract.Contract
	issuer    *verifytest.Issuer
	verifier  *verify.Verifier
	functions map[string]gateway.Invoker
	key       string
	now       time.Time
}

func newShipped(t *testing.T) *shipped {
	t.Helper()
	read, err := contract.Load("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := &shipped{contract: read, issuer: verifytest.NewServer(), now: time.Unix(1_900_000_000, 0)}
	t.Cleanup(s.issuer.Close)
	clock := func() time.Time { return s.now }
	s.verifier, err = verify.New(verify.Config{Now: clock, Issuers: []verify.Issuer{{
		Issuer: s.issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.verifier.Close)
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	store := apikey.NewMemoryStore()
	key, _, err1 := apikey.Issue(t.Context(), store, apikey.Record{Owner: "me", Scopes: []string{"users/read"}}, s.now)
	keys, err2 := apikey.NewChecker(apikey.Config{Store: store, Now: clock})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keys.Close)
	s.key = key.Reveal()
	tokens := authorizers.Config{Rules: rules, Tokens: s.verifier}
	both := tokens
	both.Keys = keys
	token, err1 := authorizers.NewToken(tokens)
	jwt, err2 := authorizers.NewJWT(tokens)
	request, err3 := authorizers.NewRequest(both)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	answers := &function{code: func([]byte) (string, error) { return `{"statusCode":200}`, nil }}
	s.functions = map[string]gateway.Invoker{"token": token, "jwt": jwt, "request": request, "users": answers, "tokens": answers, "live": answers}
	return s
}

// Verifier is of the stack's own user pool, whatever a mode calls it.
func (s *shipped) Verifier(gateway.TokenIssuer) (gateway.TokenVerifier, error) {
	return verifying{s.verifier}, nil
}

// stage serves one of the module's modes.
func (s *shipped) stage(t *testing.T, mode string, functions map[string]gateway.Invoker, tokens gateway.Tokens) *stage {
	t.Helper()
	m, err := modes.Load("../modes/" + mode + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := plan.Compile(s.contract, m)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Config{Plan: compiled, Functions: functions, Tokens: tokens, Now: func() time.Time { return s.now }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return &stage{url: server.URL, now: s.now}
}

// refusedCase is a request that is refused: that of its lines, where %s is the mode, or a signed one.
type refusedCase struct {
	name    string
	request string
	signing *signing
}

// cases are what a mode refuses, by what it takes.
func (s *shipped) cases(mode string) []refusedCase {
	const list, remove = "GET /%s/users", "DELETE /%s/users/7"
	bearer := func(request, token string) string { return request + "\nAuthorization: Bearer " + token }
	reader := verifytest.Options{Scopes: []string{"users/read"}, IssuedAt: s.now.Add(-time.Minute)}
	ended := reader
	ended.IssuedAt = s.now.Add(-2 * time.Hour)
	good := s.issuer.CognitoAccess(reader)
	forger := verifytest.New(s.issuer.URL)
	nothing := refusedCase{name: "nothing", request: list}
	tokens := []refusedCase{
		nothing,
		{name: "what is no token", request: bearer(list, "a.b.c")},
		{name: "another scheme", request: list + "\nAuthorization: Basic YTpi"},
		{name: "a forged token", request: bearer(list, forger.CognitoAccess(reader))},
		{name: "an ended token", request: bearer(list, s.issuer.CognitoAccess(ended))},
		{name: "a token without the scope", request: bearer(remove, good)},
	}
	signer := signing{request: fmt.Sprintf(list, mode), key: "ASIALOCALREADER00001", secret: "local-reader-secret-not-secret", session: "local-reader-session-not-secret"}
	signed := func(name string, change func(*signing)) refusedCase {
		by := signer.but(change)
		return refusedCase{name: name, signing: &by}
	}
	switch mode {
	case "rest-api-key":
		return []refusedCase{
			nothing,
			{name: "an unknown key", request: list + "\nX-Api-Key: unknown-key-0123456789"},
			{name: "a disabled key", request: list + "\nX-Api-Key: local-disabled-key-not-secret"},
		}
	case "rest-iam", "http-iam":
		return []refusedCase{
			nothing,
			{name: "a token", request: bearer(list, good)},
			signed("a wrong signature", func(by *signing) { by.secret = "another-secret-not-secret" }),
			signed("an old signature", func(by *signing) { by.age = time.Hour }),
			signed("an unknown signer", func(by *signing) { by.key = "AKIAUNKNOWN000000000" }),
			signed("a signer who may not", func(by *signing) { by.request = fmt.Sprintf(remove, mode) }),
		}
	case "rest-request":
		return append(tokens,
			refusedCase{name: "an unknown key", request: list + "\nX-Api-Key: pk_unknown"},
			refusedCase{name: "a key without the scope", request: remove + "\nX-Api-Key: " + s.key},
			refusedCase{name: "a token and no key", request: bearer(list, good)},
		)
	case "websocket":
		connect := "GET /%s\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
		return []refusedCase{
			{name: "nothing", request: connect},
			{name: "an ended token", request: bearer(connect, s.issuer.CognitoAccess(ended))},
			{name: "an unknown key", request: connect + "\nX-Api-Key: pk_unknown"},
		}
	}
	return tokens
}

// send gives what a mode's refusal says.
func (c *refusedCase) send(t *testing.T, s *stage, mode string) answer {
	t.Helper()
	if c.signing != nil {
		return s.sendSigned(t, *c.signing)
	}
	return s.send(t, strings.Replace(c.request, "%s", mode, 1))
}

var description = regexp.MustCompile(`error_description="[^"]+"`)

// TestChallengesOfModes: what clients are told in each of the module's modes is what the table of package modes says.
func TestChallengesOfModes(t *testing.T) {
	credentials := newShipped(t)
	var table strings.Builder
	for _, mode := range []string{"rest-token", "rest-request", "rest-cognito", "rest-api-key", "rest-iam", "http-jwt", "http-lambda", "http-iam", "websocket"} {
		s := credentials.stage(t, mode, credentials.functions, credentials)
		var told []string
		cases := map[string][]string{}
		for _, c := range credentials.cases(mode) {
			got := c.send(t, s, mode)
			challenge := description.ReplaceAllString(got.header.Get("WWW-Authenticate"), `error_description="…"`)
			is := fmt.Sprintf("%d  %s", got.status, cmp.Or(challenge, "none"))
			if cases[is] == nil {
				told = append(told, is)
			}
			cases[is] = append(cases[is], c.name)
			exposed := got.header.Get("Access-Control-Expose-Headers")
			if strings.HasPrefix(mode, "rest-") && (challenge != "") != (exposed == "WWW-Authenticate") {
				t.Errorf("%s, %s: challenge %q, and exposed is %q", mode, c.name, challenge, exposed)
			}
			if len(got.header.Values("WWW-Authenticate")) > 1 {
				t.Errorf("%s, %s: %q", mode, c.name, got.header.Values("WWW-Authenticate"))
			}
		}
		fmt.Fprintf(&table, "//	%s\n", mode)
		for _, is := range told {
			fmt.Fprintf(&table, "//	  %s\n//	       %s\n", is, strings.Join(cases[is], ", "))
		}
		if got := s.send(t, "GET /"+mode+"/nowhere"); got.status < 400 || got.header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: a path that is none: %d %v", mode, got.status, got.header)
		}
	}
	doc, err := os.ReadFile("../modes/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	if want := table.String() + "//\n"; !strings.Contains(string(doc), "//\n"+want) {
		t.Errorf("deploy/modes/doc.go has another table than\n%s", want)
	}
}

// TestNoChallengeOfFailures: that an authorizer cannot tell is nothing that a credential would change.
func TestNoChallengeOfFailures(t *testing.T) {
	credentials := newShipped(t)
	down := &function{code: func([]byte) (string, error) { return "", errors.New("the keys cannot be had") }}
	functions := map[string]gateway.Invoker{"token": down, "request": down, "jwt": down, "users": down, "tokens": down, "live": down}
	for _, mode := range []string{"rest-token", "rest-request", "rest-cognito", "http-jwt", "http-lambda"} {
		got := credentials.stage(t, mode, functions, unreachable{}).send(t, "GET /"+mode+"/users\nAuthorization: Bearer a.e30.b")
		if got.status != 500 || got.header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: %d %v", mode, got.status, got.header)
		}
	}
}

// TestChallengeOfKeptPolicy: a token that ended while its policy was kept is denied by that, as one without the scope is.
func TestChallengeOfKeptPolicy(t *testing.T) {
	credentials := newShipped(t)
	s := credentials.stage(t, "rest-token", credentials.functions, credentials)
	token := credentials.issuer.CognitoAccess(verifytest.Options{Scopes: []string{"users/read"}, IssuedAt: credentials.now, Lifetime: 2 * time.Minute})
	for _, want := range []string{"200 ", `403 Bearer realm="Users", error="insufficient_scope"`, `401 Bearer realm="Users"`} {
		got := s.send(t, "GET /rest-token/users\nAuthorization: Bearer "+token)
		if is := fmt.Sprint(got.status, " ", got.header.Get("WWW-Authenticate")); is != want {
			t.Errorf("%s, want %s", is, want)
		}
		credentials.now = credentials.now.Add(3 * time.Minute)
	}
}

// TestChallengesByOpenIDClient: npm's openid-client (https://github.com/panva/openid-client) reads the challenges as they are meant, of a
// title with all that is quoted, too. It reads that of the gateway's JWT authorizer, which has no commas, as in AWS.
func TestChallengesByOpenIDClient(t *testing.T) {
	node, env := testtools.NodeModule(t, "openid-client", "6")
	credentials := newShipped(t)
	token := credentials.issuer.CognitoAccess(verifytest.Options{Scopes: []string{"users/read"}, IssuedAt: credentials.now})
	titled, err := contract.Parse("contract.yaml", []byte(with(contractText, "title: Things", `title: 'A "B" \ c, d="e", Bearer f'`)))
	if err != nil {
		t.Fatal(err)
	}
	quoted := startStage(t, modeText, func(c *setting) { c.Contract = titled })
	url := func(mode, path string) string {
		return credentials.stage(t, mode, credentials.functions, credentials).url + "/" + mode + path
	}
	calls := [][3]string{
		{"GET", url("rest-token", "/users"), token},
		{"GET", url("rest-token", "/users"), "a.b.c"},
		{"DELETE", url("rest-token", "/users/7"), token},
		{"DELETE", url("rest-cognito", "/users/7"), token},
		{"GET", url("rest-request", "/users"), "a.b.c"},
		{"GET", url("http-jwt", "/users"), "a.b.c"},
		{"GET", url("http-lambda", "/users"), "a.b.c"},
		{"GET", quoted.url + "/test/things", "unauthorized"},
		{"GET", quoted.url + "/test/things", "deny"},
	}
	const want = `200 no challenge
401 [{"scheme":"bearer","parameters":{"realm":"Users"}}]
403 [{"scheme":"bearer","parameters":{"realm":"Users","error":"insufficient_scope"}}]
401 [{"scheme":"bearer","parameters":{"realm":"Users"}}]
401 [{"scheme":"bearer","parameters":{"realm":"Users"}}]
401 [{"scheme":"bearer","parameters":{"scope":"","error":"invalid_token","error_description":"token-malformed"}}]
401 no challenge
401 [{"scheme":"bearer","parameters":{"realm":"A \"B\" \\ c, d=\"e\", Bearer f"}}]
403 [{"scheme":"bearer","parameters":{"realm":"A \"B\" \\ c, d=\"e\", Bearer f","error":"insufficient_scope"}}]
`
	list, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), node, "testdata/clients/challenges.cjs", string(list))
	command.Env = env
	if output, err := command.CombinedOutput(); err != nil || string(output) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, output, want)
	}
}

// TestChallengesByPage: a page of another site, in a browser, may read the challenges that there are.
func TestChallengesByPage(t *testing.T) {
	browser := testtools.Chromium(t)
	credentials := newShipped(t)
	token := credentials.issuer.CognitoAccess(verifytest.Options{Scopes: []string{"users/read"}, IssuedAt: credentials.now})
	url := func(mode, path string) string {
		return credentials.stage(t, mode, credentials.functions, credentials).url + "/" + mode + path
	}
	calls, err := json.Marshal([][3]string{
		{"GET", url("rest-token", "/users"), ""},
		{"DELETE", url("rest-token", "/users/7"), token},
		{"GET", url("rest-cognito", "/users"), ""},
		{"GET", url("http-jwt", "/users"), ""},
		{"DELETE", url("http-jwt", "/users/7"), token},
		{"GET", url("http-lambda", "/users"), ""},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `401 Bearer realm="Users"
403 Bearer realm="Users", error="insufficient_scope"
401 Bearer realm="Users"
401 Bearer
403 Bearer scope="users/write" error="insufficient_scope" error_description="expected scopes: [users/write]"
401 no challenge
`
	reports := make(chan string, 1)
	site := http.NewServeMux()
	site.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/clients/challenges.html") })
	site.HandleFunc("POST /report", func(w http.ResponseWriter, r *http.Request) {
		report, _ := io.ReadAll(r.Body)
		reports <- string(report)
	})
	server := httptest.NewServer(site)
	defer server.Close()
	browse(t, browser, server.URL+"/?"+neturl.Values{"calls": {string(calls)}}.Encode())
	select {
	case report := <-reports:
		if report != want {
			t.Errorf("%s\nwant\n%s", report, want)
		}
	case <-time.After(time.Minute):
		t.Fatal("the page reports nothing")
	}
}

// unreachable is an issuer whose keys cannot be had.
type unreachable struct{}

func (unreachable) Verifier(gateway.TokenIssuer) (gateway.TokenVerifier, error) {
	return unreachable{}, nil
}

func (unreachable) VerifyToken(context.Context, string) error {
	return errors.New("the keys cannot be had")
}
