package sigv4_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"portcullis/deploy/gateway/sigv4"
)

// signers have the credentials of the tests.
var signers = map[string]sigv4.Signer{
	"user":    {AccessKeyID: userKey, Credentials: sigv4.Credentials{SecretAccessKey: secret}, Region: "eu-west-1"},
	"session": {AccessKeyID: sessionKey, Credentials: sigv4.Credentials{SecretAccessKey: secret, SessionToken: sessionToken}, Region: "eu-west-1"},
}

// toSign is a request as a client is about to send it, with its path and query as they are written.
func toSign(t *testing.T, method, target string) (r *http.Request, path string) {
	t.Helper()
	path, query, _ := strings.Cut(target, "?")
	r, err := http.NewRequest(method, "https://api.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Path, r.URL.RawQuery = path, query
	r.Header.Set("X-Amz-Meta", "  two   words ")
	r.Header.Set("Content-Type", "application/json")
	return r, path
}

// TestSign: what is signed here holds, with odd paths and queries too, and for that request alone.
func TestSign(t *testing.T) {
	for name, signer := range signers {
		for _, target := range []string{
			"/stage/things", "/stage//things/./7/../8/", "/stage/a%2Fb%20c", "/stage/%C3%A4", "/stage/~x!$&'()*+,;=:@", "/",
			"/stage?b=2&a=1&b=1&a", "/stage?a=x+y&b=%2B&;=;&&=", "/stage?%C3%A4=%20&x=%7E*",
		} {
			r, path := toSign(t, "POST", target)
			if err := signer.Sign(r, path, []byte("{}"), signedAt); err != nil {
				t.Fatalf("%s: %s: %v", name, target, err)
			}
			if _, err := verifierAt(t, signedAt).Verify(r, path, []byte("{}")); err != nil {
				t.Errorf("%s: %s: %v", name, target, err)
			}
			if _, err := verifierAt(t, signedAt).Verify(r, path, []byte("{ }")); err == nil {
				t.Errorf("%s: %s: the signature is good for another body", name, target)
			}
			if _, err := verifierAt(t, signedAt).Verify(r, path+"/more", []byte("{}")); err == nil {
				t.Errorf("%s: %s: the signature is good for another path", name, target)
			}
			if strings.Contains(r.Header.Get("Authorization"), secret) {
				t.Errorf("%s: the header has the secret", name)
			}

			r, path = toSign(t, "GET", target)
			query, err := signer.Presign(r, path, signedAt, time.Hour)
			if err != nil {
				t.Fatalf("%s: %s: presigned: %v", name, target, err)
			}
			r.URL.RawQuery = query
			if _, err := verifierAt(t, signedAt.Add(59*time.Minute)).Verify(r, path, nil); err != nil {
				t.Errorf("%s: %s: presigned: %v", name, target, err)
			}
			if _, err := verifierAt(t, signedAt.Add(time.Hour+time.Second)).Verify(r, path, nil); err == nil {
				t.Errorf("%s: %s: the presigned query is good for longer than an hour", name, target)
			}
		}
	}
}

// TestSignAsSDK: where a path and a query are ordinary, a signature is the AWS SDK's.
func TestSignAsSDK(t *testing.T) {
	for name, signer := range signers {
		for _, target := range []string{"/stage/things/7", "/stage/things?limit=5&next=a%20b"} {
			ours, path := toSign(t, "GET", target)
			ours.Header.Del("Content-Type") // which the SDK signs too
			theirs := ours.Clone(t.Context())
			if err := signer.Sign(ours, path, nil, signedAt); err != nil {
				t.Fatal(err)
			}
			credentials := aws.Credentials{AccessKeyID: signer.AccessKeyID, SecretAccessKey: secret, SessionToken: string(signer.Credentials.SessionToken)}
			if err := v4.NewSigner().SignHTTP(context.Background(), credentials, theirs, bodyHash(nil), "execute-api", signer.Region, signedAt); err != nil {
				t.Fatal(err)
			}
			if got, want := ours.Header.Get("Authorization"), theirs.Header.Get("Authorization"); got != want {
				t.Errorf("%s: %s:\n%s, want\n%s", name, target, got, want)
			}
		}
	}
}

// TestSignRefuses what nobody could verify.
func TestSignRefuses(t *testing.T) {
	for _, target := range []string{"/stage?a=%zz", "/stage?X-Amz-Signature=0", "/stage?X-Amz-Algorithm=AWS4-HMAC-SHA256"} {
		r, path := toSign(t, "GET", target)
		if refused := (*sigv4.Error)(nil); !errors.As(signers["user"].Sign(r, path, nil, signedAt), &refused) {
			t.Errorf("%s: is signed", target)
		}
		if _, err := signers["user"].Presign(r, path, signedAt, time.Hour); err == nil {
			t.Errorf("%s: is presigned", target)
		}
	}
}
