package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"hash/crc32"
	"strings"

	"portcullis/authorizers"
)

// The parts of a key, in characters.
const (
	prefix       = "pk_"
	separator    = "_"
	idLength     = 16
	secretLength = 43 // of 62 kinds: 256 bits
	checkLength  = 6  // 62 to the power of 6, which is 35.7 bits

	idEnd     = len(prefix) + idLength
	secretAt  = idEnd + len(separator)
	secretEnd = secretAt + secretLength
)

// KeyLength is the length in bytes of every key.
const KeyLength = secretEnd + checkLength

// Pattern is a regular expression that finds keys in any text, for secret scanners (RE2 and PCRE). What it finds and
// [Parse] refuses is no key.
const Pattern = `pk_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}`

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Key is an API key. It prints as [redacted]; [Key.Reveal] is the only way to its text. The zero Key is none, and no
// check accepts it.
type Key struct {
	of *parts
}

// parts keeps the secret inside of a function, the one thing that fmt cannot look into: of a Key in a field that is not
// exported it does not ask the methods, and prints what the pointer leads to.
type parts struct {
	id     string // on its own: what remembers ids does not hold on to secrets
	secret func() (text string, hash [sha256.Size]byte)
}

// Parse reads a text that has the form of a key. Whether its check is right, a [Checker] tells. The error is a
// [*authorizers.KeyError] with [authorizers.CodeAPIKeyMalformed].
func Parse(text string) (Key, error) {
	if !hasForm(text) {
		return Key{}, &authorizers.KeyError{Code: authorizers.CodeAPIKeyMalformed}
	}
	return keyOf(strings.Clone(text)), nil // not a part of a whole event
}

// ID returns what the key is found by; it is no secret. The zero Key has "".
func (k Key) ID() string {
	if k.of == nil {
		return ""
	}
	return k.of.id
}

// Reveal returns the text of the key, to be shown once to whom it is issued for. The zero Key has "".
func (k Key) Reveal() string {
	if k.of == nil {
		return ""
	}
	text, _ := k.of.secret()
	return text
}

// ValidID tells whether a text can be the id of a key: 16 characters out of 0-9 A-Z a-z.
func ValidID(id string) bool { return len(id) == idLength && isPlain(id) }

func keyOf(text string) Key {
	hash := sha256.Sum256([]byte(text[secretAt:secretEnd]))
	secret := func() (string, [sha256.Size]byte) { return text, hash }
	return Key{&parts{strings.Clone(text[len(prefix):idEnd]), secret}}
}

// hash returns the SHA-256 of the secret; k is not the zero Key.
func (k Key) hash() [sha256.Size]byte {
	_, hash := k.of.secret()
	return hash
}

func hasForm(text string) bool {
	return len(text) == KeyLength && text[:len(prefix)] == prefix && text[idEnd:secretAt] == separator &&
		isPlain(text[len(prefix):idEnd]) && isPlain(text[secretAt:])
}

// isPlain tells whether a text has characters of the alphabet only.
func isPlain(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z') {
			return false
		}
	}
	return true
}

// hasChecksum tells whether the key ends with the CRC-32 (IEEE) of what stands before, as keys did before there were
// seals. Anybody can make such a key.
func (k Key) hasChecksum() bool {
	text, _ := k.of.secret()
	return text[secretEnd:] == digits(uint64(crc32.ChecksumIEEE([]byte(text[:secretEnd]))))
}

// digits writes a number as that many digits as a check has, without those above.
func digits(n uint64) string {
	var text [checkLength]byte
	for i := checkLength - 1; i >= 0; i-- {
		text[i] = alphabet[n%uint64(len(alphabet))]
		n /= uint64(len(alphabet))
	}
	return string(text[:])
}

// random returns n characters, each as likely as the others.
func random(n int) string {
	const fair = 256 - 256%len(alphabet) // above it the first characters would be likelier
	text := make([]byte, 0, n)
	for draw := make([]byte, 2*n); len(text) < n; {
		_, _ = rand.Read(draw) // never fails: it ends the program instead
		for _, b := range draw {
			if int(b) < fair && len(text) < n {
				text = append(text, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(text)
}
