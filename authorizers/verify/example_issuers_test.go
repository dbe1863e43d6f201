package verify_test

import (
	"context"
	"fmt"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// keycloak is the entry of a Keycloak realm, as ISSUERS.md shows it.
var keycloak = verify.Issuer{
	Issuer:   "https://id.example.com/realms/shop",
	Audience: []string{"orders-api"},
	Require:  map[string][]string{"typ": {"Bearer"}},
	ID:       []string{"sub", "azp"},
	Owners:   new(true),
	Grants: map[string]map[string][]string{
		"/realm_access/roles": {"customer": {"orders/own"}},
		"/resource_access/orders-api/roles": {
			"reader": {"orders/read"},
			"writer": {"orders/read", "orders/write"},
		},
	},
}

// Tokens of a realm of our own and of a partner's user pool: each gains only what the entry of its issuer says, and only
// the realm's users may own.
func Example_severalIssuers() {
	realm, pool := verifytest.NewServer(), verifytest.NewServer()
	defer realm.Close()
	defer pool.Close()

	own := keycloak
	own.Issuer = realm.URL
	partner := verify.Issuer{
		Issuer: pool.URL, Audience: []string{"partner"}, TokenUse: []string{verify.UseAccess},
		Scopes: []string{"orders/read"},
	}
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{own, partner}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer verifier.Close()

	for _, token := range []string{
		realm.Token(verifytest.LikeKeycloak, verifytest.Options{Subject: "ada", Audience: []string{"orders-api"}, Roles: []string{"writer"}}),
		pool.Token(verifytest.LikeCognito, verifytest.Options{Subject: "ada", ClientID: "partner", Scopes: []string{"orders/read", "orders/write"}}),
	} {
		claims, err := verifier.Verify(context.Background(), token)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(claims.ID, claims.Scopes, "owns nothing:", claims.OwnsNothing)
	}
	// Output:
	// ada [orders/read orders/write] owns nothing: false
	// ada [orders/read] owns nothing: true
}
