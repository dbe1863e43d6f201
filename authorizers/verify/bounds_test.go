package verify_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// values counts the JSON values that an object or list holds, at all depths.
func values(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for _, item := range v {
			n += 1 + values(item)
		}
	case []any:
		for _, item := range v {
			n += 1 + values(item)
		}
	}
	return n
}

// fillings hold a number of values each, n > 10.
var fillings = []struct {
	name string
	with func(n int) any
}{
	{"a list", func(n int) any { return make([]any, n) }},
	{"lists in a list", func(n int) any { return []any{make([]any, n-7), make([]any, 5)} }},
	{"an object", func(n int) any { return members(n) }},
	{"an object in a list", func(n int) any { return []any{members(n - 1)} }},
	{"a list in an object", func(n int) any { return map[string]any{"a": make([]any, n-1)} }},
}

func members(n int) map[string]any {
	all := map[string]any{}
	for i := range n {
		all[fmt.Sprint(i)] = 0
	}
	return all
}

// TestManyValues: a token may have 1,000 values, and a key as many; a key of more is passed over.
func TestManyValues(t *testing.T) {
	s := newScene(t, func(c *verify.Config) { c.MaxToken = 16 << 10 })
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(keySet(s.issuer)), &set); err != nil {
		t.Fatal(err)
	}
	other := verifytest.New(s.issuer.URL, "EdDSA")
	for _, filling := range fillings {
		claims, key := s.issuer.CognitoAccessClaims(extra(nil)), set.Keys[0]
		fill := func(of map[string]any, all int) {
			delete(of, "fill")
			of["fill"] = filling.with(all - values(of) - 1)
			if n := values(of); n != all {
				t.Fatalf("%s: %d values, to be %d", filling.name, n, all)
			}
		}
		for all, want := range map[int]authorizers.Code{1000: "", 1001: authorizers.CodeMalformed} {
			fill(claims, all)
			s.check(fmt.Sprint("a token with ", all, " values, in ", filling.name), s.issuer.Sign(claims), string(want))
		}
		for all, want := range map[int]authorizers.Code{1000: "", 1001: authorizers.CodeKeyUnknown} {
			fill(key, all)
			published, err := json.Marshal(map[string]any{"keys": []any{key, json.RawMessage(onlyKey(other))}})
			if err != nil {
				t.Fatal(err)
			}
			v := newVerifier(t, s.issuer, func(c *verify.Config) {
				c.Issuers[0].Algorithms = []string{"EdDSA"}
				c.Client = &http.Client{Transport: serves(published)}
			})
			if _, err := v.Verify(t.Context(), s.token()); code(err) != string(want) {
				t.Errorf("a key with %d values, in %s: error %v, want %q", all, filling.name, err, want)
			}
			if _, err := v.Verify(t.Context(), other.CognitoAccess(extra(nil))); err != nil {
				t.Errorf("the key beside it: %v", err)
			}
		}
	}
}

// onlyKey is the key of an issuer that publishes one.
func onlyKey(issuer *verifytest.Issuer) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(keySet(issuer)), `{"keys":[`), `]}`)
}

// TestClaimsAsText: row by row what stands in the claims before and behind those of a good token.
func TestClaimsAsText(t *testing.T) {
	s := newScene(t, nil)
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, `"c%d":0,`, i)
	}
	lists := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	objects := func(n int) string { return strings.Repeat(`{"":`, n) + "0" + strings.Repeat("}", n) }
	tests := []struct {
		name, before, behind string
		want                 authorizers.Code
	}{
		{"nothing", ``, ``, ""},
		{"40 members", many.String(), ``, ""},
		{"40 members, and sub before", `"sub":"a",` + many.String(), ``, authorizers.CodeMalformed},
		{"40 members, and sub behind", many.String(), `,"sub":"a"`, authorizers.CodeMalformed},
		{"40 members, one of them twice", many.String() + `"c7":0,`, ``, authorizers.CodeMalformed},
		{"40 members deeper, one of them twice", `"a":[{` + many.String() + `"c7":0}],`, ``, authorizers.CodeMalformed},
		{"a pair", `"a":"\ud83d\udc19",`, ``, ""},
		{"half a pair", `"a":"\ud83d",`, ``, authorizers.CodeMalformed},
		{"half a pair and a letter", `"a":"\ud83dA",`, ``, authorizers.CodeMalformed},
		{"half a pair and an escaped letter", `"a":"\ud83d\u0041",`, ``, authorizers.CodeMalformed},
		{"the first half twice", `"a":"\ud83d\ud83d",`, ``, authorizers.CodeMalformed},
		{"the second half first", `"a":"\udc19\ud83d",`, ``, authorizers.CodeMalformed},
		{"the rune that stands for bad ones", `"a":"\ufffd",`, ``, ""},
		{"16 levels of lists", `"a":` + lists(15) + `,`, ``, ""},
		{"17 levels of lists", `"a":` + lists(16) + `,`, ``, authorizers.CodeMalformed},
		{"16 levels of objects", `"a":` + objects(15) + `,`, ``, ""},
		{"17 levels of objects", `"a":` + objects(16) + `,`, ``, authorizers.CodeMalformed},
	}
	header, err := json.Marshal(s.issuer.Header())
	if err != nil {
		t.Fatal(err)
	}
	claims, err := json.Marshal(s.issuer.CognitoAccessClaims(extra(nil)))
	if err != nil {
		t.Fatal(err)
	}
	good := strings.TrimSuffix(strings.TrimPrefix(string(claims), "{"), "}")
	for _, test := range tests {
		s.check(test.name, s.issuer.SignRaw(header, []byte("{"+test.before+good+test.behind+"}")), string(test.want))
	}
}

// TestLongKeyIDs: 256 characters are the most.
func TestLongKeyIDs(t *testing.T) {
	s := newScene(t, nil)
	for length, want := range map[int]authorizers.Code{256: "", 257: authorizers.CodeKeyID} {
		kid := strings.Repeat("k", length)
		renamed := strings.Replace(keySet(s.issuer), s.issuer.KeyID(), kid, 1)
		s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { fmt.Fprint(w, renamed) })
		s.check(fmt.Sprint(length, " characters"), s.tokenOf(kid), string(want))
	}
}

// TestECDSAIsItsLength: r and s are where they belong, and nothing else is between them or around.
func TestECDSAIsItsLength(t *testing.T) {
	issuer := verifytest.NewServer("ES256")
	defer issuer.Close()
	v := newVerifier(t, issuer, func(c *verify.Config) { c.Issuers[0].Algorithms = []string{"ES256"} })
	signed, signature := splitToken(t, issuer.CognitoAccess(extra(nil)))
	r, s := signature[:32], signature[32:]
	tests := []struct {
		name, signature string
		want            authorizers.Code
	}{
		{"good", r + s, ""},
		{"zero between", r + "\x00" + s, authorizers.CodeSignature},
		{"zero before", "\x00" + r + s, authorizers.CodeSignature},
		{"zero behind", r + s + "\x00", authorizers.CodeSignature},
		{"zero before both", "\x00" + r + "\x00" + s, authorizers.CodeSignature},
		{"r alone", r, authorizers.CodeSignature},
	}
	for _, test := range tests {
		if _, err := v.Verify(t.Context(), signed+"."+encode([]byte(test.signature))); code(err) != string(test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
}

// splitToken gives what a token's signature is over, and the signature.
func splitToken(t *testing.T, token string) (signed, signature string) {
	t.Helper()
	dot := strings.LastIndexByte(token, '.')
	decoded, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil {
		t.Fatal(err)
	}
	return token[:dot], string(decoded)
}
