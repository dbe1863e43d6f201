package verify_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// The inputs of the fuzz tests hold these words in place of what differs from run to run, so that a corpus
// can be kept.
const (
	wordIssuer  = "$ISS"
	wordKeyID   = "$KID"
	wordModulus = "$N"
)

// FuzzCompactForm: no text is accepted but the one token that the issuer signed.
func FuzzCompactForm(f *testing.F) {
	issuer := newIssuer(f)
	v := newVerifier(f, issuer, nil)
	good := issuer.CognitoAccess(extra(nil))
	f.Add(good)
	f.Add(good + "=")
	f.Add(strings.ToUpper(good))
	f.Fuzz(func(t *testing.T, raw string) {
		claims, err := v.Verify(context.Background(), raw)
		if (err == nil) != (raw == good) {
			t.Errorf("%q: claims %+v, error %v", raw, claims, err)
		}
	})
}

// quickSigner is an issuer of the algorithm that signs fastest, and a verifier of it that remembers nothing.
func quickSigner(f *testing.F) (*verifytest.Issuer, *verify.Verifier) {
	issuer := verifytest.NewServer("EdDSA")
	f.Cleanup(issuer.Close)
	return issuer, newVerifier(f, issuer, func(c *verify.Config) {
		c.Remember = -1
		c.Issuers[0].Algorithms = []string{"EdDSA"}
	})
}

// FuzzHeader: a signed token is accepted if and only if a second, simpler reading of its header finds nothing
// wrong.
func FuzzHeader(f *testing.F) {
	issuer, v := quickSigner(f)
	claims, err := json.Marshal(issuer.CognitoAccessClaims(extra(nil)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"alg":"EdDSA","kid":"$KID"}`))
	f.Add([]byte(`{"alg":"Ed25519","kid":"$KID","typ":"application/JOSE"}`))
	f.Add([]byte(`{"kid":"$KID","typ":"at+JWT","alg":"EdDS\u0041","jwk":{"kty":"RSA"}}`))
	f.Add([]byte(`{"alg":"EdDSA","kid":"$KID","crit":["exp"],"exp":1}`))
	f.Fuzz(func(t *testing.T, header []byte) {
		header = bytes.ReplaceAll(header, []byte(wordKeyID), []byte(issuer.KeyID()))
		_, err := v.Verify(context.Background(), issuer.SignRaw(header, claims))
		if want, clear := goodHeader(header, issuer.KeyID()); clear && want != (err == nil) {
			t.Errorf("%q: error %v, a simpler reading says %v", header, err, want)
		}
	})
}

func goodHeader(text []byte, keyID string) (good, clear bool) {
	header, ok, clear := readPlainly(text)
	typ, named := header["typ"]
	kind, _ := typ.(string)
	kind = strings.TrimPrefix(strings.ToLower(kind), "application/")
	for _, member := range []string{"crit", "b64", "zip", "cty"} {
		_, present := header[member]
		ok = ok && !present
	}
	named = named && kind != "jwt" && kind != "at+jwt" && kind != "jose"
	return ok && (header["alg"] == "EdDSA" || header["alg"] == "Ed25519") && header["kid"] == keyID && !named, clear
}

// FuzzClaims: a signed token is accepted if and only if a second, simpler reading of its claims finds nothing
// wrong, and both find the same subject, scopes and groups.
func FuzzClaims(f *testing.F) {
	issuer, v := quickSigner(f)
	header, err := json.Marshal(issuer.Header())
	if err != nil {
		f.Fatal(err)
	}
	const registered = `"iss":"$ISS","client_id":"` + verifytest.DefaultClientID + `","token_use":"access","exp":1900000060`
	f.Add([]byte(`{` + registered + `,"sub":"me","scope":"a b","cognito:groups":["x","y"]}`))
	f.Add([]byte(`{` + registered + `,"sub":"m\ud83d\ude00","iat":1.8e9,"nbf":0.5,"scp":["a","b"],"extra":[{"a":[1,-0.5e-3,true,null]}]}`))
	f.Add([]byte(`{` + registered + `,"sub":"me","s\u0075b":"root"}`))
	f.Add([]byte(`{` + registered + `,"sub":"\ud83d"}`))
	f.Fuzz(func(t *testing.T, claims []byte) {
		claims = bytes.ReplaceAll(claims, []byte(wordIssuer), []byte(issuer.URL))
		token := issuer.SignRaw(header, claims)
		got, err := v.Verify(context.Background(), token)
		want, clear := goodClaims(claims, issuer.URL)
		switch {
		case !clear || len(token) > 8<<10:
		case (want != nil) != (err == nil):
			t.Errorf("%q: error %v, a simpler reading says %v", claims, err, want)
		case want != nil && (want.Subject != got.Subject || !slices.Equal(want.Scopes, got.Scopes) || !slices.Equal(want.Groups, got.Groups)):
			t.Errorf("%q: %+v, a simpler reading says %+v", claims, got, want)
		}
	})
}

// goodClaims reads the claims of an access token of Cognito; they are nil where something is wrong.
func goodClaims(text []byte, issuer string) (good *authorizers.Claims, clear bool) {
	claims, ok, clear := readPlainly(text)
	if !ok || claims["iss"] != issuer || claims["token_use"] != "access" || claims["client_id"] != verifytest.DefaultClientID {
		return nil, clear
	}
	if exp, ok := plainTime(claims["exp"]); !ok || exp < float64(now.Unix()+1) {
		return nil, clear
	}
	for _, name := range []string{"iat", "nbf"} {
		value, present := claims[name]
		if at, ok := plainTime(value); present && (!ok || at > float64(now.Unix())) {
			return nil, clear
		}
	}
	for _, name := range []string{"sub", "jti", "username", "cognito:username", "scope"} {
		value, present := claims[name]
		if text, isText := value.(string); present && !isText || name == "sub" && text == "" {
			return nil, clear
		}
	}
	return plainGrants(claims, clear)
}

// plainGrants reads what the claims grant. A scope is of the characters of RFC 6749, section 3.3.
func plainGrants(claims map[string]any, clear bool) (*authorizers.Claims, bool) {
	c := &authorizers.Claims{Subject: claims["sub"].(string)}
	var words []any
	scope, present := claims["scope"].(string)
	for _, word := range strings.Split(scope, " ") {
		words = append(words, word)
	}
	if !present {
		switch scp := claims["scp"].(type) {
		case []any:
			words = scp
		case string:
			words = nil
			for _, word := range strings.Split(scp, " ") {
				words = append(words, word)
			}
		case nil:
			if _, null := claims["scp"]; null {
				return nil, clear
			}
		default:
			return nil, clear
		}
	}
	for _, word := range words {
		text, isText := word.(string)
		if !isText {
			return nil, clear // a list of scopes that holds something else
		}
		if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
			c.Scopes = append(c.Scopes, text)
		}
	}
	groups, _ := claims["cognito:groups"].([]any)
	for _, group := range groups {
		text, isText := group.(string)
		if !isText {
			c.Groups = nil
			break
		}
		c.Groups = append(c.Groups, text)
	}
	return c, clear
}

func plainTime(value any) (seconds float64, ok bool) {
	number, isNumber := value.(json.Number)
	seconds, err := number.Float64()
	return seconds, isNumber && err == nil && seconds >= 0 && seconds <= 253402300799
}

// FuzzKeySet: whatever the issuer's address serves, a token is accepted only if its key is in there, with its
// id.
func FuzzKeySet(f *testing.F) {
	issuer := verifytest.New("http://127.0.0.1:1/pool")
	token := issuer.CognitoAccess(extra(nil))
	modulus := number(issuer.PublicKey().(*rsa.PublicKey).N)
	const good = `{"kty":"RSA","kid":"$KID","n":"$N","e":"AQAB"}`
	f.Add([]byte(`{"keys":[` + good + `]}`))
	f.Add([]byte(`{"keys":[{"kty":"oct","kid":"a","k":"AAAA"},{"kty":"EC","crv":"P-256","kid":"b","x":"AA","y":"AA"},` + good + `]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"$KID","n":"$N","e":"Aw"},` + good + `]}`))
	f.Add([]byte(`{"keys":[` + good + `,{"kty":"RSA","kid":"$KID","n":"$N","e":"AQAB","alg":null,"x5c":"MIIB","x5t":["a"]}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"$KID","n":"$N","e":"AQAB","d":"AQAB"},` + good + `]}`))
	f.Fuzz(func(t *testing.T, set []byte) {
		set = bytes.ReplaceAll(set, []byte(wordKeyID), []byte(issuer.KeyID()))
		set = bytes.ReplaceAll(set, []byte(wordModulus), []byte(modulus))
		v := newVerifier(t, issuer, func(c *verify.Config) { c.Client = &http.Client{Transport: serves(set)} })
		_, err := v.Verify(context.Background(), token)
		switch code(err) {
		case "":
			if !publishes(set, issuer.KeyID(), modulus) {
				t.Errorf("accepted with the key set %q", set)
			}
		case "unavailable", string(authorizers.CodeKeyUnknown), string(authorizers.CodeKeyAlgorithm), string(authorizers.CodeSignature):
		default:
			t.Errorf("%q: %v", set, err)
		}
	})
}

// publishes tells whether a key set holds a key of this id with this modulus, and no other one of this id that might
// be used as well.
func publishes(set []byte, keyID, modulus string) bool {
	var document struct{ Keys []json.RawMessage }
	if json.Unmarshal(set, &document) != nil {
		return false
	}
	published := false
	for _, raw := range document.Keys {
		var key map[string]any
		if json.Unmarshal(raw, &key) != nil || key["kid"] != keyID {
			continue
		}
		n, _ := key["n"].(string)
		decoded, _ := base64.RawURLEncoding.DecodeString(n)
		own := strings.TrimLeft(string(decoded), "\x00") == string(mustDecode(modulus))
		plain := key["kty"] == "RSA" && key["e"] == "AQAB" && (key["use"] == nil || key["use"] == "sig") &&
			key["key_ops"] == nil && (key["alg"] == nil || key["alg"] == "RS256") && key["d"] == nil
		if !own && plain && new(big.Int).SetBytes(decoded).BitLen() == 2048 && decoded[len(decoded)-1]%2 == 1 {
			return false
		}
		published = published || own
	}
	return published
}

func mustDecode(text string) []byte {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

// readPlainly reads a JSON object with encoding/json, and looks for members that stand in it twice. Where
// encoding/json would put U+FFFD in place of something, it is not clear what the text says.
func readPlainly(text []byte) (object map[string]any, ok, clear bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	left := 1000
	value, err := readValue(decoder, 16, &left)
	object, isObject := value.(map[string]any)
	if _, more := decoder.Token(); err != nil || more != io.EOF || !isObject || !json.Valid(text) {
		return nil, false, true
	}
	return object, true, !strings.ContainsRune(fmt.Sprint(object), '\uFFFD')
}

// readValue reads a value of so many levels, which holds no more values than are left.
func readValue(decoder *json.Decoder, depth int, left *int) (any, error) {
	token, err := decoder.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return token, err
	}
	if depth == 0 {
		return nil, fmt.Errorf("too deep")
	}
	object, list := map[string]any{}, []any{}
	for decoder.More() {
		var name any
		if token == json.Delim('{') {
			if name, err = decoder.Token(); err != nil {
				return nil, err
			}
		}
		value, err := readValue(decoder, depth-1, left)
		if *left--; *left < 0 {
			return nil, fmt.Errorf("too many values")
		}
		if err != nil {
			return nil, err
		}
		if name == nil {
			list = append(list, value)
			continue
		}
		if _, twice := object[name.(string)]; twice {
			return nil, fmt.Errorf("%s stands there twice", name)
		}
		object[name.(string)] = value
	}
	_, err = decoder.Token()
	if token == json.Delim('[') {
		return list, err
	}
	return object, err
}
