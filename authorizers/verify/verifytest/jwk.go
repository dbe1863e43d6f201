package verifytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"math/big"
)

// publicJWK is a public key as a JWK (RFC 7517 section 4), and its kid in the form of a provider's.
func publicJWK(a algorithm, public crypto.PublicKey, like Like) (jwk map[string]any, id string) {
	required := keyMembers(public)
	id = keyIDLike(like, thumbprint(required))
	jwk = map[string]any{"use": "sig", "alg": a.name, "kid": id}
	maps.Copy(jwk, required)
	return jwk, id
}

// keyMembers are the members that make the key (RFC 7518 sections 6.2.1 and 6.3.1, RFC 8037 section
// 2), which are those that its thumbprint is of (RFC 7638 section 3.2).
func keyMembers(public crypto.PublicKey) map[string]any {
	switch public := public.(type) {
	case *rsa.PublicKey:
		e := big.NewInt(int64(public.E)).Bytes()
		return map[string]any{"kty": "RSA", "n": encode(public.N.Bytes()), "e": encode(e)}
	case *ecdsa.PublicKey:
		point := uncompressed(public)
		size := coordinateSize(public.Curve)
		return map[string]any{"kty": "EC", "crv": public.Params().Name, "x": encode(point[1 : 1+size]), "y": encode(point[1+size:])}
	default:
		return map[string]any{"kty": "OKP", "crv": "Ed25519", "x": encode(public.(ed25519.PublicKey))}
	}
}

// uncompressed is 4, then both coordinates in full length (SEC 1 section 2.3.3).
func uncompressed(public *ecdsa.PublicKey) []byte {
	point, err := public.Bytes()
	must(err)
	return point
}

// thumbprint is RFC 7638's, of a JWK's required members: encoding/json sorts them as it asks.
func thumbprint(required map[string]any) [sha256.Size]byte { return sha256.Sum256(mustJSON(required)) }

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
