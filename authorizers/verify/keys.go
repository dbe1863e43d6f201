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

	"github.com/lestrrat-go/jwx/v2/jwk"
)

const (
	maxKeys     = 100
	minRSABits  = 2048
	maxRSABits  = 8192
	minExponent = 65537
)

// key is a public key of an issuer's. It verifies signatures of one algorithm (RFC 8725, section 3.1).
type key struct {
	algorithm *algorithm
	public    crypto.PublicKey // fits the algorithm
}

func (k *key) equal(other *key) bool {
	public, ok := k.public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.algorithm == other.algorithm && public.Equal(other.public)
}

// errNoUsableKey says that an issuer answered with a key set, and that no key in it may be used.
var errNoUsableKey = errors.New("the key set has no usable key")

// parseKeys reads a JSON Web Key Set (RFC 7517, section 5) and keeps the keys, by their ids, that may verify
// signatures. Keys of other kinds, for other uses, too weak or with a key id that another one has are passed
// over; they do not spoil the rest. A key that does not say its algorithm is bound to the first of the
// issuer's algorithms that fits it.
func parseKeys(data []byte, issuers []*algorithm) (map[string]*key, error) {
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
	keys, seen := map[string]*key{}, map[string]bool{}
	for _, raw := range list {
		id, parsed := parseKey(raw, issuers)
		if parsed != nil && !seen[id] {
			keys[id] = parsed
		} else {
			delete(keys, id)
		}
		seen[id] = true
	}
	if len(keys) == 0 {
		return nil, errNoUsableKey
	}
	return keys, nil
}

// parseKey reads a JSON Web Key; the key is nil where it may not be used.
func parseKey(raw []byte, issuers []*algorithm) (id string, parsed *key) {
	members, ok := parseObject(string(raw))
	if !ok {
		return idOf(raw), nil
	}
	id = members.get("kid").text
	if !meantForTokens(members) {
		return id, nil
	}
	public := publicKey(raw)
	if bound := bind(members.get("alg"), public, issuers); bound != nil {
		return id, &key{bound, public}
	}
	return id, nil
}

// idOf is the key id of a key that the strict reader refused: nor may another one with it be used.
func idOf(raw []byte) string {
	var key struct {
		ID string `json:"kid"`
	}
	_ = json.Unmarshal(raw, &key)
	return key.ID
}

// meantForTokens checks what the key says of its use (RFC 7517, section 4): a member that is there must allow
// it.
func meantForTokens(members object) bool {
	if !isKeyID(members.get("kid")) {
		return false
	}
	if use := members.get("use"); use.kind != absent && use.text != "sig" {
		return false
	}
	operations := members.get("key_ops")
	for _, operation := range operations.items() {
		if operation.kind == isText && operation.text == "verify" {
			return true
		}
	}
	return operations.kind == absent
}

// bind gives the one algorithm that a key is for, nil where there is none.
func bind(alg value, public crypto.PublicKey, issuers []*algorithm) *algorithm {
	candidates := issuers
	if alg.kind != absent {
		candidates = []*algorithm{algorithmNamed(alg.text)}
	}
	for _, candidate := range candidates {
		if candidate != nil && candidate.fits(public) {
			return candidate
		}
	}
	return nil
}

// publicKey reads the key itself: an RSA key, a point on one of the curves of ECDSA, or an Ed25519 key. It is
// nil where there is none, or one that is too weak.
func publicKey(raw []byte) crypto.PublicKey {
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
	if bits := public.N.BitLen(); bits < minRSABits || bits > maxRSABits || public.E < minExponent || public.E%2 == 0 {
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
