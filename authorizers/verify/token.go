package verify

import (
	"encoding/base64"
	"strings"
	"unicode"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/strictjson"
)

// token is what a JWT says, decoded and not yet verified.
type token struct {
	header strictjson.Object
	claims strictjson.Object
	times  times
}

// signed is a text and its signature. It is kept apart from the token, whose members then need no place of their own in the
// heap.
type signed struct {
	text      string
	signature []byte
}

// parse reads the compact form strictly (RFC 7515, section 7.1): exactly three parts, canonical base64url
// without padding, and JSON objects without duplicate members. Header and claims stand in the space that is given, as long as
// they fit.
func parse(raw string, headerSpace, claimsSpace strictjson.Object) (t token, of signed, err error) {
	malformed := func(want string) (token, signed, error) {
		return token{}, signed{}, &authorizers.TokenError{Code: authorizers.CodeMalformed, Want: want}
	}
	first, last := strings.IndexByte(raw, '.'), strings.LastIndexByte(raw, '.')
	if first < 0 || first == last || strings.IndexByte(raw[first+1:last], '.') >= 0 {
		return malformed("three parts separated by dots")
	}
	// The parts are decoded one behind the other, so that header and claims become one text.
	decoded := make([]byte, 0, strict.DecodedLen(len(raw)))
	decoded, ok1 := decodePart(decoded, raw[:first])
	header := len(decoded)
	decoded, ok2 := decodePart(decoded, raw[first+1:last])
	claims := len(decoded)
	decoded, ok3 := decodePart(decoded, raw[last+1:])
	if !ok1 || !ok2 || !ok3 {
		return malformed("canonical base64url in every part")
	}
	text, ok := string(decoded[:claims]), false
	if t.header, ok = strictjson.ParseInto(headerSpace, text[:header]); !ok {
		return malformed("a header that is a JSON object without duplicate members")
	}
	if t.claims, ok = strictjson.ParseInto(claimsSpace, text[header:]); !ok {
		return malformed("claims that are a JSON object without duplicate members")
	}
	return t, signed{raw[:last], decoded[claims:]}, nil
}

var strict = base64.RawURLEncoding.Strict()

// decodePart appends what canonical base64url stands for. The standard decoder alone would pass over line breaks.
func decodePart(decoded []byte, part string) ([]byte, bool) {
	if part == "" || strings.IndexByte(part, '\n') >= 0 || strings.IndexByte(part, '\r') >= 0 {
		return decoded, false
	}
	decoded, err := strict.AppendDecode(decoded, []byte(part))
	return decoded, err == nil
}

// checkHeader checks everything in the header that does not need the issuer, and gives algorithm and key id, "" where
// there is no kid.
// Keys that the header itself brings or points to (jwk, jku, x5u, x5c) are never looked at.
func (t *token) checkHeader() (algorithm, keyID string, err error) {
	for _, m := range t.header {
		switch m.Name {
		case "crit", "b64", "zip", "cty":
			return "", "", &authorizers.TokenError{Code: authorizers.CodeHeader, Claim: m.Name, Want: "none"}
		}
	}
	if typ := t.header.Get("typ"); typ.Kind != strictjson.Absent && !isJWT(typ) {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeHeader, Claim: "typ", Got: typ.String(), Want: "JWT, at+jwt or JOSE"}
	}
	alg, kid := t.header.Get("alg"), t.header.Get("kid")
	if alg.Kind != strictjson.Text || alg.Text == "" {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeAlgorithm, Claim: "alg", Got: alg.String(), Want: "the name of an algorithm"}
	}
	if kid.Kind != strictjson.Absent && !isKeyID(kid) {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeKeyID, Claim: "kid", Want: "a short text of printable characters"}
	}
	return alg.Text, kid.Text, nil
}

// isJWT tells whether a typ is that of a JWT, of an access token or of any token in compact form (RFC 7519, section 5.1;
// RFC 9068; RFC 7515, section 4.1.9).
func isJWT(typ strictjson.Value) bool {
	switch mediaType(typ) {
	case "jwt", "at+jwt", "jose":
		return true
	}
	return false
}

// mediaType is the media type that a typ names, in small letters and without its application/, which may be left out (RFC
// 7515, section 4.1.9); "" where it is no text.
func mediaType(typ strictjson.Value) string {
	switch {
	case typ.Kind != strictjson.Text:
		return ""
	case typ.Text == "JWT": // as most are
		return "jwt"
	}
	return strings.TrimPrefix(strings.ToLower(typ.Text), "application/")
}

const maxKeyID = 256

// isKeyID tells whether a kid can be one. It is compared with others and never becomes part of an address,
// an error or a log line.
func isKeyID(kid strictjson.Value) bool {
	return kid.Kind == strictjson.Text && kid.Text != "" && len(kid.Text) <= maxKeyID && !strings.ContainsFunc(kid.Text, isUnprintable)
}

func isUnprintable(r rune) bool { return !unicode.IsPrint(r) }
