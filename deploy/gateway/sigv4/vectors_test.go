package sigv4_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway/sigv4"
)

// TestAWSVectors checks the requests of AWS's own test suite for signers, signed as AWS publishes them
// (github.com/awslabs/aws-c-auth, tests/aws-signing-test-suite/v4; Apache License 2.0). The presigned ones come without the
// X-Amz-Date header that the suite sends beside the one in the query, unsigned. Left out are those that no server gets:
// header values folded over lines, which net/http joins before anyone sees them.
func TestAWSVectors(t *testing.T) {
	files, err := filepath.Glob("testdata/aws/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no vectors", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r := vector(t, file)
			credentials := sigv4.Credentials{SecretAccessKey: secret, SessionToken: sigv4.Secret(r.Header.Get("X-Amz-Security-Token"))}
			verifier := vectorVerifier(t, credentials)
			signed, err := r.verify(verifier)
			if err != nil {
				t.Fatal(err)
			}
			if want := "20150830/us-east-1/service/aws4_request"; signed.AccessKeyID != "AKIDEXAMPLE" || signed.Scope.String() != want {
				t.Errorf("signed %+v, want scope %s", signed, want)
			}
			credentials.SecretAccessKey += "x"
			_, err = r.verify(vectorVerifier(t, credentials))
			if code, _ := codeOf(t, err); code != sigv4.InvalidSignature {
				t.Errorf("another secret: %v", err)
			}
		})
	}
}

func vectorVerifier(t *testing.T, credentials sigv4.Credentials) *sigv4.Verifier {
	t.Helper()
	verifier, err := sigv4.New(sigv4.Config{
		Region: "us-east-1", Service: "service",
		Lookup: func(accessKeyID string) (sigv4.Credentials, bool) { return credentials, accessKeyID == "AKIDEXAMPLE" },
		Now:    func() time.Time { return time.Date(2015, time.August, 30, 12, 36, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// vector reads a request that net/http would not: some have spaces in the path.
func vector(t *testing.T, file string) received {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(text), "\n\n")
	line, headers, _ := strings.Cut(head, "\n")
	method, rest, _ := strings.Cut(strings.TrimSuffix(line, " HTTP/1.1"), " ")
	path, query, _ := strings.Cut(rest, "?")
	r := &http.Request{Method: method, URL: &url.URL{RawQuery: query}, Header: http.Header{}, ContentLength: int64(len(body))}
	for header := range strings.Lines(headers) {
		name, value, _ := strings.Cut(header, ":")
		r.Header.Add(name, strings.TrimSpace(value))
	}
	r.Host = r.Header.Get("Host")
	r.Header.Del("Host")
	return received{r, path, []byte(body)}
}
