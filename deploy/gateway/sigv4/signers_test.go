package sigv4_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"portcullis/deploy/gateway/sigv4"
)

// signedRequests are what the AWS SDK and botocore sign alike. botocore writes "*" and its kind into the signed query as
// they stand, so queries here have them encoded.
var signedRequests = []string{
	"GET /",
	"GET /test/things",
	"GET /test/things/",
	"GET /a%20b",
	"GET /a%2Fb",
	"GET /%E1%88%B4/%c3%a9",
	"GET /~a/-_.",
	"GET /a+b",
	"GET /a*b",
	"GET /a:b@c",
	"GET /a;b,c=d&e$!'()",
	"GET /..a/b../...",
	"GET /%2E%2E/b",
	"GET /?a=b",
	"GET /?b=2&a=1&B=3&a=0",
	"GET /?a-b=1&a=2&a%2Fb=3",
	"GET /?a=b%20c",
	"GET /?a=b%2Bc",
	"GET /?a=%2A%21%27%28%29",
	"GET /?a=",
	"GET /?%E1%88%B4=%25",
	"GET /things\nX-Custom:   a   b  \nX-Custom: c\nX-Empty:",
	"GET /things\nX-Amz-Meta-A: 1\nAccept: application/json",
	"POST /things\nContent-Type: application/json\n\n{\"name\":\"a\"}",
	"PUT /things/7?dry=yes\n\nbytes \x00\xff",
	"DELETE /things/7",
	"PATCH /things/7\n\n{}",
}

func TestAWSSDKSigns(t *testing.T) {
	verifier := verifierAt(t, signedAt)
	own := []string{ // of the SDK, which encodes the query anew
		"GET /?a=b+c", "GET /?a", "GET /?a&b=&=c", "GET /?a=*!'()", "GET /?a&&b", "GET ", "GET ?a=b",
	}
	for _, text := range append(own, signedRequests...) {
		for _, key := range []string{userKey, sessionKey} {
			header := signHeader(t, request(t, text), key, signedAt)
			accepts(t, text, verifier, header, sigv4.Signed{AccessKeyID: key, Expires: signedAt.Add(5 * time.Minute)})
			if text == "GET " { // http.Request.Write makes it "GET /"
				continue
			}
			query := presign(t, request(t, text), key, signedAt)
			accepts(t, text, verifier, query, sigv4.Signed{AccessKeyID: key, Expires: signedAt.Add(5 * time.Minute), Presigned: true})
		}
	}
}

func accepts(t *testing.T, name string, verifier *sigv4.Verifier, r received, want sigv4.Signed) {
	t.Helper()
	signed, err := r.verify(verifier)
	if err != nil {
		t.Errorf("%q: %v", name, err)
		return
	}
	want.SignedAt, want.Scope = signedAt, sigv4.Scope{Date: "20111115", Region: "eu-west-1", Service: "execute-api"}
	if *signed != want {
		t.Errorf("%q: got %+v, want %+v", name, *signed, want)
	}
}

// TestFormsOfOneRequest: what means the same to the signature, signed once and sent otherwise.
func TestFormsOfOneRequest(t *testing.T) {
	tests := []struct {
		signed, path, query string
		code                sigv4.Code
	}{
		{"GET /a/b?c=d+e", "/a/b", "c=d+e", ""},
		{"GET /a/b?c=d+e", "/a/b", "c=d%20e", ""},
		{"GET /a/b?c=d+e", "/a/b", "c=d%2Be", sigv4.InvalidSignature},
		{"GET /a/b?c=d+e", "/a/b", "&c=d%20e&", ""},
		{"GET /a/b?c=~", "/a/b", "c=%7e", ""},
		{"GET /a/b?c=1&c=2", "/a/b", "c=2&c=1", ""},
		{"GET /a/b?c=1&c=2", "/a/b", "c=1", sigv4.InvalidSignature},
		{"GET /a/b?c", "/a/b", "c=", ""},
		{"GET /a/b", "//a/./b", "", ""},
		{"GET /a/b", "/x/../a//b", "", ""},
		{"GET /a/b", "/../a/b", "", ""},
		{"GET /a/b", "/a/b/", "", sigv4.InvalidSignature},
		{"GET /a/b", "/a/%62", "", sigv4.InvalidSignature},
		{"GET /a/b", "/a%2Fb", "", sigv4.InvalidSignature},
		{"GET /a/b", "/a/b/..", "", sigv4.InvalidSignature},
		{"GET /", "", "", ""},
		{"GET /", "/a/..", "", ""},
		{"GET //a/b", "//a/b", "", sigv4.InvalidSignature}, // the SDK does not normalize
		{"GET /a/./b", "/a/./b", "", sigv4.InvalidSignature},
	}
	for _, test := range tests {
		r := signHeader(t, request(t, test.signed), userKey, signedAt)
		r.path, r.URL.RawQuery = test.path, test.query
		_, err := r.verify(verifierAt(t, signedAt))
		if code, _ := codeOf(t, err); code != test.code {
			t.Errorf("%s as %s?%s: got %v, want %q", test.signed, test.path, test.query, err, test.code)
		}
	}
}

// TestStatedHash: x-amz-content-sha256 is the body's hash or nothing, whichever of the two the signer put into
// the signature.
func TestStatedHash(t *testing.T) {
	const text = "POST /things\n\nbody"
	right := bodyHash([]byte("body"))
	for stated, want := range map[string]sigv4.Code{
		right:                                "",
		bodyHash([]byte("other")):            sigv4.InvalidSignature,
		strings.ToUpper(right):               sigv4.InvalidSignature,
		"UNSIGNED-PAYLOAD":                   sigv4.InvalidSignature,
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD": sigv4.InvalidSignature,
		"":                                   sigv4.InvalidSignature,
	} {
		for _, signed := range []string{stated, right} {
			inHeader := request(t, text)
			inHeader.Header.Set("X-Amz-Content-Sha256", stated)
			inQuery := request(t, strings.Replace(text, "things", "things?X-Amz-Content-Sha256="+stated, 1))
			for _, r := range []*http.Request{inHeader, inQuery} {
				if err := v4.NewSigner().SignHTTP(context.Background(), credentialsOf(userKey), r, signed, "execute-api", "eu-west-1", signedAt); err != nil {
					t.Fatal(err)
				}
				_, err := onWire(t, r).verify(verifierAt(t, signedAt))
				if code, _ := codeOf(t, err); code != want {
					t.Errorf("%q, signed %q: got %v, want %q", stated, signed, err, want)
				}
			}
		}
	}
}

// TestOverHTTP signs what a server then receives, with the port in its host and a length in its header.
func TestOverHTTP(t *testing.T) {
	verifier, err := sigv4.New(sigv4.Config{Region: "eu-west-1", Lookup: lookup})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		body, _ := io.ReadAll(r.Body)
		if _, err := verifier.Verify(r, path, body); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
		}
	}))
	defer server.Close()
	for _, body := range []string{"", "body"} {
		r, err := http.NewRequest("POST", server.URL+"/a%20b?c=d", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := v4.NewSigner().SignHTTP(context.Background(), credentialsOf(userKey), r, bodyHash([]byte(body)), "execute-api", "eu-west-1", time.Now()); err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("body %q: %d %s", body, response.StatusCode, answer)
		}
	}
}
