package verifytest

import (
	"bytes"
	"crypto"
	"encoding/binary"
	"slices"
)

// pssBreakages are encodings that are not that of RFC 8017 section 9.1.1 with the parameters of RFC
// 7518 section 3.5.
var pssBreakages = []breakage{
	{"pss-salt-empty", "There is no salt.", onlyPSS, asPSS(func(e *pssEncoding) { e.salt = 0 })},
	{"pss-salt-short", "The salt is a byte shorter than the hash.", onlyPSS, asPSS(func(e *pssEncoding) { e.salt-- })},
	{"pss-salt-long", "The salt is a byte longer than the hash.", onlyPSS, asPSS(func(e *pssEncoding) { e.salt++ })},
	{"pss-salt-maximal", "The salt is as long as the key allows.", onlyPSS, asPSS(func(e *pssEncoding) { e.salt = e.size - e.hash.Size() - 2 })},
	{"pss-trailer", "The last byte is not BC.", onlyPSS, asPSS(func(e *pssEncoding) { e.trailer = 0xcc })},
	{"pss-separator", "The byte before the salt is not 1.", onlyPSS, asPSS(func(e *pssEncoding) { e.separator = 2 })},
	{"pss-padding", "The padding is not of zeros.", onlyPSS, asPSS(func(e *pssEncoding) { e.padding = 1 })},
	{"pss-mask-other-hash", "The mask is made with another hash than the signature's.", onlyPSS, asPSS(func(e *pssEncoding) {
		e.mask = map[crypto.Hash]crypto.Hash{crypto.SHA256: crypto.SHA512, crypto.SHA384: crypto.SHA256, crypto.SHA512: crypto.SHA256}[e.hash]
	})},
}

type pssEncoding struct {
	hash, mask                  crypto.Hash
	size, salt                  int // bytes of the key and of the salt
	trailer, separator, padding byte
}

// newPSSEncoding is the right one, for a key of so many bytes.
func newPSSEncoding(hash crypto.Hash, size int) *pssEncoding {
	return &pssEncoding{hash: hash, mask: hash, size: size, salt: hash.Size(), trailer: 0xbc, separator: 1}
}

func asPSS(change func(*pssEncoding)) func(*good) string {
	return func(g *good) string {
		e := newPSSEncoding(g.key.hash, g.modulus().BitLen()/8)
		change(e)
		return g.input() + "." + encode(g.raw(e.encode(g.key.digest([]byte(g.input())))))
	}
}

// encode is for keys whose length in bits is a multiple of 8. The salt, which may be any, is of A's.
func (e *pssEncoding) encode(digest []byte) []byte {
	salt := bytes.Repeat([]byte{'A'}, e.salt)
	h := e.hash.New()
	h.Write(slices.Concat(make([]byte, 8), digest, salt))
	sum := h.Sum(nil)
	block := make([]byte, e.size-len(sum)-1)
	if start := len(block) - e.salt - 1; start > 0 {
		block[start-1] = e.padding
	}
	block[len(block)-e.salt-1] = e.separator
	copy(block[len(block)-e.salt:], salt)
	for n, b := range generateMask(e.mask, sum, len(block)) {
		block[n] ^= b
	}
	block[0] &= 0x7f
	return slices.Concat(block, sum, []byte{e.trailer})
}

// generateMask is MGF1 (RFC 8017 appendix B.2.1).
func generateMask(hash crypto.Hash, seed []byte, size int) []byte {
	var mask []byte
	for counter := uint32(0); len(mask) < size; counter++ {
		h := hash.New()
		h.Write(binary.BigEndian.AppendUint32(slices.Clone(seed), counter))
		mask = h.Sum(mask)
	}
	return mask[:size]
}
