package apikey

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"portcullis/authorizers"
)

// How long a checker believes what a store said: of a key that was found, [Config.FoundFor], which is FoundFor where
// nothing else is wanted, and MaxFoundFor at most; and of one that was not, UnknownFor. So a new key is accepted UnknownFor
// after it was tried in vain.
const (
	FoundFor    = time.Minute
	MaxFoundFor = time.Hour
	UnknownFor  = 10 * time.Second
)

const defaultMaxFound = 4096

// DefaultMaxUnknown is what zero means in [Config.MaxUnknown].
const DefaultMaxUnknown = 1000

// Config says how a [Checker] works.
type Config struct {
	Store Lookup // required

	// MaxFound is how many found keys are remembered. Zero: 4,096.
	MaxFound int

	// FoundFor is how long a record that was found is believed: a key that is disabled, deleted or given an end is refused
	// so much later at the latest. Zero: it is not, and the store is asked at each use. At most [MaxFoundFor].
	FoundFor time.Duration

	// MaxUnknown is how many unknown ids are remembered, of sealed keys and of others each. While so many are, or are being
	// read, or could not be read a moment ago, an id of that kind that was not found before is not looked up: it is an
	// [*authorizers.KeysUnavailableError] whose Flood is true. So it bounds the reads that made-up keys cause, in any 10
	// seconds. Zero: [DefaultMaxUnknown].
	MaxUnknown int

	// SealedOnly refuses keys without the store's newest seal: those that were made before it had one, and before it was
	// renewed.
	SealedOnly bool

	Log *slog.Logger     // gets a line for each day of last use that could not be written, and seal not read; nil: none
	Now func() time.Time // nil: time.Now
}

// Checker tells whose a key is. It is safe for concurrent use.
//
// It remembers the records that it found for Config.FoundFor, unknown ids for [UnknownFor], and failures of the store not
// at all. However many ask for one id at a time, it is read once, where found records are believed for a while. Ages are
// counted by the clock on the wall, from before the read: a process that is frozen meanwhile, as a Lambda function is,
// finds after it what the clock says.
//
// It reads the store's seals with the first key, and then once a minute while keys come, or ten seconds after the last time
// if a key would be refused by them. With them it refuses what somebody made up without a read of it; the package comment
// says what it does with keys that have no seal.
//
// The day of a key's last use is written in the background, once a day for each key. A function that is frozen before
// that is done goes on, or tries again with the key's next use, when it is woken; to have it woken before it is ended
// for good, give Close to lambda.WithEnableSIGTERM of aws-lambda-go. So the day may be lost of a key that is hardly used.
type Checker struct {
	judge      *judge
	reads      *reads
	uses       *uses
	now        func() time.Time
	sealedOnly bool
}

// NewChecker makes a checker. The error is an [*authorizers.ConfigError].
func NewChecker(config Config) (*Checker, error) {
	if config.Store == nil {
		return nil, &authorizers.ConfigError{Field: "Store", Reason: "is missing"}
	}
	if config.MaxFound < 0 || config.MaxUnknown < 0 {
		return nil, &authorizers.ConfigError{Field: "MaxFound, MaxUnknown", Reason: "want numbers of keys"}
	}
	if config.FoundFor < 0 || config.FoundFor > MaxFoundFor {
		return nil, &authorizers.ConfigError{Field: "FoundFor", Reason: fmt.Sprintf("want 0 to %s, got %s", MaxFoundFor, config.FoundFor)}
	}
	clock, log := config.Now, config.Log
	if clock == nil {
		clock = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	now := func() time.Time { return clock().Round(0) } // the monotonic clock may stand still in a frozen process
	maxFound := cmp.Or(config.MaxFound, defaultMaxFound)
	return &Checker{
		judge:      &judge{store: config.Store, now: now, log: log},
		reads:      newReads(config.Store, now, config.FoundFor, maxFound, cmp.Or(config.MaxUnknown, DefaultMaxUnknown)),
		uses:       &uses{store: config.Store, now: now, log: log, most: maxFound, written: map[string]Day{}},
		now:        now,
		sealedOnly: config.SealedOnly,
	}, nil
}

// Check returns the record of a key that is good now. It does not look at the record's Networks: see
// [Record.AllowsFrom]. The errors are a [*authorizers.KeyError] for a bad key, and an
// [*authorizers.KeysUnavailableError] where that cannot be told, as when the context ends first. The record is the
// caller's.
func (c *Checker) Check(ctx context.Context, key Key) (*Record, error) {
	record, _, err := c.check(ctx, key)
	return record, err
}

// check is Check, and tells whether the record was remembered.
func (c *Checker) check(ctx context.Context, key Key) (record *Record, remembered bool, err error) {
	if key.of == nil {
		return nil, false, &authorizers.KeyError{Code: authorizers.CodeAPIKeyMalformed}
	}
	of, err := c.admit(ctx, key)
	if err != nil {
		return nil, false, err
	}
	found, remembered, err := c.reads.record(ctx, key.ID(), of)
	if err != nil {
		return nil, false, &authorizers.KeysUnavailableError{Err: err, Flood: errors.Is(err, errFlood)}
	}
	now := c.now()
	if code := refusal(key, found, now); code != "" {
		return nil, false, &authorizers.KeyError{Code: code, KeyID: key.ID()}
	}
	c.uses.note(found, DayOf(now))
	r := found.clone()
	return &r, remembered, nil
}

// admit refuses, without looking it up, a key that cannot be one, and gives the source of the others.
func (c *Checker) admit(ctx context.Context, key Key) (source, error) {
	standing := c.judge.of(ctx, key)
	switch {
	case standing == sealed:
		return bySealed, nil
	case standing == mistyped:
		return 0, &authorizers.KeyError{Code: authorizers.CodeAPIKeyMistyped}
	case standing == unsealed && c.sealedOnly:
		return 0, &authorizers.KeyError{Code: authorizers.CodeAPIKeyUnsealed, KeyID: key.ID()}
	case standing == unjudged && c.sealedOnly:
		return 0, &authorizers.KeysUnavailableError{Err: errNoSeal}
	}
	if hash, found := c.reads.hash(key.ID()); found && !isSecret(key, hash) {
		return 0, &authorizers.KeyError{Code: authorizers.CodeAPIKeySecret, KeyID: key.ID()} // whatever has become of the key
	}
	return byOthers, nil
}

// Close waits for the days of last use that are being written, and lets no more be. Keys are checked as before.
func (c *Checker) Close() { c.uses.close() }

// refusal is why a key is refused, or "". Secrets are compared whether or not there is a record, and only who has the
// secret gets to know the rest.
func refusal(key Key, found *Record, now time.Time) authorizers.Code {
	var r Record
	if found != nil {
		r = *found
	}
	same := isSecret(key, r.Hash)
	switch {
	case found == nil:
		return authorizers.CodeAPIKeyUnknown
	case !same || r.ID != key.ID():
		return authorizers.CodeAPIKeySecret
	case r.Disabled:
		return authorizers.CodeAPIKeyDisabled
	case r.Expired(now):
		return authorizers.CodeAPIKeyExpired
	}
	return ""
}

// isSecret tells whether a hash is that of a key's secret.
func isSecret(key Key, hash [sha256.Size]byte) bool {
	own := key.hash()
	return subtle.ConstantTimeCompare(own[:], hash[:]) == 1
}
