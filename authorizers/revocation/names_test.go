package revocation_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/revocation"
)

// TestByNameAgrees: of random tokens and entries, those are revoked by name that an authorizer refuses.
func TestByNameAgrees(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string { return []string{"", "a", "b", "a", "ab"}[random.IntN(5)] }
	at := func() time.Time { return second.Add(time.Duration(random.IntN(5)) * time.Second) }
	refused := 0
	const rounds = 20000
	for range rounds {
		s := revocation.NewMemoryStore()
		for range random.IntN(4) {
			e := revocation.Entry{Kind: []revocation.Kind{"jti", "origin_jti", "sub", "iss"}[random.IntN(4)], Issuer: text(), Value: text(), Before: at(), Expires: ends}
			if e.Kind == revocation.Issuer {
				e.Value = ""
			} else if e.Kind != revocation.User {
				e.Before = time.Time{}
			}
			_ = s.Revoke(t.Context(), e) // or it is no entry
		}
		c := &authorizers.Claims{Issuer: text(), Subject: text(), ID: text(), TokenID: text(), OriginTokenID: text()}
		if random.IntN(5) > 0 {
			c.IssuedAt = at()
		}
		want := revocation.InTable(s).Check(t.Context(), "", c)
		got, err := revocation.ByName{Entries: s}.Revoked(t.Context(), revocation.NamesOf(c), c.IssuedAt)
		if err != nil || got != (want != nil) {
			t.Fatalf("%+v: revoked: %v, error %v; an authorizer says %v", c, got, err, want)
		}
		if got {
			refused++
		}
	}
	if refused < rounds/10 || refused > rounds*9/10 {
		t.Errorf("%d of %d are refused: nothing was compared", refused, rounds)
	}
}

// teller is what tells by names.
type teller interface {
	Revoked(ctx context.Context, names []string, issuedAt time.Time) (bool, error)
}

// tellers are both kinds, on a reader.
func tellers(t *testing.T, r revocation.Reader) map[string]teller {
	t.Helper()
	checker, err := revocation.NewNameChecker(revocation.NameConfig{Entries: r})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]teller{"by name": revocation.ByName{Entries: r}, "checker": checker}
}

// TestNamesThatAreRead: names that can be no entry's are passed over, those that can are read once and all at once, and more of them
// than a token has are refused.
func TestNamesThatAreRead(t *testing.T) {
	id := func(kind string, letter string) string { return kind + "-" + strings.Repeat(letter, 43) }
	jti, family, sub, iss := id("jti", "A"), id("origin_jti", "B"), id("sub", "C"), id("iss", "D")
	for _, test := range []struct {
		names []string
		want  []string // sorted; none: nothing is read
		err   error
	}{
		{nil, nil, nil},
		{[]string{"", "x", id("owner", "A"), id("aud", "A"), jti + "A", jti[:46], strings.ToUpper(jti), jti + "\n"}, nil, nil},
		{[]string{id("owner", "A"), jti}, []string{jti}, nil},
		{[]string{jti, family, sub, id("owner", "A"), iss}, []string{iss, jti, family, sub}, nil},
		{[]string{sub, jti, sub, jti, sub, jti}, []string{jti, sub}, nil},
		{[]string{jti, family, sub, id("sub", "E"), iss}, []string{iss, jti, family, sub, id("sub", "E")}, nil},
		{[]string{jti, family, sub, id("sub", "E"), iss, id("iss", "E")}, nil, revocation.ErrTooManyNames},
	} {
		var asked [][]string
		reader := readerOf(func(ids []string) ([]revocation.Entry, error) { asked = append(asked, ids); return nil, nil })
		for name, teller := range tellers(t, reader) {
			asked = nil
			given := slices.Clone(test.names)
			revoked, err := teller.Revoked(t.Context(), given, second)
			if revoked || !errors.Is(err, test.err) {
				t.Errorf("%s: %q: revoked: %v, error %v", name, test.names, revoked, err)
			}
			if (len(asked) > 0) != (test.want != nil) || len(asked) > 0 && (len(asked) > 1 || !slices.Equal(slices.Sorted(slices.Values(asked[0])), test.want)) {
				t.Errorf("%s: %q: reads %q, want %q", name, test.names, asked, test.want)
			}
			if !slices.Equal(given, test.names) {
				t.Errorf("%s: %q became %q", name, test.names, given)
			}
		}
	}
}
