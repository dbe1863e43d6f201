package verify_test

import (
	"context"
	"errors"
	"fmt"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

func Example() {
	issuer := verifytest.NewServer()
	defer issuer.Close()

	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{
		{Issuer: issuer.URL, Audience: []string{"shop"}, TokenUse: []string{verify.UseAccess}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}

	claims, err := verifier.Verify(context.Background(), issuer.CognitoAccess(verifytest.Options{ClientID: "shop", Username: "ada"}))
	fmt.Println(claims.Username, err)

	_, err = verifier.Verify(context.Background(), issuer.CognitoAccess(verifytest.Options{ClientID: "other"}))
	var refused *authorizers.TokenError
	fmt.Println(errors.As(err, &refused), refused.Code, refused.Claim)
	// Output:
	// ada <nil>
	// true audience-mismatch client_id
}
