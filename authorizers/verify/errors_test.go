package verify_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// checkText checks that an error of a fetch is of bounded length, and that all of it can be printed.
func checkText(t *testing.T, what string, err error) {
	t.Helper()
	if code(err) != "unavailable" {
		t.Errorf("%s: error %v", what, err)
		return
	}
	if text := err.Error(); len(text) > 600 {
		t.Errorf("%s: an error of %d bytes", what, len(text))
	} else if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(text) {
		t.Errorf("%s: error %q", what, text)
	}
}

// TestErrorsOfDiscovery: an issuer's document does not decide how long an error is, nor how it looks.
func TestErrorsOfDiscovery(t *testing.T) {
	const issuer = "https://issuer.example.com"
	long, odd := strings.Repeat("x", 500_000), `\u202e\u001b[31m\u0085\u2066\n\u0000`
	tests := []struct{ name, document string }{
		{"long address of another scheme", `{"issuer":"` + issuer + `","jwks_uri":"ftp://` + long + `"}`},
		{"long address", `{"issuer":"` + issuer + `","jwks_uri":"https://h/` + long + `"}`},
		{"long address over http", `{"issuer":"` + issuer + `","jwks_uri":"http://h/` + long + `"}`},
		{"address as long as may be", `{"issuer":"` + issuer + `","jwks_uri":"https://h/` + long[:2000] + `"}`},
		{"long issuer", `{"issuer":"` + long + `","jwks_uri":"https://h/k"}`},
		{"odd address", `{"issuer":"` + issuer + `","jwks_uri":"https://h/` + odd + `"}`},
		{"odd issuer", `{"issuer":"` + odd + `","jwks_uri":"https://h/k"}`},
		{"odd address that is long", `{"issuer":"` + issuer + `","jwks_uri":"https://h/` + strings.Repeat(odd, 1000) + `"}`},
		{"no JSON", long},
	}
	for _, test := range tests {
		fixture := verifytest.New(issuer, "EdDSA")
		v := newVerifier(t, fixture, func(c *verify.Config) {
			asOIDC(c)
			c.Issuers[0].Algorithms = []string{"EdDSA"}
			c.Client = &http.Client{Transport: byPath{verifytest.DiscoveryPath: test.document}}
		})
		_, err := v.Verify(t.Context(), fixture.OIDC(extra(nil)))
		checkText(t, test.name, err)
	}
}

// TestMeantIssuers: where an entry's issuer is not quite that of its discovery document, the error says what was meant.
func TestMeantIssuers(t *testing.T) {
	tests := []struct{ entry, document, want string }{
		{"https://a.example.com", "https://a.example.com/", "lacks the slash at its end"},
		{"https://a.example.com/", "https://a.example.com", "has a slash at its end that this one has not"},
		{"https://a.example.com/t/v2.0", "https://a.example.com/{tenantid}/v2.0", `"tenants"`},
		{"https://a.example.com", "https://b.example.com", `discovery document of "https://b.example.com"`},
	}
	for _, test := range tests {
		fixture := verifytest.New(test.entry, "EdDSA")
		v := newVerifier(t, fixture, func(c *verify.Config) {
			asOIDC(c)
			c.Client = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				body := fmt.Sprintf(`{"issuer":%q,"jwks_uri":"https://keys.example.com"}`, test.document)
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body))}, nil
			})}
		})
		unavailable := (*authorizers.UnavailableError)(nil)
		if err := v.Prefetch(t.Context()); !errors.As(err, &unavailable) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.entry, err, test.want)
		}
	}
}

// TestErrorsOfHTTP: nor do the bytes of its answer.
func TestErrorsOfHTTP(t *testing.T) {
	const odd = "\x1b[31m\x07\x00\u202e\u2066\xff"
	tests := []struct{ name, answer string }{
		{"odd header line", "HTTP/1.1 200 OK\r\n" + odd + "\r\n\r\n"},
		{"huge header line", "HTTP/1.1 200 OK\r\nbad " + odd + strings.Repeat("y", 100_000) + "\r\n\r\n"},
		{"odd status", "HTTP/1.1 " + odd + "\r\n\r\n"},
		{"huge status", "HTTP/1.1 " + strings.Repeat("y", 100_000) + "\r\n\r\n"},
		{"odd protocol", odd + "\r\n\r\n"},
		{"odd length", "HTTP/1.1 200 OK\r\nContent-Length: " + odd + "\r\n\r\n"},
		{"odd encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: x" + strings.Repeat("y", 100_000) + "\r\n\r\n"},
		{"odd key set", fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(odd), odd)},
	}
	for _, test := range tests {
		s := newScene(t, nil)
		s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			fmt.Fprint(connection, test.answer)
		})
		_, err := s.verifier.Verify(t.Context(), s.token())
		checkText(t, test.name, err)
	}
}

// TestErrorsOfTransports: nor does what a transport says of it, such as a proxy's answer.
func TestErrorsOfTransports(t *testing.T) {
	for _, text := range []string{"odd \x1b[31m\x07\x00\u202e\u2066\xff", strings.Repeat("ü", 100_000), strings.Repeat("\xff", 100_000)} {
		s := newScene(t, func(c *verify.Config) {
			c.Client = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New(text) })}
		})
		_, err := s.verifier.Verify(t.Context(), s.token())
		checkText(t, fmt.Sprintf("%.20q", text), err)
	}
}
