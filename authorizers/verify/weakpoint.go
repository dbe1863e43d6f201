package verify

import (
	"encoding/hex"
	"slices"
)

// smallOrder are the y coordinates, little-endian, of the points of edwards25519 whose order divides 8. A
// signature with such a point may hold for several messages, or under several keys; no honest signer makes
// one. See "Taming the many EdDSAs", section 4 (https://eprint.iacr.org/2020/1244).
var smallOrder = [][]byte{
	point("0000000000000000000000000000000000000000000000000000000000000000"), // order 4
	point("0100000000000000000000000000000000000000000000000000000000000000"), // order 1
	point("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), // order 8
	point("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), // order 8
	point("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), // order 2
}

func point(text string) []byte {
	y, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return y
}

// isWeakPoint tells whether an encoded point (RFC 8032, section 5.1.2) has a small order, or a y coordinate
// that is not reduced, as no honest encoder writes it.
func isWeakPoint(encoded []byte) bool {
	y := slices.Clone(encoded)
	y[31] &= 0x7f // without the sign of x
	return slices.ContainsFunc(smallOrder, func(small []byte) bool { return slices.Equal(small, y) }) || !isReduced(y)
}

// isReduced tells whether a little-endian number of 255 bits is less than 2^255 - 19.
func isReduced(y []byte) bool {
	if y[0] < 0xed || y[31] != 0x7f {
		return true
	}
	return slices.ContainsFunc(y[1:31], func(b byte) bool { return b != 0xff })
}
