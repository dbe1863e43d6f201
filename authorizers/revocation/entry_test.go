package revocation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/revocation"
)

const issuer = "https://issuer.example.com"

var (
	second = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ends   = second.Add(time.Hour)
)

// claims are those of ann's token, issued at the second.
func claims(change func(*authorizers.Claims)) *authorizers.Claims {
	c := &authorizers.Claims{Issuer: issuer, Subject: "ann", TokenID: "token", OriginTokenID: "family", IssuedAt: second, Expires: ends}
	if change != nil {
		change(c)
	}
	return c
}

// TestRefusals: which tokens an entry revokes, looked up as an authorizer does, and by which claim; and the same ones looked up by name.
func TestRefusals(t *testing.T) {
	byToken, byFamily := revocation.OfToken(issuer, "token", ends), revocation.OfFamily(issuer, "family", ends)
	byUser, byIssuer := revocation.OfUser(issuer, "ann", second, ends), revocation.OfIssuer(issuer, second, ends)
	later := func(d time.Duration) func(*authorizers.Claims) {
		return func(c *authorizers.Claims) { c.IssuedAt = c.IssuedAt.Add(d) }
	}
	tests := []struct {
		name   string
		entry  revocation.Entry
		change func(*authorizers.Claims)
		want   string // the claim; "": good
	}{
		{"the token", byToken, nil, "jti"},
		{"another token", byToken, func(c *authorizers.Claims) { c.TokenID = "other" }, ""},
		{"a token without jti", byToken, func(c *authorizers.Claims) { c.TokenID = "" }, ""},
		{"a family of the token's name", byToken, func(c *authorizers.Claims) { c.TokenID, c.OriginTokenID = "other", "token" }, ""},
		{"the token of another issuer", byToken, func(c *authorizers.Claims) { c.Issuer += "/" }, ""},
		{"the token, issued later", byToken, later(time.Minute), "jti"},
		{"the family", byFamily, nil, "origin_jti"},
		{"the family, issued later", byFamily, later(time.Hour), "origin_jti"},
		{"another family", byFamily, func(c *authorizers.Claims) { c.OriginTokenID = "Family" }, ""},
		{"no family", byFamily, func(c *authorizers.Claims) { c.OriginTokenID = "" }, ""},
		{"a token of the family's name", byFamily, func(c *authorizers.Claims) { c.TokenID, c.OriginTokenID = "family", "" }, ""},
		{"the user, in the second", byUser, nil, "sub"},
		{"the user, before", byUser, later(-time.Hour), "sub"},
		{"the user, a second later", byUser, later(time.Second), ""},
		{"the user, at a time that is not said", byUser, func(c *authorizers.Claims) { c.IssuedAt = time.Time{} }, "sub"},
		{"the user, in 1970", byUser, func(c *authorizers.Claims) { c.IssuedAt = time.Unix(0, 0) }, "sub"},
		{"the user, by an id beside another sub", byUser, func(c *authorizers.Claims) { c.Subject, c.ID = "pairwise", "ann" }, "sub"},
		{"the user, by sub beside another id", byUser, func(c *authorizers.Claims) { c.ID = "object" }, "sub"},
		{"the user, by an id without sub", byUser, func(c *authorizers.Claims) { c.Subject, c.ID = "", "ann" }, "sub"},
		{"the user, by an id, a second later", byUser, func(c *authorizers.Claims) { c.Subject, c.ID, c.IssuedAt = "", "ann", second.Add(time.Second) }, ""},
		{"another user", byUser, func(c *authorizers.Claims) { c.Subject = "bob" }, ""},
		{"the user of another issuer", byUser, func(c *authorizers.Claims) { c.Issuer = "https://issuer.example.org" }, ""},
		{"the issuer, in the second", byIssuer, nil, "iss"},
		{"the issuer, a second later", byIssuer, later(time.Second), ""},
		{"the issuer, at a time that is not said", byIssuer, func(c *authorizers.Claims) { c.IssuedAt = time.Time{} }, "iss"},
		{"the issuer, nobody's", byIssuer, func(c *authorizers.Claims) { c.Subject, c.TokenID, c.OriginTokenID = "", "", "" }, "iss"},
		{"another issuer", byIssuer, func(c *authorizers.Claims) { c.Issuer += "x" }, ""},
		{"up to now, with a fraction", revocation.OfUser(issuer, "ann", second.Add(999*time.Millisecond), ends), nil, "sub"},
		{"one that has expired", revocation.OfToken(issuer, "token", second.Add(-1000*time.Hour)), nil, "jti"},
	}
	for _, test := range tests {
		s := revocation.NewMemoryStore()
		if err := s.Revoke(t.Context(), test.entry); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		err := revocation.InTable(s).Check(t.Context(), "", claims(test.change))
		var refused *authorizers.TokenError
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (!errors.As(err, &refused) || refused.Code != authorizers.CodeRevoked || refused.Claim != test.want):
			t.Errorf("%s: %v, want a refusal by %s", test.name, err, test.want)
		}
		c := claims(test.change)
		revoked, err := revocation.ByName{Entries: s}.Revoked(t.Context(), revocation.NamesOf(c), c.IssuedAt)
		if err != nil || revoked != (test.want != "") {
			t.Errorf("%s, by name: revoked: %v, error %v", test.name, revoked, err)
		}
	}
}

// readerOf gives entries, or an error, whatever it is asked for.
type readerOf func(ids []string) ([]revocation.Entry, error)

func (r readerOf) Read(_ context.Context, ids []string) ([]revocation.Entry, error) { return r(ids) }

// TestOthersEntries: a reader that gives what it was not asked for revokes nothing.
func TestOthersEntries(t *testing.T) {
	others := readerOf(func([]string) ([]revocation.Entry, error) {
		return []revocation.Entry{{}, {Issuer: issuer}, {Kind: "aud", Issuer: issuer}, revocation.OfUser(issuer, "bob", second, ends), revocation.OfToken("https://x.example.com", "token", ends)}, nil
	})
	if err := revocation.InTable(others).Check(t.Context(), "", claims(nil)); err != nil {
		t.Error(err)
	}
	names := revocation.NamesOf(claims(nil))
	if revoked, err := (revocation.ByName{Entries: others}).Revoked(t.Context(), names, second); err != nil || revoked {
		t.Errorf("by name: revoked: %v, error %v", revoked, err)
	}
	down := errors.New("down")
	failing := readerOf(func([]string) ([]revocation.Entry, error) { return nil, down })
	if err := revocation.InTable(failing).Check(t.Context(), "", claims(nil)); !errors.Is(err, down) {
		t.Errorf("error %v", err)
	}
	revoked, err := revocation.ByName{Entries: failing}.Revoked(t.Context(), names, second)
	if !errors.Is(err, down) || !errors.As(err, new(*authorizers.RevocationsUnavailableError)) || revoked {
		t.Errorf("by name: revoked: %v, error %v", revoked, err)
	}
}

// TestReadsOnce: all that can revoke a token is read at once, and nothing else.
func TestReadsOnce(t *testing.T) {
	tests := []struct {
		change func(*authorizers.Claims)
		want   int
	}{
		{nil, 4},
		{func(c *authorizers.Claims) { c.ID = "ann" }, 4},
		{func(c *authorizers.Claims) { c.ID = "object" }, 5},
		{func(c *authorizers.Claims) { c.OriginTokenID = "" }, 3},
		{func(c *authorizers.Claims) { c.OriginTokenID, c.TokenID = "", "" }, 2},
		{func(c *authorizers.Claims) { *c = authorizers.Claims{Issuer: issuer} }, 1},
		{func(c *authorizers.Claims) { c.Subject, c.TokenID, c.OriginTokenID = "x", "x", "x" }, 4},
	}
	for i, test := range tests {
		var asked [][]string
		reader := readerOf(func(ids []string) ([]revocation.Entry, error) { asked = append(asked, ids); return nil, nil })
		if err := revocation.InTable(reader).Check(t.Context(), "", claims(test.change)); err != nil {
			t.Error(err)
		}
		if len(asked) != 1 || len(asked[0]) != test.want || test.want > revocation.MaxRead {
			t.Errorf("%d: asks for %v", i, asked)
		}
		if names := revocation.NamesOf(claims(test.change)); !slices.Equal(names, asked[0]) {
			t.Errorf("%d: asks for %v, want the names %v", i, asked, names)
		}
		different := map[string]bool{}
		for _, id := range asked[0] {
			different[id] = true
			if !revocation.ValidID(id) {
				t.Errorf("%d: %q is no ID", i, id)
			}
		}
		if len(different) != test.want {
			t.Errorf("%d: asks twice for one: %v", i, asked)
		}
	}
}

// FuzzIDs: entries with different issuers or values have different IDs.
func FuzzIDs(f *testing.F) {
	f.Add("https://a", "b", "https://", "ab")
	f.Add("1:a", "b", "1:", "ab")
	f.Add("", "1:ab", "1:ab", "")
	f.Fuzz(func(t *testing.T, issuer1, value1, issuer2, value2 string) {
		for _, kind := range []revocation.Kind{revocation.Token, revocation.Family, revocation.User, revocation.Issuer} {
			a := revocation.Entry{Kind: kind, Issuer: issuer1, Value: value1}
			b := revocation.Entry{Kind: kind, Issuer: issuer2, Value: value2}
			if same := issuer1 == issuer2 && value1 == value2; (a.ID() == b.ID()) != same || !revocation.ValidID(a.ID()) {
				t.Errorf("%q and %q: %s and %s", a, b, a.ID(), b.ID())
			}
		}
	})
}

func ExampleOfUser() {
	e := revocation.OfUser("https://issuer.example.com", "ann", time.Unix(1772366400, 0), time.Unix(1772452800, 0))
	fmt.Println(e.Before.Format(time.RFC3339), e.Expires.Format(time.RFC3339))
	fmt.Println(e.Covers(&authorizers.Claims{Issuer: "https://issuer.example.com", Subject: "ann", IssuedAt: time.Unix(1772366400, 0)}))
	fmt.Println(e.Covers(&authorizers.Claims{Issuer: "https://issuer.example.com", Subject: "ann", IssuedAt: time.Unix(1772366401, 0)}))
	// Output:
	// 2026-03-01T12:00:00Z 2026-03-02T12:10:00Z
	// true
	// false
}

func TestValidID(t *testing.T) {
	good := revocation.OfToken("https://issuer.example.com", "id", time.Unix(1e9, 0)).ID()
	hash := strings.TrimPrefix(good, "jti-")
	for id, want := range map[string]bool{
		good: true, "origin_jti-" + hash: true, "sub-" + hash: true, "iss-" + hash: true, "sub-" + strings.Repeat("_-aZ0", 9)[:43]: true,
		"": false, "jti-": false, hash: false, "-" + hash: false, "aud-" + hash: false, "JTI-" + hash: false, "jti" + hash: false,
		good + "a": false, good[:len(good)-1]: false, good + "\n": false, good[:len(good)-1] + "=": false, good[:len(good)-1] + "+": false, good[:len(good)-2] + "ä": false,
	} {
		if got := revocation.ValidID(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}
