package dynamo_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
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
	{"Delete", func(ctx context.Context, s *dynamo.Store, r apikey.Record) error { return s.Delete(ctx, r.ID) }},
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
			if _, err := checker.Check(t.Context(), apikey.New()); !errors.As(err, new(*authorizers.KeysUnavailableError)) {
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
		once := o.name == "Create" || o.name == "Delete"
		if (err != nil) != once || errors.Is(err, apikey.ErrExists) || errors.Is(err, apikey.ErrNotFound) {
			t.Errorf("%s: %v, want an error: %v", o.name, err, once)
		}
		if _, err := steady.Get(t.Context(), r.ID); (err != nil) != (o.name == "Delete") {
			t.Errorf("%s was not done: %v", o.name, err)
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
	if _, err := s.Get(t.Context(), apikey.New().ID()); !errors.As(err, new(*dynamo.ItemError)) {
		t.Errorf("error %v, want an *ItemError", err)
	}
}
