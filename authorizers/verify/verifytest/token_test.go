package verifytest_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"

	"portcullis/authorizers/verify/verifytest"
)

func TestTokensVerifyWithPublishedKeys(t *testing.T) {
	issuer := newServer(t)
	stranger := verifytest.New(issuer.URL)
	set := keySet(t, issuer)
	sign := map[string]func(*verifytest.Issuer) string{
		"access": func(i *verifytest.Issuer) string { return i.CognitoAccess(verifytest.Options{}) },
		"id":     func(i *verifytest.Issuer) string { return i.CognitoID(verifytest.Options{}) },
		"oidc":   func(i *verifytest.Issuer) string { return i.OIDC(verifytest.Options{}) },
		"any":    func(i *verifytest.Issuer) string { return i.Sign(map[string]any{"a": 1}) },
		"none":   func(i *verifytest.Issuer) string { return i.Sign(nil) },
	}
	for name, token := range sign {
		t.Run(name, func(t *testing.T) {
			if !verifies(token(issuer), set) {
				t.Error("does not verify with its issuer's keys")
			}
			if verifies(token(stranger), set) {
				t.Error("verifies with another issuer's keys")
			}
		})
	}
}

func TestRotation(t *testing.T) {
	issuer := newServer(t)
	before := issuer.Sign(nil)
	issuer.Rotate()
	between := issuer.Sign(nil)
	rotated := keySet(t, issuer)
	issuer.Replace()
	after := issuer.Sign(nil)
	replaced := keySet(t, issuer)

	tests := []struct {
		name, token string
		set         jwk.Set
		want        bool
	}{
		{"old token, after Rotate", before, rotated, true},
		{"new token, after Rotate", between, rotated, true},
		{"oldest token, after Replace", before, replaced, false},
		{"old token, after Replace", between, replaced, false},
		{"new token, after Replace", after, replaced, true},
		{"new token, keys of before", after, rotated, false},
	}
	for _, test := range tests {
		if got := verifies(test.token, test.set); got != test.want {
			t.Errorf("%s: verifies = %v, want %v", test.name, got, test.want)
		}
	}
	if rotated.Len() != 2 || replaced.Len() != 1 {
		t.Errorf("%d keys after Rotate, %d after Replace; want 2 and 1", rotated.Len(), replaced.Len())
	}
}

func TestKeysAreAsCognitoPublishesThem(t *testing.T) {
	issuer := newServer(t)
	_, body := get(t, issuer.KeySetURL())
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal(body, &set); err != nil || len(set.Keys) != 1 {
		t.Fatalf("key set %s: %v", body, err)
	}
	published := set.Keys[0]
	if got := names(published); !slices.Equal(got, []string{"alg", "e", "kid", "kty", "n", "use"}) {
		t.Errorf("members %v", got)
	}
	if published["kid"] != issuer.KeyID() || published["e"] != "AQAB" || published["alg"] != "RS256" {
		t.Errorf("key = %v", published)
	}
	parsed, _ := keySet(t, issuer).Key(0)
	public, err := parsed.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	var raw any
	if err := public.Raw(&raw); err != nil || !reflect.DeepEqual(raw, issuer.PublicKey()) {
		t.Errorf("published %v, PublicKey %v, %v", raw, issuer.PublicKey(), err)
	}
}

func TestClaims(t *testing.T) {
	issuer := verifytest.New("https://idp.example/us-east-1_Pool")
	some := verifytest.Options{
		Subject: "s", Username: "u", Email: "e@x", ClientID: "c", Groups: []string{"g"}, Scopes: []string{"a/b", "c/d"},
		IssuedAt: time.Unix(1000, 999), Lifetime: time.Minute, Extra: map[string]any{"more": "m"},
	}
	random := []string{"event_id", "jti", "origin_jti"}
	tests := []struct {
		name   string
		claims map[string]any
		random []string
		want   string
	}{
		{"access", issuer.CognitoAccessClaims(some), random, `{"auth_time":1000,"client_id":"c","cognito:groups":["g"],"exp":1060,"iat":1000,
			"iss":"https://idp.example/us-east-1_Pool","more":"m","scope":"a/b c/d","sub":"s","token_use":"access","username":"u"}`},
		{"id", issuer.CognitoIDClaims(some), random, `{"aud":"c","auth_time":1000,"cognito:groups":["g"],"cognito:username":"u","email":"e@x",
			"email_verified":true,"exp":1060,"iat":1000,"iss":"https://idp.example/us-east-1_Pool","more":"m","sub":"s","token_use":"id"}`},
		{"oidc", issuer.OIDCClaims(some), []string{"jti"}, `{"aud":"c","client_id":"c","exp":1060,"groups":["g"],"iat":1000,
			"iss":"https://idp.example/us-east-1_Pool","more":"m","preferred_username":"u","scope":"a/b c/d","sub":"s"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, name := range test.random {
				if _, err := uuid.Parse(test.claims[name].(string)); err != nil {
					t.Errorf("%s = %v: %v", name, test.claims[name], err)
				}
				delete(test.claims, name)
			}
			if got := asJSON(t, test.claims); !reflect.DeepEqual(got, fromJSON(t, test.want)) {
				t.Errorf("claims = %v, want %s", got, test.want)
			}
		})
	}
}

func TestZeroOptions(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool")
	before := time.Now().Unix()
	access := issuer.CognitoAccessClaims(verifytest.Options{})
	if iat := access["iat"].(int64); iat < before || access["exp"].(int64)-iat != 3600 {
		t.Errorf("iat %d, exp %d; called at %d", iat, access["exp"], before)
	}
	if access["client_id"] != verifytest.DefaultClientID || access["scope"] != "aws.cognito.signin.user.admin" {
		t.Errorf("access = %v", access)
	}
	if _, err := uuid.Parse(access["sub"].(string)); err != nil {
		t.Errorf("sub: %v", err)
	}
	for _, claims := range []map[string]any{access, issuer.CognitoIDClaims(verifytest.Options{}), issuer.OIDCClaims(verifytest.Options{})} {
		for _, absent := range []string{"cognito:groups", "groups"} {
			if _, ok := claims[absent]; ok {
				t.Errorf("%s is in %v", absent, claims)
			}
		}
	}
}

func TestExtraReplacesAndClaimsAreTheCallers(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool")
	o := verifytest.Options{Extra: map[string]any{"iss": "https://other.example", "exp": nil}}
	claims := issuer.CognitoAccessClaims(o)
	claims["sub"] = "changed"
	again := issuer.CognitoAccessClaims(o)
	if again["iss"] != "https://other.example" || again["exp"] != nil || again["sub"] != verifytest.DefaultSubject || len(o.Extra) != 2 {
		t.Errorf("claims = %v, extra = %v", again, o.Extra)
	}
	if again["jti"] == claims["jti"] || again["origin_jti"] == claims["origin_jti"] {
		t.Error("two tokens share their ids")
	}
}

func TestHeaders(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool")
	if got, want := part(t, issuer.CognitoAccess(verifytest.Options{}), 0), map[string]any{"kid": issuer.KeyID(), "alg": "RS256"}; !reflect.DeepEqual(got, want) {
		t.Errorf("header = %v, want %v", got, want)
	}
	custom := map[string]any{"alg": "none", "typ": "at+jwt", "crit": []any{"x"}}
	if got := part(t, issuer.SignHeader(custom, nil), 0); !reflect.DeepEqual(got, custom) {
		t.Errorf("header = %v, want %v", got, custom)
	}
	if got := part(t, issuer.SignHeader(nil, nil), 0); len(got) != 0 {
		t.Errorf("header = %v, want {}", got)
	}
}

func TestSignPanicsOnWhatIsNoJSON(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	verifytest.New("https://idp.example").Sign(map[string]any{"f": func() {}})
}

func verifies(token string, set jwk.Set) bool {
	_, err := jws.Verify([]byte(token), jws.WithKeySet(set, jws.WithRequireKid(true)))
	return err == nil
}

// part decodes the header (0) or the claims (1).
func part(t *testing.T, token string, n int) map[string]any {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[n])
	if err != nil {
		t.Fatal(err)
	}
	return fromJSON(t, string(text))
}

func asJSON(t *testing.T, v any) map[string]any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return fromJSON(t, string(text))
}

func fromJSON(t *testing.T, text string) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return m
}

func names(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
