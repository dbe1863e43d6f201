package verify

import (
	"encoding/base64"
	"strings"

	"portcullis/authorizers"
)

// token is a JWT in its compact form, decoded and not yet verified.
type token struct {
	header    map[string]any
	claims    map[string]any
	signed    string // what the signature is over
	signature []byte
}

// parse reads the compact form strictly (RFC 7515, section 7.1): exactly three parts, canonical base64url
// without padding, and JSON objects without duplicate members.
func parse(raw string, most int) (*token, error) {
	if len(raw) > most {
		return nil, &authorizers.TokenError{Code: authorizers.CodeTooLarge}
	}
	malformed := func(what string) (*token, error) {
		return nil, &authorizers.TokenError{Code: authorizers.CodeMalformed, Want: what}
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return malformed("three parts separated by dots")
	}
	var decoded [3][]byte
	for i, part := range parts {
		data, ok := decodePart(part)
		if !ok {
			return malformed("canonical base64url in every part")
		}
		decoded[i] = data
	}
	header, ok := decodeObject(decoded[0])
	if !ok {
		return malformed("a header that is a JSON object without duplicate members")
	}
	claims, ok := decodeObject(decoded[1])
	if !ok {
		return malformed("claims that are a JSON object without duplicate members")
	}
	return &token{header, claims, raw[:len(parts[0])+1+len(parts[1])], decoded[2]}, nil
}

// decodePart decodes canonical base64url. The standard decoder alone would pass over line breaks.
func decodePart(part string) ([]byte, bool) {
	if part == "" || strings.ContainsAny(part, "\r\n") {
		return nil, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return data, err == nil
}

const maxKeyID = 256

// checkHeader checks everything in the header that does not need the issuer, and gives algorithm and key id.
// Keys that the header itself brings or points to (jwk, jku, x5u, x5c) are never looked at.
func (t *token) checkHeader() (algorithm, keyID string, err error) {
	for _, member := range []string{"crit", "b64", "zip", "cty"} {
		if _, present := t.header[member]; present {
			return "", "", &authorizers.TokenError{Code: authorizers.CodeHeader, Claim: member, Want: "none"}
		}
	}
	if typ, present := t.header["typ"]; present && !isJWT(typ) {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeHeader, Claim: "typ", Want: "JWT or at+jwt"}
	}
	algorithm, ok := t.header["alg"].(string)
	if !ok || algorithm == "" {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeAlgorithm, Claim: "alg", Want: "the name of an algorithm"}
	}
	keyID, ok = t.header["kid"].(string)
	if !ok || keyID == "" || len(keyID) > maxKeyID || strings.ContainsFunc(keyID, isControl) {
		return "", "", &authorizers.TokenError{Code: authorizers.CodeKeyID, Claim: "kid", Want: "a short text without control characters"}
	}
	return algorithm, keyID, nil
}

// isJWT tells whether a typ is that of a JWT or of an access token (RFC 7519, section 5.1; RFC 9068).
func isJWT(typ any) bool {
	text, _ := typ.(string)
	switch strings.TrimPrefix(strings.ToLower(text), "application/") {
	case "jwt", "at+jwt":
		return true
	}
	return false
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
