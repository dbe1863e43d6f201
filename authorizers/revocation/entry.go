package revocation

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"portcullis/authorizers"
)

// Kind says by which claim an entry names its tokens: the claim's name.
type Kind string

// The kinds of entries: by claims of RFC 7519, section 4.1, and by one of Cognito's, which all tokens of a sign-in have.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html.
const (
	Token  Kind = "jti"
	Family Kind = "origin_jti"
	User   Kind = "sub"
	Issuer Kind = "iss"
)

// Entry says which tokens of an issuer are revoked. The zero value is not valid.
type Entry struct {
	Kind   Kind
	Issuer string    // iss, as the tokens have it
	Value  string    // the claim's value; "" of kind Issuer, which is about all tokens
	Before time.Time // of kinds User and Issuer: tokens issued at or before this second are revoked; else zero

	// Expires is when the entry may be deleted, in whole seconds: not before the last of its tokens has ended.
	Expires time.Time
}

// Margin is how long an entry outlives its tokens: longer than clocks may differ, by which tokens are accepted longer.
const Margin = 10 * time.Minute

// OfToken revokes one token. ends is when it ends: its exp.
func OfToken(issuer, tokenID string, ends time.Time) Entry {
	return Entry{Kind: Token, Issuer: issuer, Value: tokenID, Expires: expiry(ends)}
}

// OfFamily revokes all tokens that come from one sign-in, also those that are issued later. ends is when the last of
// them ends; without refreshing, which whoever calls this has to end, that is when the longest-lived token of now ends.
func OfFamily(issuer, originTokenID string, ends time.Time) Entry {
	return Entry{Kind: Family, Issuer: issuer, Value: originTokenID, Expires: expiry(ends)}
}

// OfUser revokes the tokens of a user that were issued at or before a time, in whole seconds. The subject is their sub,
// or the id that the issuer's entry takes from another claim. ends is when the last of them ends.
func OfUser(issuer, subject string, before, ends time.Time) Entry {
	return Entry{Kind: User, Issuer: issuer, Value: subject, Before: seconds(before), Expires: expiry(ends)}
}

// OfIssuer revokes all tokens of an issuer that were issued at or before a time, in whole seconds. ends is when the
// last of them ends.
func OfIssuer(issuer string, before, ends time.Time) Entry {
	return Entry{Kind: Issuer, Issuer: issuer, Before: seconds(before), Expires: expiry(ends)}
}

// seconds cuts a time to whole seconds, as those of iat are cut.
func seconds(t time.Time) time.Time { return time.Unix(t.Unix(), 0).UTC() }

func expiry(ends time.Time) time.Time { return seconds(ends.Add(Margin + time.Second - 1)) }

// ID is the entry's key in a table: its kind, and a hash of its issuer and value, so that it is short and shows nothing of
// them. Entries about the same tokens but for Before have the same ID.
func (e Entry) ID() string { return idOf(e.Kind, e.Issuer, e.Value) }

// idOf hashes the length of the issuer too, so that no other issuer and value read the same.
func idOf(kind Kind, issuer, value string) string {
	text := strconv.Itoa(len(issuer)) + ":" + issuer + value
	hash := sha256.Sum256([]byte(string(kind) + ":" + text))
	return string(kind) + "-" + base64.RawURLEncoding.EncodeToString(hash[:])
}

// base64URL are the characters of base64.RawURLEncoding.
const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// ValidID tells whether a text can be an entry's ID.
func ValidID(id string) bool {
	kind, hash, _ := strings.Cut(id, "-")
	return slices.Contains(kinds, Kind(kind)) && len(hash) == base64.RawURLEncoding.EncodedLen(sha256.Size) && strings.Trim(hash, base64URL) == ""
}

// ValueError says what is wrong with an entry.
type ValueError struct {
	Field string // such as "issuer"
	// Problem continues the sentence that Field begins.
	Problem string
}

// Error is a sentence of Field and Problem. It holds no part of a token.
func (e *ValueError) Error() string { return fmt.Sprintf("revocation: %s %s", e.Field, e.Problem) }

const (
	maxText = 16 << 10     // of an issuer or value, in bytes: no token that is accepted has a longer one
	maxTime = 253402300799 // the end of the year 9999, in seconds since 1970
)

// Validate returns nil for an entry that can be kept, and otherwise a [*ValueError].
func (e Entry) Validate() error {
	timed := e.Kind == User || e.Kind == Issuer
	switch {
	case e.Kind != Token && e.Kind != Family && !timed:
		return &ValueError{"kind", fmt.Sprintf("is %.20q; want jti, origin_jti, sub or iss", e.Kind)}
	case !isText(e.Issuer):
		return &ValueError{"issuer", fmt.Sprintf("must be text of 1 to %d bytes", maxText)}
	case e.Kind == Issuer && e.Value != "":
		return &ValueError{"value", "must be empty: the entry is about all tokens of the issuer"}
	case e.Kind != Issuer && !isText(e.Value):
		return &ValueError{"value", fmt.Sprintf("must be text of 1 to %d bytes", maxText)}
	case timed && !isTime(e.Before):
		return &ValueError{"before", "must be a time in whole seconds, from 1970 to 9999"}
	case !timed && !e.Before.IsZero():
		return &ValueError{"before", "must be zero: the entry is about tokens of any age"}
	case !isTime(e.Expires):
		return &ValueError{"expires", "must be a time in whole seconds, from 1970 to 9999"}
	}
	return nil
}

func isText(text string) bool { return text != "" && len(text) <= maxText && utf8.ValidString(text) }

func isTime(t time.Time) bool { return t.Nanosecond() == 0 && t.Unix() >= 0 && t.Unix() <= maxTime }

// Widen returns an entry that revokes what e and another one of the same ID do, for as long as either lasts.
func (e Entry) Widen(other Entry) Entry {
	if other.Before.After(e.Before) {
		e.Before = other.Before
	}
	if other.Expires.After(e.Expires) {
		e.Expires = other.Expires
	}
	return e
}

// Covers tells whether the entry revokes a token. Where the token does not say when it was issued, any Before does.
// Whether the entry has expired does not matter.
func (e Entry) Covers(c *authorizers.Claims) bool {
	if e.Issuer != c.Issuer || !slices.Contains(valuesOf(e.Kind, c), e.Value) {
		return false
	}
	return e.coversTime(c.IssuedAt)
}

// coversTime tells whether an entry revokes the tokens that it names if they were issued at a time; zero: nobody knows when.
func (e Entry) coversTime(issuedAt time.Time) bool {
	return e.Kind == Token || e.Kind == Family || !issuedAt.After(e.Before)
}

// kinds are all kinds, those first that say most.
var kinds = []Kind{Token, Family, User, Issuer}

// valuesOf are what an entry of a kind may name a token by; none where the token does not say. A user's is sub, and the
// caller's id, where the issuer's entry takes that from another claim: by either the user is known, in the log and to APIs.
func valuesOf(kind Kind, c *authorizers.Claims) []string {
	var values []string
	switch kind {
	case Token:
		values = []string{c.TokenID}
	case Family:
		values = []string{c.OriginTokenID}
	case User:
		values = slices.Compact([]string{c.Subject, c.ID})
	case Issuer:
		return []string{""}
	}
	return slices.DeleteFunc(values, func(value string) bool { return value == "" })
}
