package verify

import (
	"bytes"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/lestrrat-go/jwx/v2/jwa"
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
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&set); err != nil {
		return nil, fmt.Errorf("not a key set: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("not a key set: something follows it")
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("the key set has %d keys; %d are the most", len(set.Keys), maxKeys)
	}
	keys, count := map[string]*rsa.PublicKey{}, map[string]int{}
	for _, raw := range set.Keys {
		key, err := jwk.ParseKey(raw)
		if err != nil {
			continue
		}
		count[key.KeyID()]++
		if public := usable(key); public != nil && count[key.KeyID()] == 1 {
			keys[key.KeyID()] = public
		} else {
			delete(keys, key.KeyID())
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set has no usable key")
	}
	return keys, nil
}

// usable gives the RSA public key of a JWK that may verify RS256, nil of any other.
func usable(key jwk.Key) *rsa.PublicKey {
	public, ok := key.(jwk.RSAPublicKey)
	if !ok || key.KeyID() == "" || len(key.KeyID()) > maxKeyID {
		return nil
	}
	if use := key.KeyUsage(); use != "" && use != string(jwk.ForSignature) {
		return nil
	}
	if operations := key.KeyOps(); len(operations) > 0 && !slices.Contains(operations, jwk.KeyOpVerify) {
		return nil
	}
	if algorithm := key.Algorithm().String(); algorithm != "" && algorithm != jwa.RS256.String() {
		return nil
	}
	var raw rsa.PublicKey
	if err := public.Raw(&raw); err != nil {
		return nil
	}
	if bits := raw.N.BitLen(); bits < minRSABits || bits > maxRSABits || raw.E < minExponent || raw.E%2 == 0 {
		return nil
	}
	return &raw
}
