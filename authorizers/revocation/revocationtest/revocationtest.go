// Package revocationtest checks that a revocation.Store, and the revocation.Reader of the same entries, do what the
// interfaces say.
package revocationtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/authorizers/revocation"
)

// Run runs the suite, each part in a subtest with an empty store of its own, and its reader, from open.
func Run(t *testing.T, open func(t *testing.T) (revocation.Store, revocation.Reader)) {
	parts := []struct {
		name  string
		check func(t *testing.T, s *scene)
	}{
		{"read what was revoked", readRevoked},
		{"read nothing", readNothing},
		{"keep issuers and kinds apart", keepApart},
		{"refuse entries", refuseEntries},
		{"give nothing back", giveNothingBack},
		{"revoke at once", revokeAtOnce},
		{"undo", undo},
		{"list", list},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			store, reader := open(t)
			part.check(t, &scene{t, store, reader})
		})
	}
}

type scene struct {
	t      *testing.T
	store  revocation.Store
	reader revocation.Reader
}

const issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example"

var (
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ends  = start.Add(time.Hour)
)

// every is an entry of each kind.
func every() []revocation.Entry {
	return []revocation.Entry{
		revocation.OfToken(issuer, "d5a1b5c8-5f0e-4a53-b8f4-0c4b6d3a7e11", ends),
		revocation.OfFamily(issuer, "zoë\n\x00 ' \" \\ 🐙", ends.Add(24*time.Hour)),
		revocation.OfUser(issuer, "auth0|"+strings.Repeat("x", 2000), start, ends),
		revocation.OfIssuer(issuer, start.Add(time.Minute), ends),
	}
}

func (s *scene) revoke(entries ...revocation.Entry) {
	s.t.Helper()
	for _, e := range entries {
		if err := s.store.Revoke(s.t.Context(), e); err != nil {
			s.t.Fatalf("Revoke %+v: %v", e, err)
		}
	}
}

// wantRead checks that reading the ids of asked gives exactly these entries.
func (s *scene) wantRead(what string, asked, want []revocation.Entry) {
	s.t.Helper()
	var ids []string
	for _, e := range asked {
		ids = append(ids, e.ID())
	}
	got, err := s.reader.Read(s.t.Context(), ids)
	if err != nil {
		s.t.Fatalf("%s: Read: %v", what, err)
	}
	wantSame(s.t, what+": Read", got, want)
}

// wantSame compares entries in any order.
func wantSame(t *testing.T, what string, got, want []revocation.Entry) {
	t.Helper()
	if a, b := texts(got), texts(want); !slices.Equal(a, b) {
		t.Errorf("%s gives\n%s, want\n%s", what, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

func texts(entries []revocation.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%s %q %q %s %s", e.Kind, e.Issuer, e.Value, e.Before.UTC(), e.Expires.UTC()))
	}
	slices.Sort(all)
	return all
}

func readRevoked(t *testing.T, s *scene) {
	all := every()
	s.revoke(all...)
	s.wantRead("all", all, all)
	for _, e := range all {
		s.wantRead("one", []revocation.Entry{e}, []revocation.Entry{e})
	}
	elsewhere := revocation.OfUser(issuer, "ann", start.In(time.FixedZone("", 3600)), ends.In(time.FixedZone("", 7200)))
	s.revoke(elsewhere)
	s.wantRead("times of another zone", []revocation.Entry{elsewhere}, []revocation.Entry{elsewhere})
}

func readNothing(t *testing.T, s *scene) {
	all := every()
	s.wantRead("an empty store", all, nil)
	s.revoke(all[0])
	s.wantRead("what is not there", all, all[:1])
}

func keepApart(t *testing.T, s *scene) {
	e := revocation.OfToken("https://a.example.com", "b", ends)
	s.revoke(e)
	s.wantRead("entries that look alike", []revocation.Entry{
		revocation.OfFamily("https://a.example.com", "b", ends), revocation.OfUser("https://a.example.com", "b", start, ends),
		revocation.OfToken("https://a.example.comb", "b", ends), revocation.OfToken("https://a.example.com/", "b", ends),
	}, nil)
	s.wantRead("its letters elsewhere", []revocation.Entry{
		revocation.OfToken("https://a.example.co", "mb", ends), revocation.OfToken("https://a.example.com", "B", ends),
		revocation.OfToken("https://A.example.com", "b", ends), revocation.OfIssuer("https://a.example.com", start, ends),
	}, nil)
}

func refuseEntries(t *testing.T, s *scene) {
	tests := []struct {
		field string
		spoil func(*revocation.Entry)
	}{
		{"kind", func(e *revocation.Entry) { e.Kind = "" }},
		{"kind", func(e *revocation.Entry) { e.Kind = "JTI" }},
		{"issuer", func(e *revocation.Entry) { e.Issuer = "" }},
		{"issuer", func(e *revocation.Entry) { e.Issuer = "\xff" }},
		{"value", func(e *revocation.Entry) { e.Value = "" }},
		{"value", func(e *revocation.Entry) { e.Value = strings.Repeat("x", 16<<10+1) }},
		{"value", func(e *revocation.Entry) { e.Kind = revocation.Issuer }},
		{"before", func(e *revocation.Entry) { e.Before = time.Time{} }},
		{"before", func(e *revocation.Entry) { e.Before = e.Before.Add(time.Millisecond) }},
		{"before", func(e *revocation.Entry) { e.Before = time.Unix(-1, 0) }},
		{"before", func(e *revocation.Entry) { e.Kind = revocation.Token }},
		{"before", func(e *revocation.Entry) { e.Kind = revocation.Family }},
		{"expires", func(e *revocation.Entry) { e.Expires = time.Time{} }},
		{"expires", func(e *revocation.Entry) { e.Expires = start.AddDate(8000, 0, 0) }},
		{"expires", func(e *revocation.Entry) { e.Expires = e.Expires.Add(1) }},
	}
	for i, test := range tests {
		e := revocation.OfUser(issuer, "ann", start, ends)
		test.spoil(&e)
		var wrong *revocation.ValueError
		if err := s.store.Revoke(t.Context(), e); !errors.As(err, &wrong) || wrong.Field != test.field {
			t.Errorf("%d: Revoke: %v, want a *ValueError about %s", i, err, test.field)
		}
	}
	s.wantListed("after refusals", nil)
}

// giveNothingBack revokes the same tokens with other times, in either order.
func giveNothingBack(t *testing.T, s *scene) {
	early, late := start, start.Add(time.Hour)
	for i, times := range [][2][2]time.Time{
		{{early, early}, {late, late}}, {{late, late}, {early, early}}, {{early, late}, {late, early}}, {{late, early}, {early, late}},
		{{late, late}, {late, late}}, {{early, early}, {early, late}}, {{early, late}, {early, early}},
	} {
		subject := fmt.Sprintf("user-%d", i)
		first := revocation.OfUser(issuer, subject, times[0][0], times[0][1])
		second := revocation.OfUser(issuer, subject, times[1][0], times[1][1])
		s.revoke(first, second)
		s.wantRead(subject, []revocation.Entry{first}, []revocation.Entry{first.Widen(second)})
	}
	first, second := revocation.OfFamily(issuer, "f", late), revocation.OfFamily(issuer, "f", early)
	s.revoke(first, second)
	s.wantRead("a family", []revocation.Entry{first}, []revocation.Entry{first})
}

// revokeAtOnce lets writers of one entry race: the widest of all stays, and no other one is touched.
func revokeAtOnce(t *testing.T, s *scene) {
	other := revocation.OfUser(issuer, "bob", start, ends)
	s.revoke(other)
	const writers = 4
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			hours := time.Duration(i) * time.Hour
			e := revocation.OfUser(issuer, "ann", start.Add(hours), ends.Add(writers*time.Hour-hours))
			if err := s.store.Revoke(t.Context(), e); err != nil {
				t.Errorf("Revoke: %v", err)
			}
		})
	}
	all.Wait()
	widest := revocation.OfUser(issuer, "ann", start.Add((writers-1)*time.Hour), ends.Add(writers*time.Hour))
	s.wantRead("after the race", []revocation.Entry{widest, other}, []revocation.Entry{widest, other})
}

func undo(t *testing.T, s *scene) {
	all := every()
	s.revoke(all...)
	for i, e := range all {
		if err := s.store.Undo(t.Context(), e.ID()); err != nil {
			t.Fatalf("Undo: %v", err)
		}
		s.wantRead("after Undo", all, all[i+1:])
		if err := s.store.Undo(t.Context(), e.ID()); !errors.Is(err, revocation.ErrNotFound) {
			t.Errorf("Undo again: %v", err)
		}
	}
	for _, id := range []string{"", "x", "sub-", all[0].ID() + "x", strings.ToUpper(all[0].ID())} {
		if err := s.store.Undo(t.Context(), id); !errors.Is(err, revocation.ErrNotFound) {
			t.Errorf("Undo %q: %v", id, err)
		}
	}
	narrow := revocation.OfUser(issuer, "ann", start.Add(-time.Hour), ends.Add(-time.Hour))
	s.revoke(revocation.OfUser(issuer, "ann", start, ends))
	if err := s.store.Undo(t.Context(), narrow.ID()); err != nil {
		t.Fatalf("Undo: %v", err)
	}
	s.revoke(narrow)
	s.wantRead("narrower than what was undone", []revocation.Entry{narrow}, []revocation.Entry{narrow})
}

func list(t *testing.T, s *scene) {
	s.wantListed("an empty store", nil)
	all := every()
	for i := range 30 {
		all = append(all, revocation.OfToken(issuer, fmt.Sprint(i), ends))
	}
	s.revoke(all...)
	s.wantListed("all", all)
	for range s.store.Entries(t.Context()) {
		break // a list may be left
	}
}

func (s *scene) wantListed(what string, want []revocation.Entry) {
	s.t.Helper()
	wantSame(s.t, what+": Entries", Collect(s.t, s.store), want)
}

// Collect returns all entries of a store that can be read; the test fails for one that cannot.
func Collect(t *testing.T, s revocation.Store) []revocation.Entry {
	t.Helper()
	found := map[string]revocation.Entry{}
	for e, err := range s.Entries(context.WithoutCancel(t.Context())) {
		if err != nil {
			t.Fatalf("Entries: %v", err)
		}
		if _, twice := found[e.ID()]; twice {
			t.Errorf("Entries gives %+v twice", e)
		}
		found[e.ID()] = e
	}
	return slices.Collect(maps.Values(found))
}
