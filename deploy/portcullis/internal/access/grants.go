package access

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// checkGrants reports the callers whose grant would not fit, so that they could not connect: of each group, of all groups, and
// with all scopes; by a token, by an API key, and by both. Of a caller it is said once, with the fewest credentials. Where everyone may
// connect there are no grants, and so no senders of messages that ask for one.
func (c *checker) checkGrants() {
	switch {
	case c.WebSocket == nil:
		return
	case c.WebSocket.Connect.Public:
		for _, r := range c.WebSocket.Routes {
			if !r.Access.Public {
				c.find(problem, "%s%s: nobody may send it: everyone may connect, so that no authorizer tells who sends", inquiry.MessageMethod, r.Key)
			}
		}
		return
	}
	names := slices.Sorted(maps.Keys(c.groups))
	var all []string
	for _, name := range names {
		all = append(all, c.groups[name]...)
		c.checkGrant("the group "+name, c.groups[name])
	}
	if len(names) > 1 {
		c.checkGrant("all groups", all)
	}
	c.checkGrant("all scopes", c.Scopes())
}

func (c *checker) checkGrant(name string, scopes []string) {
	for _, schemes := range [][]string{{policy.SchemeBearer}, {policy.SchemeAPIKey}, {policy.SchemeAPIKey, policy.SchemeBearer}} {
		caller := policy.Caller{ID: strings.Repeat("i", 128), Schemes: schemes, Scopes: scopes, Expires: time.Unix(9_999_999_999, 0)}
		_, err := c.Compiled.EncodeGrant(caller)
		if large := (*policy.GrantError)(nil); errors.As(err, &large) {
			c.find(problem, "a caller with %s, who brings %s: the grant for messages has %d bytes, and %d are the most: connecting is refused (403)",
				inquiry.Printable(name), inquiry.Bringer(schemes), large.Bytes, policy.MaxGrant)
			return
		}
	}
}
