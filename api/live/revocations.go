package live

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"portcullis/api/live/connections"
)

// Revocations tells whether a credential was revoked since a connection was opened with it. It is safe for concurrent use.
type Revocations interface {
	// Revoked tells whether any of these names is revoked, of a credential that was issued at a time; zero: nobody knows when, so that it
	// may have been at any. Names that it does not know are passed over. An error says that it cannot tell.
	Revoked(ctx context.Context, names []string, issuedAt time.Time) (bool, error)
}

// RevocationsUnavailableError says that a message could be neither let through nor refused: whether its sender's credential was revoked
// could not be told.
type RevocationsUnavailableError struct {
	Err error
}

// Error says that revocations are unavailable, and the cause.
func (e *RevocationsUnavailableError) Error() string {
	return fmt.Sprintf("live: revocations are unavailable: %v", e.Err)
}

// Unwrap gives the cause.
func (e *RevocationsUnavailableError) Unwrap() error { return e.Err }

// contextRevocations is the key of the authorizer's context by whose value a credential can be looked up later: the second at which it was
// issued, since 1970, 0 where it does not say, and the names of what would revoke it, each behind one space:
//
//	1764400000 jti-HASH origin_jti-HASH sub-HASH iss-HASH
//
// Each HASH is a SHA-256 in base64url without padding. There is no such key where nothing would revoke the credential.
const contextRevocations = "revocations"

// maxRevocations is how many names there may be: one of each kind, and one more of a caller who is known by two.
const maxRevocations = 5

// revocationsOf gives the names of what would revoke the credential that a connection was opened with, none where nothing would, and
// when it was issued, zero where it does not say. A reason says that the context's text is none of those: who asked by it might ask by too
// little, since what is no name is revoked by nobody.
func revocationsOf(e *event) (names []string, issuedAt time.Time, reason string) {
	value, there := e.Context.Authorizer[contextRevocations]
	if !there {
		return nil, time.Time{}, ""
	}
	text, _ := value.(string)
	fields := strings.Split(text, " ")
	issuedAt, is := issuedIn(fields[0])
	if names = fields[1:]; !is || len(names) == 0 || len(names) > maxRevocations {
		return nil, time.Time{}, reasonRevocationsInvalid
	}
	for i, name := range names {
		if !isRevocation(name) || slices.Contains(names[:i], name) {
			return nil, time.Time{}, reasonRevocationsInvalid
		}
	}
	return names, issuedAt, ""
}

// issuedIn reads the second at which a credential was issued; zero for 0.
func issuedIn(text string) (at time.Time, is bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > connections.MaxSeconds || strconv.FormatInt(n, 10) != text {
		return time.Time{}, false
	}
	if n > 0 {
		at = time.Unix(n, 0).UTC()
	}
	return at, true
}

// base64URL are the characters of base64.RawURLEncoding.
const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// isRevocation tells whether a text is the name of a revocation: by claims of RFC 7519, section 4.1, and by Cognito's origin_jti.
func isRevocation(name string) bool {
	kind, hash, _ := strings.Cut(name, "-")
	switch kind {
	case "jti", "origin_jti", "sub", "iss":
		return len(hash) == base64.RawURLEncoding.EncodedLen(sha256.Size) && strings.Trim(hash, base64URL) == ""
	}
	return false
}
