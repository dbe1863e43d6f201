package dynamo_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/authorizers/revocation/revocationtest"
	local "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/faults"
)

// open is the store in a table at an address; client may be nil.
func open(t testing.TB, endpoint, table string, client *http.Client) *dynamo.Store {
	t.Helper()
	opened, err := dynamodb.Open(dynamodb.Config{Table: table, Region: testtools.Region, Endpoint: endpoint, Credentials: testtools.Credentials, Client: client})
	if err != nil {
		t.Fatal(err)
	}
	return dynamo.New(opened)
}

// emulators are servers of DynamoDB's protocol, each from its own maker.
func emulators() map[string]func(t *testing.T) string {
	return map[string]func(t *testing.T) string{
		"moto": func(t *testing.T) string { return testtools.MotoDynamoDB(t) },
		"local": func(t *testing.T) string {
			h, err := local.New(local.Config{})
			if err != nil {
				t.Fatal(err)
			}
			return testtools.Serve(t, h)
		},
	}
}

func TestStore(t *testing.T) {
	for name, start := range emulators() {
		t.Run(name, func(t *testing.T) {
			endpoint := start(t)
			client := testtools.DynamoDB(endpoint)
			revocationtest.Run(t, func(t *testing.T) (revocation.Store, revocation.Reader) {
				table := testtools.Table(t, client, dynamo.TimeToLive)
				s := open(t, endpoint, table, nil)
				return s, s
			})
		})
	}
}

var user = revocation.OfUser("https://issuer.example.com", "ann", time.Unix(1700000000, 0), time.Unix(1700003600, 0))

// broken are items of the table that are no entries, in place of the user's.
var broken = map[string]map[string]types.AttributeValue{
	"nothing but an id": {},
	"a flag in place of a time": {
		"kind": stringOf("sub"), "issuer": stringOf(user.Issuer), "value": stringOf("ann"), "expiresAt": number("1700003600"),
		"before": &types.AttributeValueMemberBOOL{Value: true},
	},
	"another user's": {"kind": stringOf("sub"), "issuer": stringOf(user.Issuer), "value": stringOf("bob"), "before": number("1700000000"), "expiresAt": number("1700003600")},
}

func stringOf(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func number(n string) types.AttributeValue   { return &types.AttributeValueMemberN{Value: n} }

// TestBrokenItems: an item that is no entry is an error wherever it is met, keeps no other one from being listed, and can be
// removed.
func TestBrokenItems(t *testing.T) {
	h, err := local.New(local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := testtools.Serve(t, h)
	client := testtools.DynamoDB(endpoint)
	for name, values := range broken {
		table := testtools.Table(t, client, dynamo.TimeToLive)
		s := open(t, endpoint, table, nil)
		other := revocation.OfToken("https://issuer.example.com", "x", time.Unix(1700000000, 0))
		if err := s.Revoke(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		values["id"] = stringOf(user.ID())
		if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &table, Item: values}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read(t.Context(), []string{other.ID(), user.ID()}); !errors.As(err, new(*dynamo.ItemError)) {
			t.Errorf("%s: Read: %v", name, err)
		}
		if err := s.Revoke(t.Context(), revocation.OfUser(user.Issuer, "ann", time.Unix(1, 0), time.Unix(2, 0))); !errors.As(err, new(*dynamo.ItemError)) {
			t.Errorf("%s: Revoke: %v", name, err)
		}
		var listed []revocation.Entry
		var failed []error
		for e, err := range s.Entries(t.Context()) {
			if err != nil {
				failed = append(failed, err)
			} else {
				listed = append(listed, e)
			}
		}
		if len(listed) != 1 || listed[0] != other || len(failed) != 1 || !strings.Contains(failed[0].Error(), user.ID()) {
			t.Errorf("%s: Entries: %+v, errors %v", name, listed, failed)
		}
		if err := s.Undo(t.Context(), user.ID()); err != nil {
			t.Errorf("%s: Undo: %v", name, err)
		}
	}
}

// TestFailures: a table that does not answer is an error of each method, and none that says that there is no entry.
func TestFailures(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"hung up":   faults.HangsUp,
		"throttled": faults.DynamoDB(400, "ProvisionedThroughputExceededException"),
		"internal":  faults.DynamoDB(500, "InternalServerError"),
		"no table":  faults.DynamoDB(400, "ResourceNotFoundException"),
		"denied":    faults.DynamoDB(400, "AccessDeniedException"),
	} {
		s := open(t, testtools.Serve(t, h), "revocations", nil)
		if err := s.Revoke(t.Context(), user); err == nil {
			t.Errorf("%s: Revoke succeeds", name)
		}
		if err := s.Undo(t.Context(), user.ID()); err == nil || errors.Is(err, revocation.ErrNotFound) {
			t.Errorf("%s: Undo: %v", name, err)
		}
		ends := 0
		for _, err := range s.Entries(t.Context()) {
			if err == nil {
				t.Errorf("%s: Entries gives an entry", name)
			}
			ends++
		}
		if ends != 1 {
			t.Errorf("%s: Entries gives %d errors", name, ends)
		}
	}
}

// TestLostAnswer: a write whose answer is lost is done again; a removal is not, since it would find nothing.
func TestLostAnswer(t *testing.T) {
	h, err := local.New(local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := testtools.Serve(t, h)
	var lose atomic.Bool
	table := testtools.Table(t, testtools.DynamoDB(endpoint), dynamo.TimeToLive)
	s := open(t, testtools.Serve(t, faults.Losing(t, endpoint, &lose)), table, nil)
	lose.Store(true)
	if err := s.Revoke(t.Context(), user); err != nil {
		t.Errorf("Revoke: %v", err)
	}
	if got, err := s.Read(context.Background(), []string{user.ID()}); err != nil || len(got) != 1 || got[0] != user {
		t.Errorf("Read: %+v, %v", got, err)
	}
	lose.Store(true)
	if err := s.Undo(t.Context(), user.ID()); err == nil || errors.Is(err, revocation.ErrNotFound) {
		t.Errorf("Undo: %v", err)
	}
}

// TestAnswersOfEntries: an answer without a list of items is no empty table.
func TestAnswersOfEntries(t *testing.T) {
	for body, good := range map[string]bool{
		`{"Items":[],"Count":0}`: true, `{"Items":[]}`: true,
		`{}`: false, `{"Items":null}`: false, `{"Count":0}`: false, `[]`: false, `<html>`: false, `{"Items":[{}]}`: false,
	} {
		s := open(t, testtools.Serve(t, faults.Says(http.StatusOK, body)), "revocations", nil)
		var failed error
		for _, err := range s.Entries(t.Context()) {
			failed = errors.Join(failed, err)
		}
		if (failed == nil) != good {
			t.Errorf("%s: error %v", body, failed)
		}
	}
}

// TestSignOuts: a sign-out is ended once, by its own mark, whatever else is revoked meanwhile; what is revoked never becomes less.
func TestSignOuts(t *testing.T) {
	h, err := local.New(local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := testtools.Serve(t, h)
	client := testtools.DynamoDB(endpoint)
	const issuer = "https://issuer.example.com"
	at := func(seconds int64) time.Time { return time.Unix(1700000000+seconds, 0) }
	begin := func(seconds int64, mark string) func(*testing.T, *dynamo.Store) {
		return func(t *testing.T, s *dynamo.Store) {
			if err := s.BeginSignOut(t.Context(), issuer, "ann", at(seconds), at(seconds+3600), mark); err != nil {
				t.Fatal(err)
			}
		}
	}
	revoke := func(seconds int64) func(*testing.T, *dynamo.Store) {
		return func(t *testing.T, s *dynamo.Store) {
			if err := s.RevokeUser(t.Context(), issuer, "ann", at(seconds), at(seconds+3600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	end := func(seconds int64, mark string, want bool) func(*testing.T, *dynamo.Store) {
		return func(t *testing.T, s *dynamo.Store) {
			if pending, err := s.EndSignOut(t.Context(), issuer, "ann", at(seconds), at(seconds+3600), mark); err != nil || pending != want {
				t.Errorf("the end of %q at %d: %v, %v, want %v", mark, seconds, pending, err, want)
			}
		}
	}
	undo := func(t *testing.T, s *dynamo.Store) {
		if err := s.Undo(t.Context(), user.ID()); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		steps []func(*testing.T, *dynamo.Store)
		want  int64 // seconds up to which is revoked; below 0: nothing is
	}{
		"ended":                       {[]func(*testing.T, *dynamo.Store){begin(10, "a"), end(20, "a", true)}, 20},
		"ended at once":               {[]func(*testing.T, *dynamo.Store){begin(10, "a"), end(10, "a", true)}, 10},
		"ended twice":                 {[]func(*testing.T, *dynamo.Store){begin(10, "a"), end(20, "a", true), end(30, "a", false)}, 20},
		"ended again, answer lost":    {[]func(*testing.T, *dynamo.Store){begin(10, "a"), end(20, "a", true), end(20, "a", true)}, 20},
		"never begun":                 {[]func(*testing.T, *dynamo.Store){end(20, "a", false)}, -1},
		"without a mark":              {[]func(*testing.T, *dynamo.Store){revoke(10), end(20, "", false)}, 10},
		"only revoked":                {[]func(*testing.T, *dynamo.Store){revoke(10), end(20, "a", false)}, 10},
		"another's":                   {[]func(*testing.T, *dynamo.Store){begin(10, "a"), end(20, "b", false), end(30, "a", true)}, 30},
		"begun anew":                  {[]func(*testing.T, *dynamo.Store){begin(10, "a"), begin(20, "b"), end(30, "a", false), end(40, "b", true)}, 40},
		"begun again":                 {[]func(*testing.T, *dynamo.Store){begin(10, "a"), begin(20, "a"), end(30, "a", true)}, 30},
		"revoked meanwhile":           {[]func(*testing.T, *dynamo.Store){begin(10, "a"), revoke(50), end(20, "a", true)}, 50},
		"revoked meanwhile, less":     {[]func(*testing.T, *dynamo.Store){begin(10, "a"), revoke(5), end(20, "a", true)}, 20},
		"revoked meanwhile, the same": {[]func(*testing.T, *dynamo.Store){begin(10, "a"), revoke(10), end(10, "a", true), end(30, "a", false)}, 10},
		"undone meanwhile":            {[]func(*testing.T, *dynamo.Store){begin(10, "a"), undo, end(20, "a", false)}, -1},
		"begun after more":            {[]func(*testing.T, *dynamo.Store){revoke(50), begin(10, "a"), end(20, "a", true)}, 50},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, endpoint, testtools.Table(t, client, dynamo.TimeToLive), nil)
			for _, step := range test.steps {
				step(t, s)
			}
			entries, err := s.Read(t.Context(), []string{user.ID()})
			if err != nil || len(entries) > 1 || (len(entries) == 0) != (test.want < 0) {
				t.Fatalf("%v, %v", entries, err)
			}
			for _, e := range entries {
				if want := revocation.OfUser(issuer, "ann", at(test.want), at(test.want+3600)); e != want {
					t.Errorf("%+v, want up to %d", e, test.want)
				}
			}
		})
	}
}
