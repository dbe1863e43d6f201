package verifytest

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"math/big"
	"slices"
)

// rsaBreakages are signatures that only a verifier takes for good which does not look at their length
// or size (RFC 8017 sections 8.1.2 and 8.2.2, step 1, and 5.2.2).
var rsaBreakages = []breakage{
	{"rsa-zero-stripped", "The signature begins with a zero, which is missing.", onlyRSA, func(g *good) string {
		for n := 0; ; n++ {
			input := encode(g.header("")) + "." + encode(append(g.payload(""), blanks(n)...))
			if signature := g.key.sign(input); signature[0] == 0 {
				return input + "." + encode(signature[1:])
			}
		}
	}},
	{"rsa-plus-modulus", "The modulus is added to the signature.", onlyRSA, func(g *good) string {
		return altered(func(s []byte) []byte {
			return new(big.Int).Add(new(big.Int).SetBytes(s), g.modulus()).Bytes()
		})(g)
	}},
}

func (g *good) modulus() *big.Int { return g.key.private.Public().(*rsa.PublicKey).N }

// raw signs a message that is encoded already (RFC 8017 section 5.2.1).
func (g *good) raw(encoded []byte) []byte {
	private := g.key.private.(*rsa.PrivateKey)
	m := new(big.Int).SetBytes(encoded)
	return m.Exp(m, private.D, private.N).FillBytes(make([]byte, private.Size()))
}

// pkcs1Breakages are encodings that are not that of RFC 8017 section 9.2, bit by bit. T is a
// DigestInfo.
var pkcs1Breakages = []breakage{
	{"pkcs1-null-missing", "The DigestInfo lacks the NULL of its algorithm.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		short := slices.Delete(slices.Clone(info), 15, 17)
		short[1], short[3] = short[1]-2, short[3]-2
		return padded(append(short, digest...), size)
	})},
	{"pkcs1-null-other", "The DigestInfo has other parameters than NULL.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		info[15] = 4 // OCTET STRING
		return padded(append(info, digest...), size)
	})},
	{"pkcs1-ber-length", "A length in the DigestInfo takes more bytes than it needs.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		return padded(append(slices.Insert(info, 1, 0x81), digest...), size)
	})},
	{"pkcs1-other-hash", "The DigestInfo names another hash, SHA-3 of the same length.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		info[14] += 7
		return padded(append(info, digest...), size)
	})},
	{"pkcs1-hash-alone", "There is no DigestInfo about the hash.", onlyPKCS1, asPKCS1(func(_, digest []byte, size int) []byte {
		return padded(digest, size)
	})},
	{"pkcs1-bytes-after-hash", "The padding is short, and other bytes follow the hash.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		t := append(info, digest...)
		return append(padded(t, len(t)+11), make([]byte, size-len(t)-11)...)
	})},
	{"pkcs1-padding-short", "The padding is eight bytes, with zeros before it.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		t := append(info, digest...)
		return append(make([]byte, size-len(t)-11), padded(t, len(t)+11)...)
	})},
	{"pkcs1-padding-byte", "One byte of the padding is not FF.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		encoded := padded(append(info, digest...), size)
		encoded[20] = 0xfe
		return encoded
	})},
	{"pkcs1-padding-zeros", "The padding is of zeros.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		t := append(info, digest...)
		return append(append([]byte{0, 1}, make([]byte, size-len(t)-2)...), t...)
	})},
	{"pkcs1-block-type", "The padding is that of encryption.", onlyPKCS1, asPKCS1(func(info, digest []byte, size int) []byte {
		encoded := padded(append(info, digest...), size)
		encoded[1] = 2
		return encoded
	})},
}

// asPKCS1 signs what encode makes of the beginning of a DigestInfo, the hash, and the size of the key.
func asPKCS1(encoded func(info, digest []byte, size int) []byte) func(*good) string {
	return func(g *good) string {
		digest := g.key.digest([]byte(g.input()))
		return g.input() + "." + encode(g.raw(encoded(digestInfo(g.key.hash), digest, g.modulus().BitLen()/8)))
	}
}

// digestInfo is what stands before the hash (RFC 8017 section 9.2, note 1).
func digestInfo(hash crypto.Hash) []byte {
	size := byte(hash.Size())
	oid := map[crypto.Hash]byte{crypto.SHA256: 1, crypto.SHA384: 2, crypto.SHA512: 3}[hash]
	return []byte{0x30, 17 + size, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, oid, 5, 0, 4, size}
}

// padded is 0, 1, FF to fill the size, 0, and t.
func padded(t []byte, size int) []byte {
	return slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xff}, size-len(t)-3), []byte{0}, t)
}
