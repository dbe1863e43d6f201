package sigv4_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"portcullis/deploy/gateway/sigv4"
)

// FuzzNothingPassesWithoutTheSecret: whatever a request holds, nobody signs with a secret that was drawn a moment ago.
// The seeds are signed well, with another secret.
func FuzzNothingPassesWithoutTheSecret(f *testing.F) {
	drawn := sigv4.Secret(rand.Text())
	verifier, err := sigv4.New(sigv4.Config{Region: "eu-west-1", Now: clockOf(signedAt), Lookup: func(accessKeyID string) (sigv4.Credentials, bool) {
		credentials, found := lookup(accessKeyID)
		credentials.SecretAccessKey = drawn
		return credentials, found
	}})
	if err != nil {
		f.Fatal(err)
	}
	for _, key := range []string{userKey, sessionKey, expiredKey} {
		for _, r := range []received{
			signHeader(f, request(f, "POST /a%20b?c=d\nX-Custom: a\n\nbody"), key, signedAt),
			presign(f, request(f, "GET /a?X-Amz-Expires=60"), key, signedAt),
		} {
			f.Add(r.Method, r.path, r.URL.RawQuery, r.Header.Get("Authorization"), r.Header.Get("X-Amz-Date"), r.Header.Get("X-Amz-Security-Token"), "X-Custom", "a", r.body)
		}
	}
	f.Add("GET", "/", "", "Bearer x", "", "", "Date", "Tue, 15 Nov 2011 20:00:00 GMT", []byte{})
	codes := []sigv4.Code{sigv4.MissingAuthenticationToken, sigv4.IncompleteSignature, sigv4.InvalidSignature, sigv4.UnrecognizedClient, sigv4.ExpiredToken}
	f.Fuzz(func(t *testing.T, method, path, query, authorization, date, token, name, value string, body []byte) {
		r := &http.Request{Method: method, Host: "abc", URL: &url.URL{RawQuery: query}, Header: http.Header{}, ContentLength: int64(len(body))}
		for name, value := range map[string]string{"Authorization": authorization, "X-Amz-Date": date, "X-Amz-Security-Token": token, name: value} {
			if value != "" {
				r.Header.Add(name, value)
			}
		}
		signed, err := verifier.Verify(r, path, body)
		if code, message := codeOf(t, err); signed != nil || !slices.Contains(codes, code) || message == "" {
			t.Errorf("got %+v, %v", signed, err)
		}
	})
}

// FuzzSignedBySDKPasses: a request of any method, query, header and body that the SDK signs is accepted, and not with
// another body.
func FuzzSignedBySDKPasses(f *testing.F) {
	f.Add("a b", "1+2", "a  b", []byte("body"))
	f.Add("", "\xff", "é", []byte{})
	f.Add("X-Amz-Other", "%zz;", "\"", []byte{0})
	verifier := verifierAt(f, signedAt)
	f.Fuzz(func(t *testing.T, name, value, header string, body []byte) {
		if printable(header) == "" || len(url.QueryEscape(name)+url.QueryEscape(value)) > 8000 {
			return
		}
		switch name {
		case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature": // of presigned queries
			return
		}
		r := request(t, "POST /"+url.PathEscape(name)+"/x?"+url.Values{name: {value}}.Encode()+"\nX-Custom: "+printable(header)+"\n\n"+string(body))
		if name == "" || name == "." || name == ".." { // the SDK does not normalize
			r.URL.Path, r.URL.RawPath = "/x", ""
		}
		got := signHeader(t, r, userKey, signedAt)
		if _, err := got.verify(verifier); err != nil {
			t.Fatalf("%s?%s %v: %v", got.path, got.URL.RawQuery, got.Header, err)
		}
		got.body = append(got.body, 0)
		_, err := got.verify(verifier)
		if code, _ := codeOf(t, err); code != sigv4.InvalidSignature {
			t.Fatalf("another body: %v", err)
		}
	})
}

// printable is what a header may hold of the text.
func printable(text string) string {
	return string(slices.DeleteFunc([]byte(text), func(b byte) bool { return b < ' ' || b >= 127 }))
}
