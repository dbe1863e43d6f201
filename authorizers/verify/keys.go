package verify

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/lestrrat-go/jwx/v2/jwk"
)

const (
	maxKeys     = 100
	minRSABits  = 2048
	maxRSABits  = 8192
	minExponent = 65537
)

// parseKeys reads a JSON Web Key Set (RFC 7517, section 5) and keeps the keys that may verify RS256. Keys
// of other kinds, for other uses, too weak or with a key id that another one has are passed over; they do
// not spoil the rest. A set without a usable key is an error.
func parseKeys(data []byte) (map[string]*rsa.PublicKey, error) {
	var set map[string]json.RawMessage
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, fmt.Errorf("not a key set: %w", err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(set["keys"], &list); err != nil {
		return nil, fmt.Errorf("not a key set: keys: %w", err)
	}
	if len(list) > maxKeys {
		return nil, fmt.Errorf("the key set has %d keys; %d are the most", len(list), maxKeys)
	}
	keys, seen := map[string]*rsa.PublicKey{}, map[string]bool{}
	for _, raw := range list {
		var members map[string]any
		if err := json.Unmarshal(raw, &members); err != nil {
			continue
		}
		id, _ := members["kid"].(string)
		if public := usable(raw, members); public != nil && !seen[id] {
			keys[id] = public
		} else {
			delete(keys, id)
		}
		seen[id] = true
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set has no usable key")
	}
	return keys, nil
}

// usable gives the RSA public key of a JWK that may verify RS256, nil of any other.
func usable(raw []byte, members map[string]any) *rsa.PublicKey {
	if !meantForRS256(members) {
		return nil
	}
	key, err := jwk.ParseKey(raw)
	if err != nil {
		return nil
	}
	rsaKey, ok := key.(jwk.RSAPublicKey)
	if !ok || new(big.Int).SetBytes(rsaKey.E()).BitLen() > 31 {
		return nil
	}
	var public rsa.PublicKey
	if err := rsaKey.Raw(&public); err != nil {
		return nil
	}
	if bits := public.N.BitLen(); bits < minRSABits || bits > maxRSABits || public.E < minExponent || public.E%2 == 0 {
		return nil
	}
	return &public
}

// meantForRS256 checks what the key says of its use (RFC 7517, section 4): a member that is there must allow it.
func meantForRS256(members map[string]any) bool {
	id, _ := members["kid"].(string)
	if id == "" || len(id) > maxKeyID {
		return false
	}
	for member, want := range map[string]string{"use": "sig", "alg": "RS256"} {
		if value, present := members[member]; present && value != want {
			return false
		}
	}
	operations, present := members["key_ops"]
	list, _ := operations.([]any)
	return !present || slices.Contains(list, any("verify"))
}
