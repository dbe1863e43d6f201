package desk_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/coder/websocket"

	"portcullis/api/contract"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/desk"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/desk/console"
	"portcullis/deploy/testtools"
)

// asked is a caller: the credential as the console gets it, and what a request has of it.
type asked struct {
	name       string
	credential map[string]any
	headers    map[string]string
	signs      *aws.Credentials
}

func bearerOf(name, token string) asked {
	return asked{name: name, credential: map[string]any{"kind": "token", "token": token}, headers: map[string]string{"Authorization": "Bearer " + token}}
}

func keyOf(name, key string) asked {
	return asked{name: name, credential: map[string]any{"kind": "key", "key": key}, headers: map[string]string{"X-Api-Key": key}}
}

// bothOf brings a token and a key with one call.
func bothOf(name string, token, key asked) asked {
	return asked{
		name: name, credential: map[string]any{"kind": "both", "token": token.credential["token"], "key": key.credential["key"]},
		headers: map[string]string{"Authorization": token.headers["Authorization"], "X-Api-Key": key.headers["X-Api-Key"]},
	}
}

func signerOf(name string) asked {
	who := callers[name]
	return asked{name: "signed by " + name, credential: map[string]any{"kind": "iam", "caller": who.AccessKeyID}, signs: &who}
}

// ofDesk are callers of all kinds at a desk.
func ofDesk(t *testing.T, d *running, groups ...string) []asked {
	all := []asked{{name: "nobody", credential: map[string]any{"kind": "none"}}}
	for _, name := range []string{"admin", "reader", "member"} {
		all = append(all, bearerOf(name, accessToken(t, d.url, name)))
	}
	good := all[1].credential["token"].(string)
	all = append(all, bearerOf("changed", good[:len(good)-8]+"AAAAAAAA"), bearerOf("no token", "no.to.ken"), signerOf("admin"), signerOf("reader"))
	return append(all, keyOf("no key", "no-key-at-all-but-long-enough"), keyOf("of a plan", "local-demo-key-not-secret"), keyOf("disabled in a plan", "local-disabled-key-not-secret"))
}

// makeKey makes an API key by the command.
func makeKey(t *testing.T, d *running, args ...string) string {
	t.Helper()
	command := exec.Command(testtools.Program(t, "./deploy/portcullis"), append([]string{"key", "create", "--desk", d.url}, args...)...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	key, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	return strings.TrimSpace(string(key))
}

// ask asks the console.
func (d *running) ask(t *testing.T, what string, question, into any) int {
	t.Helper()
	body, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(d.url+console.Path+what, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v in %s", what, err, text)
	}
	return response.StatusCode
}

// call makes the request for real, and tells whether a function was called.
func (d *running) call(t *testing.T, who *asked, mode, method, path string) (status int, body string, served bool) {
	t.Helper()
	request, err := http.NewRequest(method, d.url+"/"+mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = "//" + request.URL.Host + "/" + mode + path // as it is
	request.Header.Set("X-Portcullis-Trace", "1")
	for name, value := range who.headers {
		request.Header.Set(name, value)
	}
	if who.signs != nil {
		hash := sha256.Sum256(nil)
		if err := v4.NewSigner().SignHTTP(t.Context(), *who.signs, request, hex.EncodeToString(hash[:]), "execute-api", "us-east-1", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text), strings.Contains(response.Header.Get("X-Portcullis-Trace"), `"integration":{`)
}

// toldOf is what the console says of a request.
type toldOf struct {
	Decision, Text, By, ARN, Error string
	Status, Size, Limit            int
	Route                          *string
	Document                       *struct{ Statement []any }
	Evaluated                      *struct {
		Decision  string
		Statement int
	}
	ResourcePolicy *struct{ Decision string }
	Rules          *struct {
		Holds        int
		Alternatives []struct {
			For     string
			Missing *struct{ Schemes, Scopes, Owners []string }
		}
	}
	Message *struct {
		Connect struct{ Decision string }
		Grant   string
	}
}

// compareOne compares one call, and tells whether it was denied.
func compareOne(t *testing.T, d *running, who *asked, mode, method, path string) (denied bool) {
	t.Helper()
	var e toldOf
	question := map[string]any{"credential": who.credential, "mode": mode, "method": method, "path": path}
	if status := d.ask(t, "explain", question, &e); status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, status, e.Error)
	}
	status, body, served := d.call(t, who, mode, method, path)
	refused := !served && (status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusRequestURITooLong)
	if refused != (e.Decision == "deny") || refused && status != e.Status || e.Decision == "unknown" {
		t.Errorf("%s %s%s by %s: %d %s; the console: %s %d: %s", method, mode, path, who.name, status, body, e.Decision, e.Status, e.Text)
	}
	return refused
}

var parameter = regexp.MustCompile(`\{[^/]*\}`)

// pathsOf are requests that an operation may serve: with an owner's id in the place of parameters, and with another one.
func pathsOf(template string) []string {
	own := parameter.ReplaceAllString(template, "a0000000-0000-4000-8000-000000000003")
	if own == template {
		return []string{template}
	}
	return []string{own, parameter.ReplaceAllString(template, "7")}
}

// compare calls each operation in each mode by each caller, and has the console say what comes of it. It gives how many were allowed and
// how many denied.
func compare(t *testing.T, d *running, who []asked, most int) (allowed, denied int) {
	t.Helper()
	desk, err := about.Fetch(t.Context(), d.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := contract.Parse(desk.Contract.File, []byte(desk.Contract.Text), desk.Contract.Files...)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range desk.Modes {
		if m.Gateway == "WEBSOCKET" {
			continue
		}
		for _, o := range c.Operations[:min(most, len(c.Operations))] {
			if o.ID == "signOut" { // which would revoke the tokens
				continue
			}
			method := strings.Replace(o.Route.Method, "ANY", "PATCH", 1)
			for _, path := range pathsOf(o.Route.Path) {
				for i := range who {
					if compareOne(t, d, &who[i], m.Name, method, path) {
						denied++
					} else {
						allowed++
					}
				}
			}
		}
	}
	return allowed, denied
}

// TestExplainedAsServed: what the console says of a call is what the gateway answers, for each operation of this module's own API, in every
// mode, with credentials of every kind, good and bad.
func TestExplainedAsServed(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	who := ofDesk(t, d)
	who = append(who, keyOf("a key that reads", makeKey(t, d, "--owner", "billing", "--scopes", "users/read")),
		keyOf("a key that reads, in a plan", makeKey(t, d, "--owner", "billing", "--scopes", "users/read", "--usage-plan", "rest-request")),
		keyOf("a member's key, in a plan", makeKey(t, d, "--owner", "a0000000-0000-4000-8000-000000000003", "--scopes", "users/self", "--usage-plan", "rest-request")),
		keyOf("a key for elsewhere", makeKey(t, d, "--owner", "billing", "--scopes", "users/read", "--networks", "192.0.2.0/24", "--usage-plan", "rest-request")))
	allowed, denied := compare(t, d, who, 100)
	if allowed < 100 || denied < 100 {
		t.Errorf("%d calls were allowed, and %d denied", allowed, denied)
	}
	t.Logf("%d allowed, %d denied", allowed, denied)
}

// TestBothExplainedAsServed is the same for who brings a token and an API key with one call, where the rules ask for both and where they do not.
func TestBothExplainedAsServed(t *testing.T) {
	t.Parallel()
	for contract, least := range map[string]int{"testdata/console/both.yaml": 5, "": 20} {
		d := start(t, desk.Config{Contract: contract, Environ: append(os.Environ(), `GROUP_SCOPES={"admins":["things/read","things/write","things/own","users/read"],"readers":["things/read"],"members":["things/own"]}`)})
		const member = "a0000000-0000-4000-8000-000000000003"
		made := func(owner, scopes string) asked {
			return keyOf(owner, makeKey(t, d, "--owner", owner, "--scopes", scopes, "--usage-plan", "rest-request"))
		}
		admin, reader, owner := bearerOf("admin", accessToken(t, d.url, "admin")), bearerOf("reader", accessToken(t, d.url, "reader")), bearerOf("member", accessToken(t, d.url, "member"))
		use, write, own, wrong := made("billing", "things/use"), made("billing", "things/write"), made(member, "things/use,things/own"), keyOf("wrong", "pk_0000000000000000_0")
		bad := admin
		bad.credential, bad.headers = map[string]any{"token": "no.to.ken"}, map[string]string{"Authorization": "Bearer no.to.ken"}
		allowed, denied := compare(t, d, []asked{
			admin, use, write, bothOf("admin with use", admin, use), bothOf("reader with use", reader, use), bothOf("reader with write", reader, write), bothOf("member with its own key", owner, own),
			bothOf("admin with a member's key", admin, own), bothOf("a bad token", bad, use), bothOf("a bad key", admin, wrong), bothOf("a key of a plan", admin, keyOf("", "local-demo-key-not-secret")),
		}, 100)
		if allowed < least || denied < least {
			t.Errorf("%s: %d calls were allowed, and %d denied", contract, allowed, denied)
		}
		t.Logf("%s: %d allowed, %d denied", contract, allowed, denied)
		if contract != "" {
			requireCells(t, d, bothOf("", reader, use), map[string]string{"GET /things": "yes", "POST /things": "no", "PUT /things": "no", "GET /token": "yes"})
		}
	}
}

// requireCells holds what the rules alone let a caller do.
func requireCells(t *testing.T, d *running, who asked, want map[string]string) {
	t.Helper()
	var all struct {
		Columns []struct{ Caller bool }
		Rows    []struct {
			Key   string
			Cells []string
		}
	}
	d.ask(t, "access", map[string]any{"credential": who.credential}, &all)
	if last := len(all.Columns) - 1; last < 0 || !all.Columns[last].Caller {
		t.Fatalf("%+v", all)
	}
	found := map[string]string{}
	for _, row := range all.Rows {
		if _, asked := want[row.Key]; asked {
			found[row.Key] = row.Cells[len(row.Cells)-1]
		}
	}
	if !maps.Equal(found, want) {
		t.Errorf("%v, want %v", found, want)
	}
}

// TestAccessOfOwners: by the rules alone, too, who owns nothing may nothing that is an owner's.
func TestAccessOfOwners(t *testing.T) {
	t.Parallel()
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	token := issuer.Sign(issuer.OIDCClaims(verifytest.Options{Extra: map[string]any{"aud": "api", "scope": "users/self"}}))
	for owners, want := range map[bool]string{true: "own {id}", false: "no"} {
		d := start(t, desk.Config{Modes: []string{"rest-token"}, Environ: append(os.Environ(), fmt.Sprintf(`ISSUERS=[{"issuer":%q,"audience":["api"],"scopes":["users/self"],"owners":%t}]`, issuer.URL, owners))})
		requireCells(t, d, bearerOf("", token), map[string]string{"GET /users/{id}": want})
	}
}

// TestSignersOfOtherModes: who may sign in one mode is nobody in another that does not name it.
func TestSignersOfOtherModes(t *testing.T) {
	t.Parallel()
	folder, who := t.TempDir(), map[string]asked{}
	write(t, filepath.Join(folder, "api.yaml"), "openapi: 3.1.0\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\npaths: {/things: {get: {security: [bearer: []]}}}\n")
	var modes []string
	for i, name := range []string{"first", "second"} {
		key := aws.Credentials{AccessKeyID: fmt.Sprint("AKIAOFONEMODE000000", i), SecretAccessKey: "local-secret-not-secret"}
		modes = append(modes, filepath.Join(folder, name+".yaml"))
		write(t, modes[i], fmt.Sprintf(`name: %s
gateway: REST
authorization: AWS_IAM
localCallers:
  - accessKeyId: %s
    secretAccessKey: %s
    arn: arn:aws:iam::123456789012:user/%[1]s
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "execute-api:*", Resource: "*"}]}
`, name, key.AccessKeyID, key.SecretAccessKey))
		who[name] = asked{name: "signed by who is of " + name, credential: map[string]any{"kind": "iam", "caller": key.AccessKeyID}, signs: &key}
	}
	d := start(t, desk.Config{Contract: filepath.Join(folder, "api.yaml"), Modes: modes})
	for _, mode := range []string{"first", "second"} {
		for name, caller := range who {
			if denied := compareOne(t, d, &caller, mode, "GET", "/things"); denied == (name == mode) {
				t.Errorf("%s in %s: denied %t", caller.name, mode, denied)
			}
		}
	}
}

// TestForeignExplainedAsServed is the same for contracts of others: all that can be read of those that the command is tested with.
func TestForeignExplainedAsServed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../portcullis/testdata/wild/*/openapi.*")
	if err != nil {
		t.Fatal(err)
	}
	called := 0
	for _, file := range files {
		if _, err := contract.Load(file); err != nil { // which others are tested to say
			continue
		}
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			d := start(t, desk.Config{Contract: file})
			allowed, denied := compare(t, d, slices.Delete(ofDesk(t, d)[:8], 2, 3), 8)
			t.Logf("%d allowed, %d denied", allowed, denied)
			called += allowed + denied
		})
	}
	if called < 2000 {
		t.Errorf("%d calls were compared", called)
	}
}

// TestOddPathsExplained: a line a path, as it is sent.
func TestOddPathsExplained(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Modes: []string{"rest-token", "http-lambda", "http-jwt", "rest-cognito"}})
	who := ofDesk(t, d)[1:4]
	const own = "/users/a0000000-0000-4000-8000-000000000003"
	for _, path := range []string{
		"/", "//", "/users/", "//users", "/users//", "/users//7", "/users/7/", own, own + "/", "/" + own, own + "/x", "/users/%37", "/users/a%2Fb", "/%75sers", "/users/..", "/users/.",
		"/users/../users", "/users/%2e%2e", "/users/*", "/users/$x", "/users/a@b", "/users/%40", "/Users", "/users;x", own + "%20", "/users/" + strings.Repeat("7", 1700),
	} {
		for _, mode := range []string{"rest-token", "http-lambda", "http-jwt", "rest-cognito"} {
			for i := range who {
				compareOne(t, d, &who[i], mode, "GET", path)
			}
		}
	}
}

// TestExplainedUnknown: what cannot be told is neither allowed nor denied, as the gateway's answer is neither 401 nor 403.
func TestExplainedUnknown(t *testing.T) {
	t.Parallel()
	issuer := verifytest.NewServer()
	issuers := fmt.Sprintf(`[{"issuer":%q,"audience":["api"],"scopes":["users/read"]}]`, issuer.URL)
	token := issuer.Sign(issuer.OIDCClaims(verifytest.Options{Extra: map[string]any{"aud": "api", "scope": "users/read"}}))
	issuer.Close()
	d := start(t, desk.Config{Modes: []string{"rest-token", "http-lambda"}, Environ: append(os.Environ(), "ISSUERS="+issuers)})
	who := bearerOf("of an issuer out of reach", token)
	var said struct{ Status, Code, Reason string }
	d.ask(t, "credential", map[string]any{"credential": who.credential}, &said)
	if said.Status != "unknown" || said.Code != "unavailable" {
		t.Errorf("%+v", said)
	}
	for _, mode := range []string{"rest-token", "http-lambda"} {
		var e toldOf
		d.ask(t, "explain", map[string]any{"credential": who.credential, "mode": mode, "method": "GET", "path": "/users"}, &e)
		status, _, _ := d.call(t, &who, mode, "GET", "/users")
		if e.Decision != "unknown" || status != http.StatusInternalServerError {
			t.Errorf("%s: %s, and %d", mode, e.Decision, status)
		}
		var all struct{ Rows []struct{ Cells []string } }
		d.ask(t, "access", map[string]any{"credential": who.credential, "mode": mode}, &all)
		if cells := all.Rows[0].Cells; cells[len(cells)-1] != "unknown" {
			t.Errorf("%s: %q", mode, cells)
		}
	}
}

// TestQuestionsRefused: a line a question that is none, and what is said of it.
func TestQuestionsRefused(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Modes: []string{"rest-token", "http-jwt", "websocket"}})
	none := map[string]any{"kind": "none"}
	of := func(credential any, mode, method, path string) map[string]any {
		return map[string]any{"credential": credential, "mode": mode, "method": method, "path": path}
	}
	for _, test := range []struct {
		what     string
		question map[string]any
		want     string
	}{
		{"explain", of(none, "rest", "GET", "/users"), `mode "rest": the desk serves none of this name`},
		{"explain", of(none, "rest-token", "get", "/users"), `method "get": want one of DELETE, GET`},
		{"explain", of(none, "rest-token", "GET", "users"), `path "users": want a path as it is sent`},
		{"explain", of(none, "rest-token", "GET", "/users?a=b"), "without the stage and the query"},
		{"explain", of(none, "rest-token", "GET", "/users/%zz"), `invalid URL escape "%zz"`},
		{"explain", of(none, "http-jwt", "GET", "/users/%ff"), "want UTF-8"},
		{"explain", of(none, "websocket", "GET", ""), "of a WebSocket API want $connect"},
		{"explain", of(none, "websocket", "$connect", "/"), "a WebSocket API has none"},
		{"explain", of(none, "websocket", "message ", ""), "the key of a route"},
		{"explain", of(none, "websocket", "message $disconnect", ""), "the key of a route"},
		{"explain", map[string]any{"credential": none, "mode": "websocket", "method": "message a", "message": "{"}, "message: want JSON"},
		{"explain", map[string]any{"credential": none, "mode": "websocket", "method": "$connect", "message": "{}"}, "there is none at $connect"},
		{"explain", map[string]any{"mode": "rest-token", "method": "GET", "path": "/users"}, "want either a credential or a column"},
		{"explain", map[string]any{"credential": none, "column": map[string]any{}, "mode": "rest-token", "method": "GET", "path": "/users"}, "want either"},
		{"explain", of(map[string]any{"kind": "token"}, "rest-token", "GET", "/users"), `want "token" beside the kind token`},
		{"access", map[string]any{"credential": map[string]any{"kind": "key"}}, `want "key" beside the kind key`},
		{"access", map[string]any{"credential": none, "mode": "rest"}, "the desk serves none of this name"},
		{"credential", map[string]any{"credential": map[string]any{"kind": "iam"}}, `want "caller" beside the kind iam`},
		{"credential", map[string]any{"credential": map[string]any{"kind": "none", "token": "a"}}, `"token" is not for the kind none`},
		{"credential", map[string]any{"credential": map[string]any{"kind": "cookie"}}, "want none, token, key, both or iam"},
		{"credential", map[string]any{"credential": map[string]any{"kind": "both", "token": "a"}}, `want "key" beside the kind both`},
		{"credential", map[string]any{"credential": map[string]any{"kind": "token", "token": "a", "key": "b"}}, `"key" is not for the kind token`},
		{"credential", map[string]any{"credentials": none}, "unknown field"},
	} {
		var said struct{ Error string }
		if status := d.ask(t, test.what, test.question, &said); status != http.StatusBadRequest || !strings.Contains(said.Error, test.want) {
			t.Errorf("%s %v: %d %q, want %q", test.what, test.question, status, said.Error, test.want)
		}
	}
}

// cells are what the console says in its matrix of a caller, by operations.
func (d *running) cells(t *testing.T, who *asked, mode string) (caller map[string]string, all matrixOf) {
	t.Helper()
	d.ask(t, "access", map[string]any{"credential": who.credential, "mode": mode}, &all)
	caller = map[string]string{}
	for _, row := range all.Rows {
		if len(row.Cells) != len(all.Columns) {
			t.Fatalf("%s: %d cells for %d columns", row.Key, len(row.Cells), len(all.Columns))
		}
		caller[row.Key] = row.Cells[len(row.Cells)-1]
	}
	return caller, all
}

// matrixOf is the console's matrix.
type matrixOf struct {
	Status, By string
	Columns    []struct {
		Kind, Name, Like string
		Caller           bool
	}
	Rows []struct {
		Key   string
		Cells []string
	}
}

// TestAccess: a line a caller and a mode: its cells of some operations, and the column that it is like.
func TestAccess(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	who := map[string]asked{}
	for _, one := range append(ofDesk(t, d), keyOf("reading key", makeKey(t, d, "--owner", "billing", "--scopes", "users/read", "--usage-plan", "rest-request")),
		keyOf("unplanned key", makeKey(t, d, "--owner", "billing", "--scopes", "users/read"))) {
		who[one.name] = one
	}
	const list, one, delete, sign, connect, subscribe = "GET /users", "GET /users/{id}", "DELETE /users/{id}", "POST /tokens", "$connect", "message subscribe"
	for _, test := range []struct {
		name, mode, list, one, delete, sign, connect, subscribe, like string
	}{
		{"admin", "", "yes", "yes", "yes", "public", "yes", "yes", "admins"},
		{"member", "", "no", "own {id}", "no", "public", "yes", "own $request.body.users", "members"},
		{"nobody", "", "no", "no", "no", "public", "no", "no", ""},
		{"changed", "", "no", "no", "no", "public", "no", "no", ""},
		{"admin", "rest-token", "yes", "yes", "yes", "public", "unreachable", "unreachable", "admins"},
		{"reader", "http-lambda", "yes", "yes", "no", "public", "unreachable", "unreachable", "readers"},
		{"member", "rest-token", "no", "own {id}", "no", "public", "unreachable", "unreachable", "members"},
		{"admin", "rest-request", "no", "no", "no", "public", "unreachable", "unreachable", "admins"}, // where a key of the plan is asked for
		{"reading key", "rest-request", "yes", "yes", "no", "public", "unreachable", "unreachable", "users/read"},
		{"unplanned key", "rest-request", "no", "no", "no", "public", "unreachable", "unreachable", "users/read"},
		{"reading key", "rest-token", "no", "no", "no", "public", "unreachable", "unreachable", "users/read"},
		{"admin", "http-jwt", "no", "no", "no", "public", "unreachable", "unreachable", ""}, // which knows no groups
		{"signed by admin", "rest-iam", "yes", "yes", "yes", "public", "unreachable", "unreachable", "no scope"},
		{"signed by reader", "rest-iam", "yes", "yes", "no", "public", "unreachable", "unreachable", "no scope"},
		{"of a plan", "rest-api-key", "yes", "yes", "yes", "public", "unreachable", "unreachable", ""},
		{"disabled in a plan", "rest-api-key", "no", "no", "no", "public", "unreachable", "unreachable", ""},
		{"member", "websocket", "unreachable", "unreachable", "unreachable", "unreachable", "yes", "own $request.body.users", "members"},
		{"reading key", "websocket", "unreachable", "unreachable", "unreachable", "unreachable", "yes", "yes", "users/read"},
		{"changed", "websocket", "unreachable", "unreachable", "unreachable", "unreachable", "no", "no", ""},
	} {
		caller := who[test.name]
		cells, all := d.cells(t, &caller, test.mode)
		last := all.Columns[len(all.Columns)-1]
		got := []string{cells[list], cells[one], cells[delete], cells[sign], cells[connect], cells[subscribe], last.Like}
		want := []string{test.list, test.one, test.delete, test.sign, test.connect, test.subscribe, test.like}
		if !slices.Equal(got, want) || !last.Caller || last.Kind != "caller" {
			t.Errorf("%s in %q: %q, want %q", test.name, test.mode, got, want)
		}
	}
}

// TestMessagesExplained: a line a caller, what it sends, and what the console says of connecting and of that; both are done for real.
func TestMessagesExplained(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	all := ofDesk(t, d)
	const own, other = `{"action":"subscribe","users":"a0000000-0000-4000-8000-000000000003"}`, `{"action":"subscribe","users":"7"}`
	for _, test := range []struct {
		who                *asked
		message            string
		connects, decision string
	}{
		{&all[0], `{"action":"whoami"}`, "deny", "deny"},
		{&all[4], `{"action":"whoami"}`, "deny", "deny"}, // changed
		{&all[1], `{"action":"whoami"}`, "allow", "allow"},
		{&all[1], other, "allow", "allow"},
		{&all[3], `{"action":"whoami"}`, "allow", "allow"},
		{&all[3], own, "allow", "allow"},
		{&all[3], other, "allow", "deny"},
		{&all[3], `{"action":"nothing"}`, "allow", "deny"},
	} {
		var message struct{ Action string }
		json.Unmarshal([]byte(test.message), &message)
		var connecting, sending toldOf
		d.ask(t, "explain", map[string]any{"credential": test.who.credential, "mode": "websocket", "method": "$connect"}, &connecting)
		d.ask(t, "explain", map[string]any{"credential": test.who.credential, "mode": "websocket", "method": "message " + message.Action, "message": test.message}, &sending)
		if connecting.Decision != test.connects || sending.Decision != test.decision {
			t.Errorf("%s, %s: %s, %s: %s", test.who.name, test.message, connecting.Decision, sending.Decision, sending.Text)
		}
		header := http.Header{}
		for name, value := range test.who.headers {
			header.Set(name, value)
		}
		c, response, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(d.url, "http")+"/websocket", &websocket.DialOptions{HTTPHeader: header})
		if connects := err == nil; connects != (test.connects == "allow") || !connects && response.StatusCode != connecting.Status {
			t.Errorf("%s: %v, want it to %s", test.who.name, err, test.connects)
		}
		if err != nil {
			continue
		}
		if err := c.Write(t.Context(), websocket.MessageText, []byte(test.message)); err != nil {
			t.Fatal(err)
		}
		_, answer, err := c.Read(t.Context())
		if err != nil || bytes.Contains(answer, []byte(`"Forbidden"`)) != (test.decision == "deny") {
			t.Errorf("%s, %s: %s, %v, want %s", test.who.name, test.message, answer, err, test.decision)
		}
		c.CloseNow()
	}
}

// TestColumnsExplained: whoever a column of the matrix stands for, by what decides in the mode.
func TestColumnsExplained(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	for _, test := range []struct {
		mode, path string
		scopes     []string
		decision   string
		size       bool
	}{
		{"rest-token", "/users/7", []string{"users/read"}, "allow", true},
		{"rest-token", "/users/7", []string{"users/self"}, "deny", true},
		{"rest-token", "/users/nobody", []string{"users/self"}, "deny", true},
		{"rest-token", "/users/7", []string{}, "deny", true},
		{"http-jwt", "/users/7", []string{"users/read"}, "allow", false},
		{"http-jwt", "/users/7", []string{"users/write"}, "deny", false},
		{"rest-iam", "/users/7", []string{"users/read"}, "deny", false},
	} {
		var e toldOf
		d.ask(t, "explain", map[string]any{"column": map[string]any{"schemes": []string{"bearer"}, "scopes": test.scopes}, "mode": test.mode, "method": "GET", "path": test.path}, &e)
		if e.Decision != test.decision || (e.Size > 0) != test.size || test.size && (e.Limit != 256<<10 || !strings.HasSuffix(e.ARN, "/"+test.mode+"/GET"+test.path) || e.Evaluated.Decision != e.Decision) {
			t.Errorf("%+v: %+v", test, e)
		}
	}
}

// credentialOf is what the console says of a credential.
type credentialOf struct {
	Status, Code, Reason, Member string
	Header, Claims               []struct{ Name, Kind, Effect string }
	Issuer                       *struct{ Issuer, JWKSURI string }
	Principal                    *struct {
		ID          string
		OwnsNothing bool
		Schemes     []string
		Scopes      []struct {
			Scope string
			From  []string
		}
		Groups []struct {
			Name   string
			Scopes []string
		}
		Expires, IssuedAt int64
		Networks          []string
		UsageKey          string
	}
	Context map[string]string
	Policy  *struct{ Statement []any }
}

// TestCredential: a line a credential, and what is said of it.
func TestCredential(t *testing.T) {
	t.Parallel()
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	entry := fmt.Sprintf(`[{"issuer":%q,"audience":["api"],"scopes":["users/read","users/write"],"grants":{"roles":{"<i>chief":["users/write"]},"scope":{"*":["*"]}}}]`, issuer.URL)
	d := start(t, desk.Config{Environ: append(os.Environ(), "ISSUERS="+entry)})
	claims := issuer.OIDCClaims(verifytest.Options{Extra: map[string]any{"aud": "api", "scope": "users/read other", "roles": []string{"<i>chief"}, "note": "<script>"}})
	revoked := accessToken(t, d.url, "reader")
	both := func(token, key string) asked { return bothOf("", bearerOf("", token), keyOf("", key)) }
	revoke := exec.Command(testtools.Program(t, "./deploy/portcullis"), "revoke", "token", "--desk", d.url)
	revoke.Stdin = strings.NewReader(revoked)
	if output, err := revoke.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	key := makeKey(t, d, "--owner", "billing", "--scopes", "users/read", "--usage-plan", "rest-request")
	other := verifytest.NewServer()
	t.Cleanup(other.Close)
	for _, test := range []struct {
		who                  asked
		status, code, member string
		reason               string
	}{
		{asked{credential: map[string]any{"kind": "none"}}, "none", "", "", "there is no credential"},
		{bearerOf("", "Bearer "+accessToken(t, d.url, "admin")), "verified", "", "", "good until it ends"},
		{bearerOf("", issuer.Sign(claims)), "verified", "", "", "good until it ends"},
		{bearerOf("", issuer.Break("exp-past", claims)), "refused", "token-expired", "exp", "the token has expired; sign in again; exp is "},
		{bearerOf("", issuer.Break("nbf-future", claims)), "refused", "token-not-yet-valid", "nbf", "not valid yet; wait until its nbf"},
		{bearerOf("", issuer.Break("aud-other", claims)), "refused", "audience-mismatch", "aud", "meant for somebody else; sign in with a client that is in the audience"},
		{bearerOf("", issuer.Break("signature-of-other-claims", claims)), "refused", "signature-invalid", "", "the token was changed or forged; sign in"},
		{bearerOf("", other.Sign(other.OIDCClaims(verifytest.Options{}))), "refused", "issuer-unknown", "iss", "add an entry to ISSUERS"},
		{bearerOf("", "no.to.ken"), "unreadable", "token-malformed", "", "no JSON Web Token: three parts"},
		{bearerOf("", strings.Repeat("a", 20000)), "unreadable", "token-too-large", "", "MAX_TOKEN"},
		{bearerOf("", revoked), "refused", "token-revoked", "jti", "the token was revoked; sign in again"},
		{keyOf("", key), "verified", "", "", "the key is good"},
		{keyOf("", key[:len(key)-1]+"_"), "unreadable", "api-key-malformed", "", "pk_ID_SECRET"},
		{keyOf("", "pk_0000000000000000_"+key[20:]), "unreadable", "api-key-mistyped", "", "the end of the key does not fit the rest"},
		{both(issuer.Sign(claims), key), "verified", "", "", "the token and the key are good"},
		{both(issuer.Break("exp-past", claims), key), "refused", "token-expired", "exp", "of the two, the token: the token has expired"},
		{both(issuer.Sign(claims), key[:len(key)-1]+"_"), "unreadable", "api-key-malformed", "", "of the two, the key: "},
		{signerOf("reader"), "verified", "", "", "its policy"},
		{signerOf("nobody"), "refused", "caller-unknown", "", "localCallers"},
	} {
		var said credentialOf
		d.ask(t, "credential", map[string]any{"credential": test.who.credential}, &said)
		if said.Status != test.status || said.Code != test.code || said.Member != test.member || !strings.Contains(said.Reason, test.reason) || (said.Principal != nil) != (test.status == "verified") {
			t.Errorf("%v: %s %q %q %q, principal %v; want %+v", test.who.credential["kind"], said.Status, said.Code, said.Member, said.Reason, said.Principal, test)
		}
		if readable := test.who.credential["token"] != nil && (test.status != "unreadable" || test.who.credential["key"] != nil); readable != (len(said.Claims) > 0) || readable != (len(said.Header) > 0) {
			t.Errorf("%s: %d claims, %d members of the header", test.code, len(said.Claims), len(said.Header))
		}
	}
	checkPrincipals(t, d, issuer.Sign(claims), key)
}

// checkPrincipals looks at what comes of good credentials.
func checkPrincipals(t *testing.T, d *running, foreign, key string) {
	t.Helper()
	got := func(who asked) (said credentialOf, text string) {
		d.ask(t, "credential", map[string]any{"credential": who.credential}, &said)
		all, err := json.Marshal(said.Principal)
		if err != nil {
			t.Fatal(err)
		}
		return said, strings.ReplaceAll(string(all), `\u003c`, "<")
	}
	said, text := got(bearerOf("", accessToken(t, d.url, "admin")))
	if !strings.Contains(text, `{"Scope":"users/read","From":["group admins"]}`) || !strings.Contains(text, `"Groups":[{"Name":"admins","Scopes":["users/read","users/write"]}]`) || said.Context["groups"] != "admins" || said.Context["sub"] == "" || said.Principal.Expires == 0 || said.Principal.IssuedAt == 0 {
		t.Errorf("admin: %s, %v", text, said.Context)
	}
	said, text = got(bearerOf("", foreign))
	if !strings.Contains(text, `{"Scope":"users/write","From":["claim roles: value <i>chief"]}`) && !strings.Contains(text, `value <i\u003echief`) || !strings.Contains(text, `{"Scope":"users/read","From":["claim scope"]}`) || !said.Principal.OwnsNothing || said.Issuer == nil {
		t.Errorf("of another issuer: %s", text)
	}
	said, text = got(keyOf("", key))
	if !strings.Contains(text, `{"Scope":"users/read","From":["the key"]}`) || said.Principal.ID != "billing" || said.Principal.UsageKey == "" || said.Context["keyId"] == "" {
		t.Errorf("key: %s", text)
	}
	said, text = got(bothOf("", bearerOf("", foreign), keyOf("", key)))
	if !strings.Contains(text, `{"Scope":"users/read","From":["claim scope","the key"]}`) || !strings.Contains(text, `{"Scope":"users/write","From":["claim roles: value <i\u003echief"]}`) || said.Principal.UsageKey == "" || said.Context["keyId"] == "" || said.Context["scheme"] != "apiKey bearer" || said.Context["issuer"] == "" {
		t.Errorf("both: %s, %v", text, said.Context)
	}
	said, text = got(signerOf("reader"))
	if !strings.Contains(text, "assumed-role/reader") || said.Policy == nil {
		t.Errorf("signer: %s", text)
	}
}

// BenchmarkAccess is the matrix of 330 operations for a caller, as the page asks for it.
func BenchmarkAccess(b *testing.B) {
	d := start(b, desk.Config{Contract: "../portcullis/testdata/wild/hundreds/openapi.yaml"})
	body, err := json.Marshal(map[string]any{"credential": map[string]any{"kind": "token", "token": accessToken(b, d.url, "admin")}, "mode": "rest-token"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		response, err := http.Post(d.url+console.Path+"access", "application/json", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
			b.Fatal(response.Status, err)
		}
		response.Body.Close()
	}
}
