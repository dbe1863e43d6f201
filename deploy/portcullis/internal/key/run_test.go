package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/cmd/cli"
	"portcullis/deploy/testtools"
)

// outcome is what one run of the command gives.
type outcome struct {
	status         int
	stdout, stderr string
}

// runIn runs the command with the process's environment.
func runIn(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), args, os.Getenv, &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

const someKey = "pk_ABCDEFGHIJKLMNOP_012345678901234567890123456789012345678901234567890"

func create(args ...string) []string {
	return append([]string{"create", "-owner", "ann", "-scopes", "a"}, args...)
}

// usages are command lines that are wrong, and what is said of them.
var usages = []struct {
	args []string
	want string
}{
	{nil, "want a command: create, list,"},
	{[]string{"make"}, `"make" is no command; want create,`},
	{[]string{"help", "me"}, `help: unexpected argument "me"`},
	{[]string{"create", "-scopes", "a"}, "create: -owner is missing"},
	{[]string{"create", "-owner", "ann"}, "create: -scopes is missing"},
	{create("now"), `create: unexpected argument "now"`},
	{create("-colour"), "create: flag provided but not defined: -colour; -h lists the flags"},
	{create("-owner", "a b"), "create: owner must have printable characters"},
	{create("-owner", "*"), "create: owner must have printable characters"},
	{create("-scopes", `a"b`), `create: scopes hold "a\"b"`},
	{create("-label", "a\nb"), "create: label must have up to 128 printable characters"},
	{create("-expires", ""), `-expires: "": want a duration such as 90d`},
	{create("-expires", "d"), `"d": want a duration`},
	{create("-expires", "-1d"), `"-1d": want a duration`},
	{create("-expires", "1.5d"), `"1.5d": want a duration`},
	{create("-expires", "99999999999999999999d"), "want a duration"},
	{create("-expires", "-2h"), `"-2h": want a duration`},
	{create("-expires", "0d"), `"0d" is not in the future`},
	{create("-expires", "2020-01-31"), `"2020-01-31" is not in the future`},
	{create("-expires", "2020-01-31T10:00:00+02:00"), "is not in the future"},
	{create("-expires", "2027-02-30"), "want a duration such as 90d"},
	{create("-expires", "never"), `"never": want a duration`},
	{create("-networks", ""), "want networks such as 10.0.0.0/8"},
	{create("-networks", " , "), "want networks such as 10.0.0.0/8"},
	{create("-networks", "10.0.0.5/8"), "10.0.0.5/8 has bits set behind its prefix: want 10.0.0.0/8 for the network, or 10.0.0.5 for the one address"},
	{create("-networks", "2001:db8::1/32"), "want 2001:db8::/32 for the network, or 2001:db8::1 for the one address"},
	{create("-networks", "10.0.0.0/8,nowhere"), `"nowhere" is no network`},
	{create("-networks", "fe80::1%eth0"), "is no network"},
	{create("-networks", "10.0.0.0/33"), "is no network"},
	{create("-networks", "10.0.0.0/8,10.0.0.0/8"), "networks hold 10.0.0.0/8 twice"},
	{create("-networks", "::ffff:10.0.0.1"), "write IPv4 networks as such"},
	{create("-usage-plan", ""), "want the id of a usage plan"},
	{[]string{"list", "all"}, `list: unexpected argument "all"`},
	{[]string{"show"}, "show: want the ID of a key"},
	{[]string{"show", "ABC"}, `show: "ABC" is no ID of a key: want 16 characters`},
	{[]string{"show", someKey}, "show: want the ID of a key, which is what stands between pk_ and the next _"},
	{[]string{"delete", "ABCDEFGHIJKLMNOP", someKey}, `unexpected argument "pk_ABCDEFGHIJKLMNOP_[redacted]"`},
	{[]string{someKey}, `"pk_ABCDEFGHIJKLMNOP_[redacted]" is no command`},
	{create("-" + someKey), "not defined: -pk_ABCDEFGHIJKLMNOP_[redacted]"},
	{[]string{"rotate"}, "rotate: want the ID of a key"},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "-overlap", "-1h"}, `"-1h": want a duration such as 12h or 90d`},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "-overlap", "1500ms"}, "want whole seconds"},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "-overlap", "2027-01-31"}, "want a duration"},
	{[]string{"rotate", "ABCDEFGHIJKLMNOP", "-expires", "soon"}, `"soon": want a duration`},
	{[]string{"list"}, "list: API_KEYS_TABLE: is not set"},
	{create(), "create: API_KEYS_TABLE: is not set"},
}

// TestUsage: what is wrong with the command line is one line on stderr, nothing on stdout, and status 2.
func TestUsage(t *testing.T) {
	t.Setenv("API_KEYS_TABLE", "")
	for _, test := range usages {
		got := runIn(t, test.args...)
		if got.status != 2 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "apikey: ") {
			t.Errorf("%q: status %d, stdout %q, stderr %q", test.args, got.status, got.stdout, got.stderr)
		}
		if !strings.Contains(got.stderr, test.want) || strings.Contains(got.stderr, "0123") {
			t.Errorf("%q: stderr %q, want %q", test.args, got.stderr, test.want)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range []string{"help", "-h", "--help", "create -h", "list -h", "show -h", "rotate -h", "disable -h", "enable -h", "delete -h"} {
		if got := runIn(t, strings.Fields(args)...); got.status != 0 || got.stdout != help || got.stderr != "" {
			t.Errorf("%s: status %d, stderr %q", args, got.status, got.stderr)
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
	for _, fails := range []string{"", "PutItem=refuse", "GetItem=refuse", "UpdateItem=refuse", "DeleteItem=refuse", "Scan=refuse", "CreateApiKey=refuse", "CreateUsagePlanKey=refuse", "DeleteApiKey=refuse", "GetApiKeys=refuse", "PutItem=lose"} {
		s.fail()
		id := check(create("-usage-plan", s.plan), true)
		s.fail(strings.Fields(fails)...)
		for _, asJSON := range []string{"-json", "-json=false"} {
			check(create("-usage-plan", s.plan, asJSON), true)
			check([]string{"list", asJSON}, false)
			check([]string{"show", id, asJSON}, false)
			check([]string{"rotate", id, asJSON}, true)
			check([]string{"disable", id, asJSON}, false)
			check([]string{"enable", id, asJSON}, false)
		}
		check([]string{"delete", id, "-json"}, false)
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
		create("-usage-plan", s.plan), create("-json"),
		{"rotate", old.ID}, {"rotate", old.ID, "-overlap", "0"}, {"rotate", old.ID, "-json"},
	} {
		var stderr bytes.Buffer
		status := run(t.Context(), args, os.Getenv, brokenPipe{}, &stderr)
		if status != 1 || !strings.HasSuffix(stderr.String(), "stdout: broken pipe; nothing of it is left\n") {
			t.Errorf("%q: status %d, stderr %q", args, status, stderr.String())
		}
	}
	records, err := s.records(t.Context())
	if err != nil || len(records) != 1 || records[0].Disabled || !records[0].Expires.IsZero() {
		t.Errorf("records %+v, error %v", records, err)
	}
	if keys, _, err := s.gatewayKeys(t.Context(), gatewayPrefix); err != nil || len(keys) > 0 {
		t.Errorf("%d API keys of the gateway, error %v", len(keys), err)
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
	var stderr bytes.Buffer
	status := run(ctx, create("-usage-plan", s.plan), os.Getenv, interruptingPipe{interrupt}, &stderr)
	records, err := s.records(t.Context())
	keys, _, gatewayErr := s.gatewayKeys(t.Context(), gatewayPrefix)
	if status != 1 || err != nil || gatewayErr != nil || len(records)+len(keys) > 0 {
		t.Errorf("status %d, %d records, %d API keys of the gateway, stderr %q", status, len(records), len(keys), stderr.String())
	}
}

// TestKeysWork: what create prints is accepted, with what was asked for.
func TestKeysWork(t *testing.T) {
	s := newTestScene(t)
	got := runIn(t, create("-scopes", "b,a c", "-networks", "10.0.0.0/8", "-expires", "12h", "-usage-plan", s.plan)...)
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
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
	})
	client := dynamodb.New(dynamodb.Options{BaseEndpoint: &s.behind.URL, Region: s.region, Credentials: credentials})
	_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.table, Item: map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: "ABCDEFGHIJKLMNOP"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"list"}, {"list", "-json"}} {
		got := runIn(t, args...)
		if got.status != cli.StatusFailed || !strings.Contains(got.stdout, good.ID) || !strings.Contains(got.stderr, "ABCDEFGHIJKLMNOP") || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%s: %+v", args, got)
		}
	}
	if got := runIn(t, "delete", "ABCDEFGHIJKLMNOP"); got.status != cli.StatusFailed || !strings.Contains(got.stderr, "-force deletes it") {
		t.Errorf("delete: %+v", got)
	}
	if got := runIn(t, "delete", "-force", "ABCDEFGHIJKLMNOP"); got.status != cli.StatusDone {
		t.Errorf("delete -force: %+v", got)
	}
	if got := runIn(t, "list"); got.status != cli.StatusDone || !strings.Contains(got.stdout, good.ID) {
		t.Errorf("list after that: %+v", got)
	}
}
