package users

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
)

// CursorKeySize is the length in bytes of the secret of a CursorKey.
const CursorKeySize = 32

// maxCursor bounds a cursor before it is decoded; the contract says the same.
const maxCursor = 2048

// CursorKey turns positions in a store's list into cursors and back. A cursor hides its position, and nobody without
// the key can make or alter one: it is sealed with AES-256-GCM (NIST SP 800-38D).
// Each store has its own key, so that the cursors of one mean nothing to another. It prints as [redacted].
// The zero value opens nothing, and must not seal.
type CursorKey struct {
	aead cipher.AEAD
}

// NewCursorSecret returns a random secret for NewCursorKey.
func NewCursorSecret() []byte {
	secret := make([]byte, CursorKeySize)
	_, _ = rand.Read(secret) // never fails: it ends the program instead
	return secret
}

// NewCursorKey makes a key of a secret of CursorKeySize bytes.
func NewCursorKey(secret []byte) (CursorKey, error) {
	if len(secret) != CursorKeySize {
		return CursorKey{}, fmt.Errorf("cursor key has %d bytes, want %d", len(secret), CursorKeySize)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return CursorKey{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return CursorKey{aead}, err
}

// Seal returns the cursor of a position.
func (k CursorKey) Seal(position string) string {
	return base64.RawURLEncoding.EncodeToString(k.aead.Seal(nil, nil, []byte(position), nil))
}

// Open returns the position that Seal was given, or ErrBadCursor.
func (k CursorKey) Open(cursor string) (string, error) {
	if k.aead == nil || len(cursor) > maxCursor {
		return "", ErrBadCursor
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cursor)
	// The decoder passes over line breaks and spare bits, and a cursor has one spelling only.
	if err != nil || base64.RawURLEncoding.EncodeToString(sealed) != cursor {
		return "", ErrBadCursor
	}
	position, err := k.aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return "", ErrBadCursor
	}
	return string(position), nil
}

// Format prints [redacted], whatever the verb.
func (CursorKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// LogValue is [redacted].
func (CursorKey) LogValue() slog.Value { return slog.StringValue("[redacted]") }
