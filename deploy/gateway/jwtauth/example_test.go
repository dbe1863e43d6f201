package jwtauth_test

import (
	"context"
	"fmt"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/jwtauth"
)

// A JWT authorizer of the stack's own user pool.
func ExampleNew() {
	pool := verifytest.NewServer()
	defer pool.Close()
	all, err := jwtauth.New(jwtauth.Config{UserPool: jwtauth.UserPool{Issuer: pool.URL, KeySet: pool.KeySetURL(), ClientIDs: []string{"my-app"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer all.Close()
	authorizer, err := all.Verifier(gateway.TokenIssuer{}) // the zero value is the stack's own pool
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(authorizer.VerifyToken(context.Background(), pool.CognitoAccess(verifytest.Options{ClientID: "my-app"})))
	fmt.Println(authorizer.VerifyToken(context.Background(), pool.CognitoAccess(verifytest.Options{ClientID: "other"})))
	// Output:
	// <nil>
	// the token does not have a valid audience
}
