package apikey

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portcullis/policy"
)

// The most that a record may hold. Owners, usage keys and single scopes are counted in bytes, labels in characters.
const (
	maxOwner    = 128
	maxScopes   = 100
	maxScope    = 256
	maxLabel    = 128
	maxNetworks = 50
	maxUsageKey = 128
)

// Validate returns nil for a record that may be kept, and otherwise a [*ValueError] about the first field of which one
// of these is not so:
//
//   - ID is what [ValidID] accepts, and Hash is not zero;
//   - Owner has 1 to 128 bytes of printable UTF-8, none of them a space or one of * ? $ / % \ # { }, and is neither "."
//     nor "..": any other could not stand in the pattern of a policy;
//   - Scopes are up to 100 texts that [policy.ValidScope] accepts, of up to 256 bytes, sorted, each once;
//   - Label has up to 128 printable characters;
//   - Networks are up to 50, each once, with no bit set behind the prefix, and none is an IPv4 network written as IPv6;
//   - UsageKey has up to 128 characters of printable ASCII, without spaces;
//   - Created is in whole seconds, and in the years 1970 to 9999; so is Expires, and after Created, or it is zero;
//   - LastUsed is not before 1970;
//   - Successor is what [ValidID] accepts, and another than ID, or "".
func (r *Record) Validate() error {
	checks := []struct{ field, problem string }{
		{"id", ifNot(ValidID(r.ID), "must have 16 characters out of 0-9 A-Z a-z")},
		{"hash", ifNot(r.Hash != [sha256.Size]byte{}, "is missing")},
		{"owner", ownerProblem(r.Owner)},
		{"scopes", scopesProblem(r.Scopes)},
		{"label", ifNot(utf8.RuneCountInString(r.Label) <= maxLabel && isPrintable(r.Label), "must have up to 128 printable characters")},
		{"networks", networksProblem(r.Networks)},
		{"usage key", ifNot(len(r.UsageKey) <= maxUsageKey && isGraphic(r.UsageKey), "must have up to 128 characters of ASCII, and no space")},
		{"created", timeProblem(r.Created)},
		{"expires", expiresProblem(r.Expires, r.Created)},
		{"last used", ifNot(r.LastUsed >= 0, "must not be before 1970")},
		{"successor", ifNot(r.Successor == "" || ValidID(r.Successor) && r.Successor != r.ID, "must be the ID of another key")},
	}
	for _, c := range checks {
		if c.problem != "" {
			return &ValueError{c.field, c.problem}
		}
	}
	return nil
}

func ifNot(ok bool, problem string) string {
	if ok {
		return ""
	}
	return problem
}

// ownerProblem refuses what package policy does not let into the pattern of an owner's path.
func ownerProblem(owner string) string {
	switch {
	case owner == "":
		return "is missing"
	case len(owner) > maxOwner:
		return fmt.Sprintf("must have up to %d bytes, not %d", maxOwner, len(owner))
	case owner == "." || owner == "..":
		return `must not be "." or ".."`
	case !isPrintable(owner) || strings.ContainsAny(owner, ` *?$/%\#{}`):
		return `must have printable characters other than space * ? $ / % \ # { }`
	}
	return ""
}

func scopesProblem(scopes []string) string {
	if len(scopes) > maxScopes {
		return fmt.Sprintf("must be up to %d, not %d", maxScopes, len(scopes))
	}
	for i, scope := range scopes {
		if len(scope) > maxScope || !policy.ValidScope(scope) {
			return fmt.Sprintf("hold %.60q: want 1 to %d characters of printable ASCII, without space, quote and backslash", scope, maxScope)
		}
		if i > 0 && scopes[i-1] >= scope {
			return "must be sorted, each once"
		}
	}
	return ""
}

func networksProblem(networks []netip.Prefix) string {
	if len(networks) > maxNetworks {
		return fmt.Sprintf("must be up to %d, not %d", maxNetworks, len(networks))
	}
	for i, network := range networks {
		switch {
		case !network.IsValid():
			return "hold one that is no network"
		case network.Addr().Is4In6():
			return fmt.Sprintf("hold %s: write IPv4 networks as such", network)
		case network != network.Masked():
			return fmt.Sprintf("hold %s: want %s, or fewer addresses", network, network.Masked())
		case slices.Contains(networks[:i], network):
			return fmt.Sprintf("hold %s twice", network)
		}
	}
	return ""
}

func timeProblem(t time.Time) string {
	return ifNot(t.Nanosecond() == 0 && t.Unix() >= 0 && t.UTC().Year() <= 9999, "must be in whole seconds, in the years 1970 to 9999")
}

func expiresProblem(expires, created time.Time) string {
	if expires.IsZero() {
		return ""
	}
	if problem := timeProblem(expires); problem != "" {
		return problem
	}
	return ifNot(expires.After(created), "must be after the key's creation")
}

func isPrintable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

func isGraphic(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}
