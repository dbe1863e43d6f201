package verifytest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"math/big"
	"slices"
)

// ed25519Breakages are R and S that RFC 8032 section 5.1.7 does not let pass, or that only a verifier
// lets pass which multiplies by the cofactor.
var ed25519Breakages = []breakage{
	{"ed25519-s-not-reduced", "The order is added to S.", onlyEd25519, altered(func(s []byte) []byte {
		return append(s[:32], littleEndian(new(big.Int).Add(fromLittleEndian(s[32:]), ed25519Order()))...)
	})},
	{"ed25519-s-order", "The S is the order.", onlyEd25519, altered(func(s []byte) []byte {
		return append(s[:32], littleEndian(ed25519Order())...)
	})},
	{"ed25519-s-high-bit", "The highest bit of S is set.", onlyEd25519, altered(func(s []byte) []byte {
		s[63] |= 0x80
		return s
	})},
	{"ed25519-r-order-2", "The R is the point of order 2, which multiplication by the cofactor hides.", onlyEd25519, smallOrder(
		append(append([]byte{0xec}, bytes.Repeat([]byte{0xff}, 30)...), 0x7f))},
	{"ed25519-r-order-4", "The R is a point of order 4, which multiplication by the cofactor hides.", onlyEd25519, smallOrder(make([]byte, 32))},
	{"ed25519-r-not-canonical", "The R is the neutral point, with a coordinate that is not reduced.", onlyEd25519, smallOrder(
		append(append([]byte{0xee}, bytes.Repeat([]byte{0xff}, 30)...), 0x7f))},
}

// neutralBreakages have an R that only the neutral secret number makes. The equation of RFC 8032 section 5.1.7 holds.
var neutralBreakages = []breakage{
	{"ed25519-r-neutral", "The R is the neutral point, so that S tells the secret key.", onlyEd25519, smallOrder(append([]byte{1}, make([]byte, 31)...))},
}

// smallOrder signs with an R of small order in the place of that of a secret number: S is then what
// the rest of the equation needs.
func smallOrder(r []byte) func(*good) string {
	return func(g *good) string {
		private := g.key.private.(ed25519.PrivateKey)
		secret := sha512.Sum512(private.Seed())
		secret[0], secret[31] = secret[0]&248, secret[31]&127|64
		hash := sha512.Sum512(slices.Concat(r, private[32:], []byte(g.input())))
		s := new(big.Int).Mul(fromLittleEndian(hash[:]), fromLittleEndian(secret[:32]))
		s.Mod(s, ed25519Order())
		return g.input() + "." + encode(append(slices.Clone(r), littleEndian(s)...))
	}
}

// ed25519Order is L of RFC 8032 section 5.1.
func ed25519Order() *big.Int {
	order, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return order.Add(order, new(big.Int).Lsh(big.NewInt(1), 252))
}

func fromLittleEndian(b []byte) *big.Int {
	reversed := slices.Clone(b)
	slices.Reverse(reversed)
	return new(big.Int).SetBytes(reversed)
}

func littleEndian(n *big.Int) []byte {
	b := n.FillBytes(make([]byte, 32))
	slices.Reverse(b)
	return b
}
