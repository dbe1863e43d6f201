package sigv4_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"portcullis/deploy/gateway/sigv4"
)

// The credentials of the tests: a user's, and those of a session.
const (
	userKey      = "AKIDUSER"
	sessionKey   = "ASIDSESSION"
	expiredKey   = "ASIDEXPIRED"
	secret       = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	sessionToken = "FQoGZXIvYXdzE/a+b=="
)

var signedAt = time.Date(2011, time.November, 15, 20, 0, 0, 0, time.UTC)

func lookup(accessKeyID string) (sigv4.Credentials, bool) {
	switch accessKeyID {
	case userKey:
		return sigv4.Credentials{SecretAccessKey: secret}, true
	case sessionKey:
		return sigv4.Credentials{SecretAccessKey: secret, SessionToken: sessionToken, Expires: signedAt.Add(time.Hour)}, true
	case expiredKey:
		return sigv4.Credentials{SecretAccessKey: secret, SessionToken: sessionToken, Expires: signedAt}, true
	case "AKIDZERO":
		return sigv4.Credentials{}, true
	}
	return sigv4.Credentials{}, false
}

func clockOf(now time.Time) func() time.Time { return func() time.Time { return now } }

// verifierAt is one of execute-api in eu-west-1 whose clock stands.
func verifierAt(t testing.TB, now time.Time) *sigv4.Verifier {
	t.Helper()
	verifier, err := sigv4.New(sigv4.Config{Region: "eu-west-1", Lookup: lookup, Now: clockOf(now)})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// received is a request as a server has it.
type received struct {
	*http.Request
	path string
	body []byte
}

// onWire writes the request and reads it again.
func onWire(t testing.TB, r *http.Request) received {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	read, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(read.Body)
	if err != nil {
		t.Fatal(err)
	}
	path, _, _ := strings.Cut(read.RequestURI, "?")
	return received{read, path, body}
}

func (r received) verify(v *sigv4.Verifier) (*sigv4.Signed, error) {
	return v.Verify(r.Request, r.path, r.body)
}

// request makes one of its first line, such as "GET /a?b=c", and lines of headers; the body is the text after an empty line.
func request(t testing.TB, text string) *http.Request {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	line, headers, _ := strings.Cut(head, "\n")
	method, target, _ := strings.Cut(line, " ")
	r, err := http.NewRequest(method, "https://abc.execute-api.eu-west-1.amazonaws.com"+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for header := range strings.Lines(headers) {
		name, value, _ := strings.Cut(header, ":")
		r.Header.Add(name, strings.TrimSpace(value))
	}
	return r
}

func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func credentialsOf(accessKeyID string) aws.Credentials {
	credentials := aws.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secret}
	if strings.HasPrefix(accessKeyID, "ASID") {
		credentials.SessionToken = sessionToken
	}
	return credentials
}

// signHeader signs with the AWS SDK, and returns what the server receives.
func signHeader(t testing.TB, r *http.Request, accessKeyID string, at time.Time) received {
	t.Helper()
	body := bodyOf(t, r)
	if err := v4.NewSigner().SignHTTP(context.Background(), credentialsOf(accessKeyID), r, bodyHash(body), "execute-api", "eu-west-1", at); err != nil {
		t.Fatal(err)
	}
	return onWire(t, r)
}

// presign does so in the query; the request's X-Amz-Expires, if any, is already there.
func presign(t testing.TB, r *http.Request, accessKeyID string, at time.Time) received {
	t.Helper()
	body := bodyOf(t, r)
	address, headers, err := v4.NewSigner().PresignHTTP(context.Background(), credentialsOf(accessKeyID), r, bodyHash(body), "execute-api", "eu-west-1", at)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := http.NewRequest(r.Method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sent.Header = headers
	return onWire(t, sent)
}

// bodyOf reads the body and puts it back.
func bodyOf(t testing.TB, r *http.Request) []byte {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

// codeOf is the code of a refusal, and empty without one.
func codeOf(t testing.TB, err error) (sigv4.Code, string) {
	t.Helper()
	if err == nil {
		return "", ""
	}
	refused := (*sigv4.Error)(nil)
	if !errors.As(err, &refused) {
		t.Fatalf("%v is no *sigv4.Error", err)
	}
	if text := err.Error(); strings.Contains(text, secret) || strings.Contains(text, sessionToken) {
		t.Errorf("the error shows a secret: %s", text)
	}
	return refused.Code, refused.Message
}
