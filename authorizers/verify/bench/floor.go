package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

var errSignature = errors.New("the signature does not hold")

// newFloor gives the bare cryptography of checking a token, what no verifier can do without: the hash of what is
// signed, and the signature check. Cutting and decoding are done before.
func newFloor(algorithm string, key crypto.PublicKey, raw string) (func() error, error) {
	dot := strings.LastIndexByte(raw, '.')
	signed := []byte(raw[:max(dot, 0)])
	signature, err := base64.RawURLEncoding.DecodeString(raw[dot+1:])
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		return rsaFloor(key, signed, signature), nil
	case *ecdsa.PublicKey:
		return ecdsaFloor(key, signed, signature)
	case ed25519.PublicKey:
		return check(func() bool { return ed25519.Verify(key, signed, signature) }), nil
	}
	return nil, fmt.Errorf("%s: no floor for a %T", algorithm, key)
}

func rsaFloor(key *rsa.PublicKey, signed, signature []byte) func() error {
	return func() error {
		digest := sha256.Sum256(signed)
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature)
	}
}

// ecdsaFloor writes the signature, r and s one after the other (RFC 7518, section 3.4), as ASN.1 beforehand.
func ecdsaFloor(key *ecdsa.PublicKey, signed, signature []byte) (func() error, error) {
	half := len(signature) / 2
	pair := struct{ R, S *big.Int }{new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])}
	der, err := asn1.Marshal(pair)
	if err != nil {
		return nil, err
	}
	return check(func() bool {
		digest := sha256.Sum256(signed)
		return ecdsa.VerifyASN1(key, digest[:], der)
	}), nil
}

func check(holds func() bool) func() error {
	return func() error {
		if !holds() {
			return errSignature
		}
		return nil
	}
}
