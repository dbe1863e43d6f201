package key_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/spf13/cobra"

	"portcullis/authorizers/apikey"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/key"
	"portcullis/deploy/testtools"
)

// outcome is what one run of the command gives.
type outcome struct {
	status         int
	stdout, stderr string
}

// runIn runs the command with the process's environment, and nobody at a terminal.
func runIn(t *testing.T, args ...string) outcome {
	t.Helper()
	return runRoot(t, append([]string{"key"}, args...)...)
}

// runRoot runs a command line of the whole.
func runRoot(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout bytes.Buffer
	got := runTo(t.Context(), t, &stdout, args...)
	got.stdout = stdout.String()
	return got
}

func runTo(ctx context.Context, t *testing.T, stdout io.Writer, args ...string) outcome {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var stderr bytes.Buffer
	s := &cli.Session{Getenv: os.Getenv, Stdin: null, Stdout: stdout, Stderr: &stderr, Now: time.Now}
	root := &cobra.Command{Use: "portcullis"}
	root.AddCommand(key.Command(s))
	status := s.Run(ctx, root, args)
	return outcome{status, "", stderr.String()}
}

// idLength is how long the id of a key is.
const idLength = 16

const someKey = "pk_ABCDEFGHIJKLMNOP_012345678901234567890123456789012345678901234567890"

func create(args ...string) []string {
	return append([]string{"create", "--owner", "ann", "--scopes", "a"}, args...)
}

// usages are command lines that are wrong, and what is said of them.
var usages = []struct {
	args []string
	want string
}{
	{nil, "key: want a command: create, delete,"},
	{[]string{"make"}, `key: "make" is no command; want create,`},
	{[]string{"rotat", "ABCDEFGHIJKLMNOP"}, `key: "rotat" is no command; did you mean rotate?`},
	{[]string{"create", "--scopes", "a"}, "key create: --owner is missing"},
	{[]string{"create", "--owner", "ann"}, "key create: --scopes is missing"},
	{[]string{"create", "-owner", "ann"}, "key create: -owner: flags have two dashes: --owner"},
	{create("-expires", "1d"), "key create: -expires: flags have two dashes: --expires"},
	{create("-usage-plan=x"), "key create: -usage-plan: flags have two dashes: --usage-plan"},
	{create("-json"), "key create: there is no flag -json; flags have two dashes"},
	{create("now"), `key create: unexpected argument "now"`},
	{create("--colour"), "key create: there is no flag --colour; portcullis key create --help lists the flags"},
	{create("--scope", "a"), "key create: there is no flag --scope; did you mean --scopes?"},
	{create("--output", "table"), "want text, json"},
	{create("--owner", "a b"), "key create: owner must have printable characters"},
	{create("--owner", "*"), "key create: owner must have printable characters"},
	{create("--scopes", `a"b`), `key create: scopes hold "a\"b"`},
	{create("--label", "a\nb"), "key create: label must have up to 128 printable characters"},
	{create("--expires", ""), `invalid argument "" for "--expires" flag: want a duration such as 90d`},
	{create("--expires", "d"), `"d" for "--expires" flag: want a duration`},
	{create("--expires", "-1d"), `"-1d" for "--expires" flag: want a duration`},
	{create("--expires", "99999999999999999999d"), "want a duration"},
	{create("--expires", "0d"), `"0d" for "--expires" flag: it is not in the future`},
	{create("--expires", "2020-01-31"), `it is not in the future`},
	{create("--expires", "2020-01-31T10:00:00+02:00"), "it is not in the future"},
	{create("--expires", "2027-02-30"), "want a duration such as 90d"},
	{create("--expires", "never"), `"never" for "--expires" flag: want a duration`},
	{create("--networks", ""), "want networks such as 10.0.0.0/8"},
	{create("--networks", " , "), "want networks such as 10.0.0.0/8"},
	{create("--networks", "10.0.0.5/8"), "10.0.0.5/8 has bits set behind its prefix: want 10.0.0.0/8 for the network, or 10.0.0.5 for the one address"},
	{create("--networks", "2001:db8::1/32"), "want 2001:db8::/32 for the network, or 2001:db8::1 for the one address"},
	{create("--networks", "10.0.0.0/8,nowhere"), `"nowhere" is no network`},
	{create("--networks", "fe80::1%eth0"), "is no network"},
	{create("--networks", "10.0.0.0/33"), "is no network"},
	{create("--networks", "10.0.0.0/8,10.0.0.0/8"), "networks hold 10.0.0.0/8 twice"},
	{create("--networks", "::ffff:10.0.0.1"), "write IPv4 networks as such"},
	{create("--usage-plan", ""), "want the id of a usage plan"},
	{[]string{"list", "all"}, `key list: unexpected argument "all"`},
	{[]string{"list", "-o", "text"}, "want table, json, markdown, csv, html"},
	{[]string{"show"}, "key show: want the ID of a key"},
	{[]string{"show", "ABC"}, `key show: "ABC" is no ID of a key: want 16 characters`},
	{[]string{"show", someKey}, "key show: want the ID of a key, which is what stands between pk_ and the next _"},
	{[]string{"disable"}, "key disable: want the ID of a key"},
	{[]string{"enable", "ABC"}, `key enable: "ABC" is no ID of a key`},
	{[]string{"delete", "ABCDEFGHIJKLMNOP", someKey}, `unexpected argument "pk_ABCDEFGHIJKLMNOP_[redacted]"`},
	{[]string{someKey}, `"pk_ABCDEFGHIJKLMNOP_[redacted]" is no command`},
	{create("--" + someKey), "there is no flag --pk_ABCDEFGHIJKLMNOP_[redacted]"},
	{create("-" + someKey), "there is no flag -pk_ABCDEFGHIJKLMNOP_[redacted]"},
	{create("--expires", someKey), `"pk_ABCDEFGHIJKLMNOP_[redacted]" for "--expires" flag`},
	{[]string{"rotate"}, "key rotate: want the ID of a key"},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "-overlap", "1h"}, "key rotate: -overlap: flags have two dashes: --overlap"},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "--overlap", "-1h"}, `"-1h" for "--overlap" flag: want a duration such as 12h or 90d`},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "--overlap", "1500ms"}, "want whole seconds"},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "--overlap", "2027-01-31"}, "want a duration"},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "--expires", "soon"}, `"soon" for "--expires" flag: want a duration`},
	{[]string{"list"}, "key list: API_KEYS_TABLE: is not set"},
	{[]string{"list", "--table", ""}, "key list: --table: want the name of the DynamoDB table of the API keys"},
	{create(), "key create: API_KEYS_TABLE: is not set"},
}

// TestUsage: what is wrong with the command line is one line on stderr, nothing on stdout, and status 2.
func TestUsage(t *testing.T) {
	t.Setenv("API_KEYS_TABLE", "")
	for _, test := range usages {
		got := runIn(t, test.args...)
		if got.status != cli.StatusFailed || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "portcullis key") {
			t.Errorf("%q: status %d, stdout %q, stderr %q", test.args, got.status, got.stdout, got.stderr)
		}
		if !strings.Contains(got.stderr, test.want) || strings.Contains(got.stderr, "0123") {
			t.Errorf("%q: stderr %q, want %q", test.args, got.stderr, test.want)
		}
	}
}

// TestHelp: each subcommand says what it does, with examples, and is named by the group.
func TestHelp(t *testing.T) {
	for _, name := range []string{"create", "list", "show", "rotate", "disable", "enable", "delete", "renew-seal"} {
		got := runIn(t, name, "--help")
		if got.status != cli.StatusDone || got.stderr != "" || !strings.Contains(got.stdout, "\nExamples:\n  ") || !strings.Contains(got.stdout, "--table name") {
			t.Errorf("%s: %+v", name, got)
		}
		if group := runIn(t, "--help"); group.status != cli.StatusDone || !strings.Contains(group.stdout, "\n  "+name+" ") {
			t.Errorf("%s is not in %s", name, group.stdout)
		}
	}
}

// TestCompletion: a line a case: what is offered, which calls nobody.
func TestCompletion(t *testing.T) {
	t.Setenv("API_KEYS_TABLE", "")
	for line, want := range map[string]string{
		"list --output ":    "table\njson\nmarkdown\ncsv\nhtml\n:4\n",
		"show -o ":          "text\njson\n:4\n",
		"show ":             ":4\n",
		"create --owner ":   ":4\n",
		"rotate --overlap ": ":4\n",
		"en":                "enable\tLet a key be accepted again\n:4\n",
	} {
		words := append([]string{"__complete", "key"}, strings.Split(line, " ")...)
		if got := runRoot(t, words...); got.stdout != want {
			t.Errorf("%q: %q, want %q", line, got.stdout, want)
		}
	}
}

// newTestScene makes a scene that the command uses when it is run in this process.
func newTestScene(t *testing.T) *scene {
	t.Helper()
	s, err := newScene(t.Context(), testtools.Moto(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.setenv(t.Setenv)
	return s
}

var anyKey = regexp.MustCompile(apikey.Pattern)

// TestSecretsAreShownOnce: the secret of a key is on stdout when it is created, once, and nowhere after; neither its
// hash nor the usage key is ever shown. Each command is done well, and with each operation of AWS failing.
func TestSecretsAreShownOnce(t *testing.T) {
	s := newTestScene(t)
	var secrets []string
	check := func(args []string, born bool) (id string) {
		id, secrets = s.checkSecrets(t, args, born, secrets)
		return id
	}
	for _, fails := range []string{"", "PutItem=refuse", "GetItem=refuse", "UpdateItem=refuse", "DeleteItem=refuse", "Scan=refuse", "CreateApiKey=refuse", "CreateUsagePlanKey=refuse", "DeleteApiKey=refuse", "GetApiKeys=refuse", "PutItem=lose", "TransactWriteItems=refuse", "TransactWriteItems=lose"} {
		s.fail()
		id := check(create("--usage-plan", s.plan), true)
		s.fail(strings.Fields(fails)...)
		for _, format := range []string{"text", "json"} {
			check(create("--usage-plan", s.plan, "-o", format), true)
			check([]string{"show", id, "-o", format}, false)
			check([]string{"rotate", id, "-o", format}, true)
			check([]string{"disable", id, "-o", format}, false)
			check([]string{"enable", id, "-o", format}, false)
		}
		check([]string{"list"}, false)
		check([]string{"delete", id, "--yes", "-o", "json"}, false)
	}
	s.fail()
	for _, format := range []string{"table", "json", "markdown", "csv", "html"} {
		check([]string{"list", "-o", format}, false)
	}
	if len(secrets) == 0 {
		t.Error("no secret was looked for")
	}
}

// checkSecrets runs a command. It gives the id of the key that was born, and the secrets with those that are new.
func (s *scene) checkSecrets(t *testing.T, args []string, born bool, secrets []string) (id string, now []string) {
	t.Helper()
	got := runIn(t, args...)
	keys := anyKey.FindAllString(got.stdout, -1)
	if strings.Contains(got.stderr, "pk_") || len(keys) > 1 || len(keys) == 1 && (!born || got.status != 0) {
		t.Errorf("%q: status %d, %d keys in stdout, stderr %q", args, got.status, len(keys), got.stderr)
	}
	if len(keys) == 1 {
		key, err := apikey.Parse(keys[0])
		if err != nil || strings.Count(got.stdout, key.Reveal()) != 1 {
			t.Fatalf("%q: stdout has no good key, or has it twice: %v", args, err)
		}
		id = key.ID()
		got.stdout = strings.Replace(got.stdout, key.Reveal(), "", 1)
		secrets = append(secrets, key.Reveal()[len("pk_")+idLength+1:][:43])
	}
	records, err := s.records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		secrets = append(secrets, hex.EncodeToString(r.Hash[:]), base64.StdEncoding.EncodeToString(r.Hash[:]))
		if r.UsageKey != "" {
			secrets = append(secrets, r.UsageKey[idLength:])
		}
	}
	for _, secret := range secrets {
		if strings.Contains(got.stdout+got.stderr, secret) {
			t.Errorf("%q: shows a secret: %q", args, secret)
		}
	}
	return id, secrets
}

// brokenPipe is a stdout that takes nothing.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestNobodyReads: a key whose text nobody got is not left behind, and the one that it replaces stays as it was.
func TestNobodyReads(t *testing.T) {
	s := newTestScene(t)
	old, err := s.put(t.Context(), "ann", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		create("--usage-plan", s.plan), create("-o", "json"),
		{"rotate", old.ID}, {"rotate", old.ID, "--overlap", "0"}, {"rotate", old.ID, "-o", "json"},
	} {
		got := runTo(t.Context(), t, brokenPipe{}, append([]string{"key"}, args...)...)
		if got.status != cli.StatusFailed || !strings.HasSuffix(got.stderr, "stdout: broken pipe; nothing of it is left\n") {
			t.Errorf("%q: %+v", args, got)
		}
	}
	records, err := s.records(t.Context())
	if err != nil || len(records) != 1 || records[0].Disabled || !records[0].Expires.IsZero() {
		t.Errorf("records %+v, error %v", records, err)
	}
	if keys, _, err := s.gatewayKeys(t.Context(), "portcullis-"); err != nil || len(keys) > 0 {
		t.Errorf("%d API keys of the gateway, error %v", len(keys), err)
	}
}

// TestNobodyReadsBesideAnother: what somebody else does to the old key, before a rotation of which nobody got the key is undone, stays.
func TestNobodyReadsBesideAnother(t *testing.T) {
	s := newTestScene(t)
	soon := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
	for name, test := range map[string]struct {
		change func(id string) error
		stays  func(after apikey.Record) bool
	}{
		"disabled":    {func(id string) error { return s.store.SetDisabled(t.Context(), id, true) }, func(r apikey.Record) bool { return r.Disabled }},
		"another end": {func(id string) error { return s.store.SetExpires(t.Context(), id, soon) }, func(r apikey.Record) bool { return r.Expires.Equal(soon) }},
		"no end":      {func(id string) error { return s.store.SetExpires(t.Context(), id, time.Time{}) }, func(r apikey.Record) bool { return r.Expires.IsZero() }},
	} {
		old, err := s.put(t.Context(), "ann", "", 0, 48*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		s.before("DeleteItem", func() {
			if err := test.change(old.ID); err != nil {
				t.Error(err)
			}
		})
		got := runTo(t.Context(), t, brokenPipe{}, "key", "rotate", old.ID, "--overlap", "24h")
		after, err := s.store.Get(t.Context(), old.ID)
		if got.status != cli.StatusFailed || err != nil || !test.stays(after) {
			t.Errorf("%s: %+v: %+v, error %v", name, got, after, err)
		}
	}
}

// interruptingPipe takes the key as brokenPipe does, and interrupts the command.
type interruptingPipe struct{ interrupt context.CancelFunc }

func (p interruptingPipe) Write([]byte) (int, error) {
	p.interrupt()
	return 0, context.Canceled
}

// TestInterrupted: undoing goes on when the command was interrupted.
func TestInterrupted(t *testing.T) {
	s := newTestScene(t)
	ctx, interrupt := context.WithCancel(t.Context())
	got := runTo(ctx, t, interruptingPipe{interrupt}, append([]string{"key"}, create("--usage-plan", s.plan)...)...)
	records, err := s.records(t.Context())
	keys, _, gatewayErr := s.gatewayKeys(t.Context(), "portcullis-")
	if got.status != cli.StatusInterrupted || err != nil || gatewayErr != nil || len(records)+len(keys) > 0 {
		t.Errorf("%+v, %d records, %d API keys of the gateway", got, len(records), len(keys))
	}
}

// TestKeysWork: what create prints is accepted, with what was asked for.
func TestKeysWork(t *testing.T) {
	s := newTestScene(t)
	got := runIn(t, create("--scopes", "b,a c", "--networks", "10.0.0.0/8", "--expires", "12h", "--usage-plan", s.plan)...)
	checker, err := apikey.NewChecker(apikey.Config{Store: s.store})
	if err != nil {
		t.Fatal(err)
	}
	defer checker.Close()
	p, err := checker.VerifyKey(t.Context(), strings.TrimSuffix(got.stdout, "\n"))
	if err != nil || p.ID != "ann" || strings.Join(p.Scopes, " ") != "a b c" || len(p.Networks) != 1 || p.Expires.IsZero() || p.UsageKey == "" {
		t.Errorf("%+v, error %v, stderr %q", p, err, got.stderr)
	}
	if strings.Contains(got.stdout, p.UsageKey[idLength:]) {
		t.Error("the usage key is part of the key")
	}
}

// TestListBesideBrokenItems: an item that is no record is named, and keeps no other one from being listed.
func TestListBesideBrokenItems(t *testing.T) {
	s, err := newScene(t.Context(), testtools.MotoDynamoDB(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.setenv(t.Setenv)
	good, err := s.put(t.Context(), "ann", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	client := dynamodb.New(dynamodb.Options{BaseEndpoint: &s.behind.URL, Region: s.region, Credentials: testtools.Credentials})
	_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.table, Item: map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: "ABCDEFGHIJKLMNOP"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"list"}, {"list", "-o", "json"}} {
		got := runIn(t, args...)
		if got.status != cli.StatusFailed || !strings.Contains(got.stdout, good.ID) || !strings.Contains(got.stderr, "ABCDEFGHIJKLMNOP") || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%s: %+v", args, got)
		}
	}
	if got := runIn(t, "delete", "--yes", "ABCDEFGHIJKLMNOP"); got.status != cli.StatusFailed || !strings.Contains(got.stderr, "--force deletes it") {
		t.Errorf("delete: %+v", got)
	}
	if got := runIn(t, "delete", "--force", "ABCDEFGHIJKLMNOP"); got.status != cli.StatusFailed || !strings.Contains(got.stderr, "Delete the item ABCDEFGHIJKLMNOP, which is no record? Nobody can be asked here: --yes says") {
		t.Errorf("delete --force: %+v", got)
	}
	if got := runIn(t, "delete", "--force", "--yes", "ABCDEFGHIJKLMNOP"); got.status != cli.StatusDone {
		t.Errorf("delete --force --yes: %+v", got)
	}
	if got := runIn(t, "list"); got.status != cli.StatusDone || !strings.Contains(got.stdout, good.ID) {
		t.Errorf("list after that: %+v", got)
	}
}

// TestStatuses: that there is no such key, or that its state forbids it, is status 1; that it could not be told is 2.
func TestStatuses(t *testing.T) {
	s := newTestScene(t)
	disabled, err := s.put(t.Context(), "ann", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.SetDisabled(t.Context(), disabled.ID, true); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args   string
		fails  string
		status int
		stderr string
	}{
		{"show ABCDEFGHIJKLMNOP", "", cli.StatusNo, "there is no key"},
		{"disable ABCDEFGHIJKLMNOP", "", cli.StatusNo, "there is no key"},
		{"enable ABCDEFGHIJKLMNOP", "", cli.StatusNo, "there is no key"},
		{"rotate ABCDEFGHIJKLMNOP", "", cli.StatusNo, "there is no key"},
		{"rotate " + disabled.ID, "", cli.StatusNo, "is disabled; --force"},
		{"delete ABCDEFGHIJKLMNOP", "", cli.StatusNo, "there is no key"},
		{"delete ABCDEFGHIJKLMNOP --yes", "", cli.StatusNo, "there is no key"},
		{"delete ABCDEFGHIJKLMNOP --yes", "GetApiKeys=refuse", cli.StatusFailed, "whether the gateway has an API key"},
		{"delete " + disabled.ID, "", cli.StatusFailed, "Delete the key " + disabled.ID + " of ann? Nobody can be asked here: --yes says"},
		{"show " + disabled.ID, "GetItem=refuse", cli.StatusFailed, "GetItem"},
		{"list", "Scan=refuse", cli.StatusFailed, "Scan"},
		{"show " + disabled.ID, "", cli.StatusDone, ""},
		{"delete --yes " + disabled.ID, "", cli.StatusDone, "deleted"},
	} {
		s.fail(strings.Fields(test.fails)...)
		got := runIn(t, strings.Fields(test.args)...)
		if got.status != test.status || !strings.Contains(got.stderr, test.stderr) {
			t.Errorf("%s: %+v, want status %d, %q", test.args, got, test.status, test.stderr)
		}
	}
}

// TestDeleteBesideAnother: what somebody else does to a key between what delete reads and what it writes is told, and the key is not
// deleted. With an API key of the gateway it has been disabled by then, or was looked at again before that.
func TestDeleteBesideAnother(t *testing.T) {
	s := newTestScene(t)
	rotate := func(old apikey.Record) error {
		now, err := s.store.Get(t.Context(), old.ID)
		if err != nil {
			return err
		}
		_, next, err := apikey.NewSeal().Issue(old, time.Now())
		if err != nil {
			return err
		}
		next.ID = "BBBBBBBBBBBBBBBB"
		return s.store.Replace(t.Context(), apikey.Replacement{New: next, Old: now, Disabled: now.Disabled, Expires: now.Expires})
	}
	disable := func(old apikey.Record) error { return s.store.SetDisabled(t.Context(), old.ID, true) }
	enable := func(old apikey.Record) error { return s.store.SetDisabled(t.Context(), old.ID, false) }
	end := func(old apikey.Record) error {
		return s.store.SetExpires(t.Context(), old.ID, time.Now().Add(time.Hour).Truncate(time.Second))
	}
	another := func(old apikey.Record) error {
		if err := s.store.Delete(t.Context(), old.ID); err != nil {
			return err
		}
		old.Hash[0]++
		return s.store.Create(t.Context(), old)
	}
	for _, test := range []struct {
		usageKey, before string
		change           func(apikey.Record) error
		status           int
		want             string
	}{
		{"", "DeleteItem", rotate, cli.StatusNo, "was rotated meanwhile: BBBBBBBBBBBBBBBB is in its place, and has to be deleted too"},
		{"", "DeleteItem", disable, cli.StatusNo, "was disabled meanwhile; it is not deleted"},
		{"", "DeleteItem", end, cli.StatusNo, "was given another end meanwhile; it is not deleted"},
		{"", "DeleteItem", another, cli.StatusNo, "is another one meanwhile; it is not deleted"},
		{"shared", "UpdateItem", rotate, cli.StatusFailed, "BBBBBBBBBBBBBBBB is in its place, and has to be deleted too where neither is to be accepted; it is not deleted: look at it with show, and delete it again; it was disabled"},
		{"shared", "DeleteItem", enable, cli.StatusFailed, "was enabled meanwhile; it is not deleted"},
		{"alone", "DeleteItem", enable, cli.StatusFailed, "was enabled meanwhile; it is not deleted"},
	} {
		usageKey := test.usageKey
		if usageKey == "alone" { // as the command makes them
			usageKey = "AAAAAAAAAAAAAAAA" + strings.Repeat("0", 26)
		}
		old, err := s.put(t.Context(), "ann", usageKey, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.before(test.before, func() {
			if err := test.change(old); err != nil {
				t.Error(err)
			}
		})
		got := runIn(t, "delete", old.ID, "--yes")
		if got.status != test.status || !strings.Contains(got.stderr, test.want) || strings.Contains(got.stderr, ": deleted ") {
			t.Errorf("%s before %s: %+v, want %q", test.usageKey, test.before, got, test.want)
		}
		if _, err := s.store.Get(t.Context(), old.ID); err != nil {
			t.Errorf("%s before %s: %v", test.usageKey, test.before, err)
		}
		_ = s.store.Delete(t.Context(), "BBBBBBBBBBBBBBBB")
	}
}

// TestSuccessorIsNamed: who deletes or disables a key that was rotated is told of the key that stays good in its place, and show names it.
func TestSuccessorIsNamed(t *testing.T) {
	s := newTestScene(t)
	old, err := s.put(t.Context(), "ann", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	successor := strings.Split(runIn(t, "rotate", old.ID).stdout, "_")[1]
	if got := runIn(t, "show", old.ID); !strings.Contains(got.stdout, "rotated to   "+successor+"\n") {
		t.Errorf("%+v", got)
	}
	if got := runIn(t, "show", old.ID, "-o", "json"); !strings.Contains(got.stdout, `"successor": "`+successor+`"`) {
		t.Errorf("%+v", got)
	}
	want := successor + ", to which it was rotated, stays good\n"
	for _, act := range []string{"disable", "delete --yes"} {
		if got := runIn(t, append(strings.Fields(act), old.ID)...); got.status != cli.StatusDone || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %+v", act, got)
		}
	}
	next := strings.Split(runIn(t, "rotate", successor).stdout, "_")[1]
	for _, id := range []string{next, successor} { // neither has one that is good
		if got := runIn(t, "disable", id); got.status != cli.StatusDone || strings.Contains(got.stderr, "stays good") {
			t.Errorf("%s: %+v", id, got)
		}
	}
}

// TestRotateBesideAnother: a deletion, a disabling or a rotation by somebody else, between what rotate reads and what it writes,
// leaves no new key, nor does undoing it let a key be accepted again that somebody has disabled.
func TestRotateBesideAnother(t *testing.T) {
	s := newTestScene(t)
	beside := map[string]func(id string) error{
		"was deleted meanwhile":  func(id string) error { return s.store.Delete(t.Context(), id) },
		"was disabled, enabled,": func(id string) error { return s.store.SetDisabled(t.Context(), id, true) },
		"rotated or given another end meanwhile": func(id string) error {
			return s.store.SetExpires(t.Context(), id, time.Now().Add(time.Hour).Truncate(time.Second))
		},
	}
	for want, change := range beside {
		for _, overlap := range []string{"0s", "24h"} {
			old, err := s.put(t.Context(), "ann", "", time.Hour, 0)
			if err != nil {
				t.Fatal(err)
			}
			s.before("TransactWriteItems", func() {
				if err := change(old.ID); err != nil {
					t.Error(err)
				}
			})
			got := runIn(t, "rotate", old.ID, "--overlap", overlap)
			if got.status != cli.StatusNo || got.stdout != "" || !strings.Contains(got.stderr, want) || !strings.Contains(got.stderr, "no key was made") {
				t.Errorf("%s: %+v", want, got)
			}
			after, err := s.store.Get(t.Context(), old.ID)
			if strings.Contains(want, "disabled") != (err == nil && after.Disabled) && !strings.Contains(want, "another end") {
				t.Errorf("%s: %+v, error %v", want, after, err)
			}
			if err == nil {
				if err := s.store.Delete(t.Context(), old.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	// The table refuses the rotation for another reason, and somebody else disables the key.
	old, err := s.put(t.Context(), "ann", "", time.Hour, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.fail("TransactWriteItems=refuse")
	s.before("TransactWriteItems", func() {
		if err := s.store.SetDisabled(t.Context(), old.ID, true); err != nil {
			t.Error(err)
		}
	})
	got := runIn(t, "rotate", old.ID, "--overlap", "0")
	if after, err := s.store.Get(t.Context(), old.ID); got.status != cli.StatusFailed || err != nil || !after.Disabled {
		t.Errorf("%+v: %+v, error %v", got, after, err)
	}
	records, err := s.records(t.Context())
	if err != nil || len(records) != 1 {
		t.Errorf("%d records are left, want the old one; error %v", len(records), err)
	}
}

// TestEnableOfExpired: a key that is enabled after its end is good for nobody, and is not said to be.
func TestEnableOfExpired(t *testing.T) {
	s := newTestScene(t)
	r, err := s.put(t.Context(), "ann", "", 48*time.Hour, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got := runIn(t, "enable", r.ID, "-o", "json"); got.status != cli.StatusDone || !strings.Contains(got.stdout, `"state": "expired"`) || strings.Contains(got.stderr, "accepted") {
		t.Errorf("%+v", got)
	}
}
