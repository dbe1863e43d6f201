package verify_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"portcullis/authorizers/verify"
)

func TestHeader(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	claims := issuer.CognitoAccessClaims(extra(nil))
	tests := []struct {
		member string
		value  any
		want   verify.Code
	}{
		{"typ", "JWT", ""},
		{"typ", "application/at+jwt", ""},
		{"typ", "dpop+jwt", verify.CodeHeader},
		{"typ", 7, verify.CodeHeader},
		{"crit", []any{"exp"}, verify.CodeHeader},
		{"crit", []any{}, verify.CodeHeader},
		{"b64", false, verify.CodeHeader},
		{"zip", "DEF", verify.CodeHeader},
		{"cty", "JWT", verify.CodeHeader},
		{"alg", "none", verify.CodeAlgorithm},
		{"alg", "NonE", verify.CodeAlgorithm},
		{"alg", "HS256", verify.CodeAlgorithm},
		{"alg", "rs256", verify.CodeAlgorithm},
		{"alg", "RS512", verify.CodeAlgorithm},
		{"alg", "PS256", verify.CodeAlgorithm},
		{"alg", nil, verify.CodeAlgorithm},
		{"alg", []any{"RS256"}, verify.CodeAlgorithm},
		{"Alg", "none", ""}, // another member
		{"kid", nil, verify.CodeKeyID},
		{"kid", "", verify.CodeKeyID},
		{"kid", 7, verify.CodeKeyID},
		{"kid", strings.Repeat("k", 257), verify.CodeKeyID},
		{"kid", "a\nb", verify.CodeKeyID},
		{"kid", "../../keys", verify.CodeKeyUnknown},
		{"jku", "http://127.0.0.1:1/", ""}, // never looked at
	}
	for _, test := range tests {
		header := issuer.Header()
		header[test.member] = test.value
		if _, err := v.Verify(t.Context(), issuer.SignHeader(header, claims)); code(err) != string(test.want) {
			t.Errorf("%s = %v: error %v, want %q", test.member, test.value, err, test.want)
		}
	}
}

func TestCompactForm(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	good := issuer.CognitoAccess(extra(nil))
	parts := strings.Split(good, ".")
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	with := func(i int, part string) string {
		changed := append([]string{}, parts...)
		changed[i] = part
		return strings.Join(changed, ".")
	}
	other := issuer.CognitoAccess(extra(map[string]any{"sub": "other"}))
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	tests := []struct {
		name, token string
		want        verify.Code
	}{
		{"good", good, ""},
		{"empty", "", verify.CodeMalformed},
		{"one part", parts[0], verify.CodeMalformed},
		{"two parts", parts[0] + "." + parts[1], verify.CodeMalformed},
		{"four parts", good + ".x", verify.CodeMalformed},
		{"five parts", good + ".x.y", verify.CodeMalformed},
		{"trailing dot", good + ".", verify.CodeMalformed},
		{"no signature", with(2, ""), verify.CodeMalformed},
		{"JSON serialization", `{"payload":"` + parts[1] + `","signatures":[]}`, verify.CodeMalformed},
		{"Bearer left on", "Bearer " + good, verify.CodeMalformed},
		{"padding", good + "=", verify.CodeMalformed},
		{"line break", good[:20] + "\n" + good[20:], verify.CodeMalformed},
		{"carriage return at the end", good + "\r", verify.CodeMalformed},
		{"space", good + " ", verify.CodeMalformed},
		{"plus", with(2, "+"+parts[2][1:]), verify.CodeMalformed},
		{"trailing bits", with(2, parts[2][:len(parts[2])-1]+"_"), verify.CodeMalformed},
		{"too large", good + strings.Repeat("A", 9000), verify.CodeTooLarge},
		{"header no object", with(0, encode(`["RS256"]`)), verify.CodeMalformed},
		{"duplicate member in the header", with(0, encode(`{"alg":"none","alg":"RS256","kid":"a"}`)), verify.CodeMalformed},
		{"duplicate claim", with(1, encode(`{"sub":"a","sub":"b"}`)), verify.CodeMalformed},
		{"duplicate deeper", with(1, encode(`{"a":[{"b":1,"b":2}]}`)), verify.CodeMalformed},
		{"claims no object", with(1, encode(`"text"`)), verify.CodeMalformed},
		{"claims null", with(1, encode(`null`)), verify.CodeMalformed},
		{"garbage behind the claims", with(1, encode(`{} {}`)), verify.CodeMalformed},
		{"byte order mark", with(1, encode("\ufeff{}")), verify.CodeMalformed},
		{"invalid UTF-8", with(1, encode("{\"a\":\"\xff\"}")), verify.CodeMalformed},
		{"deep nesting", with(1, encode(`{"a":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`}`)), verify.CodeMalformed},
		{"claims cut", with(1, encode(`{"a":1`)), verify.CodeMalformed},
		{"another token's claims", with(1, strings.Split(other, ".")[1]), verify.CodeSignature},
		{"another token's signature", with(2, strings.Split(other, ".")[2]), verify.CodeSignature},
		{"short signature", with(2, encode(string(signature[1:]))), verify.CodeSignature},
		{"long signature", with(2, encode("\x00"+string(signature))), verify.CodeSignature},
		{"zero signature", with(2, encode(strings.Repeat("\x00", len(signature)))), verify.CodeSignature},
	}
	for _, test := range tests {
		_, err := v.Verify(t.Context(), test.token)
		if code(err) != string(test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
		if err != nil && len(test.token) > 20 && strings.Contains(err.Error(), test.token[:20]) {
			t.Errorf("%s: the error holds the token: %v", test.name, err)
		}
	}
}
