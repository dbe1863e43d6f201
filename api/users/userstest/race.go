package userstest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"portcullis/api/users"
)

const racers = 8

// race calls run for 0 to racers-1, all at once, and returns their errors. The suite for API keys has its own: between the
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

func createAtOnce(t *testing.T, s users.Store) {
	results := race(func(i int) error {
		u := person("ann")
		u.Name = numbered(i)
		return s.Create(t.Context(), u)
	})
	winner := -1
	for i, err := range results {
		switch {
		case err == nil && winner >= 0:
			t.Errorf("both %d and %d created the user", winner, i)
		case err == nil:
			winner = i
		default:
			wantError(t, "Create", err, users.ErrExists)
		}
	}
	if winner < 0 {
		t.Fatal("nobody created the user")
	}
	want := person("ann")
	want.Name = numbered(winner)
	wantStored(t, s, want)
}

func updateAtOnce(t *testing.T, s users.Store) {
	create(t, s, person("ann"))
	versions := make([]int, racers)
	results := race(func(i int) error {
		u, err := s.Update(t.Context(), "ann", users.Change{Name: numbered(i), At: start}, nil)
		if err == nil && u.Name != numbered(i) {
			err = errors.New("Update returned the user of another update: " + u.Name)
		}
		versions[i] = u.Version
		return err
	})
	if err := errors.Join(results...); err != nil {
		t.Fatal(err)
	}
	slices.Sort(versions)
	for i, version := range versions {
		if version != i+2 {
			t.Fatalf("versions are %v, want each from 2 to %d once", versions, racers+1)
		}
	}
}

// updateSeenAtOnce lets each racer read and write until its own write has won once.
func updateSeenAtOnce(t *testing.T, s users.Store) {
	create(t, s, person("ann"))
	increment := func(int) error {
		for {
			seen, err := s.Get(t.Context(), "ann")
			if err != nil {
				return err
			}
			_, err = s.Update(t.Context(), "ann", users.Change{Name: seen.Name + "+", At: start}, &seen)
			if !errors.As(err, new(*users.ConflictError)) {
				return err
			}
		}
	}
	if err := errors.Join(race(increment)...); err != nil {
		t.Fatal(err)
	}
	want := person("ann")
	want.Email = ""
	want.Version = 1 + racers
	for range racers {
		want.Name += "+"
	}
	wantStored(t, s, want)
}
