package authorizers_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// messageRules are rules of a WebSocket API's messages, beside those of requestRules, and some for scopes of a number.
func messageRules(t testing.TB, scopes ...string) *policy.Rules {
	t.Helper()
	either := func(scopes ...string) policy.Access {
		return policy.Access{Alternatives: []policy.Alternative{{{Scheme: "bearer", Scopes: scopes}}, {{Scheme: "apiKey", Scopes: scopes}}}}
	}
	rules := []policy.Rule{
		{Route: policy.Route{Method: policy.RouteConnect}, Access: either()},
		{Route: policy.Route{Method: "read"}, Access: either("users/read")},
		{Route: policy.Route{Method: "write"}, Access: either("users/write")},
		{Route: policy.Route{Method: "own"}, Access: either("users/self"), Owner: "$request.body.user"},
	}
	if len(scopes) > 0 {
		rules = append(rules, policy.Rule{Route: policy.Route{Method: "all"}, Access: either(scopes...)})
	}
	made, err := policy.NewRules(rules, map[string]string{"users/self": "id"})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// grantOf is the grant in an answer, and whether it lets the caller connect.
func grantOf(t testing.TB, output []byte) (grant string, connects bool) {
	t.Helper()
	var answer authorizers.Answer
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatalf("%s: %v", output, err)
	}
	grant, _ = answer.Context[authorizers.ContextGrant].(string)
	return grant, allowed(t, output, policy.RouteConnect) != ""
}

// TestGrant: the answer for connecting has what each credential was granted under its own scheme, and whose messages are the
// caller's.
func TestGrant(t *testing.T) {
	nobodys := verifytest.NewServer("EdDSA")
	defer nobodys.Close()
	f := newRequestFixture(t, nil)
	issuer := func(i *verifytest.Issuer, owners *bool) verify.Issuer {
		return verify.Issuer{Issuer: i.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"EdDSA"}, Grants: grants, Scopes: []string{"*"}, Owners: owners}
	}
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{issuer(f.issuer, new(true)), issuer(nobodys, new(false))}})
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	if f.request, err = authorizers.NewRequest(authorizers.Config{Rules: messageRules(t), Tokens: verifier, Keys: f.keys}); err != nil {
		t.Fatal(err)
	}
	f.keys["writes"], f.keys["self"], f.keys["a/b"] = holder("app", "users/write users/other"), holder("me", "users/self"), holder("a/b", "users/self")
	ends := holder("app", "users/write")
	ends.Expires = time.Unix(1_000_000_000, 0)
	f.keys["ends"] = ends
	issued := time.Now().Truncate(time.Second)
	token := func(from *verifytest.Issuer, group string) func(map[string]any) {
		return with("Authorization", "Bearer "+from.CognitoAccess(verifytest.Options{Groups: []string{group}, Subject: "me", IssuedAt: issued, Lifetime: time.Hour}))
	}
	at := fmt.Sprint(issued.Add(time.Hour).Unix())
	for _, test := range []struct {
		name   string
		change func(map[string]any)
		want   string
	}{
		{"token", token(f.issuer, "readers"), "1;" + at + ";me;bearer=users/read;"},
		{"token of an owner", token(f.issuer, "members"), "1;" + at + ";me;bearer=users/self;"},
		{"token of an issuer whose subjects own nothing", token(nobodys, "members"), "1;" + at + ";;bearer=users/self;"},
		{"key", with("X-Api-Key", "writes"), "1;;app;apiKey=users/write;"},
		{"key whose owner's id is no part of a path", with("X-Api-Key", "a/b"), "1;;;apiKey=users/self;"},
		{"token and key", all(token(f.issuer, "readers"), with("X-Api-Key", "writes")), "1;" + at + ";me;apiKey=users/write;bearer=users/read;"},
		{"token and another owner's key", all(token(nobodys, "readers"), with("X-Api-Key", "self")), "1;" + at + ";;apiKey=;bearer=users/read;"},
		{"token and key of one owner", all(token(f.issuer, "readers"), with("X-Api-Key", "self")), "1;" + at + ";me;apiKey=users/self;bearer=users/read;"},
		{"token and a key that ends before", all(token(f.issuer, "readers"), with("X-Api-Key", "ends")), "1;1000000000;me;apiKey=users/write;bearer=users/read;"},
	} {
		output, err := f.request.Invoke(t.Context(), requestEvent(t, "websocket-connect", test.change))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if grant, _ := grantOf(t, output); grant != test.want {
			t.Errorf("%s: grant %q, want %q", test.name, grant, test.want)
		}
		for _, form := range []string{"rest-request", "http-1.0", "http-2.0"} {
			if output, err := f.request.Invoke(t.Context(), requestEvent(t, form, test.change)); err != nil || strings.Contains(string(output), `"grant"`) {
				t.Errorf("%s, %s: %s, %v", test.name, form, output, err)
			}
		}
	}
}

// TestGrantTooLarge: who has more than a grant holds does not connect, and the log says why, and how large it would be.
func TestGrantTooLarge(t *testing.T) {
	var scopes []string
	for i := range 80 {
		scopes = append(scopes, fmt.Sprintf("%s-%02d", strings.Repeat("s", 48), i))
	}
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Rules = messageRules(t, scopes...) })
	f.keys["all"], f.keys["fits"] = holder("app", strings.Join(scopes, " ")), holder("app", strings.Join(scopes[2:], " "))
	for key, want := range map[string]map[string]any{
		"all":  {"decision": "deny", "reason": "grant-too-large", "level": "WARN", "bytes": 4174.0},
		"fits": {"decision": "policy", "reason": "verified", "level": "INFO", "bytes": nil},
	} {
		f.log.Reset()
		output, err := f.request.Invoke(t.Context(), requestEvent(t, "websocket-connect", with("X-Api-Key", key)))
		if err != nil {
			t.Fatal(err)
		}
		grant, connects := grantOf(t, output)
		if fits := key == "fits"; connects != fits || (grant != "") != fits {
			t.Errorf("%s: connects: %v, with a grant of %d bytes", key, connects, len(grant))
		}
		line := lines(t, f.log.String())[0]
		for name, value := range want {
			if line[name] != value {
				t.Errorf("%s: %s is %v, want %v", key, name, line[name], value)
			}
		}
		if f.log.Len() > 1000 || strings.Contains(f.log.String(), scopes[1]) {
			t.Errorf("%s: the log holds a grant: %s", key, f.log)
		}
	}
}

// TestConnectAnswerTooLarge: what people are told is left out where API Gateway would not take the answer with it; who would have a
// longer one nevertheless does not connect, and the log says why.
func TestConnectAnswerTooLarge(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Rules = messageRules(t) })
	for _, test := range []struct {
		name           string
		scopes, keyID  int // how long they are
		told, connects bool
	}{{"fits", 7000, 10, true, true}, {"without scopes", 8000, 10, false, true}, {"not even so", 10, 8000, false, false}} {
		f.log.Reset()
		long := holder("app", "users/read "+strings.Repeat("s", test.scopes))
		long.Context["keyId"] = strings.Repeat("k", test.keyID)
		long.UsageKey = "plan"
		f.keys["long"] = long
		output, err := f.request.Invoke(t.Context(), requestEvent(t, "websocket-connect", with("X-Api-Key", "long")))
		if err != nil {
			t.Fatal(err)
		}
		grant, connects := grantOf(t, output)
		if connects != test.connects || (grant != "") != test.connects || len(output) > 8<<10 || strings.Contains(string(output), "ssssss") != test.told {
			t.Errorf("%s: connects: %v, grant %q, %d bytes", test.name, connects, grant, len(output))
		}
		if !strings.Contains(string(output), `"usageIdentifierKey":"plan"`) {
			t.Errorf("%s: the answer does not say which key is used: %s", test.name, output)
		}
		line := lines(t, f.log.String())[0]
		if bytes, _ := line["bytes"].(float64); (bytes > 8<<10) == test.connects || (line["reason"] == "answer-too-large" && line["decision"] == "deny" && line["level"] == "WARN") == test.connects {
			t.Errorf("%s: logged %v", test.name, line)
		}
	}
}

// TestNoGrantForNobody: who has a good credential and no id does not connect, and the log does not blame a length.
func TestNoGrantForNobody(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Rules = messageRules(t) })
	f.keys["nobody"] = holder("", "users/read")
	output, err := f.request.Invoke(t.Context(), requestEvent(t, "websocket-connect", with("X-Api-Key", "nobody")))
	if err != nil {
		t.Fatal(err)
	}
	grant, connects := grantOf(t, output)
	if line := lines(t, f.log.String())[0]; connects || grant != "" || line["reason"] != "verified" {
		t.Errorf("connects: %v, grant %q, logged %v", connects, grant, line)
	}
}
