package sigv4_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/testtools"
)

// botocoreRequest is what testdata/sign.py reads and writes.
type botocoreRequest struct {
	Method      string      `json:"method"`
	URL         string      `json:"url"`
	Headers     [][2]string `json:"headers"`
	Body        string      `json:"body"`
	AccessKeyID string      `json:"accessKeyID"`
	Secret      string      `json:"secret"`
	Token       string      `json:"token"`
	Presigned   bool        `json:"presigned"`
}

// TestBotocoreSigns: what the AWS CLI's signer signs, paths that it normalizes among them.
func TestBotocoreSigns(t *testing.T) {
	python := testtools.Botocore(t)
	own := []string{
		"GET //a//b/", "GET /./a/../b", "GET /a/b/..", "GET /..", "GET /a/.", "GET /a%20b//%2F/../c",
		"GET /things\nX-Custom: a \t b", "GET /things\nDate: now",
	}
	var asked []botocoreRequest
	for _, text := range append(own, signedRequests...) {
		if strings.Contains(text, "\xff") {
			continue // no JSON text
		}
		for _, key := range []string{userKey, sessionKey} {
			asked = append(asked, askBotocore(t, text, key, false))
			if !strings.HasPrefix(text, "P") && !strings.Contains(text, "Date") { // botocore moves bodies into the query
				asked = append(asked, askBotocore(t, text, key, true))
			}
		}
	}
	signed := signWithBotocore(t, python, asked)
	verifier, err := sigv4.New(sigv4.Config{Region: "eu-west-1", Lookup: endless})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range signed {
		wire := onWire(t, r.request(t))
		if _, err := wire.verify(verifier); err != nil {
			t.Errorf("%s %s %v, sent as %s %v: %v", asked[i].Method, asked[i].URL, asked[i].Headers, r.URL, wire.Header, err)
		}
		wire.path += "x"
		_, err := wire.verify(verifier)
		if code, _ := codeOf(t, err); code != sigv4.InvalidSignature {
			t.Errorf("%s %s with another path: %v", asked[i].Method, asked[i].URL, err)
		}
	}
}

// endless are the credentials without their end: botocore signs with the time of day.
func endless(accessKeyID string) (sigv4.Credentials, bool) {
	credentials, found := lookup(accessKeyID)
	credentials.Expires = signedAt.AddDate(1000, 0, 0)
	return credentials, found
}

func askBotocore(t *testing.T, text, key string, presigned bool) botocoreRequest {
	t.Helper()
	r := request(t, text)
	credentials := credentialsOf(key)
	asked := botocoreRequest{
		Method: r.Method, URL: r.URL.String(), Body: string(bodyOf(t, r)), Headers: [][2]string{},
		AccessKeyID: key, Secret: credentials.SecretAccessKey, Token: credentials.SessionToken, Presigned: presigned,
	}
	for name, values := range r.Header {
		for _, value := range values {
			asked.Headers = append(asked.Headers, [2]string{name, value})
		}
	}
	return asked
}

func signWithBotocore(t *testing.T, python string, asked []botocoreRequest) []botocoreRequest {
	t.Helper()
	input, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	var complaint bytes.Buffer
	command := exec.Command(python, "testdata/sign.py")
	command.Stdin, command.Stderr = bytes.NewReader(input), &complaint
	output, err := command.Output()
	if err != nil {
		t.Fatalf("sign.py: %v\n%s", err, &complaint)
	}
	var signed []botocoreRequest
	if err := json.Unmarshal(output, &signed); err != nil {
		t.Fatal(err)
	}
	if len(signed) != len(asked) {
		t.Fatalf("%d requests came back of %d", len(signed), len(asked))
	}
	return signed
}

func (b botocoreRequest) request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequest(b.Method, b.URL, strings.NewReader(b.Body))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range b.Headers {
		r.Header.Add(header[0], header[1])
	}
	return r
}
