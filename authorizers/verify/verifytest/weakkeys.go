package verifytest

import (
	"crypto/rsa"
	"math/big"
)

// weakKey is an RSA key that nobody may use. It is no secret.
type weakKey struct {
	n, d string // hexadecimal; e is 65537
}

var (
	// rocaKey was made as the library of CVE-2017-15361 makes keys: each prime is k·M + (65537^a mod M), where M is the
	// product of the first 126 primes. See "The Return of Coppersmith's Attack", section 2
	// (https://doi.org/10.1145/3133956.3133969).
	rocaKey = weakKey{
		"ba78487de2d45db85c468e1fcd05023bd5ec84f47d942ce069b9210fd266ce5798b945ff5b25cafdb70bd0f490f3e3b2" +
			"23faf2d399dfd5c011831f4325230de6ed5cba64580f214d0d5e6d9b0f38b2291fe5b66a974f1325007a167c82bb14ee" +
			"ab2c8f301f96e0f714a52fcd6230253ea081a322dbe117ea10799c9ba40cbe7daa6901190ce343c8afd8ad6e09ddaa35" +
			"4904456e67b08f2f86556b1ee4b5c987b90698355ccec24ca0202186a8825fb2697a1e14674e76a7888cd2cfb85fb964" +
			"df1e0e5a36fd2c31ee340a9337a69f03ae7b57c6838d675553adac5d44f087429a278a0ff7be6205175c97c9b7beb655" +
			"1eb84d9b8313b58b6f570c19127ac093",
		"558c679db19a42a1195c9949c7b29b92be1373f003491ec99a577fee9555eb26ceff7938ad258a9a9a0706c79d54f74a" +
			"bc2d1e88abd8c0650ce3be4cfcd5b74411f3efe3a76ed1955b23ce5f4c3d73a76065f029b8df63661f70e3ae1e001c9b" +
			"5ed6e39e6d6fb828434581c7d55b474b13324698f08db57e022ef90582df01e93604ed951ffcd33d5acf2feb6cdc4bb3" +
			"7ae2f32535750977dfb33589e7776a8fd0ef5de12774cedb66d47d4f4b2110d6a56a301c0e2ececca9e7c077ddb4a581" +
			"5442ecda4d15a6eff427c18565eb47f22b000c88b222962379cc1144af71d2fbf70df7cbd1dd2be2588e3242b2b7eaf9" +
			"26c2c7cd82c5f127782b55eaeb67db39",
	}
	// evenKey is twice a prime.
	evenKey = weakKey{
		"831a18b835ac46288a536ac2f32bdf73c0190f922c07089d7c402737eb0ec78a330df6329c5f9d0631ebfb98bb1449d3" +
			"b1f0f498a7fce83ab97a9862af6f2d607904513758e04bfa074e44f03ae5d18440128be702f3f2b2d353749bc3a738ba" +
			"8ede721cac3d12c41d6ba79b354397d5ee7cabdb83df56abf337c9a2af04f8a7bae623ed87c70ea4e618252a8f126927" +
			"3c7befc5f06eed12aba15bd899a0bd53b5c801183aa781a386f22dbb1fa0c426967c1650b36aadfb914ebe95f86ab0f8" +
			"8b4ebd06040f4d4ad11d690d564888df714d1f686cb1e4863a70fa9ebaa43aaa47cc6cd5f721ee2435b568775a5fd0a2" +
			"565a018cb23080e02145dd79d532414a",
		"79e5e1e625c1b0da3103aed8e5517dcb1a6a32d82ea7bb92f2dc939aa2ac734c447c4ed6701f56d953c19f863b2c7a18" +
			"a3f2eefaa1f7bdd61c6fa910d91dfe8b1cfaaea94fb1fdf2d4a829e154622b95541dea87396fa9d22c3c04c86ffb23fc" +
			"12ab325f06a722b3c6c73a684df6334f6f17ec9386e23aac56d120626b69abea0915c38230251db0a560fdedbc69d9eb" +
			"e98933405076536870bcefb14de6ef22ce7ad0c9be7fd142434f1ac64a7a28e7d834386b80e7482e08c5b6dfaac34919" +
			"502e3e0341f31862e05d0038ae69731a8f36ae6561eb6618886e54191261714ab2c798cab9a68ace9041c488753771bd" +
			"ff9c60a4796a2fea3605c81067f2fa5",
	}
)

func (w weakKey) public() *rsa.PublicKey { return &rsa.PublicKey{N: mustHex(w.n), E: 65537} }

// sign is the private operation (RFC 8017 section 5.2.1) for a message that is encoded already.
func (w weakKey) sign(encoded []byte) []byte {
	n := mustHex(w.n)
	m := new(big.Int).SetBytes(encoded)
	return m.Exp(m, mustHex(w.d), n).FillBytes(make([]byte, len(n.Bytes())))
}

func mustHex(text string) *big.Int {
	n, ok := new(big.Int).SetString(text, 16)
	if !ok {
		panic("verifytest: no hexadecimal number")
	}
	return n
}
