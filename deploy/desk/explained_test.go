package desk_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

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
	usageKey   string
	headers    map[string]string
	signs      *aws.Credentials
}

func bearerOf(name, token string) asked {
	return asked{name: name, credential: map[string]any{"kind": "token", "token": token}, headers: map[string]string{"Authorization": "Bearer " + token}}
}

func keyOf(name, key string) asked {
	return asked{name: name, credential: map[string]any{"kind": "key", "key": key}, headers: map[string]string{"X-Api-Key": key}}
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
	request, err := http.NewRequest(method, d.url+"/"+mode+path, nil)
	if err != nil {
		t.Fatal(err)
	}
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
					var e toldOf
					question := map[string]any{"credential": who[i].credential, "mode": m.Name, "method": method, "path": path}
					if status := d.ask(t, "explain", question, &e); status != http.StatusOK {
						t.Fatalf("%s %s: %d %s", method, path, status, e.Error)
					}
					status, body, served := d.call(t, &who[i], m.Name, method, path)
					refused := !served && (status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound)
					if refused != (e.Decision == "deny") || refused && status != e.Status || e.Decision == "unknown" {
						t.Errorf("%s %s%s by %s: %d %s; the console: %s %d: %s", method, m.Name, path, who[i].name, status, body, e.Decision, e.Status, e.Text)
					}
					if refused {
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

// TestForeignExplainedAsServed is the same for contracts of others.
func TestForeignExplainedAsServed(t *testing.T) {
	for _, name := range []string{"payments", "readings-32", "denied-by-policy", "legacy-30", "partner-key", "gateway-proxy", "signed-export", "hundreds", "odd-names"} {
		t.Run(name, func(t *testing.T) {
			files, err := filepath.Glob("../portcullis/testdata/wild/" + name + "/openapi.*")
			if err != nil || len(files) != 1 {
				t.Fatalf("%q, %v", files, err)
			}
			d := start(t, desk.Config{Contract: files[0]})
			allowed, denied := compare(t, d, ofDesk(t, d), 12)
			t.Logf("%d allowed, %d denied", allowed, denied)
			if allowed+denied == 0 {
				t.Error("nothing was called")
			}
		})
	}
}

// TestExplainedUnknown: what cannot be told is neither allowed nor denied, as the gateway's answer is neither 401 nor 403.
func TestExplainedUnknown(t *testing.T) {
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
