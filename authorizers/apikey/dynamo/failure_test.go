package dynamo_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	local "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/faults"
)

// operations are all that a Store does, in an order in which they succeed.
var operations = []struct {
	name string
	call func(ctx context.Context, s *dynamo.Store, r apikey.Record) error
}{
	{"Create", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error { return s.Create(ctx, r) }},
	{"Get", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error {
		_, err := s.Get(ctx, r.ID)
		return err
	}},
	{"List", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error {
		_, err := s.List(ctx, 1, "")
		return err
	}},
	{"Touch", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error {
		return s.Touch(ctx, r.ID, r.LastUsed+1)
	}},
	{"SetDisabled", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error {
		return s.SetDisabled(ctx, r.ID, true)
	}},
	{"SetExpires", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error {
		return s.SetExpires(ctx, r.ID, r.Expires.Add(time.Hour))
	}},
	{"Seal", func(ctx context.Context, s *dynamo.Store, _ apikey.Record) error {
		_, err := s.Seal(ctx, time.Unix(0, 0))
		return err
	}},
	{"RenewSeal", func(ctx context.Context, s *dynamo.Store, _ apikey.Record) error {
		return s.RenewSeal(ctx, time.Unix(0, 0))
	}},
	{"Seals", func(ctx context.Context, s *dynamo.Store, _ apikey.Record) error {
		_, err := s.Seals(ctx)
		return err
	}},
	{"Delete", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error { return s.Delete(ctx, r.ID) }},
	{"Create", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error { return s.Create(ctx, r) }},
	{"DeleteAsRead", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error { return s.DeleteAsRead(ctx, r) }},
}

// TestFailures: a table that does not answer says nothing of any key, and to a checker it is unavailable.
func TestFailures(t *testing.T) {
	endpoints := map[string]string{
		"closed port": faults.ClosedPort,
		"hung up":     testtools.Serve(t, http.HandlerFunc(faults.HangsUp)),
		"cut short":   testtools.Serve(t, http.HandlerFunc(faults.CutShort)),
		"throttled":   testtools.Serve(t, faults.DynamoDB(400, "ProvisionedThroughputExceededException")),
		"internal":    testtools.Serve(t, faults.DynamoDB(500, "InternalServerError")),
		"no table":    testtools.Serve(t, faults.DynamoDB(400, "ResourceNotFoundException")),
		"denied":      testtools.Serve(t, faults.DynamoDB(400, "AccessDeniedException")),
	}
	for name, endpoint := range endpoints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, endpoint, "keys", nil)
			for _, o := range operations {
				err := o.call(t.Context(), s, record(t))
				if err == nil || errors.Is(err, apikey.ErrNotFound) || errors.Is(err, apikey.ErrExists) {
					t.Errorf("%s: %v", o.name, err)
				}
			}
			checker, err := apikey.NewChecker(apikey.Config{Store: s})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := checker.Check(t.Context(), apikey.NewSeal().New()); !errors.As(err, new(*authorizers.KeysUnavailableError)) {
				t.Errorf("Check: %v, want a *KeysUnavailableError", err)
			}
		})
	}
}

// TestDeadline: a table that never answers does not outlive the context.
func TestDeadline(t *testing.T) {
	s := open(t, testtools.Serve(t, http.HandlerFunc(faults.Silent)), "keys", nil)
	for _, o := range operations {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := o.call(ctx, s, record(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want the deadline", o.name, err)
		}
		cancel()
	}
}

// TestLostAnswer puts a proxy before the table that passes requests on and loses the first answer, as a broken connection
// does. What may be done twice succeeds. What may not is an error, and none that says that it was refused.
func TestLostAnswer(t *testing.T) {
	endpoint := testtools.MotoDynamoDB(t)
	name := testtools.Table(t, testtools.DynamoDB(endpoint), "expiresAt")
	var lose atomic.Bool
	flaky, steady, r := open(t, testtools.Serve(t, faults.Losing(t, endpoint, &lose)), name, nil), open(t, endpoint, name, nil), record(t)
	for _, o := range operations {
		lose.Store(true)
		err := o.call(t.Context(), flaky, r)
		deletes := strings.HasPrefix(o.name, "Delete")
		once := o.name == "Create" || deletes
		if (err != nil) != once || errors.Is(err, apikey.ErrExists) || errors.Is(err, apikey.ErrNotFound) || errors.Is(err, apikey.ErrChanged) {
			t.Errorf("%s: %v, want an error: %v", o.name, err, once)
		}
		if _, err := steady.Get(t.Context(), r.ID); (err != nil) != deletes {
			t.Errorf("%s was not done: %v", o.name, err)
		}
	}
}

// TestReplaceOnce: a replacement whose answer is lost is done once, and is no error; one that is refused otherwise than by the
// records says nothing of them.
func TestReplaceOnce(t *testing.T) {
	h, err := local.New(local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := testtools.Serve(t, h)
	name := testtools.Table(t, testtools.DynamoDB(endpoint), "expiresAt")
	var lose atomic.Bool
	s, old, successor := open(t, testtools.Serve(t, faults.Losing(t, endpoint, &lose)), name, nil), record(t), record(t)
	if err := s.Create(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	lose.Store(true)
	r := apikey.Replacement{New: successor, Old: old, Disabled: true}
	if err := s.Replace(t.Context(), r); err != nil {
		t.Errorf("the answer is lost: %v", err)
	}
	ended, err1 := s.Get(t.Context(), old.ID)
	if _, err2 := s.Get(t.Context(), successor.ID); err1 != nil || err2 != nil || !ended.Disabled {
		t.Errorf("%+v, errors %v, %v", ended, err1, err2)
	}
	canceled := func(reasons string) http.Handler {
		return faults.Says(http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[`+reasons+`]}`)
	}
	const none, refused, with = `{"Code":"None"}`, `{"Code":"ConditionalCheckFailed"}`, `{"Code":"ConditionalCheckFailed","Item":{"id":{"S":"x"}}}`
	for name, test := range map[string]struct {
		answer http.Handler
		want   error // nil: another one
	}{
		"the old one is gone":        {canceled(refused + "," + none), apikey.ErrNotFound},
		"the old one is another":     {canceled(with + "," + none), apikey.ErrChanged},
		"the new id is taken":        {canceled(none + "," + refused), apikey.ErrExists},
		"both":                       {canceled(with + "," + refused), apikey.ErrChanged},
		"somebody else writes":       {canceled(`{"Code":"TransactionConflict"},` + none), apikey.ErrChanged},
		"somebody else writes there": {canceled(none + `,{"Code":"TransactionConflict"}`), apikey.ErrChanged},
		"throttled":                  {canceled(`{"Code":"ThrottlingError"},` + none), nil},
		"throttled besides":          {canceled(with + `,{"Code":"ProvisionedThroughputExceeded"}`), nil},
		"no reason":                  {canceled(none + "," + none), nil},
		"one reason":                 {canceled(refused), nil},
		"no reasons":                 {canceled(""), nil},
		"denied":                     {faults.DynamoDB(400, "AccessDeniedException"), nil},
		"internal":                   {faults.DynamoDB(500, "InternalServerError"), nil},
		"no JSON":                    {faults.Says(http.StatusOK, "<html>"), nil},
	} {
		err := open(t, testtools.Serve(t, test.answer), "keys", nil).Replace(t.Context(), r)
		if test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if test.want == nil && (err == nil || errors.Is(err, apikey.ErrNotFound) || errors.Is(err, apikey.ErrChanged) || errors.Is(err, apikey.ErrExists)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBrokenSeals: an item that is none of seals is no "there is none", or the next key would be made with another.
func TestBrokenSeals(t *testing.T) {
	secret := base64.StdEncoding.EncodeToString(apikey.NewSeal().Reveal())
	good := map[string]string{"id": `{"S":"#seal"}`, "newest": `{"B":"` + secret + `"}`, "since": `{"N":"1"}`, "earlier": `{"L":[]}`}
	for name, change := range map[string]struct{ attribute, value string }{
		"good": {"earlier", `{"L":[{"B":"` + secret + `"}]}`}, "no secret": {"newest", ""}, "a text": {"newest", `{"S":"` + secret + `"}`},
		"a short secret": {"newest", `{"B":"AAAA"}`}, "zeros": {"newest", `{"B":"` + base64.StdEncoding.EncodeToString(make([]byte, 32)) + `"}`},
		"no time": {"since", ""}, "before 1970": {"since", `{"N":"-1"}`}, "no list": {"earlier", ""}, "a list of texts": {"earlier", `{"L":[{"S":"x"}]}`},
		"a short one in the list": {"earlier", `{"L":[{"B":"AAAA"}]}`},
		"many":                    {"earlier", `{"L":[` + strings.Repeat(`{"B":"`+secret+`"},`, apikey.MaxEarlier) + `{"B":"` + secret + `"}]}`},
	} {
		var attributes []string
		for attribute, value := range good {
			if attribute == change.attribute {
				value = change.value
			}
			if value != "" {
				attributes = append(attributes, `"`+attribute+`":`+value)
			}
		}
		s := open(t, testtools.Serve(t, faults.Says(http.StatusOK, `{"Item":{`+strings.Join(attributes, ",")+`}}`)), "keys", nil)
		_, err1 := s.Seals(t.Context())
		_, err2 := s.Seal(t.Context(), time.Unix(1e9, 0))
		for _, err := range []error{err1, err2} {
			if broken := (*dynamo.ItemError)(nil); (err == nil) != (name == "good") || err != nil && (!errors.As(err, &broken) || strings.Contains(err.Error(), secret)) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.RenewSeal(t.Context(), time.Unix(1e9, 0)); (err == nil) != (name == "good") {
			t.Errorf("%s: renewed: %v", name, err)
		}
	}
}

// TestThrottledOnce: one throttle is made up for by another attempt, of every call.
func TestThrottledOnce(t *testing.T) {
	endpoint := testtools.MotoDynamoDB(t)
	name := testtools.Table(t, testtools.DynamoDB(endpoint), "expiresAt")
	s, r := open(t, testtools.Serve(t, faults.Throttling(t, endpoint)), name, nil), record(t)
	for _, o := range operations {
		if err := o.call(t.Context(), s, r); err != nil {
			t.Errorf("%s: %v", o.name, err)
		}
	}
}

// TestAnswers: what an answer of DynamoDB says of a key and of the table. One that does not say it is no "there is none".
func TestAnswers(t *testing.T) {
	r := record(t)
	const good, none, other = "good", "none", "error"
	for body, want := range map[string]struct{ get, list string }{
		`{}`:                         {none, other},
		`{"Item":null,"Items":null}`: {none, other},
		`{"Item":{},"Items":[{}]}`:   {other, other},
		`{"Item":{"id":{"S":"` + r.ID + `"}},"Items":[{"id":{"S":"` + r.ID + `"}}]}`: {other, other},
		`{"Items":[],"Count":0}`: {none, none},
		`[]`:                     {other, other},
		`<html>`:                 {other, other},
	} {
		s := open(t, testtools.Serve(t, faults.Says(http.StatusOK, body)), "keys", nil)
		outcome := func(is bool, err error) string {
			switch {
			case is:
				return none
			case err != nil:
				return other
			}
			return good
		}
		_, err := s.Get(t.Context(), r.ID)
		if got := outcome(errors.Is(err, apikey.ErrNotFound), err); got != want.get {
			t.Errorf("Get from %s: %s, %v", body, got, err)
		}
		page, err := s.List(t.Context(), 1, "")
		if got := outcome(err == nil && len(page.Records) == 0, err); got != want.list {
			t.Errorf("List from %s: %s, %v", body, got, err)
		}
	}
}

// TestAnswerOfAnotherKey: the record of another key says nothing of the one that was asked for.
func TestAnswerOfAnotherKey(t *testing.T) {
	r := record(t)
	_, s := stored(t, r)
	if _, err := s.Get(t.Context(), r.ID); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), apikey.NewSeal().New().ID()); !errors.As(err, new(*dynamo.ItemError)) {
		t.Errorf("error %v, want an *ItemError", err)
	}
}

// TestSealOfAnother: who is second to make the first seal gets that of the other, and leaves it.
func TestSealOfAnother(t *testing.T) {
	h, err := local.New(local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := testtools.Serve(t, h)
	name := testtools.Table(t, testtools.DynamoDB(endpoint), "expiresAt")
	other := open(t, endpoint, name, nil)
	var first apikey.Seal
	between := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem") {
			if first, err = other.Seal(r.Context(), time.Unix(1e9, 0)); err != nil {
				t.Error(err)
			}
		}
		h.ServeHTTP(w, r)
	})
	second, err := open(t, testtools.Serve(t, between), name, nil).Seal(t.Context(), time.Unix(1e9, 0))
	if err != nil || !second.Equal(first) {
		t.Errorf("another seal, error %v", err)
	}
}
