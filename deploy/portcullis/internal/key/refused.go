package key

import "portcullis/authorizers/environ"

// refusedWithin says in the help when a key is refused that is no longer good.
const refusedWithin = `Authorizers go by what they have read of a key for a
minute (` + environ.APIKeysRemembered + `), and gateways by the answers that they keep, for the mode's TTL.`

// noteRefused says within what time authorizers refuse a key that is no longer good, as the environment has it for them.
func (t *task) noteRefused(id string) {
	t.note("%s is refused within %s by the authorizers (their %s), and by policies that the gateway keeps within the mode's TTL",
		id, t.remembered, environ.APIKeysRemembered)
}
