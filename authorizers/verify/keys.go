package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/lestrrat-go/jwx/v2/jwk"

	"portcullis/authorizers/internal/strictjson"
)

const (
	maxKeys     = 100
	maxTries    = 4 // keys that a token without a key id is tried with
	minRSABits  = 2048
	maxRSABits  = 8192
	minExponent = 65537
)

// key is a public key of an issuer's. It verifies signatures of one algorithm (RFC 8725, section 3.1).
type key struct {
	algorithm *algorithm
	public    crypto.PublicKey // fits the algorithm
	tenant    string           // of Microsoft Entra, whose tokens alone it signs; "": those of every issuer of its set
}

func (k *key) equal(other *key) bool {
	return k.algorithm == other.algorithm && k.tenant == other.tenant && k.isOf(other.public)
}

// isFor tells whether the key may sign tokens with this iss.
func (k *key) isFor(iss string) bool { return k.tenant == "" || k.tenant == entraTenant(iss) }

// isOf tells whether the key is this one, for whatever algorithm.
func (k *key) isOf(public crypto.PublicKey) bool {
	own, ok := k.public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && own.Equal(public)
}

// keysByID are an issuer's keys. Those of one id are for different algorithms. Those that a token without a key id is
// tried with stand under "".
type keysByID map[string][]*key

// errNoUsableKey says that an issuer answered with a key set, and that no key in it may be used.
var errNoUsableKey = errors.New("the key set has no usable key: want a public one for signatures, RSA of 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519")

// listed is a key as it stands in a key set.
type listed struct {
	id string // "": it has none
	*key
}

// parseKeys reads a JSON Web Key Set (RFC 7517, section 5) and keeps the keys that may verify signatures. Keys of
// other kinds, for other uses or too weak are passed over; they do not spoil the rest. A key that does not say its
// algorithm is bound to the first of the issuer's algorithms that fits it.
func parseKeys(data []byte, issuers []*algorithm) (keysByID, error) {
	var set map[string]json.RawMessage
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, fmt.Errorf("not a key set: %w", err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(set["keys"], &list); err != nil || list == nil {
		return nil, errors.New("not a key set: want a list of keys")
	}
	if len(list) > maxKeys {
		return nil, fmt.Errorf("the key set has %d keys; %d are the most", len(list), maxKeys)
	}
	var usable []listed
	var published []crypto.PublicKey // with their private keys
	unreadable := map[string]bool{}
	for _, raw := range list {
		members, ok := strictjson.Parse(string(raw))
		switch {
		case !ok:
			unreadable[idOf(raw)] = true
		case isPrivate(members):
			published = append(published, publicKey(members))
		default:
			if k, ok := parseKey(members, issuers); ok {
				usable = append(usable, k)
			}
		}
	}
	usable = slices.DeleteFunc(usable, func(k listed) bool {
		return k.id != "" && unreadable[k.id] || slices.ContainsFunc(published, k.isOf)
	})
	if usable = withoutDoubtful(usable); len(usable) == 0 {
		return nil, errNoUsableKey
	}
	return byID(usable), nil
}

// idOf is the key id of a key that the strict reader refused: nor may another one with it be used, since it cannot be
// told which of them the issuer means.
func idOf(raw []byte) string {
	var key struct {
		ID string `json:"kid"`
	}
	_ = json.Unmarshal(raw, &key)
	return key.ID
}

// withoutDoubtful leaves out a key that stands there again, and all of different keys that have an id and an
// algorithm in common (RFC 7517, section 4.5).
func withoutDoubtful(all []listed) []listed {
	var kept []listed
	for i, k := range all {
		same := func(other listed) bool { return other.id == k.id && other.equal(k.key) }
		rival := func(other listed) bool {
			return k.id != "" && other.id == k.id && other.algorithm == k.algorithm && !other.isOf(k.public)
		}
		if !slices.ContainsFunc(all[:i], same) && !slices.ContainsFunc(all, rival) {
			kept = append(kept, k)
		}
	}
	return kept
}

func byID(all []listed) keysByID {
	keys := keysByID{"": tries(all)}
	for _, k := range all {
		if k.id != "" {
			keys[k.id] = append(keys[k.id], k.key)
		}
	}
	return keys
}

// tries are the keys that a token without a key id is tried with, those of one algorithm not more than maxTries: the
// first and the last ones, since issuers add a new key at either end.
func tries(all []listed) []*key {
	var tried []*key
	for _, algorithm := range algorithms {
		var keys []*key
		for _, k := range all {
			if k.algorithm == algorithm && !slices.ContainsFunc(keys, k.equal) {
				keys = append(keys, k.key)
			}
		}
		if spare := len(keys) - maxTries; spare > 0 {
			keys = slices.Delete(keys, maxTries/2, maxTries/2+spare)
		}
		tried = append(tried, keys...)
	}
	return tried
}

// parseKey reads a JSON Web Key (RFC 7517, section 4), if it may be used.
func parseKey(members strictjson.Object, issuers []*algorithm) (listed, bool) {
	kid := stated(members, "kid")
	nameless := kid.Kind == strictjson.Absent || kid.Kind == strictjson.Text && kid.Text == ""
	if !nameless && !isKeyID(kid) || !isMeantForTokens(members) {
		return listed{}, false
	}
	public := publicKey(members)
	bound := bind(stated(members, "alg"), public, issuers)
	return listed{kid.Text, &key{bound, public, entraTenant(members.TextOf("issuer"))}}, bound != nil
}

// stated is a member of a key. Some issuers write null where they have nothing to say.
func stated(members strictjson.Object, name string) strictjson.Value {
	if v := members.Get(name); !v.IsNull() {
		return v
	}
	return strictjson.Value{}
}

// privateMembers are those of private and symmetric keys (RFC 7518, section 6; RFC 8037, section 2).
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// isPrivate tells whether a key holds what no other may know. It is anybody's once it is published, also where the
// set has it as a public key too.
func isPrivate(members strictjson.Object) bool {
	return slices.ContainsFunc(privateMembers, func(name string) bool { return stated(members, name).Kind != strictjson.Absent })
}

// isMeantForTokens checks what the key says of its use (RFC 7517, section 4): a member that is there must allow it.
func isMeantForTokens(members strictjson.Object) bool {
	if use := stated(members, "use"); use.Kind != strictjson.Absent && (use.Kind != strictjson.Text || use.Text != "sig") {
		return false
	}
	operations := stated(members, "key_ops")
	for operation := range operations.Items {
		if operation.Kind == strictjson.Text && operation.Text == "verify" {
			return true
		}
	}
	return operations.Kind == strictjson.Absent
}

// bind gives the one algorithm that a key is for, nil where there is none.
func bind(alg strictjson.Value, public crypto.PublicKey, issuers []*algorithm) *algorithm {
	candidates := issuers
	if alg.Kind != strictjson.Absent {
		candidates = []*algorithm{algorithmNamed(alg.Text)}
	}
	for _, candidate := range candidates {
		if candidate != nil && candidate.fits(public) {
			return candidate
		}
	}
	return nil
}

// keyMembers are those that make a key of a type (RFC 7518, sections 6.2.1 and 6.3.1; RFC 8037, section 2).
var keyMembers = map[string][]string{"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}

// publicKey reads the key itself: an RSA key, a point on one of the curves of ECDSA, or an Ed25519 key. It is
// nil where there is none, or one that is too weak. Members that are not needed for it, such as certificates, are
// not looked at, whatever they hold.
func publicKey(members strictjson.Object) crypto.PublicKey {
	kty := members.Get("kty").Text
	needed := map[string]string{"kty": kty}
	for _, name := range keyMembers[kty] {
		needed[name] = members.Get(name).Text
	}
	raw, err := json.Marshal(needed)
	if err != nil {
		return nil
	}
	parsed, err := jwk.ParseKey(raw)
	if err != nil {
		return nil
	}
	switch parsed := parsed.(type) {
	case jwk.RSAPublicKey:
		return rsaKey(parsed)
	case jwk.ECDSAPublicKey:
		return ecdsaKey(parsed)
	case jwk.OKPPublicKey:
		return ed25519Key(parsed)
	}
	return nil
}

func rsaKey(parsed jwk.RSAPublicKey) crypto.PublicKey {
	if new(big.Int).SetBytes(parsed.E()).BitLen() > 31 { // it would wrap around
		return nil
	}
	var public rsa.PublicKey
	if err := parsed.Raw(&public); err != nil {
		return nil
	}
	if bits := public.N.BitLen(); bits < minRSABits || bits > maxRSABits || public.N.Bit(0) == 0 || hasROCAPattern(public.N) {
		return nil
	}
	if public.E < minExponent || public.E%2 == 0 {
		return nil
	}
	return &public
}

func ecdsaKey(parsed jwk.ECDSAPublicKey) crypto.PublicKey {
	var public ecdsa.PublicKey
	if err := parsed.Raw(&public); err != nil {
		return nil
	}
	if _, err := public.ECDH(); err != nil { // it is off the curve
		return nil
	}
	return &public
}

func ed25519Key(parsed jwk.OKPPublicKey) crypto.PublicKey {
	var public ed25519.PublicKey
	if err := parsed.Raw(&public); err != nil || len(public) != ed25519.PublicKeySize || isWeakPoint(public) {
		return nil
	}
	return public
}
