package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/span"
	"portcullis/authorizers/internal/strictjson"
)

// Verifier verifies tokens of the issuers it was made with. It may be used concurrently.
type Verifier struct {
	issuers map[string]*trusted // by the exact value of iss
	fetcher *fetcher
	seen    *seen
	skew    time.Duration
	most    int
	now     func() time.Time
}

// trusted is an issuer and its keys, which serve no other issuer.
type trusted struct {
	Issuer
	accepted []*algorithm // what Algorithms names
	keys     *keySet
	granting *granting
	required []required
	id       []claimPath
}

func newTrusted(issuer Issuer, keys *keySet) *trusted {
	t := &trusted{Issuer: issuer, keys: keys, accepted: issuer.algorithms(), granting: newGranting(&issuer), required: newRequired(&issuer)}
	for _, claim := range issuer.ID {
		t.id = append(t.id, claimPathOf(claim))
	}
	return t
}

// New makes a verifier. It makes no network call; it reads the key sets that are files or stand in the configuration.
// The error is a [*ConfigError].
func New(config Config) (*Verifier, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	config = config.withDefaults()
	v := &Verifier{
		issuers: map[string]*trusted{},
		fetcher: newFetcher(config.Client),
		seen:    newSeen(max(config.Remember, 0)),
		skew:    config.ClockSkew,
		most:    config.MaxToken,
		// The clock on the wall: the monotonic one may stand still while a process is frozen.
		now: func() time.Time { return config.Now().Round(0) },
	}
	for _, issuer := range config.Issuers {
		keys, err := v.keySetOf(issuer)
		if err != nil {
			return nil, err
		}
		trusted := newTrusted(issuer, keys)
		for _, name := range issuer.names() {
			v.issuers[name] = trusted
		}
	}
	return v, nil
}

func (v *Verifier) keySetOf(issuer Issuer) (*keySet, error) {
	if static, _ := checkStaticSet(issuer.JWKSURI); !static {
		return newKeySet(issuer, issuer.algorithms(), v.fetcher, v.now), nil
	}
	keys, err := readStaticSet(issuer.JWKSURI, issuer.algorithms(), issuer.KeyID != KeyIDOptional)
	if err != nil {
		return nil, &ConfigError{issuer.Issuer, "jwksUri", err.Error()}
	}
	return newFixedKeySet(keys, v.now), nil
}

// Sharing makes a verifier of one of v's issuers that accepts others of its tokens and shares v's keys, so that they
// are fetched once. A key that does not say its algorithm is used for the one that v uses it for. Where v has several
// issuers, what the entry leaves out has the meaning that it has beside others. Closing either closes
// both. The error is a [*ConfigError], also where the issuer's JWKSURI is not as v has it.
func (v *Verifier) Sharing(issuer Issuer) (*Verifier, error) {
	config := Config{Issuers: []Issuer{issuer}, beside: len(v.issuers) > 1}
	if err := config.check(); err != nil {
		return nil, err
	}
	known, ok := v.issuers[issuer.Issuer]
	switch {
	case !ok:
		return nil, &ConfigError{issuer.Issuer, "issuer", "want one that the verifier knows"}
	case known.JWKSURI != issuer.JWKSURI:
		return nil, &ConfigError{issuer.Issuer, "jwksUri", fmt.Sprintf("want %q, as the verifier has it", short(known.JWKSURI))}
	}
	other := *v
	other.seen = newSeen(2 * v.seen.half)
	other.issuers = map[string]*trusted{issuer.Issuer: newTrusted(config.withDefaults().Issuers[0], known.keys)}
	return &other, nil
}

// Prefetch fetches the keys of all issuers at once, so that the first tokens need not wait. The issuers that
// answer are ready; the error joins an [*authorizers.UnavailableError] for each of the others, which are asked
// again when a token of theirs comes. The context ends the waiting.
func (v *Verifier) Prefetch(ctx context.Context) error {
	var (
		all    sync.WaitGroup
		mu     sync.Mutex
		failed []error
	)
	sets := map[*keySet]bool{} // tenants of one entry share theirs
	for _, issuer := range v.issuers {
		sets[issuer.keys] = true
	}
	for keys := range sets {
		all.Go(func() {
			err := keys.prefetch(ctx)
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// Close ends the fetches of keys that are under way, and waits for their end. After it tokens are verified
// with the keys that are known, and no others are fetched.
func (v *Verifier) Close() { v.fetcher.stop() }

// Verify checks a token in its compact form, without any "Bearer" before it, and gives its claims
// (RFC 7515, section 5.2, and RFC 7519, section 7.2).
// The error is an [*authorizers.TokenError] or an [*authorizers.UnavailableError]; the context ends the waiting
// for keys, not a fetch that others wait for as well.
//
// A token that was verified less than a minute ago is recognised by the SHA-256 of its whole text, as long as
// it has not expired and its issuer still publishes its key.
func (v *Verifier) Verify(ctx context.Context, raw string) (*authorizers.Claims, error) {
	if len(raw) > v.most {
		return nil, &authorizers.TokenError{Code: authorizers.CodeTooLarge}
	}
	if !v.seen.takes(raw) {
		checked, err := v.check(ctx, raw, nil)
		if err != nil {
			return nil, err
		}
		return checked.claims, nil
	}
	var renewal *flight
	f := fingerprint(sha256.Sum256([]byte(raw)))
	if known := v.seen.find(f); known != nil {
		if now := v.now(); known.good.Holds(now) {
			var keys []*key
			if keys, renewal = known.issuer.keys.ready(known.keyID, now, nil); slices.Contains(keys, known.key) {
				claims := known.copyClaims(true)
				claims.KeysStale = known.issuer.keys.stale(now)
				return claims, nil
			}
		}
	}
	checked, err := v.check(ctx, raw, renewal)
	if err != nil {
		return nil, err
	}
	v.seen.remember(f, checked)
	return checked.copyClaims(false), nil
}

// check checks a token from its first byte to its last claim. The flight is the fetch of its issuer's keys that was
// begun for it, if any.
func (v *Verifier) check(ctx context.Context, raw string, renewal *flight) (*verified, error) {
	var headerSpace [6]strictjson.Member
	var claimsSpace [24]strictjson.Member
	parsed, text, err := parse(raw, headerSpace[:0], claimsSpace[:0])
	if err != nil {
		return nil, err
	}
	t := &parsed
	name, keyID, err := t.checkHeader()
	if err != nil {
		return nil, err
	}
	issuer, algorithm, err := v.issuerOf(t, name)
	if err != nil {
		return nil, err
	}
	if t.times, err = readTimes(t.claims); err != nil {
		return nil, err
	}
	if keyID == "" && issuer.KeyID != KeyIDOptional {
		return nil, &authorizers.TokenError{Code: authorizers.CodeKeyID, Claim: "kid", Got: "missing", Want: "the id of the token's key"}
	}
	key, err := v.signer(ctx, t, text, issuer, algorithm, keyID, renewal)
	if err != nil {
		return nil, err
	}
	now := v.now()
	claims, err := issuer.accept(t, now, v.skew)
	if err != nil {
		return nil, err
	}
	claims.KeysStale = issuer.keys.stale(now)
	until := now.Add(seenFor)
	if claims.AcceptedUntil.Before(until) {
		until = claims.AcceptedUntil
	}
	return &verified{claims, issuer, keyID, key, span.Between(now, until)}, nil
}

// issuerOf gives the issuer that a token names, if it is one of ours, and the algorithm, if it is one of the issuer's.
func (v *Verifier) issuerOf(t *token, name string) (*trusted, *algorithm, error) {
	iss := t.claims.Get("iss")
	issuer, known := v.issuers[iss.Text]
	if !known || iss.Kind != strictjson.Text {
		return nil, nil, &authorizers.TokenError{Code: authorizers.CodeIssuer, Claim: "iss", Got: iss.String(), Want: "a configured issuer", Hint: v.meantIssuer(iss.Text)}
	}
	algorithm := oneNamed(name, issuer.accepted)
	if algorithm == nil {
		return nil, nil, &authorizers.TokenError{Code: authorizers.CodeAlgorithm, Claim: "alg", Got: short(name), Want: "an algorithm of the issuer's"}
	}
	return issuer, algorithm, nil
}

// meantIssuer says where an unknown issuer differs from a configured one by a slash at the end only.
func (v *Verifier) meantIssuer(iss string) string {
	for _, near := range []string{iss + "/", strings.TrimSuffix(iss, "/")} {
		if _, known := v.issuers[near]; known && near != iss {
			return fmt.Sprintf("the entry of %q differs from the token's iss by a slash at the end", short(near))
		}
	}
	return ""
}

// signer gives the key of the issuer's that signed a token. It waits for keys, and asks for newer ones, only for a
// token that would be accepted if its signature held: others are bad whatever their signature.
func (v *Verifier) signer(ctx context.Context, t *token, text signed, issuer *trusted, a *algorithm, keyID string, renewal *flight) (*key, error) {
	keys, renewal := issuer.keys.ready(keyID, v.now(), renewal)
	if keys == nil {
		_, err := issuer.accept(t, v.now(), v.skew)
		if err != nil {
			return nil, err
		}
		if keys, err = issuer.keys.await(ctx, keyID, renewal); err != nil {
			return nil, err
		}
	}
	iss := t.claims.TextOf("iss")
	signer, refused := text.by(keys, a, iss)
	if refused == nil {
		return signer, nil
	}
	if _, err := issuer.accept(t, v.now(), v.skew); err != nil {
		return nil, refused
	}
	if newer := issuer.keys.again(ctx, keyID); newer != nil && !slices.Equal(newer, keys) {
		return text.by(newer, a, iss)
	}
	return nil, refused
}

// by gives the one of some keys that the signature of a token with this iss is of. A key is for one algorithm only.
func (s signed) by(keys []*key, a *algorithm, iss string) (*key, error) {
	var tried bool
	var others []string // what keys that were not tried are for
	for _, k := range keys {
		switch {
		case !k.isFor(iss):
		case k.algorithm != a:
			others = append(others, k.algorithm.name)
		case a.verifies(k.public, s.text, s.signature):
			return k, nil
		default:
			tried = true
		}
	}
	switch {
	case tried:
		return nil, &authorizers.TokenError{Code: authorizers.CodeSignature}
	case len(others) == 0:
		return nil, unknownKey()
	}
	want := strings.Join(slices.Compact(others), " or ") + ", which its key is for"
	return nil, &authorizers.TokenError{Code: authorizers.CodeKeyAlgorithm, Claim: "alg", Got: a.name, Want: want}
}
