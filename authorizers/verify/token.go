package verify

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode"

	"portcullis/authorizers"
)

// token is a JWT in its compact form, decoded and not yet verified.
type token struct {
	header    object
	claims    object
	times     times
	signed    []byte // what the signature is over
	signature []byte
}

// parse reads the compact form strictly (RFC 7515, section 7.1): exactly three parts, canonical base64url
// without padding, and JSON objects without duplicate members.
func parse(raw []byte) (*token, error) {
	malformed := func(want string) (*token, error) {
		return nil, &authorizers.TokenError{Code: authorizers.CodeMalformed, Want: want}
	}
	// The parts are decoded one behind the other, so that header and claims become one text.
	first, last := bytes.IndexByte(raw, '.'), bytes.LastIndexByte(raw, '.')
	if first < 0 || first == last || bytes.IndexByte(raw[first+1:last], '.') >= 0 {
		return malformed("three parts separated by dots")
	}
	decoded := make([]byte, 0, strict.DecodedLen(len(raw)))
	decoded, ok1 := decodePart(decoded, raw[:first])
	header := len(decoded)
	decoded, ok2 := decodePart(decoded, raw[first+1:last])
	claims := len(decoded)
	decoded, ok3 := decodePart(decoded, raw[last+1:])
	if !ok1 || !ok2 || !ok3 {
		return malformed("canonical base64url in every part")
	}
	t := token{signed: raw[:last], signature: decoded[claims:]}
	text, ok := string(decoded[:claims]), false
	if t.header, ok = parseObject(text[:header]); !ok {
		return malformed("a header that is a JSON object without duplicate members")
	}
	if t.claims, ok = parseObject(text[header:]); !ok {
		return malformed("claims that are a JSON object without duplicate members")
	}
	return &t, nil
}

var strict = base64.RawURLEncoding.Strict()

// decodePart appends what canonical base64url stands for. The standard decoder alone would pass over line breaks.
func decodePart(decoded, part []byte) ([]byte, bool) {
	if len(part) == 0 || bytes.IndexByte(part, '\n') >= 0 || bytes.IndexByte(part, '\r') >= 0 {
		return decoded, false
	}
	decoded, err := strict.AppendDecode(decoded, part)
	return decoded, err == nil
}

// checkHeader checks everything in the header that does not need the issuer, and gives algorithm and key id, "" where
// there is no kid.
// Keys that the header itself brings or points to (jwk, jku, x5u, x5c) are never looked at.
func (t *token) checkHeader() (algorithm, keyID string, err error) {
	for _, m := range t.header {
		switch m.name {
		case "crit", "b64", "zip", "cty":
			return "", "", &authorizers.TokenError{Code: authorizers.CodeHeader, Claim: m.name, Want: "none"}
		}
	}
	if typ := t.header.get("typ"); typ.kind != absent && !isJWT(typ) {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeHeader, Claim: "typ", Got: typ.String(), Want: "JWT, at+jwt or JOSE"}
	}
	alg, kid := t.header.get("alg"), t.header.get("kid")
	if alg.kind != isText || alg.text == "" {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeAlgorithm, Claim: "alg", Got: alg.String(), Want: "the name of an algorithm"}
	}
	if kid.kind != absent && !isKeyID(kid) {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeKeyID, Claim: "kid", Want: "a short text of printable characters"}
	}
	return alg.text, kid.text, nil
}

// isJWT tells whether a typ is that of a JWT, of an access token or of any token in compact form (RFC 7519, section 5.1;
// RFC 9068; RFC 7515, section 4.1.9).
func isJWT(typ value) bool {
	switch strings.TrimPrefix(strings.ToLower(typ.text), "application/") {
	case "jwt", "at+jwt", "jose":
		return typ.kind == isText
	}
	return false
}

const maxKeyID = 256

// isKeyID tells whether a kid can be one. It is compared with others and never becomes part of an address,
// an error or a log line.
func isKeyID(kid value) bool {
	return kid.kind == isText && kid.text != "" && len(kid.text) <= maxKeyID && !strings.ContainsFunc(kid.text, isUnprintable)
}

func isUnprintable(r rune) bool { return !unicode.IsPrint(r) }
