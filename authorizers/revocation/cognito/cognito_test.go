package cognito_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/revocation/cognito"
	"portcullis/deploy/testtools/faults"
)

const (
	pool  = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example"
	token = "header.the-claims.the-signature"
)

// bearer are the claims of an access token of the pool.
func bearer(change func(*authorizers.Claims)) *authorizers.Claims {
	c := &authorizers.Claims{Issuer: pool, Subject: "7", TokenUse: "access", Scopes: []string{"users/read", cognito.UserAdminScope}}
	if change != nil {
		change(c)
	}
	return c
}

func openPool(t *testing.T, endpoint string, client *http.Client) *cognito.Pools {
	t.Helper()
	c, err := cognito.New(cognito.Config{Issuers: []string{pool}, Endpoint: endpoint, Client: client})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCognito: only Cognito's own word about this token is a refusal; all else cannot be told.
func TestCognito(t *testing.T) {
	const ann = `{"Username":"ann","UserAttributes":[{"Name":"sub","Value":"7"},{"Name":"email","Value":"ann@example.com"}]}`
	refuses := faults.Refuses
	tests := []struct {
		name     string
		answers  []http.HandlerFunc
		want     string // "": good; "revoked"; otherwise what the error says
		requests int32
	}{
		{"good", []http.HandlerFunc{faults.Says(200, ann)}, "", 1},
		{"without attributes", []http.HandlerFunc{faults.Says(200, `{"Username":"ann"}`)}, "", 1},
		{"revoked", []http.HandlerFunc{refuses(400, "NotAuthorizedException", "Access Token has been revoked")}, "revoked", 1},
		{"revoked, with a namespace", []http.HandlerFunc{refuses(400, "com.amazonaws.cognito#NotAuthorizedException:http://x/", "Access Token has been revoked")}, "revoked", 1},
		{"disabled", []http.HandlerFunc{refuses(400, "NotAuthorizedException", "User is disabled.")}, "revoked", 1},
		{"gone", []http.HandlerFunc{refuses(400, "UserNotFoundException", "User does not exist.")}, "revoked", 1},
		{"has to set a password", []http.HandlerFunc{refuses(400, "PasswordResetRequiredException", "x")}, "revoked", 1},
		{"not confirmed", []http.HandlerFunc{refuses(400, "UserNotConfirmedException", "x")}, "revoked", 1},
		{"throttled once", []http.HandlerFunc{refuses(400, "TooManyRequestsException", "x"), faults.Says(200, ann)}, "", 2},
		{"throttled, then revoked", []http.HandlerFunc{refuses(400, "TooManyRequestsException", "x"), refuses(400, "NotAuthorizedException", "x")}, "revoked", 2},
		{"hung up once", []http.HandlerFunc{faults.HangsUp, faults.Says(200, ann)}, "", 2},
		{"throttled", []http.HandlerFunc{refuses(400, "TooManyRequestsException", "Rate exceeded")}, "TooManyRequestsException", 2},
		{"internal", []http.HandlerFunc{refuses(500, "InternalErrorException", "x")}, "status 500", 2},
		{"a refusal with another status", []http.HandlerFunc{refuses(500, "NotAuthorizedException", "x")}, "status 500", 2},
		{"a refusal from a proxy", []http.HandlerFunc{refuses(403, "NotAuthorizedException", "x")}, "status 403", 1},
		{"hung up", []http.HandlerFunc{faults.HangsUp}, "EOF", 2},
		{"without the scope", []http.HandlerFunc{refuses(400, "NotAuthorizedException", "Access Token does not have required scopes")}, "NotAuthorizedException", 1},
		{"a message with the token", []http.HandlerFunc{refuses(400, "ForbiddenException", "not "+token)}, "ForbiddenException", 1},
		{"forbidden", []http.HandlerFunc{refuses(400, "ForbiddenException", "x")}, "ForbiddenException", 1},
		{"no pool", []http.HandlerFunc{refuses(400, "ResourceNotFoundException", "x")}, "ResourceNotFoundException", 1},
		{"a parameter", []http.HandlerFunc{refuses(400, "InvalidParameterException", "x")}, "InvalidParameterException", 1},
		{"a similar name", []http.HandlerFunc{refuses(400, "NotAuthorizedExceptionX", "x")}, "NotAuthorizedExceptionX", 1},
		{"a page", []http.HandlerFunc{faults.Says(200, "<html>")}, "no JSON object", 1},
		{"nobody", []http.HandlerFunc{faults.Says(200, "{}")}, "no JSON object", 1},
		{"another user", []http.HandlerFunc{faults.Says(200, strings.Replace(ann, `"7"`, `"8"`, 1))}, "another user", 1},
		{"unauthorized, as a page", []http.HandlerFunc{faults.Says(401, "Unauthorized")}, "status 401", 1},
		{"a redirect", []http.HandlerFunc{faults.Redirects}, "status 307", 1},
	}
	for _, test := range tests {
		endpoint, requests := faults.Serve(t, test.answers...)
		err := openPool(t, endpoint, nil).Check(t.Context(), token, bearer(nil))
		revoked := errors.Is(err, &authorizers.TokenError{Code: authorizers.CodeRevoked})
		switch {
		case test.want == "" && err != nil, revoked != (test.want == "revoked"):
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && !revoked:
			faults.WantError(t, test.name, err, test.want, "the-claims")
		}
		if err != nil && strings.Contains(err.Error(), "the-claims") {
			t.Errorf("%s: the error tells the token: %v", test.name, err)
		}
		if requests.Load() != test.requests {
			t.Errorf("%s: %d requests, want %d", test.name, requests.Load(), test.requests)
		}
	}
}

// TestCognitoRequest: the token is sent, once, without any signature.
func TestCognitoRequest(t *testing.T) {
	endpoint, requests := faults.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		h := r.Header
		if len(body) != 1 || body["AccessToken"] != token || h.Get("X-Amz-Target") != "AWSCognitoIdentityProviderService.GetUser" || h.Get("Content-Type") != "application/x-amz-json-1.1" || h.Get("Authorization") != "" {
			t.Errorf("%v with %v", body, h)
		}
		_, _ = io.WriteString(w, `{"Username":"ann"}`)
	})
	if err := openPool(t, endpoint, nil).Check(t.Context(), token, bearer(nil)); err != nil || requests.Load() != 1 {
		t.Errorf("%d requests, error %v", requests.Load(), err)
	}
}

// TestCognitoCannotTell: a token that GetUser does not take is not sent, and is neither good nor revoked.
func TestCognitoCannotTell(t *testing.T) {
	endpoint, requests := faults.Serve(t, faults.Says(200, `{"Username":"ann"}`))
	for name, change := range map[string]func(*authorizers.Claims){
		"ID token":       func(c *authorizers.Claims) { c.TokenUse = "id" },
		"no use":         func(c *authorizers.Claims) { c.TokenUse = "" },
		"no scope":       func(c *authorizers.Claims) { c.Scopes = nil },
		"other scopes":   func(c *authorizers.Claims) { c.Scopes = []string{"aws.cognito.signin.user"} },
		"another issuer": func(c *authorizers.Claims) { c.Issuer = pool + "2" },
	} {
		err := openPool(t, endpoint, nil).Check(t.Context(), token, bearer(change))
		if err == nil || errors.As(err, new(*authorizers.TokenError)) || requests.Load() > 0 {
			t.Errorf("%s: %d requests, error %v", name, requests.Load(), err)
		}
	}
}

// TestCognitoEndpoint: without an endpoint it is that of the issuer.
func TestCognitoEndpoint(t *testing.T) {
	for issuer, want := range map[string]string{
		pool: "https://cognito-idp.eu-west-1.amazonaws.com",
		"https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_x": "https://cognito-idp.cn-north-1.amazonaws.com.cn",
	} {
		got := ""
		c, err := cognito.New(cognito.Config{Issuers: []string{issuer}, Client: &http.Client{Transport: faults.Transport(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return nil, net.ErrClosed
		})}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(t.Context(), token, bearer(func(c *authorizers.Claims) { c.Issuer = issuer })); err == nil || got != want {
			t.Errorf("%s: calls %s, error %v", issuer, got, err)
		}
	}
}

// TestCognitoConfig: whoever cannot be asked, or must not see a token, is refused at once.
func TestCognitoConfig(t *testing.T) {
	tests := []struct {
		issuers  []string
		endpoint string
		field    string // "": it is good
	}{
		{[]string{pool}, "", ""},
		{[]string{"http://127.0.0.1:8080/_cognito/pool"}, "http://127.0.0.1:8080/_aws", ""},
		{[]string{pool}, "http://localhost:5000", ""},
		{[]string{pool}, "http://[::1]:5000", ""},
		{[]string{pool}, "https://cognito.internal.example.com", ""},
		{nil, "", "Issuers"},
		{[]string{"https://issuer.example.com"}, "", "Issuers"},
		{[]string{pool, "https://issuer.example.com"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1.amazonaws.com.example.com/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1.amazonaws.com"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1.amazonaws.com/x/y"}, "", "Issuers"},
		{[]string{"http://cognito-idp.eu-west-1.amazonaws.com/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu.west.amazonaws.com/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1.amazonaws.com.cn.cn/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1.example.com/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp.amazonaws.com/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp..amazonaws.com/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp.EU-WEST-1.amazonaws.com/x"}, "", "Issuers"},
		{[]string{"https://x@cognito-idp.eu-west-1.amazonaws.com/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1@x.amazonaws.com/x"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1.amazonaws.com/"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1.amazonaws.com/x?y"}, "", "Issuers"},
		{[]string{"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_\u212a"}, "", "Issuers"},
		{[]string{pool}, "http://cognito.internal.example.com", "Endpoint"},
		{[]string{pool}, "http://10.0.0.1", "Endpoint"},
		{[]string{pool}, "https://user:password@cognito.example.com", "Endpoint"},
		{[]string{pool}, "127.0.0.1:8080", "Endpoint"},
	}
	for _, test := range tests {
		_, err := cognito.New(cognito.Config{Issuers: test.issuers, Endpoint: test.endpoint})
		var wrong *authorizers.ConfigError
		if test.field == "" && err != nil || test.field != "" && (!errors.As(err, &wrong) || wrong.Field != test.field || strings.Contains(err.Error(), "password")) {
			t.Errorf("%q at %q: %v, want an error about %q", test.issuers, test.endpoint, err, test.field)
		}
	}
}

// TestCognitoDeadline: a pool that never answers is given up when the context ends.
func TestCognitoDeadline(t *testing.T) {
	endpoint, _ := faults.Serve(t, faults.Silent)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := openPool(t, endpoint, nil).Check(ctx, token, bearer(nil)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
