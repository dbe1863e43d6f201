// Package apikey issues, keeps and checks API keys.
//
// A key is the text
//
//	pk_<id>_<secret><check>
//
// of [KeyLength] characters: the prefix "pk_", 16 characters of id, "_", 43 characters of secret, and 6 characters of
// check. Id and secret are drawn at random, each character out of 0-9 A-Z a-z, so that the secret has 256 bits. The check
// is made with the store's [Seal]: the first 64 bits of the HMAC-SHA256 of everything before it, the last six digits of
// that as a number to the base of 62 in the same order of characters. So a key that was mistyped or made up is refused
// before anything is looked up. [Pattern] finds leaked keys.
//
// The whole key is shown once, when it is born: [Issue] gives it and the [Record] to keep. A [Store] keeps the SHA-256
// of the secret and never the secret; that is enough for a secret of 256 random bits, which nobody can guess, and would
// not be for a password. [MemoryStore] is for desks and tests, package dynamo for the rest; apikeytest checks both.
//
// A [Checker] tells whose a key is. A bad key is a [*authorizers.KeyError]; where that cannot be told, because the store
// does not answer, it is an [*authorizers.KeysUnavailableError]. To replace a key, make another with [Seal.Issue] of the same
// record, and have [Store.Replace] keep it and give the old one an end; until then both are good.
//
// # Made-up keys
//
// Whoever has no credential can send keys that nobody has issued, as many as the gateway lets through. Without a seal none
// of them can be told from a good key that was not read yet without reading the store; a bound on such reads holds for both,
// and so a flood closes good keys. No bound for a prefix of ids or an address changes that, as the ids are anybody's to
// choose, and of addresses a flood has many. A filter of all ids would, and would have to be in every environment before a
// new key is handed out. A keyed check needs no more than a secret that is read once.
//
// So three kinds of keys are told apart by their check:
//
//   - It is of the newest seal. The key is looked up. Nobody makes such keys up, but by trying 5.7e10 of them for one, so no
//     flood closes good ones. Against the case that the seal has become known there is Config.MaxUnknown, for these keys
//     alone: renew the seal then ([Store.RenewSeal]), and rotate the keys.
//   - It is of an earlier seal, of which [MaxEarlier] are known, or the CRC-32 (IEEE) of what stands before it, as keys had it
//     before there were seals. The key is looked up within Config.MaxUnknown for all of this kind. While that is used up, one
//     that this checker has not found before is neither accepted nor refused: an [*authorizers.KeysUnavailableError] whose
//     Flood is true, which the authorizers log as api-keys-flood. Those that it has found before are good. Once all keys
//     are rotated, Config.SealedOnly refuses this kind without a read.
//   - It is anything else: the key is refused without a read, but for one of the seals in ten seconds, lest a good key be
//     refused by seals that were renewed since.
//
// While the store has no seal, or it cannot be read, every key is of the second kind. The first key that is issued makes the
// seal; [Store.Seal] gives it to who makes keys. A seal is no secret of a key: who has it can cause reads, and nothing else,
// so it may stand in the table beside the hashes, for those who read these, and needs no keeping elsewhere.
//
// An id is no secret either. Of one that was found, keys of the second kind with another secret are refused without a read.
package apikey
