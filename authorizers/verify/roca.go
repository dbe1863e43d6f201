package verify

import "math/big"

// rocaPrimes are the primes up to 167 modulo which not every number is a power of 65537.
var rocaPrimes = []int64{11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157}

// hasROCAPattern tells whether a modulus looks like one of the library whose keys can be factored (CVE-2017-15361):
// its primes, and so their product, are powers of 65537 modulo every small prime. Of other moduli one in 200 million
// is. See "The Return of Coppersmith's Attack", section 2 (https://doi.org/10.1145/3133956.3133969).
func hasROCAPattern(modulus *big.Int) bool {
	for _, prime := range rocaPrimes {
		if !isPowerOf65537(new(big.Int).Mod(modulus, big.NewInt(prime)).Int64(), prime) {
			return false
		}
	}
	return true
}

// isPowerOf65537 tells whether a number below a prime is a power of 65537 modulo that.
func isPowerOf65537(n, prime int64) bool {
	for power := int64(1); ; {
		if power == n {
			return true
		}
		if power = power * 65537 % prime; power == 1 {
			return false
		}
	}
}
