package authorizers_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
)

// verified is a verifier of tokens by their texts, each of which is good.
type verified map[string]authorizers.Claims

func (v verified) Verify(_ context.Context, token string) (*authorizers.Claims, error) {
	claims, known := v[token]
	if !known {
		return nil, &authorizers.TokenError{Code: authorizers.CodeMalformed}
	}
	return &claims, nil
}

// newRevocable is a fixture of a WebSocket API's rules, for tokens with these claims.
func newRevocable(t *testing.T, tokens verified, names func(*authorizers.Claims) []string) *requestFixture {
	return newRequestFixture(t, func(c *authorizers.Config) {
		c.Rules, c.Tokens, c.RevocationNames = messageRules(t), tokens, names
	})
}

// revocationsOf is what an answer's context says of revocations, and whether it says anything.
func revocationsOf(t *testing.T, output []byte) (text any, there bool) {
	t.Helper()
	var answer authorizers.Answer
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatalf("%s: %v", output, err)
	}
	text, there = answer.Context[authorizers.ContextRevocations]
	return text, there
}

func bearerOf(token string) func(map[string]any) { return with("Authorization", "Bearer "+token) }

// TestRevocationNames: the answer for connecting says by which revocations the caller's token ends, and when it was issued; no other
// answer does, nor is anybody asked for it.
func TestRevocationNames(t *testing.T) {
	person := func(change func(*authorizers.Claims)) authorizers.Claims {
		c := authorizers.Claims{Issuer: "i", Subject: "me", TokenID: "t", IssuedAt: time.Unix(1772366400, 0), Expires: time.Unix(1772370000, 0), AcceptedUntil: time.Unix(1772370000, 0), Scopes: []string{"users/read"}}
		change(&c)
		return c
	}
	tokens := verified{
		"plain":     person(func(*authorizers.Claims) {}),
		"no-iat":    person(func(c *authorizers.Claims) { c.IssuedAt = time.Time{} }),
		"in-1970":   person(func(c *authorizers.Claims) { c.IssuedAt = time.Unix(1, 0) }),
		"in-1969":   person(func(c *authorizers.Claims) { c.IssuedAt = time.Unix(-1, 0) }),
		"no-scopes": person(func(c *authorizers.Claims) { c.Scopes = nil }),
	}
	asked := 0
	f := newRevocable(t, tokens, func(c *authorizers.Claims) []string {
		asked++
		return []string{"jti-" + c.TokenID, "sub-" + c.Subject}
	})
	silent := newRevocable(t, tokens, nil)
	for _, f := range []*requestFixture{f, silent} {
		f.keys["key"] = holder("me", "users/read")
	}
	for _, test := range []struct {
		name   string
		change func(map[string]any)
		want   any // nil: nothing is said
	}{
		{"token", bearerOf("plain"), "1772366400 jti-t sub-me"},
		{"token of a time that is not said", bearerOf("no-iat"), "0 jti-t sub-me"},
		{"token of 1970", bearerOf("in-1970"), "1 jti-t sub-me"},
		{"token from before 1970", bearerOf("in-1969"), "0 jti-t sub-me"},
		{"token that grants nothing", bearerOf("no-scopes"), "1772366400 jti-t sub-me"},
		{"token and key", all(bearerOf("plain"), with("X-Api-Key", "key")), "1772366400 jti-t sub-me"},
		{"key", with("X-Api-Key", "key"), nil},
	} {
		wantRevocations := func(name, form string, f *requestFixture, want any) {
			asked = 0
			output, err := f.request.Invoke(t.Context(), requestEvent(t, form, test.change))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if text, there := revocationsOf(t, output); text != want || there != (want != nil) || (asked > 0) != there {
				t.Errorf("%s: revocations %v, want %v; asked %d times for their names", name, text, want, asked)
			}
		}
		wantRevocations(test.name, "websocket-connect", f, test.want)
		wantRevocations(test.name+", where names are not known", "websocket-connect", silent, nil)
		for _, form := range []string{"rest-request", "http-1.0", "http-2.0"} {
			wantRevocations(test.name+", "+form, form, f, nil)
		}
	}
}

// TestRevocationNamesThatAreNone: a connection that no revocation could end does not open, and that is no 401.
func TestRevocationNamesThatAreNone(t *testing.T) {
	var names []string
	f := newRevocable(t, verified{"t": {Subject: "me"}}, func(*authorizers.Claims) []string { return names })
	for _, test := range []struct {
		names []string
		opens bool
	}{
		{[]string{"a"}, true}, {[]string{"a", "b", "c", "d", "e"}, true}, {nil, false}, {[]string{}, false}, {[]string{""}, false}, {[]string{"a", ""}, false},
		{[]string{"a b"}, false}, {[]string{"a", "b\n"}, false}, {[]string{"a\u00a0b"}, false}, {[]string{"a", "b", "c", "d", "e", "f"}, false},
	} {
		names = test.names
		f.log.Reset()
		output, err := f.request.Invoke(t.Context(), requestEvent(t, "websocket-connect", bearerOf("t")))
		if test.opens && err != nil || !test.opens && (err == nil || errors.Is(err, authorizers.ErrUnauthorized) || output != nil) {
			t.Errorf("%q: output %s, error %v", test.names, output, err)
		}
		if said := strings.Contains(f.log.String(), "want the names of 1 to 5 revocations"); said == test.opens {
			t.Errorf("%q: logged %s", test.names, f.log)
		}
		if _, err := f.request.Invoke(t.Context(), requestEvent(t, "rest-request", bearerOf("t"))); err != nil {
			t.Errorf("%q, in a REST API: %v", test.names, err)
		}
	}
}

// TestNobodyConnectsUnnamed: however long an answer is, it is not longer than API Gateway takes; and who connects by it can be
// revoked, whatever had to be left out for that.
func TestNobodyConnectsUnnamed(t *testing.T) {
	names := []string{"jti-" + strings.Repeat("j", 43), "origin_jti-" + strings.Repeat("o", 43), "sub-" + strings.Repeat("s", 43), "sub-" + strings.Repeat("t", 43), "iss-" + strings.Repeat("i", 43)}
	for _, test := range []struct {
		name string
		long func(length int) authorizers.Claims
		want map[string]bool // of the ends "told", "not told", "refused": which there are
	}{
		{"scopes", func(n int) authorizers.Claims {
			return authorizers.Claims{Subject: "me", Scopes: []string{strings.Repeat("x", n)}}
		}, map[string]bool{"told": true, "not told": true}},
		{"groups", func(n int) authorizers.Claims {
			return authorizers.Claims{Subject: "me", Groups: []string{strings.Repeat("x", n)}}
		}, map[string]bool{"told": true, "not told": true}},
		{"user name", func(n int) authorizers.Claims {
			return authorizers.Claims{Subject: "me", Username: strings.Repeat("x", n)}
		}, map[string]bool{"told": true, "refused": true}},
	} {
		tokens := verified{}
		f := newRevocable(t, tokens, func(*authorizers.Claims) []string { return names })
		ends := map[string]bool{}
		for length := 6800; length < 8300; length += 20 {
			tokens["t"] = test.long(length)
			output, err := f.request.Invoke(t.Context(), requestEvent(t, "websocket-connect", bearerOf("t")))
			if err != nil {
				t.Fatal(err)
			}
			_, connects := grantOf(t, output)
			text, _ := revocationsOf(t, output)
			if len(output) > 8<<10 || connects && text != "0 "+strings.Join(names, " ") {
				t.Errorf("%s of %d bytes: connects: %v, answer of %d bytes, revocations %v", test.name, length, connects, len(output), text)
			}
			switch {
			case !connects:
				ends["refused"] = true
			case strings.Contains(string(output), "xxx"):
				ends["told"] = true
			default:
				ends["not told"] = true
			}
		}
		if len(ends) != len(test.want) || !ends["told"] || ends["refused"] != test.want["refused"] {
			t.Errorf("%s: ends %v, want %v", test.name, ends, test.want)
		}
	}
}
