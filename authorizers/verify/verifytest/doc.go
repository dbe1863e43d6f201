// Package verifytest is a fixture token issuer, as net/http/httptest is a fixture server: a test
// gets an issuer with a published key set, and signed tokens, in one line each.
//
//	issuer := verifytest.NewServer()
//	defer issuer.Close()
//	token := issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}})
//
// Its tokens have the claims of an Amazon Cognito user pool, or of an OpenID Connect issuer, or any
// that the test names; or those that another provider writes, such as Microsoft Entra ID or GitHub Actions (see [Like]):
//
//	token := issuer.Token(verifytest.LikeEntra, verifytest.Options{Roles: []string{"Orders.Read"}})
//
// A second Issuer of the same URL is a forger: it signs for that URL with a key
// that the first one never published.
//
// Other algorithms than RS256 (see [Algorithms]); the first one named signs, until Use:
//
//	issuer := verifytest.NewServer("ES256", "RS256")
//	elliptic := issuer.OIDC(verifytest.Options{})
//	issuer.Use("RS256")
//	rsa := issuer.OIDC(verifytest.Options{})
//
// Every kind of token that a verifier must refuse, made from claims that are good:
//
//	for _, broken := range issuer.Broken(issuer.CognitoAccessClaims(verifytest.Options{})) {
//		if err := verify(broken.Token); err == nil {
//			t.Errorf("%s is accepted: %s", broken.Name, broken.Why)
//		}
//	}
//
// One of them, by its name; or bytes that no map can express, with a good signature:
//
//	unsigned := issuer.Break("alg-none", claims)
//	twice := issuer.SignRaw(header, []byte(`{"exp":1,"exp":2000000000}`))
//
// The package vectors beside this one has them as files, for tests in any language.
//
// New keys, beside the old ones or in their place, and odd ones among them:
//
//	issuer.Rotate()
//	issuer.Replace()
//	issuer.Publish(map[string]any{"kty": "oct", "kid": "symmetric", "k": "AAAA"})
//	issuer.PublishOdd("rsa-1024")
//
// An issuer that is down, slow, not to be cached, or answers with something else:
//
//	issuer.Outage(true)
//	issuer.Slow(time.Minute)
//	issuer.CacheControl("no-store")
//	issuer.Handle(verifytest.KeySetPath, http.NotFoundHandler())
//
// Keys that are the same each time, from a seed, and a kid as a provider writes it:
//
//	issuer := verifytest.NewWithKeys("http://127.0.0.1:9099/pool", verifytest.Keys{Seed: "fixture", Like: verifytest.LikeCognito})
//
// It is for tests and for desks. It authenticates nobody, and its functions panic where a test could
// not go on. The keys live as long as the Issuer and are never written anywhere. Whoever knows a seed has its keys.
package verifytest
