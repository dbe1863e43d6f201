package users

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxPage is the largest number of users on a page, and the number when a client names none.
const MaxPage = 100

const (
	maxID    = 128
	maxName  = 256
	maxEmail = 320
)

// CheckID returns nil when id can be a user's: 1 to 128 characters out of A-Z a-z 0-9 . _ ~ @ : | + = , - and
// neither "." nor "..". Otherwise it returns an *InputError.
func CheckID(id string) error {
	n := utf8.RuneCountInString(id)
	switch {
	case n < 1 || n > maxID:
		return invalid("id", fmt.Sprintf("must have 1 to %d characters, not %d", maxID, n))
	case id == "." || id == "..":
		return invalid("id", `must not be "." or ".."`)
	}
	for _, c := range id {
		if !isIDCharacter(c) {
			return invalid("id", fmt.Sprintf("must not contain %q", c))
		}
	}
	return nil
}

func isIDCharacter(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("._~@:|+=,-", c)
}

// CheckLimit returns nil when a page may have up to limit users: 1 to MaxPage. Otherwise it returns an *InputError.
func CheckLimit(limit int) error {
	if limit < 1 || limit > MaxPage {
		return invalid("limit", fmt.Sprintf("must be a number from 1 to %d", MaxPage))
	}
	return nil
}

func checkName(name string) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > maxName {
		return invalid("name", fmt.Sprintf("must have 1 to %d characters, not %d", maxName, n))
	}
	if strings.ContainsFunc(name, isUnprintable) {
		return invalid("name", "must not contain control characters or characters that are not valid")
	}
	if !strings.ContainsFunc(name, isVisible) {
		return invalid("name", "must not be blank")
	}
	return nil
}

// isUnprintable also refuses U+FFFD: the JSON decoder puts it where half of a surrogate pair was sent, and what was
// sent would be lost.
func isUnprintable(c rune) bool { return unicode.IsControl(c) || c == utf8.RuneError }

func isVisible(c rune) bool { return unicode.IsGraphic(c) && !unicode.IsSpace(c) }

// checkEmail accepts the addr-spec of RFC 5322, section 3.4.1, alone: no display name, no angle brackets, no comment.
func checkEmail(email string) error {
	if n := utf8.RuneCountInString(email); n > maxEmail {
		return invalid("email", fmt.Sprintf("must have at most %d characters, not %d", maxEmail, n))
	}
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || strings.ContainsFunc(email, isUnprintable) {
		return invalid("email", "must be one plain address, such as ann@example.com")
	}
	return nil
}
