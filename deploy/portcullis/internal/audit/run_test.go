package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/spf13/cobra"

	"portcullis/authorizers/dynamodb"
	emulator "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/portcullis/internal/audit"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/key"
	"portcullis/deploy/portcullis/internal/revoke"
	"portcullis/deploy/portcullis/internal/trail"
	"portcullis/deploy/testtools"
)

// outcome is what one run of the command gives.
type outcome struct {
	status         int
	stdout, stderr string
}

func run(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	stdin, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	s := &cli.Session{Getenv: os.Getenv, Stdin: stdin, Stdout: &stdout, Stderr: &stderr, Now: time.Now}
	root := &cobra.Command{Use: "portcullis"}
	root.AddCommand(key.Command(s), revoke.Command(s), audit.Command(s))
	status := s.Run(t.Context(), root, args)
	return outcome{status, stdout.String(), stderr.String()}
}

// place is a DynamoDB with the three tables, which the command uses, and which a test can have refuse writes.
type place struct {
	client *sdk.Client
	refuse func(operation, body string) bool // nil: nothing is refused
	calls  []string                          // operations and tables, in their order
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{}
	tables := []emulator.Table{{Name: "audit", PartitionKey: "id"}, {Name: "keys", PartitionKey: "id"}, {Name: "revocations", PartitionKey: "id"}}
	h, err := emulator.New(emulator.Config{Tables: tables})
	if err != nil {
		t.Fatal(err)
	}
	p.client = testtools.DynamoDB(testtools.Serve(t, h))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		var named struct{ TableName string }
		json.Unmarshal(body, &named)
		p.calls = append(p.calls, operation+" "+named.TableName)
		if p.refuse != nil && p.refuse(operation+" "+named.TableName, string(body)) {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"no"}`)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for _, variable := range append(testtools.MotoEnv(server.URL), "API_KEYS_TABLE=keys", "REVOCATION_TABLE=revocations", "AUDIT_TABLE=") {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	_, first := createKey(t) // for which the seal of the keys is made
	if got := run(t, "key", "delete", first, "--yes"); got.status != cli.StatusDone {
		t.Fatalf("%+v", got)
	}
	t.Setenv("AUDIT_TABLE", "audit")
	p.calls = nil
	return p
}

// record is one as JSON shows it.
type record struct {
	ID, By, Act, Outcome, Error string
	At, Ended                   time.Time
	To                          map[string]string
}

func records(t *testing.T, args ...string) []record {
	t.Helper()
	got := run(t, append([]string{"audit", "list", "-o", "json"}, args...)...)
	var all []record
	if err := json.Unmarshal([]byte(got.stdout), &all); err != nil || got.status != 0 {
		t.Fatalf("%+v: %v", got, err)
	}
	return all
}

const (
	issuer = "https://issuer.example.com"
	noID   = "sub-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

// createKey makes a key, and gives its text and its id.
func createKey(t *testing.T) (text, id string) {
	t.Helper()
	got := run(t, "key", "create", "--owner", "ann", "--scopes", "users/read")
	parts := strings.Split(got.stdout, "_")
	if got.status != 0 || len(parts) != 3 {
		t.Fatalf("%+v", got)
	}
	return strings.TrimSpace(got.stdout), parts[1]
}

// TestActs: each act leaves who, what, when and how it ended, and no secret.
func TestActs(t *testing.T) {
	newPlace(t)
	before := time.Now().UTC().Truncate(time.Millisecond)
	text, id := createKey(t)
	rotated := run(t, "key", "rotate", id)
	next := strings.Split(rotated.stdout, "_")[1]
	id2 := strings.TrimSpace(run(t, "revoke", "user", "--issuer", issuer, "--sub", "bob").stdout)
	id3 := strings.TrimSpace(run(t, "revoke", "all", "--issuer", issuer, "--before", before.Format(time.RFC3339), "--yes").stdout)
	for _, args := range [][]string{{"key", "disable", next}, {"key", "enable", next}, {"key", "delete", next, "--yes"}, {"revoke", "undo", id2}} {
		if got := run(t, args...); got.status != 0 {
			t.Fatalf("%q: %+v", args, got)
		}
	}
	for _, args := range [][]string{{"key", "disable", next}, {"revoke", "undo", id2}} { // which are not there any more
		if got := run(t, args...); got.status != cli.StatusNo {
			t.Fatalf("%q: %+v", args, got)
		}
	}
	run(t, "key", "list")
	run(t, "revoke", "list")
	run(t, "key", "show", id)
	want := []struct {
		act, outcome string
		to           map[string]string
	}{
		{"key create", "done", map[string]string{"key": id, "owner": "ann", "scopes": "users/read"}},
		{"key rotate", "done", map[string]string{"key": id, "owner": "ann", "successor": next, "overlap": "24h0m0s"}},
		{"revoke user", "done", map[string]string{"revocation": id2, "issuer": issuer, "sub": "bob"}},
		{"revoke all", "done", map[string]string{"revocation": id3, "issuer": issuer, "before": before.Format(time.RFC3339)}},
		{"key disable", "done", map[string]string{"key": next}},
		{"key enable", "done", map[string]string{"key": next}},
		{"key delete", "done", map[string]string{"key": next, "owner": "ann"}},
		{"revoke undo", "done", map[string]string{"revocation": id2}},
		{"key disable", "failed", map[string]string{"key": next}},
		{"revoke undo", "failed", map[string]string{"revocation": id2}},
	}
	got := records(t)
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		delete(g.To, map[bool]string{true: "before"}[g.Act == "revoke user"])
		if g.Act != w.act || g.Outcome != w.outcome || !equal(g.To, w.to) || (g.Error != "") != (w.outcome == "failed") {
			t.Errorf("record %d is %+v, want %+v", i, g, w)
		}
		if !strings.HasPrefix(g.By, "local:") || g.At.Before(before) || g.Ended.Before(g.At) || time.Since(g.Ended) < 0 {
			t.Errorf("record %d: who or when is wrong: %+v", i, g)
		}
	}
	all := run(t, "audit", "list")
	secret := strings.Split(text, "_")[2]
	if strings.Contains(all.stdout, secret) || !regexp.MustCompile(`(?m)^20\S+Z +local:\S+ +key create +key=`+id+` owner=ann scopes=users/read +done$`).MatchString(all.stdout) {
		t.Errorf("%s", all.stdout)
	}
}

func equal(a, b map[string]string) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// TestTokens: what is recorded of a token on stdin are its claims that name it, and not the token.
func TestTokens(t *testing.T) {
	newPlace(t)
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLmNvbSIsImp0aSI6Im9uZSIsIm9yaWdpbl9qdGkiOiJmYW1pbHkiLCJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJl"
	for _, family := range []string{"--family=false", "--family"} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(writer, token)
		writer.Close()
		var stdout, stderr bytes.Buffer
		s := &cli.Session{Getenv: os.Getenv, Stdin: reader, Stdout: &stdout, Stderr: &stderr, Now: time.Now}
		root := &cobra.Command{Use: "portcullis"}
		root.AddCommand(revoke.Command(s))
		if status := s.Run(t.Context(), root, []string{"revoke", "token", family}); status != 0 {
			t.Fatal(stderr.String())
		}
		reader.Close()
	}
	got := records(t)
	if len(got) != 2 || got[0].Act != "revoke token" || got[0].To["jti"] != "one" || got[1].Act != "revoke token --family" || got[1].To["origin_jti"] != "family" {
		t.Errorf("%+v", got)
	}
	if out := run(t, "audit", "list", "-o", "json"); strings.Contains(out.stdout, "eyJ") {
		t.Error(out.stdout)
	}
}

// TestNothingWithoutARecord: where the beginning cannot be written, nothing is done, and the error says so.
func TestNothingWithoutARecord(t *testing.T) {
	p := newPlace(t)
	_, id := createKey(t)
	revoked := strings.TrimSpace(run(t, "revoke", "user", "--issuer", issuer, "--sub", "bob").stdout)
	changes := [][]string{
		{"key", "create", "--owner", "ann", "--scopes", "users/read"}, {"key", "rotate", id}, {"key", "rotate", id, "--overlap", "0"}, {"key", "disable", id}, {"key", "enable", id}, {"key", "delete", id, "--yes"},
		{"revoke", "user", "--issuer", issuer, "--sub", "eve"}, {"revoke", "all", "--issuer", issuer, "--before", "2026-01-01", "--for", "36500d", "--yes"}, {"revoke", "undo", revoked},
	}
	unrecorded := map[string]func(){
		"the table refuses":      func() { p.refuse = func(operation, _ string) bool { return operation == "PutItem audit" } },
		"there is no table":      func() { t.Setenv("AUDIT_TABLE", "other") },
		"a name that no one has": func() { t.Setenv("AUDIT_TABLE", "a/b") },
	}
	for name, break_ := range unrecorded {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AUDIT_TABLE", "audit")
			p.refuse = nil
			break_()
			for _, args := range changes {
				p.calls = nil
				got := run(t, args...)
				if got.status != cli.StatusFailed || got.stdout != "" || !strings.Contains(got.stderr, "nothing was done, since it could not be recorded that ") {
					t.Errorf("%q: %+v", args, got)
				}
				for _, call := range p.calls {
					if !strings.HasPrefix(call, "GetItem ") && call != "PutItem audit" && call != "PutItem other" {
						t.Errorf("%q: it calls %s", args, call)
					}
				}
			}
		})
	}
}

// TestEndNotRecorded: what was done is said to be without an end in the table, and it is listed as unknown.
func TestEndNotRecorded(t *testing.T) {
	p := newPlace(t)
	_, id := createKey(t)
	p.refuse = func(operation, body string) bool {
		return operation == "PutItem audit" && strings.Contains(body, "/end")
	}
	got := run(t, "key", "disable", id)
	if got.status != cli.StatusFailed || !strings.Contains(got.stderr, "does not say how it ended") {
		t.Errorf("%+v", got)
	}
	p.refuse = nil
	if r := records(t, "--act", "key disable"); len(r) != 1 || r[0].Outcome != trail.Unknown || !r[0].Ended.IsZero() {
		t.Errorf("%+v", r)
	}
	if got := run(t, "key", "show", id, "-o", "json"); !strings.Contains(got.stdout, `"state": "disabled"`) {
		t.Errorf("%+v", got)
	}
}

// TestOrder: the record of the beginning is written before anything else is, and that of the end after it. No item is changed or removed.
func TestOrder(t *testing.T) {
	p := newPlace(t)
	createKey(t)
	if got := strings.Join(p.calls, ", "); got != "GetItem keys, PutItem audit, PutItem keys, PutItem audit" {
		t.Errorf("it calls %s", got)
	}
	p.refuse = func(operation, body string) bool {
		return operation == "PutItem audit" && !strings.Contains(body, `"ConditionExpression":"attribute_not_exists(id)"`)
	}
	createKey(t)
}

// TestSeal: that the first key has the seal of the keys made is recorded as another change, and neither is done where that cannot be.
func TestSeal(t *testing.T) {
	p := newPlace(t)
	seal := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "#seal"}}
	if _, err := p.client.DeleteItem(t.Context(), &sdk.DeleteItemInput{TableName: aws.String("keys"), Key: seal}); err != nil {
		t.Fatal(err)
	}
	p.refuse = func(operation, _ string) bool { return operation == "PutItem audit" }
	if got := run(t, "key", "create", "--owner", "ann", "--scopes", ""); got.status != cli.StatusFailed || slices.Contains(p.calls, "PutItem keys") {
		t.Errorf("%+v after %q", got, p.calls)
	}
	p.refuse = nil
	createKey(t)
	acts := []string{}
	for _, r := range records(t) {
		acts = append(acts, r.Act+" "+r.Outcome)
	}
	if got := strings.Join(acts, ", "); got != "key make-seal done, key create done" {
		t.Errorf("recorded: %s", got)
	}
}

// TestWithoutTable: without AUDIT_TABLE the command works on tables of this machine as it does with it, records nothing, and says so.
func TestWithoutTable(t *testing.T) {
	p := newPlace(t)
	t.Setenv("AUDIT_TABLE", "")
	p.calls = nil
	createKey(t)
	if got := strings.Join(p.calls, ", "); got != "GetItem keys, PutItem keys" {
		t.Errorf("it calls %s", got)
	}
	if got := run(t, "revoke", "user", "--issuer", issuer, "--sub", "bob"); got.status != cli.StatusDone || strings.Count(got.stderr, "AUDIT_TABLE is not set: nobody records who does this") != 1 {
		t.Errorf("%+v", got)
	}
	got := run(t, "audit", "list")
	if got.status != cli.StatusFailed || !strings.Contains(got.stderr, "AUDIT_TABLE: is not set") {
		t.Errorf("%+v", got)
	}
}

// TestChoice: a line a case: which records are listed.
func TestChoice(t *testing.T) {
	p := newPlace(t)
	_, id := createKey(t)
	run(t, "key", "disable", id)
	run(t, "revoke", "user", "--issuer", issuer, "--sub", "bob")
	put(t, p, "20200101T000000.000Z-OLD", map[string]string{"at": "2020-01-01T00:00:00.000Z", "by": "arn:aws:iam::123456789012:user/eve", "act": "key create"})
	for _, test := range []struct {
		args string
		want string // acts
	}{
		{"", "key create, key create, key disable, revoke user"},
		{"--since 1h", "key create, key disable, revoke user"},
		{"--since 2020-01-01", "key create, key create, key disable, revoke user"},
		{"--since 2020-01-02", "key create, key disable, revoke user"},
		{"--by user/eve", "key create"},
		{"--by nobody", ""},
		{"--act key", "key create, key create, key disable"},
		{"--act revoke", "revoke user"},
		{"--limit 1", "revoke user"},
		{"--limit 2 --act key", "key create, key disable"},
		{"--limit 9", "key create, key create, key disable, revoke user"},
	} {
		var acts []string
		for _, r := range records(t, strings.Fields(test.args)...) {
			acts = append(acts, r.Act)
		}
		if got := strings.Join(acts, ", "); got != test.want {
			t.Errorf("%q: %s, want %s", test.args, got, test.want)
		}
	}
	for _, test := range []struct{ args, want string }{
		{"--act key-create", "want key, key create, key rotate, key disable, key enable, key delete, key make-seal, key renew-seal, revoke, revoke token, revoke token --family, revoke user, revoke all, revoke undo"},
		{"--act ke", "want key, "}, {"--act=", "want key, "},
		{"--limit 0", "--limit: want a number from 1 on"}, {"--since soon", "want a duration such as 7d"}, {"all", "unexpected argument"},
	} {
		if got := run(t, append([]string{"audit", "list"}, strings.Fields(test.args)...)...); got.status != cli.StatusFailed || !strings.Contains(got.stderr, test.want) {
			t.Errorf("%q: %+v", test.args, got)
		}
	}
}

// put writes an item as somebody else would: texts, and an empty list of what it was done to.
func put(t *testing.T, p *place, id string, texts map[string]string) {
	t.Helper()
	item := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}, "to": &types.AttributeValueMemberL{Value: []types.AttributeValue{}}}
	for name, value := range texts {
		item[name] = &types.AttributeValueMemberS{Value: value}
	}
	if _, err := p.client.PutItem(t.Context(), &sdk.PutItemInput{TableName: aws.String("audit"), Item: item}); err != nil {
		t.Fatal(err)
	}
}

// TestBrokenItems: items that are no records are named, and keep no other from being listed; an end that is none leaves the outcome unknown.
func TestBrokenItems(t *testing.T) {
	p := newPlace(t)
	_, id := createKey(t)
	good := map[string]string{"at": "2026-01-01T00:00:00.000Z", "by": "ann\x1b[2J", "act": "key create"}
	without := func(name string) map[string]string {
		less := map[string]string{}
		for n, v := range good {
			if n != name {
				less[n] = v
			}
		}
		return less
	}
	put(t, p, "good", good)
	put(t, p, "good/end", map[string]string{"at": "2026-01-01T00:00:01.000Z", "outcome": "splendid"})
	put(t, p, "no-by", without("by"))
	put(t, p, "no-at", without("at"))
	put(t, p, "no-act", without("act"))
	put(t, p, "nothing/end", map[string]string{"at": "2026-01-01T00:00:01.000Z", "outcome": "done"})
	got := run(t, "audit", "list")
	if got.status != cli.StatusFailed || strings.Count(got.stdout, "\n") != 3 || !strings.Contains(got.stdout, id) || !regexp.MustCompile(`"ann\\x1b\[2J" +key create +(- +)?unknown`).MatchString(got.stdout) {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{`"good/end" is no audit record: outcome`, `"no-by" is no audit record: by`, `"no-at" is no audit record: at`, `"no-act" is no audit record: act`, `"nothing/end" is no audit record: its beginning`} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("%s is missing in %s", want, got.stderr)
		}
	}
}

// TestWho: on AWS it is the ARN that STS gives, and nothing is done where STS does not say.
func TestWho(t *testing.T) {
	const arn = "arn:aws:sts::123456789012:assumed-role/Admin/ann"
	for _, test := range []struct {
		name, answer string
		status       int
		want         string
	}{
		{"it says", `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>` + arn + `</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`, 200, arn},
		{"it names nobody", `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult></GetCallerIdentityResult></GetCallerIdentityResponse>`, 200, ""},
		{"it refuses", `<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>`, 403, ""},
	} {
		endpoint := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.WriteHeader(test.status)
			io.WriteString(w, test.answer)
		}))
		who, err := trail.OfAWS(aws.Config{Region: testtools.Region, Credentials: testtools.Credentials, BaseEndpoint: &endpoint})(t.Context())
		if who != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: %q, %v", test.name, who, err)
		}
	}
}

// TestIsHere: a line a case: endpoints of this machine, where no AWS says who calls.
func TestIsHere(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:8080/_aws": true, "http://localhost:8000": true, "http://[::1]:8000": true, "https://127.0.0.1:8443/_aws": true,
		"": false, "https://dynamodb.eu-west-1.amazonaws.com": false, "http://10.0.0.1:8000": false, "https://localhost.example.com": false, "localhost": false, ":": false,
	} {
		if got := trail.IsHere(endpoint); got != want {
			t.Errorf("%q: %v", endpoint, got)
		}
	}
}

// TestZeroTrail: a trail that records nothing lets nothing be done, nor does one of nobody.
func TestZeroTrail(t *testing.T) {
	table, err := dynamodb.Open(dynamodb.Config{Table: "audit", Region: testtools.Region, Credentials: testtools.Credentials, Endpoint: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	nobody := func(context.Context) (string, error) { return "", nil }
	for _, test := range []struct {
		trail trail.Trail
		want  string
	}{
		{trail.Trail{}, "there is no table"}, {trail.Trail{Table: table}, "there is no table"}, {trail.Trail{Table: table, Now: time.Now}, "there is no table"},
		{trail.Trail{Table: table, Now: time.Now, Who: nobody}, "nobody knows who does it"}, {trail.Trail{Table: table, Now: time.Now, Who: trail.OfMachine}, "PutItem"},
	} {
		err := test.trail.Do(t.Context(), "key create", nil, func() error { t.Error("it was done"); return nil })
		if !errors.As(err, new(*trail.NotRecordedError)) || !strings.Contains(err.Error(), test.want) {
			t.Error(err)
		}
	}
}

// TestElsewhere: with tables that are not of this machine, AWS is asked who it is, and nothing is done where it does not say; and without a
// table of audit records it is not done either, but with --no-audit, and then stderr says that nobody records it.
func TestElsewhere(t *testing.T) {
	newPlace(t)
	asked := 0
	t.Setenv("AWS_ENDPOINT_URL_STS", testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>`)
	})))
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://dynamodb.invalid")
	got := run(t, "revoke", "undo", noID)
	if got.status != cli.StatusFailed || asked == 0 || !strings.Contains(got.stderr, "nothing was done, since it could not be recorded that revoke undo begins: who does it: ") || strings.Contains(got.stderr, "dynamodb.invalid") {
		t.Errorf("asked %d times: %+v", asked, got)
	}
	t.Setenv("AUDIT_TABLE", "")
	for _, args := range [][]string{{"revoke", "undo", noID}, {"revoke", "user", "--issuer", issuer, "--sub", "bob"}, {"key", "disable", "ABCDEFGHIJKLMNOP"}, {"key", "renew-seal", "--yes"}} {
		got = run(t, args...)
		if got.status != cli.StatusFailed || strings.Contains(got.stderr, "dynamodb.invalid") || !strings.Contains(got.stderr, "AUDIT_TABLE: is not set; want the name of the table of audit records, which Terraform's output audit_table gives, or --no-audit") {
			t.Errorf("%q: %+v", args, got)
		}
	}
	for _, table := range []string{"", "audit"} {
		t.Setenv("AUDIT_TABLE", table)
		got = run(t, "revoke", "undo", noID, "--no-audit")
		if got.status != cli.StatusFailed || strings.Count(got.stderr, "--no-audit: nobody records who does this") != 1 || !strings.Contains(got.stderr, "dynamodb.invalid") {
			t.Errorf("%q: %+v", table, got)
		}
	}
	if got := run(t, "audit", "list", "--no-audit"); got.status != cli.StatusFailed || !strings.Contains(got.stderr, "there is no flag --no-audit") {
		t.Errorf("%+v", got)
	}
}

// TestActsAreCompleted: a shell is told what acts there are.
func TestActsAreCompleted(t *testing.T) {
	const want = "key\nkey create\nkey rotate\nkey disable\nkey enable\nkey delete\nkey make-seal\nkey renew-seal\n" +
		"revoke\nrevoke token\nrevoke token --family\nrevoke user\nrevoke all\nrevoke undo\n:4\n"
	if got := run(t, "__complete", "audit", "list", "--act", ""); got.stdout != want {
		t.Errorf("%q, want %q", got.stdout, want)
	}
}
