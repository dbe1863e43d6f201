package authorizers_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// TestDeny: whom no credential lets in, gets an explicit denial of everything in place of an error, and the log's reason; the answer
// tells the API nothing.
func TestDeny(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Deny = true })
	good := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}})
	f.keys["good"] = holder("k", "users/read")
	for name, test := range map[string]struct {
		change func(map[string]any)
		reason string
	}{
		"nothing":                 {nil, "credential-missing"},
		"a bad token":             {with("Authorization", "Bearer x"), "token-malformed"},
		"a bad key":               {key2("bad"), "api-key-unknown"},
		"a bad key, a good token": {all(with("Authorization", "Bearer "+good), key2("bad")), "api-key-unknown"},
		"a bad token, a good key": {all(with("Authorization", "Bearer "+good+"x"), key2("good")), "token-malformed"},
	} {
		for _, form := range forms {
			f.log.Reset()
			output, err := f.request.Invoke(t.Context(), requestEvent(t, form, test.change))
			if err != nil || !isDenial(t, output) {
				t.Errorf("%s, %s: output %s, error %v", form, name, output, err)
			}
			if !strings.Contains(f.log.String(), `"decision":"unauthorized","reason":"`+test.reason+`"`) {
				t.Errorf("%s, %s: the log says %s", form, name, f.log)
			}
		}
	}
	for _, form := range forms {
		if output, err := f.request.Invoke(t.Context(), requestEvent(t, form, key2("good"))); err != nil || allowed(t, output, "GET/users", "$connect") == "" {
			t.Errorf("%s, a good key: output %s, error %v", form, output, err)
		}
	}
}

// isDenial tells whether an answer denies all explicitly, and says nothing more than that the caller is not known.
func isDenial(t *testing.T, output []byte) bool {
	t.Helper()
	var a authorizers.Answer
	if err := json.Unmarshal(output, &a); err != nil {
		t.Fatalf("%s: %v", output, err)
	}
	for _, request := range []string{"GET/users", "POST/other", "$connect"} {
		result := policy.Evaluate(a.PolicyDocument, policy.Request{Resource: stage + request})
		if result.Decision != policy.Deny || !result.Explicit {
			return false
		}
	}
	return a.PrincipalID == "unauthorized" && a.Context == nil && a.UsageIdentifierKey == ""
}

// TestDenySimply: a simple answer denies by isAuthorized.
func TestDenySimply(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Deny, c.Simple = true, true })
	for _, change := range []func(map[string]any){nil, key2("bad"), with("Authorization", "Bearer x")} {
		output, err := f.request.Invoke(t.Context(), requestEvent(t, "http-2.0", change))
		if err != nil || string(output) != `{"isAuthorized":false}` {
			t.Errorf("output %s, error %v", output, err)
		}
	}
}

// TestDenyTokens: the TOKEN authorizer denies likewise.
func TestDenyTokens(t *testing.T) {
	f := newFixture(t)
	deny, err := authorizers.NewToken(authorizers.Config{Rules: contractRules(t), Tokens: f.verifier, Deny: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, authorization := range []string{"", "Bearer x", "Basic x"} {
		if output, err := deny.Invoke(t.Context(), event(t, authorization)); err != nil || !isDenial(t, output) {
			t.Errorf("%q: output %s, error %v", authorization, output, err)
		}
	}
	if output, err := deny.Invoke(t.Context(), event(t, bearer(f, verifytest.Options{Groups: []string{"readers"}}))); err != nil || allowed(t, output, "GET/users") == "" {
		t.Errorf("a good token: output %s, error %v", output, err)
	}
	f.issuer.Outage(true)
	fresh := verifytest.New(f.issuer.URL)
	if output, err := deny.Invoke(t.Context(), event(t, "Bearer "+fresh.CognitoAccess(verifytest.Options{}))); output != nil || err == nil {
		t.Errorf("keys out of reach: output %s, error %v", output, err)
	}
}

// TestDenyNeverWhatCannotBeTold: a failure to tell is an error, as without the setting, and no answer that a gateway would keep.
func TestDenyNeverWhatCannotBeTold(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Deny = true })
	f.keys["down"] = &authorizers.KeysUnavailableError{Err: &authorizers.KeyError{Code: authorizers.CodeAPIKeyUnknown}}
	f.keys["word"] = errors.New("Unauthorized")
	here := holder("k", "users/read")
	here.Networks = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	f.keys["here"] = here
	for _, form := range forms {
		for name, change := range map[string]func(map[string]any){
			"the store is down": key2("down"), "the gateway's own word": key2("word"), "no address": all(key2("here"), without("requestContext")),
			"another version": func(e map[string]any) { e["version"] = "3.0" },
		} {
			output, err := f.request.Invoke(t.Context(), requestEvent(t, form, change))
			if output != nil || err == nil || err.Error() == "Unauthorized" {
				t.Errorf("%s, %s: output %s, error %v", form, name, output, err)
			}
		}
	}
}

// TestDenyElsewhere: a key from a network that it is not for is refused by the key's own policy where a gateway keeps answers, so that nobody
// who has a key shuts it out where it is good; and the log has the reason.
func TestDenyElsewhere(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Deny = true })
	key := holder("k", "users/read")
	key.Networks = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	f.keys["key"] = key
	for _, form := range forms {
		f.log.Reset()
		output, err := f.request.Invoke(t.Context(), requestEvent(t, form, key2("key"))) // from 203.0.113.7
		if err != nil || allowed(t, output, "GET/users", "$connect") != "" {
			t.Fatalf("%s: output %s, error %v", form, output, err)
		}
		if !strings.Contains(f.log.String(), `"decision":"unauthorized","reason":"api-key-network"`) || !strings.Contains(f.log.String(), `"keyId":"key-k"`) {
			t.Errorf("%s: the log says %s", form, f.log)
		}
		var a authorizers.Answer
		if err := json.Unmarshal(output, &a); err != nil {
			t.Fatal(err)
		}
		for _, request := range []string{"GET/users", "$connect"} {
			there := policy.Evaluate(a.PolicyDocument, policy.Request{Resource: stage + request, Keys: map[string]string{"aws:SourceIp": "198.51.100.7"}})
			if open := there.Decision == policy.Allow; open != (form != "websocket-connect" && request == "GET/users") {
				t.Errorf("%s: where the key is good, %s is open: %v, by %s", form, request, open, output)
			}
		}
	}
}
