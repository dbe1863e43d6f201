package sigv4_test

import "testing"

func BenchmarkVerify(b *testing.B) {
	verifier := verifierAt(b, signedAt)
	for name, r := range map[string]received{
		"header":    signHeader(b, request(b, "GET /test/users/7?limit=10&next=abc\nAccept: application/json"), sessionKey, signedAt),
		"presigned": presign(b, request(b, "GET /test/users/7?limit=10&next=abc"), sessionKey, signedAt),
		"body":      signHeader(b, request(b, "POST /test/users\nContent-Type: application/json\n\n{\"name\":\"Ann\",\"email\":\"ann@example.com\"}"), sessionKey, signedAt),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.verify(verifier); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
