package sigv4_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	"portcullis/deploy/gateway/sigv4"
)

// A signed request, and its signature on another path.
func ExampleVerifier_Verify() {
	verifier, err := sigv4.New(sigv4.Config{
		Region: "eu-west-1",
		Lookup: func(accessKeyID string) (sigv4.Credentials, bool) {
			return sigv4.Credentials{SecretAccessKey: "local-secret"}, accessKeyID == "AKIALOCAL"
		},
		Now: func() time.Time { return time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("GET", "http://127.0.0.1:8080/http-iam/users", nil)
	r.Header.Set("X-Amz-Date", "20260102T030405Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIALOCAL/20260102/eu-west-1/execute-api/aws4_request, "+
		"SignedHeaders=host;x-amz-date, Signature=684292fcc7a209a7ffe7bece555eebef206597c831c0f9ec5b6cb8c352fa23ac")
	signed, err := verifier.Verify(r, "/http-iam/users", nil)
	fmt.Println(signed.AccessKeyID, signed.Scope, err)

	_, err = verifier.Verify(r, "/http-iam/users/7", nil)
	refused := (*sigv4.Error)(nil)
	fmt.Println(errors.As(err, &refused), refused.Code)
	// Output:
	// AKIALOCAL 20260102/eu-west-1/execute-api/aws4_request <nil>
	// true InvalidSignatureException
}
