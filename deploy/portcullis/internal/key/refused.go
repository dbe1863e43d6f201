package key

import (
	"fmt"
	"time"

	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/about"
)

// refusedWithin says in the help when a key is refused that is no longer good.
const refusedWithin = `Authorizers go by what they have read of a key for a
minute, or as ` + environ.APIKeysRemembered + ` of theirs has it, and gateways by the answers that they keep, for the mode's TTL.`

// remembered is how long authorizers go by what they have read of a key, and how that is known.
type remembered struct {
	time.Duration
	known string // for people
}

// rememberedBy gives what a desk tells, or else what the environment says. Where neither does, it is the default of the authorizers, which
// may have been given another. The error is an [*environ.Error], or an [*about.Error].
func rememberedBy(told *about.Desk, desk string, getenv func(string) string) (remembered, error) {
	if told != nil && told.APIKeysRemembered != "" {
		d, err := environ.ParseAPIKeysRemembered(told.APIKeysRemembered)
		if err != nil {
			return remembered{}, &about.Error{URL: desk, Err: fmt.Errorf("%s: %w", environ.APIKeysRemembered, err)}
		}
		return remembered{d, "as the desk tells"}, nil
	}
	text := getenv(environ.APIKeysRemembered)
	d, err := environ.ParseAPIKeysRemembered(text)
	switch {
	case err != nil:
		return remembered{}, &environ.Error{Variable: environ.APIKeysRemembered, Err: err}
	case text == "":
		return remembered{d, "unless they are given another " + environ.APIKeysRemembered}, nil
	}
	return remembered{d, "if theirs is this " + environ.APIKeysRemembered}, nil
}

// within says within what time authorizers do what they are to do now with a key, as far as that is known here.
func (t *task) within(id, is string) string {
	return fmt.Sprintf("%s is %s within %s by the authorizers, %s", id, is, t.remembered.Duration, t.remembered.known)
}

// noteAccepted says within what time a key is taken that is good again.
func (t *task) noteAccepted(id string) { t.note("%s", t.within(id, "accepted")) }

// noteRefused says within what time a key is refused that is no longer good.
func (t *task) noteRefused(id string) {
	t.note("%s, and by policies that the gateway keeps within the mode's TTL", t.within(id, "refused"))
}
