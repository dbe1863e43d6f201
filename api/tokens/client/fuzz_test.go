package client_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
)

// FuzzAnswers: whatever a server answers, there are tokens that can stand in a header, a challenge that can be answered, or an
// error of one line.
func FuzzAnswers(f *testing.F) {
	f.Add(200, `{"accessToken":"a.b.c","idToken":"i","refreshToken":"r","expiresIn":3600,"tokenType":"Bearer"}`)
	f.Add(200, `{"challenge":"SMS_MFA","session":"s","parameters":{"username":"u","mfaTypes":["SMS_MFA"]}}`)
	f.Add(401, `{"error":"Invalid credentials"}`)
	f.Add(503, `{"error":"later\n\u001b[2J","refreshToken":"next"}`)
	f.Add(302, ``)
	f.Fuzz(func(t *testing.T, status int, body string) {
		answer := roundTrip(func(*http.Request) *http.Response {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
		})
		c, err := client.New(client.Config{Address: "http://127.0.0.1", Transport: answer})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: "PASSWORD"})
		if err != nil {
			if strings.ContainsFunc(err.Error(), unicode.IsControl) || strings.Contains(err.Error(), "PASSWORD") && !strings.Contains(body, "PASSWORD") {
				t.Fatalf("%q", err)
			}
			return
		}
		if status != http.StatusOK || (got.Tokens == nil) == (got.Challenge == nil) {
			t.Fatalf("status %d: %+v", status, got)
		}
		if got.Tokens != nil {
			for _, token := range []tokens.Secret{got.Tokens.Access, got.Tokens.ID, got.Tokens.Refresh} {
				if token == "" || strings.ContainsAny(string(token), " \r\n\x1b\"") {
					t.Fatalf("token %q", string(token))
				}
			}
		}
	})
}

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	response := f(r)
	response.Request = r
	return response, nil
}
