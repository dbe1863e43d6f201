package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"portcullis/api/contract"
	"portcullis/deploy/desk"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/portcullis/internal/cli"
)

var update = flag.Bool("update", false, "write said.txt of the documents under testdata/wild anew")

// TestWild takes documents as teams have them from the file to the answer. Each has a folder of testdata/wild: the document, said.txt
// with all that is said of it (what access check and access matrix print, its plans, and which modes are left out and why), and
// calls.txt, whose lines are calls to a desk that serves the document with its built-in echo, and what they are answered.
// Documents that are no contracts have no calls: the desk refuses them with the same words.
func TestWild(t *testing.T) {
	all, err := modes.LoadAll(filepath.Join("..", "modes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range wildDocuments(t) {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			c, err := contract.Load(d.file)
			if err == nil {
				d.compile(withFunctions(c), all)
			}
			d.compareSaid(t, d.said(t, c))
			calls, unread := os.ReadFile(filepath.Join("testdata", "wild", d.name, "calls.txt"))
			if err != nil {
				d.isRefused(t, err)
				if unread == nil {
					t.Error("calls.txt: nobody serves the document")
				}
				return
			}
			if unread != nil {
				t.Fatal(unread)
			}
			served := serveDesk(t, desk.Config{Contract: d.file})
			checkModes(t, served, d.plans)
			checkClosed(t, served, c)
			checkCalls(t, served, string(calls))
		})
	}
}

// wildDocument is one of those under testdata/wild.
type wildDocument struct {
	name, file string

	plans   []*plan.Plan // in the modes that it fits
	leftOut error        // what is wrong with it in others
}

func wildDocuments(t *testing.T) (all []*wildDocument) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "wild", "*", "openapi.*"))
	if err != nil || len(files) < 20 {
		t.Fatalf("documents %v, error %v", files, err)
	}
	for _, file := range files {
		all = append(all, &wildDocument{name: filepath.Base(filepath.Dir(file)), file: file})
	}
	return all
}

// said is all that is said of a document.
func (d *wildDocument) said(t *testing.T, c *contract.Contract) string {
	t.Helper()
	text := d.run(t, "check") + d.run(t, "matrix")
	if c == nil {
		return text
	}
	text += "plans\n"
	shown := map[string]bool{} // kinds of gateways of which a plan has been shown
	for _, p := range d.plans {
		text += fmt.Sprintf("%s: %s\n", p.Name, digest(t, p))
		if !shown[p.Gateway] {
			text += shortened(operationsOf(p))
		}
		shown[p.Gateway] = true
	}
	if d.leftOut != nil {
		text += fmt.Sprintf("\nwhat is left out\n%v\n", d.leftOut)
	}
	return strings.ReplaceAll(text, d.file, filepath.Base(d.file))
}

// run runs portcullis access in this process, and gives what it prints.
func (d *wildDocument) run(t *testing.T, subcommand string) string {
	t.Helper()
	var printed bytes.Buffer
	none, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer none.Close()
	s := &cli.Session{Getenv: func(string) string { return "" }, Stdin: none, Stdout: &printed, Stderr: &printed, Now: time.Now}
	status := s.Run(t.Context(), command(s), []string{"access", subcommand, d.file})
	text := strings.ReplaceAll(printed.String(), d.file, filepath.Base(d.file))
	return fmt.Sprintf("$ portcullis access %s %s\n%s[%d]\n\n", subcommand, filepath.Base(d.file), shortened(text), status)
}

// shortened is a text of which the many lines after the first ones are a digest.
func shortened(text string) string {
	const most = 70
	lines := strings.SplitAfter(text, "\n")
	if len(lines) <= most {
		return text
	}
	return strings.Join(lines[:20], "") + fmt.Sprintf("… %d more lines, %s\n", len(lines)-20, sum([]byte(text)))
}

func sum(content []byte) string {
	digest := sha256.Sum256(content)
	return "SHA-256 " + hex.EncodeToString(digest[:6])
}

// compile makes the plans of a document, as a desk does.
func (d *wildDocument) compile(c *contract.Contract, all []*modes.Mode) {
	applying := slices.DeleteFunc(slices.Clone(all), func(m *modes.Mode) bool { return !plan.Applies(c, m) })
	if d.plans, d.leftOut = plan.CompileAll(c, applying); d.leftOut == nil {
		return
	}
	for _, m := range applying {
		if p, err := plan.Compile(c, m); err == nil {
			d.plans = append(d.plans, p)
		}
	}
}

// withFunctions is a contract as a desk serves it: what names no function is served by one for all.
func withFunctions(c *contract.Contract) *contract.Contract {
	served := *c
	served.Operations = slices.Clone(c.Operations)
	for i := range served.Operations {
		served.Operations[i].Function = cmp.Or(served.Operations[i].Function, "api")
	}
	if c.WebSocket != nil {
		socket := *c.WebSocket
		served.WebSocket, socket.Routes = &socket, slices.Clone(socket.Routes)
		for i := range socket.Routes {
			socket.Routes[i].Function = cmp.Or(socket.Routes[i].Function, "api")
		}
	}
	return &served
}

// digest says how much there is in a plan, and tells apart plans whose operations or models differ.
func digest(t *testing.T, p *plan.Plan) string {
	t.Helper()
	public, models := 0, map[string]plan.Model{}
	for _, o := range p.Operations {
		if o.Public {
			public++
		}
	}
	all := []any{p.Operations}
	if p.REST != nil {
		models = p.REST.Models
		all = append(all, p.REST.Preflights, p.REST.Resources)
	}
	if p.WebSocket != nil {
		models = p.WebSocket.Models
	}
	text, err := json.Marshal(append(all, models))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d operations, %d of them public, %d models, %s", len(p.Operations), public, len(models), sum(text))
}

// operationsOf is a line for each operation of a plan.
func operationsOf(p *plan.Plan) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(p.Operations)) {
		o := p.Operations[key]
		fmt.Fprintf(&b, "  %s: %s of %s", key, o.AuthorizationType, o.Function)
		for _, parameter := range slices.Sorted(maps.Keys(o.RequestParameters)) {
			fmt.Fprintf(&b, ", %s", strings.TrimPrefix(parameter, "method.request."))
		}
		for _, mediaType := range slices.Sorted(maps.Keys(o.RequestModels)) {
			fmt.Fprintf(&b, ", %s is %s", mediaType, o.RequestModels[mediaType])
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (d *wildDocument) compareSaid(t *testing.T, got string) {
	t.Helper()
	file := filepath.Join("testdata", "wild", d.name, "said.txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%s is not what is said (%v); go test ./deploy/portcullis -run TestWild -update writes it:\n%s", file, err, got)
	}
}

// isRefused: a desk refuses a document with the words that its reader has.
func (d *wildDocument) isRefused(t *testing.T, want error) {
	t.Helper()
	err := desk.Run(t.Context(), t.Context(), desk.Config{Addr: "127.0.0.1:0", Contract: d.file})
	if err == nil || err.Error() != want.Error() {
		t.Errorf("the desk says %v, want %v", err, want)
	}
}

// checkModes: a desk serves the modes for which there are plans.
func checkModes(t *testing.T, served string, plans []*plan.Plan) {
	t.Helper()
	var got, want []string
	told, err := about.Fetch(t.Context(), served, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range told.Modes {
		got = append(got, m.Name)
	}
	for _, p := range plans {
		want = append(want, p.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the desk serves %v, want %v", got, want)
	}
}

// checkClosed: no operation that is not public is served to who brings nothing, in any mode.
func checkClosed(t *testing.T, served string, c *contract.Contract) {
	t.Helper()
	told, err := about.Fetch(t.Context(), served, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range told.Modes {
		if m.Gateway == modes.WebSocket {
			continue
		}
		for _, o := range c.Operations[:min(len(c.Operations), 20)] {
			path := strings.NewReplacer("{", "", "}", "", "+", "").Replace(o.Route.Path)
			line := fmt.Sprintf("%s - %s %s", m.Name, cmp.Or(strings.ReplaceAll(o.Route.Method, "ANY", ""), "GET"), path)
			if status, body := wildCall(t, served, line, ""); strings.Contains(body, `"echo"`) && !o.Access.Public {
				t.Errorf("%s: %d %s", line, status, body)
			}
		}
	}
}

// checkCalls makes the calls of a file: MODE WHO METHOD PATH [HEADER:VALUE]... [JSON] = STATUS. Who calls is - for nobody, an account of
// the desk, machine:SCOPE,SCOPE for a machine's token, key:VALUE for an API key, or signed:NAME for who signs. Of 200 the echo's answer is meant.
func checkCalls(t *testing.T, served, text string) {
	t.Helper()
	tokens := map[string]string{}
	statuses := map[string]bool{}
	for line := range strings.Lines(text) {
		call, want, isCall := strings.Cut(strings.TrimSpace(line), " = ")
		if !isCall || strings.HasPrefix(call, "#") {
			continue
		}
		who := strings.Fields(call)[1]
		if tokens[who] == "" {
			tokens[who] = wildToken(t, served, who)
		}
		status, body := wildCall(t, served, call, tokens[who])
		if fmt.Sprint(status) != want || status == http.StatusOK && !strings.Contains(body, `"echo"`) {
			t.Errorf("%s: %d %s, want %s", call, status, body, want)
		}
		statuses[want] = true
	}
	if !statuses["200"] || !statuses["401"] && !statuses["403"] {
		t.Errorf("want a call that is allowed and one that is refused: %v", statuses)
	}
}

// signers may sign requests, as deploy/modes says.
var signers = map[string]aws.Credentials{
	"admin":  {AccessKeyID: "AKIALOCALADMIN000001", SecretAccessKey: "local-admin-secret-not-secret"},
	"reader": {AccessKeyID: "ASIALOCALREADER00001", SecretAccessKey: "local-reader-secret-not-secret", SessionToken: "local-reader-session-not-secret"},
}

// wildCall makes a call: MODE WHO METHOD PATH [HEADER:VALUE]... [JSON].
func wildCall(t *testing.T, served, call, token string) (status int, body string) {
	t.Helper()
	call, sent, _ := strings.Cut(call, " {")
	if sent != "" {
		sent = "{" + sent
	}
	words := strings.Fields(call)
	request, err := http.NewRequestWithContext(t.Context(), words[2], served+"/"+words[0]+words[3], strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	if sent != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, header := range words[4:] {
		name, value, _ := strings.Cut(header, ":")
		request.Header.Set(name, value)
	}
	switch kind, value, _ := strings.Cut(words[1], ":"); {
	case kind == "key":
		request.Header.Set("X-Api-Key", value)
	case kind == "signed":
		hash := sha256.Sum256([]byte(sent))
		if err := v4.NewSigner().SignHTTP(context.Background(), signers[value], request, hex.EncodeToString(hash[:]), "execute-api", "us-east-1", time.Now()); err != nil {
			t.Fatal(err)
		}
	case token != "":
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Errorf("%s: %v", call, err)
		return 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s: %v", call, err)
	}
	return response.StatusCode, string(text)
}

// wildToken is the token of who calls; "": it has none.
func wildToken(t *testing.T, served, who string) string {
	t.Helper()
	kind, scopes, _ := strings.Cut(who, ":")
	switch kind {
	case "-", "key", "signed":
		return ""
	case "machine":
		form := url.Values{"grant_type": {"client_credentials"}, "scope": {strings.ReplaceAll(scopes, ",", " ")}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, served+"/_cognito/oauth2/token", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth("local-machine", "local-machine-secret")
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return tokenOf(t, request, `"access_token":"`)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, served+"/_cognito", strings.NewReader(fmt.Sprintf(
		`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"local-client","AuthParameters":{"USERNAME":%q,"PASSWORD":"Passw0rd!"}}`, who)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
	return tokenOf(t, request, `"AccessToken":"`)
}

// tokenOf sends a request, and gives what follows in the answer.
func tokenOf(t *testing.T, request *http.Request, before string) string {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, token, found := strings.Cut(string(text), before)
	token, _, ended := strings.Cut(token, `"`)
	if !found || !ended {
		t.Fatalf("there is no token: %s %s", response.Status, text)
	}
	return token
}
