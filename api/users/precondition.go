package users

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"portcullis/api/internal/lambdaproxy"
)

// errPrecondition: If-Match names no version that is there.
var errPrecondition = errors.New("precondition failed")

// represent returns what clients see of u, as JSON, and its strong entity tag (RFC 9110, section 8.8.1): a hash of that, id, version and
// creation included. It also changes when a user is deleted and created again, at version 1 both times.
func represent(u User) (text lambdaproxy.JSON, tag string, err error) {
	if text, err = json.Marshal(u); err != nil {
		return nil, "", fmt.Errorf("entity tag: %w", err)
	}
	sum := sha256.Sum256(text)
	return text, `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`, nil
}

// ifMatch is an If-Match header field (RFC 9110, section 13.1.1). Its zero value stands for none.
type ifMatch struct {
	given bool
	any   bool     // it is "*"
	tags  []string // strong tags, with their quotes
}

// parseIfMatch reads the values of all If-Match field lines. Weak tags are read and left out: the comparison is
// strong, so that they match nothing.
func parseIfMatch(lines []string) (ifMatch, error) {
	if lines == nil {
		return ifMatch{}, nil
	}
	rest := trimList(strings.Join(lines, ","))
	if rest == "*" {
		return ifMatch{given: true, any: true}, nil
	}
	malformed := invalid("If-Match", `must be "*" or a list of entity tags, such as "abc"`)
	if rest == "" {
		return ifMatch{}, malformed
	}
	match := ifMatch{given: true}
	for rest != "" {
		quoted, weak := strings.CutPrefix(rest, "W/")
		tag, tail, ok := cutTag(quoted)
		if !ok {
			return ifMatch{}, malformed
		}
		if !weak {
			match.tags = append(match.tags, tag)
		}
		rest = trimList(tail)
	}
	return match, nil
}

// cutTag splits what begins with an opaque-tag (RFC 9110, section 8.8.3) and goes on with a comma or ends.
func cutTag(s string) (tag, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", false
	}
	length := strings.IndexByte(s[1:], '"') + 2
	if length < 2 || strings.ContainsFunc(s[1:length-1], func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return "", "", false
	}
	rest = strings.TrimLeft(s[length:], " \t")
	return s[:length], rest, rest == "" || rest[0] == ','
}

// trimList removes the empty elements that a list may begin with (RFC 9110, section 5.6.1.2), and space around it.
func trimList(s string) string { return strings.Trim(s, " \t,") }

// seen returns the version of the user that If-Match names, for Store.Update and Store.Delete; nil when any will
// do; or errPrecondition when another version is stored.
func (h *Handler) seen(ctx context.Context, id string, match ifMatch) (*User, error) {
	if !match.given || match.any {
		return nil, nil
	}
	u, err := h.store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	_, tag, err := represent(u)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(match.tags, tag) {
		return nil, errPrecondition
	}
	return &u, nil
}
