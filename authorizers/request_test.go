package authorizers_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestRequestAnswers: an answer to any kind of event is right for every route, and for connecting where the API
// is a WebSocket API.
func TestRequestAnswers(t *testing.T) {
	f := newRequestFixture(t, nil)
	token := func(o verifytest.Options) func(map[string]any) {
		return with("Authorization", "Bearer "+f.issuer.CognitoAccess(o))
	}
	f.keys["reads"], f.keys["app"], f.keys["self"] = holder("k", "users/read"), holder("k", "app"), holder("me", "users/self")
	f.keys["writes"], f.keys["all"] = holder("k", "users/write"), holder("k", "app users/read users/write")
	reader, me := verifytest.Options{Groups: []string{"readers"}, Subject: "me"}, verifytest.Options{Subject: "me"}
	tests := []struct {
		name    string
		change  func(map[string]any)
		want    string
		connect bool
	}{
		{"token", token(reader), "GET/users GET/users/me GET/users/you", true},
		{"token without scopes", token(me), "", false},
		{"owner", token(verifytest.Options{Groups: []string{"members"}, Subject: "me"}), "GET/users/me", false},
		{"hostile owner", token(verifytest.Options{Groups: []string{"members"}, Subject: "*"}), "", false},
		{"hostile owner of several segments", token(verifytest.Options{Groups: []string{"members"}, Subject: "me/../you"}), "", false},
		{"hostile owner in code", token(verifytest.Options{Groups: []string{"members"}, Subject: "%79ou"}), "", false},
		{"owner by a variable", token(verifytest.Options{Groups: []string{"members"}, Subject: "${aws:username}"}), "", false},
		{"wrong scope", token(verifytest.Options{Scopes: []string{"users/rea", "users", "*"}}), "", false},
		{"key", with("X-Api-Key", "reads"), "GET/users", true},
		{"key in another case", with("x-aPI-kEY", "reads"), "GET/users", true},
		{"key's owner", with("X-Api-Key", "self"), "GET/users/me", false},
		{"the same key twice", with("X-Api-Key", "reads", "reads"), "GET/users", true},
		{"both", all(token(reader), with("X-Api-Key", "app")), "GET/users GET/users/me GET/users/you GET/both", true},
		{"a token without scopes and a key", all(token(me), with("X-Api-Key", "reads")), "GET/users", true},
		{"a token and a key that may write", all(token(reader), with("X-Api-Key", "writes")), "GET/users POST/users GET/users/me GET/users/you", true},
		{"a key's scopes are not the token's", all(token(me), with("X-Api-Key", "all")), "GET/users POST/users", true},
		{"a token's scopes are not the key's", all(token(verifytest.Options{Groups: []string{"admins"}, Scopes: []string{"app"}}), with("X-Api-Key", "reads")), "GET/users POST/users GET/users/me GET/users/you GET/token", true},
		{"a key that may write", with("X-Api-Key", "writes"), "POST/users", false},
		{"an owner's scope of another one's key", all(token(verifytest.Options{Subject: "you"}), with("X-Api-Key", "self")), "", false},
		{"an owner's scope of one's own key", all(token(me), with("X-Api-Key", "self")), "GET/users/me", false},
	}
	for _, form := range forms {
		for _, test := range tests {
			if strings.HasPrefix(form, "http") && test.name == "the same key twice" {
				continue // the gateway joins them
			}
			output, err := f.request.Invoke(t.Context(), requestEvent(t, form, test.change))
			if err != nil {
				t.Errorf("%s, %s: %v", form, test.name, err)
				continue
			}
			want := test.want
			if form == "websocket-connect" {
				want = map[bool]string{true: "$connect"}[test.connect]
			}
			if got := allowed(t, output, "GET/users", "POST/users", "GET/users/me", "GET/users/you", "GET/both", "GET/token", "$connect"); got != want {
				t.Errorf("%s, %s: allowed %q, want %q", form, test.name, got, want)
			}
		}
	}
}

// TestNobodysOwner: an issuer's token whose id may own nothing reads what its scopes open and nobody's own, neither by itself
// nor beside a key of the same owner, which alone does.
func TestNobodysOwner(t *testing.T) {
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"EdDSA"}, Grants: grants, Owners: new(false),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Tokens = verifier })
	f.keys["self"] = holder("me", "users/self")
	token := func(group string) func(map[string]any) {
		return with("Authorization", "Bearer "+issuer.CognitoAccess(verifytest.Options{Groups: []string{group}, Subject: "me"}))
	}
	tests := []struct {
		name   string
		change func(map[string]any)
		want   string
	}{
		{"token with an owner's scope", token("members"), ""},
		{"token beside the key of the same owner", all(token("members"), with("X-Api-Key", "self")), ""},
		{"token without that scope beside the key", all(token("nobodies"), with("X-Api-Key", "self")), ""},
		{"token that reads all", token("readers"), "GET/users GET/users/me"},
		{"key alone", with("X-Api-Key", "self"), "GET/users/me"},
	}
	for _, test := range tests {
		output, err := f.request.Invoke(t.Context(), requestEvent(t, "rest-request", test.change))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := allowed(t, output, "GET/users", "GET/users/me"); got != test.want {
			t.Errorf("%s: allowed %q, want %q", test.name, got, test.want)
		}
		if test.name == "token without that scope beside the key" && strings.Contains(string(output), "users/self") {
			t.Errorf("%s: the API is told of the key's owner's scope: %s", test.name, output)
		}
	}
}

// TestRequestRefuses: exactly "Unauthorized" for what is bad, anything else for what cannot be told, and never
// an answer, for every kind of event.
func TestRequestRefuses(t *testing.T) {
	f := newRequestFixture(t, nil)
	good := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}})
	other := verifytest.NewServer("EdDSA")
	defer other.Close()
	f.keys["good"], f.keys["other"] = holder("k", "users/read"), holder("k2", "users/read")
	f.keys["disabled"] = &authorizers.KeyError{Code: authorizers.CodeAPIKeyDisabled, KeyID: "k"}
	f.keys["down"] = &authorizers.KeysUnavailableError{Err: errors.New("table down")}
	f.keys["down, it seems bad"] = &authorizers.KeysUnavailableError{Err: &authorizers.KeyError{Code: authorizers.CodeAPIKeyUnknown}}
	f.keys["word"] = errors.New("Unauthorized")
	elsewhere := holder("k", "users/read")
	elsewhere.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.keys["elsewhere"] = elsewhere
	bearer := func(token string) func(map[string]any) { return with("Authorization", "Bearer "+token) }
	key := func(key string) func(map[string]any) { return with("X-Api-Key", key) }
	tests := []struct {
		name   string
		change func(map[string]any)
		reason string
		is401  bool
	}{
		{"nothing", nil, "credential-missing", true},
		{"another scheme", with("Authorization", "Basic "+good), "credential-missing", true},
		{"another scheme beside a key", all(with("Authorization", "Basic "+good), key("good")), "credential-missing", true},
		{"an empty token", with("Authorization", "Bearer "), "credential-missing", true},
		{"an empty header beside a key", all(with("Authorization", ""), key("good")), "credential-missing", true},
		{"a malformed token", bearer("x"), "token-malformed", true},
		{"an expired token", bearer(f.issuer.CognitoAccess(verifytest.Options{IssuedAt: time.Now().Add(-2 * time.Hour)})), "token-expired", true},
		{"a token of another issuer", bearer(other.CognitoAccess(verifytest.Options{})), "issuer-unknown", true},
		{"a bad token beside a key", all(bearer(good+"x"), key("good")), "token-malformed", true},
		{"a bad key beside a token", all(bearer(good), key("bad")), "api-key-unknown", true},
		{"an unknown key", key("bad"), "api-key-unknown", true},
		{"an empty key", key(""), "credential-missing", true},
		{"a disabled key", key("disabled"), "api-key-disabled", true},
		{"a key from elsewhere", key("elsewhere"), "api-key-network", true},
		{"a key from elsewhere beside a token", all(bearer(good), key("elsewhere")), "api-key-network", true},
		{"two keys in two spellings", all(key("good"), with("x-api-key", "other")), "", true},
		{"the store is down", key("down"), "api-keys-unavailable", false},
		{"the store is down beside a token", all(bearer(good), key("down")), "api-keys-unavailable", false},
		{"the store is down over a bad key", key("down, it seems bad"), "api-keys-unavailable", false},
		{"the gateway's own word", key("word"), "failed", false},
		{"another type of event", func(e map[string]any) { e["type"] = "TOKEN" }, "event-unknown", false},
		{"another version", func(e map[string]any) { e["version"] = "3.0" }, "event-unknown", false},
		{"no ARN", all(bearer(good), without("methodArn"), without("routeArn")), "event-unknown", false},
		{"a pattern for the ARN", all(bearer(good), func(e map[string]any) {
			e["methodArn"], e["routeArn"] = "arn:aws:execute-api:*:*:*/*/GET/users", "arn:aws:execute-api:*:*:*/*/GET/users"
		}), "event-unknown", false},
		{"no address for a key that has networks", all(key("elsewhere"), without("requestContext")), "event-unknown", false},
	}
	for _, form := range forms {
		for _, test := range tests {
			f.log.Reset()
			output, err := f.request.Invoke(t.Context(), requestEvent(t, form, test.change))
			if output != nil || err == nil || (err.Error() == "Unauthorized") != test.is401 {
				t.Errorf("%s, %s: output %s, error %v", form, test.name, output, err)
			}
			if !strings.Contains(f.log.String(), `"reason":"`+test.reason) {
				t.Errorf("%s, %s: the log says %s; want %s", form, test.name, f.log, test.reason)
			}
		}
		// Where an event has several values, which its 2.0 form joins by commas.
		for name, change := range map[string]func(map[string]any){
			"two tokens":                with("Authorization", "Bearer "+good, "Bearer "+good),
			"two tokens, spelled apart": all(with("Authorization", "Bearer "+good), with("authorization", "Bearer x")),
			"two keys":                  key2("good", "other"),
		} {
			if output, err := f.request.Invoke(t.Context(), requestEvent(t, form, change)); err == nil || err.Error() != "Unauthorized" {
				t.Errorf("%s, %s: output %s, error %v", form, name, output, err)
			}
		}
	}
	for _, event := range []string{"", "[]", "null", `{"type":"REQUEST"}`, `{"type":"REQUEST","version":"2.0","methodArn":"` + stage + `GET/users"}`} {
		if output, err := f.request.Invoke(t.Context(), []byte(event)); err == nil || err.Error() == "Unauthorized" {
			t.Errorf("%s: output %s, error %v", event, output, err)
		}
	}
}

// TestRequestCannotTell: with the issuer's keys out of reach a token is neither good nor bad, and a key beside it does
// not make up for it.
func TestRequestCannotTell(t *testing.T) {
	for _, form := range forms {
		f := newRequestFixture(t, nil)
		f.keys["good"] = holder("k", "users/read")
		f.issuer.Outage(true)
		token := with("Authorization", "Bearer "+f.issuer.CognitoAccess(verifytest.Options{}))
		for name, change := range map[string]func(map[string]any){"a token": token, "a token beside a key": all(token, key2("good"))} {
			f.log.Reset()
			output, err := f.request.Invoke(t.Context(), requestEvent(t, form, change))
			if output != nil || err == nil || err.Error() == "Unauthorized" {
				t.Errorf("%s, %s: output %s, error %v", form, name, output, err)
			}
			if !strings.Contains(f.log.String(), `"decision":"cannot-tell","reason":"keys-unavailable"`) {
				t.Errorf("%s, %s: the log says %s", form, name, f.log)
			}
		}
	}
}

func key2(keys ...string) func(map[string]any) { return with("X-Api-Key", keys...) }
