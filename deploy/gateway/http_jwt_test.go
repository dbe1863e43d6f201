package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
)

const jwtMode = "name: test\ngateway: HTTP\nauthorization: JWT\nauthorizer: {issuer: https://issuer.example, audience: [app]}\n"

// tokens verifies tokens of one issuer, whatever a mode calls it.
type tokens struct {
	issuer *verifytest.Issuer
	now    func() time.Time
	asked  []gateway.TokenIssuer
}

func (v *tokens) Verifier(wanted gateway.TokenIssuer) (gateway.TokenVerifier, error) {
	v.asked = append(v.asked, wanted)
	verifier, err := verify.New(verify.Config{
		Issuers: []verify.Issuer{{Issuer: v.issuer.URL, Audience: wanted.Audience}}, Now: v.now,
	})
	return verifying{verifier}, err
}

type verifying struct{ *verify.Verifier }

func (v verifying) VerifyToken(ctx context.Context, token string) error {
	_, err := v.Verify(ctx, token)
	if wrong := (*authorizers.TokenError)(nil); errors.As(err, &wrong) {
		return &gateway.TokenError{Description: string(wrong.Code), Expired: wrong.Code == authorizers.CodeExpired}
	}
	return err
}

// newVerifier starts an issuer. Its clock stands where a stage's begins.
func newVerifier(t *testing.T) *tokens {
	t.Helper()
	v := &tokens{issuer: verifytest.NewServer(), now: func() time.Time { return time.Unix(1_900_000_000, 0) }}
	t.Cleanup(v.issuer.Close)
	return v
}

// newJWTStage starts a stage that takes tokens of the issuer for "app".
func newJWTStage(t *testing.T, modeText string) (*stage, *tokens) {
	t.Helper()
	v := newVerifier(t)
	return newHTTPStage(t, modeText, func(c *setting) { c.Tokens = v }), v
}

// sign makes a token of now, with the scopes.
func (v *tokens) sign(scopes ...string) string { return v.issuer.OIDC(v.options(scopes...)) }

func (v *tokens) options(scopes ...string) verifytest.Options {
	return verifytest.Options{ClientID: "app", Subject: "me", Scopes: scopes, IssuedAt: v.now().Add(-time.Minute)}
}

func TestJWT(t *testing.T) {
	s, v := newJWTStage(t, jwtMode)
	read, write := v.sign("things/read"), v.sign("things/write", "other")
	scp := v.options()
	scp.Extra = map[string]any{"scp": []string{"things/read"}}
	both := v.options("other")
	both.Extra = map[string]any{"scp": []string{"things/read"}}
	other, late := v.options("things/read"), v.options("things/read")
	other.ClientID = "other"
	late.IssuedAt = late.IssuedAt.Add(-2 * time.Hour)
	bad := func(code string) string {
		return `Bearer scope="" error="invalid_token" error_description="` + code + `"`
	}
	lacks := func(scopes string) string {
		return `Bearer scope="` + scopes + `" error="insufficient_scope" error_description="expected scopes: [` + scopes + `]"`
	}
	for _, test := range []struct {
		request   string
		status    int
		body      string
		challenge string
	}{
		{"GET /test/things\nAuthorization: Bearer " + read, 200, "GET /things", ""},
		{"GET /test/things\nAuthorization: bearer " + read, 200, "GET /things", ""},
		{"GET /test/things\nAuthorization: " + read, 200, "GET /things", ""},
		{"GET /test/things\nAuthorization: Bearer " + v.issuer.OIDC(scp), 200, "GET /things", ""},
		{"POST /test/things\nAuthorization: Bearer " + write, 200, "", ""}, // any one of the route's
		{"POST /test/things\nAuthorization: Bearer " + v.sign("things/admin"), 200, "", ""},
		{"GET /test/session\nAuthorization: Bearer " + v.sign(), 200, "GET /session", ""},
		{"GET /test/open", 200, "GET /open", ""},
		{"GET /test/open\nAuthorization: Bearer nonsense", 200, "GET /open", ""},
		{"GET /test/things", 401, unauthorized, "Bearer"},
		{"GET /test/things\nAuthorization: ", 401, unauthorized, "Bearer"},
		{"GET /test/session", 401, unauthorized, "Bearer"},
		{"GET /test/things?Authorization=" + read, 401, unauthorized, "Bearer"},
		{"GET /test/things\nAuthorization: nonsense", 401, unauthorized, bad("token-malformed")},
		{"GET /test/things\nAuthorization: Bearer", 401, unauthorized, bad("token-malformed")},
		{"GET /test/things\nAuthorization: Basic " + read, 401, unauthorized, bad("token-malformed")},
		{"GET /test/things\nAuthorization: Bearer Bearer " + read, 401, unauthorized, bad("token-malformed")},
		{"GET /test/things\nAuthorization: Bearer " + v.issuer.OIDC(other), 401, unauthorized, bad("audience-mismatch")},
		{"GET /test/things\nAuthorization: Bearer " + v.issuer.OIDC(late), 401, unauthorized, bad("token-expired")},
		{"GET /test/things\nAuthorization: Bearer " + v.issuer.Break("alg-none", v.issuer.OIDCClaims(v.options("things/read"))), 401, unauthorized, bad("token-malformed")},
		{"GET /test/things\nAuthorization: Bearer " + write, 403, forbidden, lacks("things/read")},
		{"GET /test/things\nAuthorization: Bearer " + v.sign(), 403, forbidden, lacks("things/read")},
		{"GET /test/things\nAuthorization: Bearer " + v.issuer.OIDC(both), 403, forbidden, lacks("things/read")},
		{"GET /test/things\nAuthorization: Bearer " + v.sign("things/readers", "THINGS/READ"), 403, forbidden, lacks("things/read")},
		{"POST /test/things\nAuthorization: Bearer " + read, 403, forbidden, lacks("things/admin things/write")},
		{"GET /test/any\nAuthorization: Bearer " + write, 403, forbidden, lacks("things/read")},
		{"GET /test/nowhere\nAuthorization: Bearer " + read, 404, notFound, ""},
	} {
		got := s.send(t, test.request)
		name := fmt.Sprintf("%.60s", test.request)
		if got.status != test.status || test.body != "" && got.body != test.body {
			t.Errorf("%s: %d %s, want %d %s", name, got.status, got.body, test.status, test.body)
		}
		if challenge := got.header.Get("www-authenticate"); challenge != test.challenge {
			t.Errorf("%s: challenge %s\nwant %s", name, challenge, test.challenge)
		}
	}
	if len(v.asked) != 1 || v.asked[0].Issuer != "https://issuer.example" || strings.Join(v.asked[0].Audience, " ") != "app" || v.asked[0].UserPool != "" || v.asked[0].Use != "" {
		t.Errorf("verifiers asked for: %+v", v.asked)
	}
}

// TestJWTBroken: no broken token passes, whatever is wrong with it.
func TestJWTBroken(t *testing.T) {
	s, v := newJWTStage(t, jwtMode)
	for _, broken := range v.issuer.Broken(v.issuer.OIDCClaims(v.options("things/read"))) {
		if strings.ContainsAny(broken.Token, "\r\n\x00") || strings.TrimSpace(broken.Token) != broken.Token {
			continue // a header's value holds and keeps no such thing (RFC 9110, section 5.5)
		}
		if got := s.send(t, "GET /test/things\nAuthorization: Bearer "+broken.Token); got.status == 200 || got.status == 403 {
			t.Errorf("%s: %+v", broken.Name, got)
		}
	}
	if s.things.calls() != 0 {
		t.Error("the function was called")
	}
}

// TestJWTCannotTell: whether a token is good is not known while its issuer's keys are not.
func TestJWTCannotTell(t *testing.T) {
	s, v := newJWTStage(t, jwtMode)
	v.issuer.Outage(true)
	got := s.send(t, "GET /test/things\nAuthorization: Bearer "+v.sign("things/read"))
	if got.status != 500 || got.body != serverError || got.header.Get("www-authenticate") != "" {
		t.Errorf("%+v", got)
	}
}

func TestJWTInQuery(t *testing.T) {
	s, v := newJWTStage(t, with(jwtMode, "{issuer", "{identitySource: $request.querystring.token, issuer"))
	token := v.sign("things/read")
	for request, status := range map[string]int{
		"GET /test/things?token=" + token: 200, "GET /test/things?token=Bearer%20" + token: 200,
		"GET /test/things?token=": 401, "GET /test/things?token=Bearer%20": 401,
		"GET /test/things\nAuthorization: Bearer " + token: 401,
	} {
		if got := s.send(t, request); got.status != status {
			t.Errorf("%.60s: %+v", request, got)
		}
	}
}

// sayer is a verifier that refuses every token in its own words.
type sayer string

func (w sayer) Verifier(gateway.TokenIssuer) (gateway.TokenVerifier, error) { return w, nil }
func (w sayer) VerifyToken(context.Context, string) error {
	return &gateway.TokenError{Description: string(w)}
}

// TestJWTDescription: what a verifier says cannot end the header's parameter.
func TestJWTDescription(t *testing.T) {
	s := newHTTPStage(t, jwtMode, func(c *setting) { c.Tokens = sayer("a \"b\"\\\r\nSet-Cookie: c\x00 ä") })
	got := s.send(t, "GET /test/things\nAuthorization: x")
	want := `Bearer scope="" error="invalid_token" error_description="a 'b''''Set-Cookie: c' '"`
	if got.status != 401 || got.header.Get("www-authenticate") != want {
		t.Errorf("%+v, want %s", got, want)
	}
	if got.header.Get("Set-Cookie") != "" {
		t.Error("a header of the description's own")
	}
}

// newError makes a gateway of an HTTP API that is not to be made, and gives the error.
func newError(t *testing.T, modeText string, change func(*setting)) error {
	t.Helper()
	contract, err := contract.Parse("contract.yaml", []byte(httpContract))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	config := setting{contract, m, gateway.Config{Functions: map[string]gateway.Invoker{"token": stuck{}, "things": stuck{}}}}
	if change != nil {
		change(&config)
	}
	_, err = config.serve()
	return err
}
