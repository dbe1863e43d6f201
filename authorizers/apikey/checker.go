package apikey

import (
	"cmp"
	"context"
	"crypto/subtle"
	"log/slog"
	"time"

	"portcullis/authorizers"
)

// How long a checker believes what a store said. A key that is disabled or deleted is refused FoundFor later at the
// latest, and a new one is accepted UnknownFor after it was tried in vain.
const (
	FoundFor   = time.Minute
	UnknownFor = 10 * time.Second
)

const (
	defaultMaxFound   = 4096
	defaultMaxUnknown = 1000
)

// Config says how a [Checker] works.
type Config struct {
	Store Lookup // required

	// MaxFound is how many found keys are remembered. Zero: 4,096.
	MaxFound int

	// MaxUnknown is how many unknown ids are remembered. While so many are, or are being read, or could not be read a
	// moment ago, an id that was not found before is not looked up: it is an [*authorizers.KeysUnavailableError]. So it
	// bounds the reads that made-up keys cause, in any 10 seconds. Zero: 1,000.
	MaxUnknown int

	Log *slog.Logger     // gets a line for each day of last use that could not be written; nil: none
	Now func() time.Time // nil: time.Now
}

// Checker tells whose a key is. It is safe for concurrent use.
//
// It remembers the records that it found for [FoundFor], unknown ids for [UnknownFor], and failures of the store not at
// all. However many ask for one id at a time, it is read once. Ages are counted by the clock on the wall, from before
// the read: a process that is frozen meanwhile, as a Lambda function is, finds after it what the clock says.
//
// The day of a key's last use is written in the background, once a day for each key. A function that is frozen before
// that is done goes on, or tries again with the key's next use, when it is woken; to have it woken before it is ended
// for good, give Close to lambda.WithEnableSIGTERM of aws-lambda-go. So the day may be lost of a key that is hardly used.
type Checker struct {
	reads *reads
	uses  *uses
	now   func() time.Time
}

// NewChecker makes a checker. The error is an [*authorizers.ConfigError].
func NewChecker(config Config) (*Checker, error) {
	if config.Store == nil {
		return nil, &authorizers.ConfigError{Field: "Store", Reason: "is missing"}
	}
	if config.MaxFound < 0 || config.MaxUnknown < 0 {
		return nil, &authorizers.ConfigError{Field: "MaxFound, MaxUnknown", Reason: "want numbers of keys"}
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
		reads: newReads(config.Store, now, maxFound, cmp.Or(config.MaxUnknown, defaultMaxUnknown)),
		uses:  &uses{store: config.Store, now: now, log: log, most: maxFound, written: map[string]Day{}},
		now:   now,
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
	found, remembered, err := c.reads.record(ctx, key.ID())
	if err != nil {
		return nil, false, &authorizers.KeysUnavailableError{Err: err}
	}
	now := c.now()
	if code := refusal(key, found, now); code != "" {
		return nil, false, &authorizers.KeyError{Code: code, KeyID: key.ID()}
	}
	c.uses.note(found, DayOf(now))
	r := found.clone()
	return &r, remembered, nil
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
	hash := key.hash()
	same := subtle.ConstantTimeCompare(r.Hash[:], hash[:]) == 1
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
