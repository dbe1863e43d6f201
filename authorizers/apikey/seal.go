package apikey

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// SealLength is how many bytes the secret of a seal has.
const SealLength = 32

// MaxEarlier is how many seals are known besides the newest.
const MaxEarlier = 3

// SealSettles is how long a new seal is in a store beside an earlier one before keys are made with it: longer than any
// checker goes without reading the seals while it refuses keys by them.
const SealSettles = time.Minute

// Seal is a secret of a store by which the checks of its keys are made, so that nobody else can make up a key that is
// looked up. It opens nothing: who has it can cause reads, as anybody could by keys without one. It prints as
// [redacted]. The zero Seal is none, which seals nothing and has sealed nothing.
type Seal struct {
	secret func() [SealLength]byte // as of a Key; nil: none
}

// NewSeal returns a new random seal.
func NewSeal() Seal {
	var secret [SealLength]byte
	_, _ = rand.Read(secret[:]) // never fails: it ends the program instead
	return Seal{func() [SealLength]byte { return secret }}
}

// SealOf is the seal with a secret that [Seal.Reveal] gave. The error is a [*ValueError].
func SealOf(secret []byte) (Seal, error) {
	if len(secret) != SealLength || [SealLength]byte(secret) == [SealLength]byte{} {
		return Seal{}, &ValueError{"seal", fmt.Sprintf("must have %d bytes, not all of them zero", SealLength)}
	}
	kept := [SealLength]byte(secret)
	return Seal{func() [SealLength]byte { return kept }}, nil
}

// Reveal returns the secret, for a store to keep; nil of the zero Seal.
func (s Seal) Reveal() []byte {
	if s.secret == nil {
		return nil
	}
	secret := s.secret()
	return secret[:]
}

// Equal tells whether two seals are the same, and are not the zero Seal.
func (s Seal) Equal(other Seal) bool {
	return s.secret != nil && other.secret != nil && subtle.ConstantTimeCompare(s.Reveal(), other.Reveal()) == 1
}

// New returns a new random key with the seal, of which no store has a record. The zero Seal makes the zero Key.
func (s Seal) New() Key {
	if s.secret == nil {
		return Key{}
	}
	body := prefix + random(idLength) + separator + random(secretLength)
	return keyOf(body + s.check(body))
}

// Issue makes a new key, and the record to keep of it: r with the new key's ID and Hash, Created now and not yet used.
// Scopes are sorted, and Expires is cut to whole seconds. The error is that of [Record.Validate], or a [*ValueError]
// about the zero Seal.
func (s Seal) Issue(r Record, now time.Time) (Key, Record, error) {
	if s.secret == nil {
		return Key{}, Record{}, &ValueError{"seal", "is missing"}
	}
	key := s.New()
	r = r.issued(key, now)
	if err := r.Validate(); err != nil {
		return Key{}, Record{}, err
	}
	return key, r, nil
}

// Issue makes a new key with a store's seal, and keeps its record, as [Seal.Issue] has it. The errors are those of that, of
// [Store.Seal] and of Create; after one of Create nobody knows the key.
func Issue(ctx context.Context, s Store, r Record, now time.Time) (Key, Record, error) {
	seal, err := s.Seal(ctx, now)
	if err != nil {
		return Key{}, Record{}, err
	}
	key, r, err := seal.Issue(r, now)
	if err != nil {
		return Key{}, Record{}, err
	}
	if err := s.Create(ctx, r); err != nil {
		return Key{}, Record{}, err
	}
	return key, r, nil
}

// Sealed tells whether a key was made with the seal.
func (s Seal) Sealed(key Key) bool {
	if s.secret == nil || key.of == nil {
		return false
	}
	text, _ := key.of.secret()
	return subtle.ConstantTimeCompare([]byte(s.check(text[:secretEnd])), []byte(text[secretEnd:])) == 1
}

// check is the first 64 bits of the HMAC-SHA256 (RFC 2104, FIPS 180-4) of a key's body, as its lowest digits: of made-up
// keys one in 5.7e10 has it. 62^6 is so far below 2^64 that all checks are alike likely.
func (s Seal) check(body string) string {
	secret := s.secret()
	mac := hmac.New(sha256.New, secret[:])
	mac.Write([]byte(body))
	var sum [sha256.Size]byte
	return digits(binary.BigEndian.Uint64(mac.Sum(sum[:0])))
}

// Seals are those of a store. The zero Seals are none.
type Seals struct {
	Newest  Seal      // makes keys
	Since   time.Time // when it became the newest, in whole seconds
	Earlier []Seal    // made keys before, the latest first; at most MaxEarlier
}

// Maker is the seal to make keys with: the newest. It is a [*SealError] while that is not settled beside earlier ones,
// by which a checker may refuse its keys still; and a [*ValueError] where there is none.
func (s Seals) Maker(now time.Time) (Seal, error) {
	if s.Newest.secret == nil {
		return Seal{}, &ValueError{"seal", "is missing"}
	}
	if settled := s.Since.Add(SealSettles); len(s.Earlier) > 0 && now.Before(settled) {
		return Seal{}, &SealError{settled}
	}
	return s.Newest, nil
}

// Renewed is these seals with a new one before them, of which the last may have to go.
func (s Seals) Renewed(now time.Time) Seals {
	renewed := Seals{Newest: NewSeal(), Since: now.UTC().Truncate(time.Second)}
	if s.Newest.secret != nil {
		renewed.Earlier = append([]Seal{s.Newest}, s.Earlier...)
		renewed.Earlier = slices.Clip(renewed.Earlier[:min(len(renewed.Earlier), MaxEarlier)])
	}
	return renewed
}

// standing is what a key's check says of it, before anybody has looked it up.
type standing int

const (
	unjudged standing = iota // there is no seal that could say
	unsealed                 // it may be a key, and anybody could have made it up
	mistyped                 // it was never a key
	sealed                   // it was made with the newest seal
)

// standing judges the check of a key.
func (s Seals) standing(key Key) standing {
	switch {
	case s.Newest.Sealed(key):
		return sealed
	case key.hasChecksum(), slices.ContainsFunc(s.Earlier, func(e Seal) bool { return e.Sealed(key) }):
		return unsealed
	case s.Newest.secret == nil:
		return unjudged
	}
	return mistyped
}
