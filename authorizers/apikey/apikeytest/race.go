package apikeytest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"portcullis/authorizers/apikey"
)

const racers = 8

// race calls run for 0 to racers-1, all at once, and returns their errors. The suite for users has its own: between the
// authorizers and the API there is no arrow.
func race(run func(i int) error) []error {
	results := make([]error, racers)
	gate := make(chan struct{})
	var wait sync.WaitGroup
	for i := range racers {
		wait.Go(func() {
			<-gate
			results[i] = run(i)
		})
	}
	close(gate)
	wait.Wait()
	return results
}

func createAtOnce(t *testing.T, s apikey.Store) {
	records := make([]apikey.Record, racers)
	for i := range records {
		records[i] = full(t)
		records[i].ID = records[0].ID
	}
	winner := -1
	for i, err := range race(func(i int) error { return s.Create(t.Context(), records[i]) }) {
		switch {
		case err == nil && winner >= 0:
			t.Errorf("both %d and %d created the record", winner, i)
		case err == nil:
			winner = i
		default:
			wantError(t, "Create", err, apikey.ErrExists)
		}
	}
	if winner < 0 {
		t.Fatal("nobody created the record")
	}
	wantStored(t, s, records[winner])
}

// changeAtOnce: days of last use only rise, and what is changed at the same time stays.
func changeAtOnce(t *testing.T, s apikey.Store) {
	r := create(t, s, plain(t))
	today := apikey.DayOf(start)
	err := errors.Join(race(func(i int) error {
		switch i {
		case 0:
			return s.SetDisabled(t.Context(), r.ID, true)
		case 1:
			return s.SetExpires(t.Context(), r.ID, start.Add(time.Hour))
		}
		return s.Touch(t.Context(), r.ID, today+apikey.Day(i))
	})...)
	if err != nil {
		t.Fatal(err)
	}
	r.Disabled, r.Expires, r.LastUsed = true, start.Add(time.Hour), today+racers-1
	wantStored(t, s, r)
}
