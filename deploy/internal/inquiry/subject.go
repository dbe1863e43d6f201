package inquiry

import (
	"fmt"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/policy"
)

// Trust is how far it is known that the caller is who it says.
type Trust string

// What is known.
const (
	Unverified Trust = "unverified" // a token that is decoded and no more
	Refused    Trust = "refused"    // a token that an authorizer refuses
	Verified   Trust = "verified"
	Assumed    Trust = "assumed" // there is no token: who asks says what the caller has
)

// Subject is who makes a request.
type Subject struct {
	Caller policy.Caller
	Trust  Trust
	Lines  []Line // what is known of it
}

// isTrusted tells whether the caller is who it says, as far as the answer goes.
func (s *Subject) isTrusted() bool { return s.Trust == Verified || s.Trust == Assumed }

// Line is a text under a heading.
type Line struct{ Heading, Text string }

// Say adds a line to what is known of it.
func (s *Subject) Say(heading, format string, args ...any) {
	s.Lines = append(s.Lines, Line{heading, fmt.Sprintf(format, args...)})
}

// Credentials says what a caller brings.
func Credentials(caller policy.Caller) string {
	if len(caller.Scopes) == 0 {
		return Bringer(caller.Schemes) + " without any scope"
	}
	return Bringer(caller.Schemes) + " with " + strings.Join(caller.Scopes, " ")
}

// Take takes the caller from a token's claims. groups are those that have scopes; none: which of its groups have is not told.
func (w *Subject) Take(claims *authorizers.Claims, groups map[string][]string) {
	p := authorizers.TokenPrincipal(claims)
	w.Caller = policy.Caller{ID: p.ID, OwnsNothing: p.OwnsNothing, Schemes: p.Schemes, Scopes: p.Scopes, Expires: p.Expires}
	w.Say("", "issuer %q, ends %s", claims.Issuer, claims.Expires.UTC().Format(time.RFC3339))
	if len(claims.Groups) > 0 {
		var names []string
		for _, group := range claims.Groups {
			name := Printable(group)
			if _, known := groups[group]; !known && len(groups) > 0 {
				name += " (which has no scopes)"
			}
			names = append(names, name)
		}
		w.Say("", "groups %s", strings.Join(names, ", "))
	}
	owns := ""
	if claims.OwnsNothing {
		owns = ", which owns nothing"
	}
	w.Say("caller", "%s; id %q%s", Credentials(w.Caller), w.Caller.ID, owns)
	for _, unread := range claims.Unread {
		w.Say("", "not read: %s", Printable(unread))
	}
}
