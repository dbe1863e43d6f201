package verify_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"portcullis/authorizers"
)

func TestHeader(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	claims := issuer.CognitoAccessClaims(extra(nil))
	tests := []struct {
		member string
		value  any
		want   authorizers.Code
	}{
		{"typ", "JWT", ""},
		{"typ", "application/at+jwt", ""},
		{"typ", "at+jwt", ""},
		{"typ", "JOSE", ""},
		{"typ", "application/jose", ""},
		{"typ", "application/jwt", ""},
		{"typ", "JOSE+JSON", authorizers.CodeHeader},
		{"typ", "jo\u017fe", authorizers.CodeHeader}, // a long s
		{"typ", "text/jwt", authorizers.CodeHeader},
		{"typ", "", authorizers.CodeHeader},
		{"typ", "application/", authorizers.CodeHeader},
		{"typ", "id_token+jwt", authorizers.CodeHeader},
		{"typ", "dpop+jwt", authorizers.CodeHeader},
		{"typ", 7, authorizers.CodeHeader},
		{"crit", []any{"exp"}, authorizers.CodeHeader},
		{"crit", []any{}, authorizers.CodeHeader},
		{"b64", false, authorizers.CodeHeader},
		{"zip", "DEF", authorizers.CodeHeader},
		{"cty", "JWT", authorizers.CodeHeader},
		{"alg", "none", authorizers.CodeAlgorithm},
		{"alg", "NonE", authorizers.CodeAlgorithm},
		{"alg", "HS256", authorizers.CodeAlgorithm},
		{"alg", "rs256", authorizers.CodeAlgorithm},
		{"alg", "RS512", authorizers.CodeAlgorithm},
		{"alg", "PS256", authorizers.CodeAlgorithm},
		{"alg", nil, authorizers.CodeAlgorithm},
		{"alg", []any{"RS256"}, authorizers.CodeAlgorithm},
		{"Alg", "none", ""}, // another member
		{"kid", nil, authorizers.CodeKeyID},
		{"kid", "", authorizers.CodeKeyID},
		{"kid", 7, authorizers.CodeKeyID},
		{"kid", strings.Repeat("k", 257), authorizers.CodeKeyID},
		{"kid", "a\nb", authorizers.CodeKeyID},
		{"kid", "../../keys", authorizers.CodeKeyUnknown},
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
		want        authorizers.Code
	}{
		{"good", good, ""},
		{"empty", "", authorizers.CodeMalformed},
		{"one part", parts[0], authorizers.CodeMalformed},
		{"two parts", parts[0] + "." + parts[1], authorizers.CodeMalformed},
		{"four parts", good + ".x", authorizers.CodeMalformed},
		{"five parts", good + ".x.y", authorizers.CodeMalformed},
		{"trailing dot", good + ".", authorizers.CodeMalformed},
		{"no signature", with(2, ""), authorizers.CodeMalformed},
		{"JSON serialization", `{"payload":"` + parts[1] + `","signatures":[]}`, authorizers.CodeMalformed},
		{"Bearer left on", "Bearer " + good, authorizers.CodeMalformed},
		{"padding", good + "=", authorizers.CodeMalformed},
		{"line break", good[:20] + "\n" + good[20:], authorizers.CodeMalformed},
		{"carriage return at the end", good + "\r", authorizers.CodeMalformed},
		{"space", good + " ", authorizers.CodeMalformed},
		{"plus", with(2, "+"+parts[2][1:]), authorizers.CodeMalformed},
		{"trailing bits", with(2, parts[2][:len(parts[2])-1]+"_"), authorizers.CodeMalformed},
		{"too large", good + strings.Repeat("A", 10<<10), authorizers.CodeTooLarge},
		{"header no object", with(0, encode(`["RS256"]`)), authorizers.CodeMalformed},
		{"duplicate member in the header", with(0, encode(`{"alg":"none","alg":"RS256","kid":"a"}`)), authorizers.CodeMalformed},
		{"duplicate claim", with(1, encode(`{"sub":"a","sub":"b"}`)), authorizers.CodeMalformed},
		{"duplicate deeper", with(1, encode(`{"a":[{"b":1,"b":2}]}`)), authorizers.CodeMalformed},
		{"claims no object", with(1, encode(`"text"`)), authorizers.CodeMalformed},
		{"claims null", with(1, encode(`null`)), authorizers.CodeMalformed},
		{"garbage behind the claims", with(1, encode(`{} {}`)), authorizers.CodeMalformed},
		{"byte order mark", with(1, encode("\ufeff{}")), authorizers.CodeMalformed},
		{"invalid UTF-8", with(1, encode("{\"a\":\"\xff\"}")), authorizers.CodeMalformed},
		{"deep nesting", with(1, encode(`{"a":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`}`)), authorizers.CodeMalformed},
		{"claims cut", with(1, encode(`{"a":1`)), authorizers.CodeMalformed},
		{"another token's claims", with(1, strings.Split(other, ".")[1]), authorizers.CodeSignature},
		{"another token's signature", with(2, strings.Split(other, ".")[2]), authorizers.CodeSignature},
		{"short signature", with(2, encode(string(signature[1:]))), authorizers.CodeSignature},
		{"long signature", with(2, encode("\x00"+string(signature))), authorizers.CodeSignature},
		{"zero signature", with(2, encode(strings.Repeat("\x00", len(signature)))), authorizers.CodeSignature},
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
