package jwtauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/jwtauth"
)

func TestNewRefuses(t *testing.T) {
	const pool, plain = "https://pool.example/a", "want an https address, or http on a loopback host"
	clients := []string{client}
	for _, test := range []struct {
		config jwtauth.Config
		want   string
	}{
		{jwtauth.Config{}, "UserPool: want an issuer"},
		{jwtauth.Config{UserPool: jwtauth.UserPool{Issuer: pool}}, "at least one app client"},
		{jwtauth.Config{UserPool: jwtauth.UserPool{ClientIDs: clients}}, "UserPool: want an issuer"},
		{jwtauth.Config{UserPool: jwtauth.UserPool{Issuer: "http://pool.example", ClientIDs: clients}}, "loopback"},
		{jwtauth.Config{UserPool: jwtauth.UserPool{Issuer: pool, KeySet: "http://pool.example", ClientIDs: clients}}, plain},
		{jwtauth.Config{UserPool: jwtauth.UserPool{Issuer: pool, ClientIDs: clients}, Overrides: map[string]string{"https://a.example": "http://10.0.0.1/keys"}}, plain},
		{jwtauth.Config{UserPool: jwtauth.UserPool{Issuer: pool, ClientIDs: clients}, Overrides: map[string]string{"https://a.example": "/keys"}}, plain},
		{jwtauth.Config{UserPool: jwtauth.UserPool{Issuer: pool, ClientIDs: clients}, Overrides: map[string]string{"https://a.example": "ftp://127.0.0.1/keys"}}, plain},
		{jwtauth.Config{UserPool: jwtauth.UserPool{Issuer: pool, ClientIDs: clients}, Overrides: map[string]string{"https://a.example": ""}}, plain},
	} {
		made, err := jwtauth.New(test.config)
		if wrong := (*jwtauth.ConfigError)(nil); made != nil && err == nil || !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want one with %q", test.config, err, test.want)
		}
	}
}

func TestVerifierRefuses(t *testing.T) {
	all := newTokens(t, newIssuer(t), nil)
	const arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123"
	for _, test := range []struct {
		of   gateway.TokenIssuer
		want string
	}{
		{gateway.TokenIssuer{Use: "refresh"}, `want the use "id" or "access", got "refresh"`},
		{gateway.TokenIssuer{UserPool: arn}, `want the use "id" or "access"`},
		{gateway.TokenIssuer{UserPool: arn, Use: "id", Audience: []string{"a"}}, "neither another issuer nor an audience"},
		{gateway.TokenIssuer{UserPool: arn, Use: "id", Issuer: "https://a.example"}, "neither another issuer nor an audience"},
		{gateway.TokenIssuer{UserPool: "eu-west-1_Abc123", Use: "id"}, "want a user pool's ARN"},
		{gateway.TokenIssuer{UserPool: strings.Replace(arn, "123456789012", "1", 1), Use: "id"}, "want a user pool's ARN"},
		{gateway.TokenIssuer{UserPool: strings.Replace(arn, "aws", "aws-mars", 1), Use: "id"}, "want a user pool's ARN"},
		{gateway.TokenIssuer{UserPool: strings.Replace(arn, "eu-west-1", "evil.example/", 1), Use: "id"}, "want a user pool's ARN"},
		{gateway.TokenIssuer{UserPool: arn + "/../other", Use: "id"}, "want a user pool's ARN"},
		{gateway.TokenIssuer{Audience: []string{"a"}}, "has audiences of its own"},
		{gateway.TokenIssuer{Issuer: "https://a.example"}, "audience: want at least one"},
		{gateway.TokenIssuer{Issuer: "https://a.example", Audience: []string{""}}, "audience: want at least one"},
		{gateway.TokenIssuer{Issuer: "http://a.example", Audience: []string{"a"}}, "loopback"},
		{gateway.TokenIssuer{Issuer: "a.example", Audience: []string{"a"}}, "https URL"},
	} {
		v, err := all.Verifier(test.of)
		if wrong := (*jwtauth.ConfigError)(nil); v != nil || !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want one with %q", test.of, err, test.want)
		}
	}
}

// TestTakes: whose tokens each kind of verifier takes.
func TestTakes(t *testing.T) {
	own, other := newIssuer(t), newIssuer(t)
	all := newTokens(t, own, nil)
	const audience, expired, unknown = "the token does not have a valid audience", "the token has expired", "issuer does not match"
	jwt, jwtOther := gateway.TokenIssuer{}, gateway.TokenIssuer{Issuer: other.URL, Audience: []string{"a", "b"}}
	access, id := gateway.TokenIssuer{Use: "access"}, gateway.TokenIssuer{Use: "id"}
	type claims = map[string]any
	without := func(all claims, names ...string) claims {
		for _, name := range names {
			delete(all, name)
		}
		return all
	}
	for _, test := range []struct {
		name   string
		of     gateway.TokenIssuer
		issuer *verifytest.Issuer
		claims claims
		want   string
	}{
		{"own access", access, own, own.CognitoAccessClaims(good(nil)), ""},
		{"own access, another client", access, own, own.CognitoAccessClaims(good(claims{"client_id": "a"})), ""},
		{"own id as access", access, own, own.CognitoIDClaims(good(nil)), "the token does not have a valid use"},
		{"own id", id, own, own.CognitoIDClaims(good(nil)), ""},
		{"own access as id", id, own, own.CognitoAccessClaims(good(nil)), "the token does not have a valid use"},
		{"no sub", access, own, without(own.CognitoAccessClaims(good(nil)), "sub"), "the token does not have a valid sub"},
		{"another issuer's", access, other, other.CognitoAccessClaims(good(nil)), unknown},
		{"own by JWT", jwt, own, own.CognitoAccessClaims(good(nil)), ""},
		{"own by JWT, second client", jwt, own, own.CognitoAccessClaims(good(claims{"client_id": "second-client"})), ""},
		{"own by JWT, another client", jwt, own, own.CognitoAccessClaims(good(claims{"client_id": "a"})), audience},
		{"own by JWT, another client with the right aud", jwt, own, own.CognitoAccessClaims(good(claims{"client_id": "a", "aud": client})), ""},
		{"own by JWT, right client with another aud", jwt, own, own.CognitoAccessClaims(good(claims{"aud": "a"})), audience},
		{"own id by JWT", jwt, own, own.CognitoIDClaims(good(nil)), ""},
		{"other by JWT", jwtOther, other, other.OIDCClaims(good(claims{"aud": "b"})), ""},
		{"other by JWT, of many", jwtOther, other, other.OIDCClaims(good(claims{"aud": []string{"x", "a"}})), ""},
		{"other by JWT, client", jwtOther, other, without(other.OIDCClaims(good(claims{"client_id": "a"})), "aud"), ""},
		{"other by JWT, azp", jwtOther, other, without(other.OIDCClaims(good(claims{"azp": "a"})), "aud", "client_id"), audience},
		{"other by JWT, client credentials", jwtOther, other, without(other.OIDCClaims(good(claims{"aud": "a"})), "sub"), ""},
		{"other by JWT, own audience", jwtOther, other, other.OIDCClaims(good(nil)), audience},
		{"other by JWT, expired", jwtOther, other, other.OIDCClaims(good(claims{"aud": "a", "exp": now.Unix()})), expired},
		{"own by other's JWT", jwtOther, own, own.OIDCClaims(good(claims{"aud": "a"})), unknown},
		{"other's key for own", jwt, other, own.CognitoAccessClaims(good(nil)), "the token does not have a valid kid"},
	} {
		if err := verifierOf(t, all, test.of).VerifyToken(t.Context(), test.issuer.Sign(test.claims)); refusal(err) != test.want {
			t.Errorf("%s: %q, want %q", test.name, refusal(err), test.want)
		}
	}
	if own.Fetches() > 2 || other.Fetches() > 1 { // one for the key that was not there
		t.Errorf("%d and %d fetches of two issuers' keys", own.Fetches(), other.Fetches())
	}
}

// TestIssuerDown: an issuer that cannot be asked says nothing about a token, and does not spoil another one.
func TestIssuerDown(t *testing.T) {
	own, other := newIssuer(t), newIssuer(t)
	all := newTokens(t, own, nil)
	other.Outage(true)
	jwt := verifierOf(t, all, gateway.TokenIssuer{Issuer: other.URL, Audience: []string{client}})
	for _, test := range []struct {
		token, want string
		v           gateway.TokenVerifier
	}{
		{other.OIDC(good(nil)), "unavailable", jwt},
		{other.OIDC(good(map[string]any{"exp": 1})), "the token has expired", jwt},
		{own.CognitoAccess(good(nil)), "", verifierOf(t, all, gateway.TokenIssuer{Use: "access"})},
	} {
		if err := test.v.VerifyToken(t.Context(), test.token); refusal(err) != test.want {
			t.Errorf("%q, want %q", refusal(err), test.want)
		}
	}
}

// TestPools: the issuer of a user pool is that of its ARN, and its keys are where an override says.
func TestPools(t *testing.T) {
	for arn, issuer := range map[string]string{
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123":           "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123",
		"arn:aws-cn:cognito-idp:cn-north-1:123456789012:userpool/cn-north-1_Abc123":      "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Abc123",
		"arn:aws-us-gov:cognito-idp:us-gov-west-1:123456789012:userpool/us-gov-west-1_A": "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_A",
	} {
		pool, twin := verifytest.New(issuer), verifytest.New(issuer)
		emulator := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL.Path = strings.Replace(pool.KeySetURL(), "https://"+strings.Split(issuer, "/")[2], "", 1)
			pool.ServeHTTP(w, r)
		}))
		defer emulator.Close()
		all := newTokens(t, newIssuer(t), func(c *jwtauth.Config) {
			c.Overrides = map[string]string{issuer: emulator.URL + "/keys"}
		})
		v := verifierOf(t, all, gateway.TokenIssuer{UserPool: arn, Use: "access"})
		jwt := verifierOf(t, all, gateway.TokenIssuer{Issuer: issuer, Audience: []string{client}})
		for want, token := range map[string]string{"": pool.CognitoAccess(good(nil)), "the token does not have a valid kid": twin.CognitoAccess(good(nil))} {
			for kind, v := range map[string]gateway.TokenVerifier{"pool": v, "JWT": jwt} {
				if err := v.VerifyToken(t.Context(), token); refusal(err) != want {
					t.Errorf("%s, %s: %q, want %q", arn, kind, refusal(err), want)
				}
			}
		}
		if pool.Fetches() > 2 {
			t.Errorf("%s: %d fetches", arn, pool.Fetches())
		}
	}
}

// TestWrongPools: what is no user pool's ARN names no issuer.
func TestWrongPools(t *testing.T) {
	all := newTokens(t, newIssuer(t), nil)
	for _, arn := range []string{
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/_Abc123",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/Abc123",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc-123",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu.west.1_Abc123",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123/x",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/x/eu-west-1_Abc123",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123\n",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Äbc123",
		"arn:aws:cognito-idp:eu-west-1:123456789012:identitypool/eu-west-1_Abc123",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool:eu-west-1_Abc123",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123:x",
		"arn:aws:cognito-idp:eu-west-1",
		"arn:aws:cognito-idp:eu-west-1:123456789012:eu-west-1_Abc123",
		"arn:aws:cognito-idp:eu-west-1:12345678901:userpool/eu-west-1_Abc123",
		"arn:aws:cognito-idp:eu-west-1:12345678901x:userpool/eu-west-1_Abc123",
		"arn:aws:cognito-idp::123456789012:userpool/eu-west-1_Abc123",
		"arn:aws:cognito-idp:EU-WEST-1:123456789012:userpool/eu-west-1_Abc123",
		"arn:aws:cognito-idp:a@evil.example:123456789012:userpool/eu-west-1_Abc123",
		"arn:aws:cognito-identity:eu-west-1:123456789012:userpool/eu-west-1_Abc123",
		"arn:aws-nowhere:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123",
		"arn::cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123",
		"urn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123",
		"eu-west-1_Abc123",
	} {
		_, err := all.Verifier(gateway.TokenIssuer{UserPool: arn, Use: "id"})
		if !errors.As(err, new(*jwtauth.ConfigError)) {
			t.Errorf("%q: %v", arn, err)
		}
	}
}

// TestDiscovery: without an override, the keys of a pool and of any issuer are discovered at the issuer itself.
func TestDiscovery(t *testing.T) {
	const issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123"
	pool := verifytest.New(issuer)
	var asked []string
	all := newTokens(t, newIssuer(t), func(c *jwtauth.Config) {
		c.Client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			asked = append(asked, r.URL.String())
			answer := httptest.NewRecorder()
			pool.ServeHTTP(answer, r)
			return answer.Result(), nil
		})}
	})
	v := verifierOf(t, all, gateway.TokenIssuer{UserPool: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123", Use: "id"})
	if err := v.VerifyToken(t.Context(), pool.CognitoID(good(nil))); err != nil {
		t.Error(err)
	}
	if got := strings.Join(asked, " "); got != issuer+verifytest.DiscoveryPath+" "+issuer+verifytest.KeySetPath {
		t.Errorf("asked for %s", got)
	}
}
