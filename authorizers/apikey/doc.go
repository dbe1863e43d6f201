// Package apikey issues, keeps and checks API keys.
//
// A key is the text
//
//	pk_<id>_<secret><check>
//
// of [KeyLength] characters: the prefix "pk_", 16 characters of id, "_", 43 characters of secret, and 6 characters of
// checksum. Id and secret are drawn at random, each character out of 0-9 A-Z a-z, so that the secret has 256 bits. The
// checksum is the CRC-32 (IEEE) of everything before it, as a number of six digits to the base of 62 in the same order
// of characters. There is one spelling of a key and no other, and a mistyped one is refused before anything is looked up.
// [Pattern] finds leaked keys.
//
// The whole key is shown once, when it is born: [Issue] gives it and the [Record] to keep. A [Store] keeps the SHA-256
// of the secret and never the secret; that is enough for a secret of 256 random bits, which nobody can guess, and would
// not be for a password. [MemoryStore] is for desks and tests, package dynamo for the rest; apikeytest checks both.
//
// A [Checker] tells whose a key is. A bad key is a [*authorizers.KeyError]; where that cannot be told, because the store
// does not answer, it is an [*authorizers.KeysUnavailableError]. To replace a key, issue another with the same record and
// give the old one an end with [Store.SetExpires]; until then both are good.
package apikey
