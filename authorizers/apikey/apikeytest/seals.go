package apikeytest

import (
	"errors"
	"testing"
	"time"

	"portcullis/authorizers/apikey"
)

// noSeal: asking for seals makes none.
func noSeal(t *testing.T, s apikey.Store) {
	for range 2 {
		if seals := sealsOf(t, s); seals.Newest.Reveal() != nil || len(seals.Earlier) != 0 || !seals.Since.IsZero() {
			t.Errorf("Seals = %+v, want none", seals)
		}
	}
}

// firstSeal is made when it is first wanted, once, and makes keys at once.
func firstSeal(t *testing.T, s apikey.Store) {
	seal := sealOf(t, s, start.Add(time.Millisecond))
	if again := sealOf(t, s, start.Add(time.Hour)); !again.Equal(seal) {
		t.Error("another seal")
	}
	if seals := sealsOf(t, s); !seals.Newest.Equal(seal) || len(seals.Earlier) != 0 || !seals.Since.Equal(start) {
		t.Errorf("Seals = %+v", seals)
	}
}

func firstSealAtOnce(t *testing.T, s apikey.Store) {
	const few = 3 // each asks three times
	made := make([]apikey.Seal, few)
	wantError(t, "Seal", errors.Join(race(func(i int) (err error) {
		if i >= few {
			return nil
		}
		made[i], err = s.Seal(t.Context(), start)
		return err
	})...), nil)
	for i, seal := range made {
		if !seal.Equal(made[0]) {
			t.Errorf("%d has another seal than 0", i)
		}
	}
}

func renewSeal(t *testing.T, s apikey.Store) {
	now := start
	wantError(t, "RenewSeal of none", s.RenewSeal(t.Context(), now), nil)
	seals := sealsOf(t, s)
	for range apikey.MaxEarlier + 2 {
		now = now.Add(time.Hour)
		wantError(t, "RenewSeal", s.RenewSeal(t.Context(), now), nil)
		if _, err := s.Seal(t.Context(), now); !errors.As(err, new(*apikey.SealError)) {
			t.Errorf("Seal: %v, want a *SealError", err)
		}
		renewed := sealsOf(t, s)
		if !sealOf(t, s, now.Add(apikey.SealSettles)).Equal(renewed.Newest) || renewed.Newest.Equal(seals.Newest) || !renewed.Since.Equal(now) {
			t.Errorf("Seals = %+v", renewed)
		}
		want := append([]apikey.Seal{seals.Newest}, seals.Earlier...)
		want = want[:min(len(want), apikey.MaxEarlier)]
		if len(renewed.Earlier) != len(want) {
			t.Fatalf("%d earlier seals, want %d", len(renewed.Earlier), len(want))
		}
		for i := range want {
			if !renewed.Earlier[i].Equal(want[i]) {
				t.Errorf("earlier seal %d is another", i)
			}
		}
		seals = renewed
	}
}

// renewAtOnce: no seal that somebody was told of is lost.
func renewAtOnce(t *testing.T, s apikey.Store) {
	first := sealOf(t, s, start)
	renewed := 0
	for i, err := range race(func(i int) error {
		if i%4 == 0 {
			return s.RenewSeal(t.Context(), start)
		}
		_, err := s.Seals(t.Context())
		return err
	}) {
		switch {
		case i%4 == 0 && err == nil:
			renewed++
		case i%4 == 0:
			wantError(t, "RenewSeal", err, apikey.ErrChanged)
		default:
			wantError(t, "Seals", err, nil)
		}
	}
	seals := sealsOf(t, s)
	if len(seals.Earlier) != renewed || renewed == 0 || !seals.Earlier[renewed-1].Equal(first) {
		t.Errorf("%d were renewed, and there are %d earlier ones", renewed, len(seals.Earlier))
	}
}

// sealIsNoRecord: it is not listed, cannot be found, and costs no page a record that it has.
func sealIsNoRecord(t *testing.T, s apikey.Store) {
	sealOf(t, s, start)
	listNothing(t, s)
	var ids []string
	for range 9 {
		ids = append(ids, create(t, s, plain(t)).ID)
	}
	wantListed(t, s, ids...)
	for limit := 1; limit < 4; limit++ {
		if records := follow(t, s, limit); len(records) != len(ids) {
			t.Errorf("limit %d: %d records, want %d", limit, len(records), len(ids))
		}
	}
	for _, id := range ids {
		wantError(t, "Delete", s.Delete(t.Context(), id), nil)
	}
	if seals := sealsOf(t, s); seals.Newest.Reveal() == nil {
		t.Error("the seal is gone")
	}
}

func sealOf(t *testing.T, s apikey.Store, now time.Time) apikey.Seal {
	t.Helper()
	seal, err := s.Seal(t.Context(), now)
	if err != nil || seal.Reveal() == nil {
		t.Fatalf("Seal: %v", err)
	}
	return seal
}

func sealsOf(t *testing.T, s apikey.Store) apikey.Seals {
	t.Helper()
	seals, err := s.Seals(t.Context())
	if err != nil {
		t.Fatalf("Seals: %v", err)
	}
	return seals
}
