package verifytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
)

// hmacBreakages have a MAC whose secret is what everybody knows (RFC 8725 section 2.1).
var hmacBreakages = []breakage{
	{"hs256-pem", "HS256, keyed with the public key as PEM.", condition{}, maced("HS256", crypto.SHA256, pkixPEM)},
	{"hs384-pem", "HS384, keyed with the public key as PEM.", condition{}, maced("HS384", crypto.SHA384, pkixPEM)},
	{"hs512-pem", "HS512, keyed with the public key as PEM.", condition{}, maced("HS512", crypto.SHA512, pkixPEM)},
	{"hs256-pem-trimmed", "HS256, keyed with the public key as PEM without the last line break.", condition{}, maced("HS256", crypto.SHA256, func(k key) []byte {
		return []byte(strings.TrimSpace(string(pkixPEM(k))))
	})},
	{"hs256-der", "HS256, keyed with the public key as DER.", condition{}, maced("HS256", crypto.SHA256, pkixDER)},
	{"hs256-pkcs1-pem", "HS256, keyed with the public key as PKCS#1 in PEM.", onlyRSA, maced("HS256", crypto.SHA256, func(k key) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: pkcs1DER(k)})
	})},
	{"hs256-pkcs1-der", "HS256, keyed with the public key as PKCS#1.", onlyRSA, maced("HS256", crypto.SHA256, pkcs1DER)},
	{"hs256-raw", "HS256, keyed with the modulus, with both coordinates, or with the bytes of the Ed25519 key.", condition{}, maced("HS256", crypto.SHA256, rawKey)},
	{"hs256-raw-text", "HS256, keyed with what is in n or x of the published key, as it is written there.", condition{}, maced("HS256", crypto.SHA256, func(k key) []byte {
		if n, present := k.jwk["n"]; present {
			return []byte(n.(string))
		}
		return []byte(k.jwk["x"].(string))
	})},
	{"hs256-x", "HS256, keyed with the first coordinate.", onlyECDSA, maced("HS256", crypto.SHA256, func(k key) []byte { return rawKey(k)[:len(rawKey(k))/2] })},
	{"hs256-point", "HS256, keyed with the public point, uncompressed.", onlyECDSA, maced("HS256", crypto.SHA256, func(k key) []byte {
		return uncompressed(k.private.Public().(*ecdsa.PublicKey))
	})},
	{"hs256-jwk", "HS256, keyed with the published key as JSON.", condition{}, maced("HS256", crypto.SHA256, func(k key) []byte { return mustJSON(k.jwk) })},
	{"hs256-kid", "HS256, keyed with the kid.", condition{}, maced("HS256", crypto.SHA256, func(k key) []byte { return []byte(k.id) })},
	{"hs256-empty", "HS256, with an empty secret.", condition{}, maced("HS256", crypto.SHA256, func(key) []byte { return nil })},
}

func maced(alg string, hash crypto.Hash, secret func(key) []byte) func(*good) string {
	return func(g *good) string {
		header := g.key.header()
		header["alg"] = alg
		input := encode(mustJSON(header)) + "." + encode(g.payload(""))
		mac := hmac.New(hash.New, secret(g.key))
		mac.Write([]byte(input))
		return input + "." + encode(mac.Sum(nil))
	}
}

func pkixDER(k key) []byte {
	der, err := x509.MarshalPKIXPublicKey(k.private.Public())
	must(err)
	return der
}

func pkixPEM(k key) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkixDER(k)})
}

func pkcs1DER(k key) []byte { return x509.MarshalPKCS1PublicKey(k.private.Public().(*rsa.PublicKey)) }

func rawKey(k key) []byte {
	switch public := k.private.Public().(type) {
	case *rsa.PublicKey:
		return public.N.Bytes()
	case *ecdsa.PublicKey:
		return uncompressed(public)[1:]
	default:
		return public.(ed25519.PublicKey)
	}
}

// attackerBreakages are signed by an attacker's key, which the header brings along (RFC 7515 sections
// 4.1.2 to 4.1.6) under a kid of its own, or under the issuer's.
func attackerBreakages() []breakage {
	members := []struct {
		name, why string
		value     func(*good, *attacker) any
	}{
		{"jwk", "is in the header's jwk", func(_ *good, a *attacker) any { return a.jwk }},
		{"x5c", "is in a certificate in the header's x5c", func(_ *good, a *attacker) any {
			return []string{base64.StdEncoding.EncodeToString(a.certificate)}
		}},
		{"jku", "is in the set that the header's jku leads to", func(g *good, _ *attacker) any { return g.issuer.address(lureKeySetPath) }},
		{"x5u", "is in the certificate that the header's x5u leads to", func(g *good, _ *attacker) any { return g.issuer.address(lureCertificatePath) }},
		{"forged", "is nowhere", nil},
	}
	var all []breakage
	for _, m := range members {
		forge := func(kid func(*good, *attacker) string) func(*good) string {
			return func(g *good) string {
				a := g.issuer.attacker(g.key.algorithm)
				header := map[string]any{"alg": a.name, "kid": kid(g, a)}
				if m.value != nil {
					header[m.name] = m.value(g, a)
				}
				return a.token(header, g.claims)
			}
		}
		why := fmt.Sprintf("The token is signed by an attacker's key, which %s, under ", m.why)
		all = append(all,
			breakage{m.name + "-own-kid", why + "a kid of its own.", condition{}, forge(func(_ *good, a *attacker) string { return a.id })},
			breakage{m.name + "-our-kid", why + "the kid of the issuer's key.", condition{}, forge(func(g *good, _ *attacker) string { return g.key.id })})
	}
	return all
}
