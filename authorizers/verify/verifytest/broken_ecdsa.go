package verifytest

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"math/big"
)

// ecdsaBreakages are of r and s, each of which is from 1 to N-1 (FIPS 186-5 section 6.4.2), in full
// length (RFC 7518 section 3.4). N-s for s is no breakage: both are good.
var ecdsaBreakages = []breakage{
	{"ecdsa-r-zero", "The r is 0.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.r = new(big.Int) })},
	{"ecdsa-s-zero", "The s is 0.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.s = new(big.Int) })},
	{"ecdsa-r-order", "The r is N.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.r = e.n })},
	{"ecdsa-s-order", "The s is N.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.s = e.n })},
	{"ecdsa-both-order", "Both r and s are N.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.r, e.s = e.n, e.n })},
	{"ecdsa-r-order-minus-1", "The r is N-1.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.r = new(big.Int).Sub(e.n, big.NewInt(1)) })},
	{"ecdsa-s-order-minus-1", "The s is N-1.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.s = new(big.Int).Sub(e.n, big.NewInt(1)) })},
	{"ecdsa-both-one", "Both r and s are 1.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.r, e.s = big.NewInt(1), big.NewInt(1) })},
	{"ecdsa-swapped", "The s is before the r.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.r, e.s = e.s, e.r })},
	{"ecdsa-r-plus-order", "N is added to r.", onlyES512, asECDSA(func(e *ecdsaSignature) { e.r = new(big.Int).Add(e.r, e.n) })},
	{"ecdsa-s-plus-order", "N is added to s.", onlyES512, asECDSA(func(e *ecdsaSignature) { e.s = new(big.Int).Add(e.s, e.n) })},
	{"ecdsa-wide", "Each of r and s has a zero in front.", onlyECDSA, asECDSA(func(e *ecdsaSignature) { e.size++ })},
	{"ecdsa-der", "The signature is in DER, and not r and s in full length.", onlyECDSA, func(g *good) string {
		e := g.ecdsa()
		der, err := asn1.Marshal(struct{ R, S *big.Int }{e.r, e.s})
		must(err)
		return g.input() + "." + encode(der)
	}},
}

type ecdsaSignature struct {
	r, s, n *big.Int // n is the order of the curve
	size    int      // of r and of s, in bytes
}

func (g *good) ecdsa() *ecdsaSignature {
	signature := g.key.sign(g.input())
	size := len(signature) / 2
	n := g.key.private.Public().(*ecdsa.PublicKey).Params().N
	return &ecdsaSignature{new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:]), n, size}
}

func asECDSA(change func(*ecdsaSignature)) func(*good) string {
	return func(g *good) string {
		e := g.ecdsa()
		change(e)
		return g.input() + "." + encode(append(e.r.FillBytes(make([]byte, e.size)), e.s.FillBytes(make([]byte, e.size))...))
	}
}
