package authorizers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// lines are the lines of a decision log.
func lines(t *testing.T, log string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for text := range strings.Lines(log) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		all = append(all, line)
	}
	return all
}

// TestRequestLog: a line for each decision of every kind of event, who, what and why, and nothing of a credential.
func TestRequestLog(t *testing.T) {
	f := newRequestFixture(t, nil)
	f.keys["the-key"] = holder("app", "app users/read")
	f.keys["the-disabled-key"] = &authorizers.KeyError{Code: authorizers.CodeAPIKeyDisabled, KeyID: "key-7"}
	token := f.issuer.CognitoAccess(verifytest.Options{Subject: "7", Groups: []string{"readers"}})
	credentials := all(with("X-Api-Key", "the-key"), with("Authorization", "Bearer "+token))
	for _, form := range forms {
		f.log.Reset()
		for _, change := range []func(map[string]any){credentials, credentials, with("X-Api-Key", "the-disabled-key"), with("Authorization", "Bearer "+token+"x")} {
			f.request.Invoke(t.Context(), requestEvent(t, form, change))
		}
		got := lines(t, f.log.String())
		if len(got) != 4 {
			t.Fatalf("%s: %d lines:\n%s", form, len(got), f.log)
		}
		what := map[string]any{"msg": "decision", "level": "INFO", "api": "abcdef123", "stage": "v1", "method": "GET", "path": "users"}
		switch form {
		case "websocket-connect":
			what["method"], what["path"], what["route"], what["requestId"] = "", "", "$connect", "HOcYpEKkIAMFyqQ="
		case "http-2.0":
			what["route"] = "GET /users"
		default:
			what["route"] = "/users"
		}
		who := map[string]any{"decision": "policy", "reason": "verified", "sub": "7", "issuer": f.issuer.URL, "scheme": "apiKey bearer", "keyId": "key-app"}
		for i, want := range []map[string]any{
			who, who, {"decision": "unauthorized", "reason": "api-key-disabled", "keyId": "key-7"}, {"decision": "unauthorized", "reason": "token-malformed"},
		} {
			for _, part := range []map[string]any{what, want} {
				for key, value := range part {
					if got[i][key] != value {
						t.Errorf("%s, line %d: %s is %v, want %v", form, i, key, got[i][key], value)
					}
				}
			}
			if duration, ok := got[i]["durationMs"].(float64); !ok || duration < 0 {
				t.Errorf("%s, line %d: durationMs is %v", form, i, got[i]["durationMs"])
			}
			if id, _ := got[i]["requestId"].(string); id == "" {
				t.Errorf("%s, line %d: no requestId", form, i)
			}
			if remembered, there := got[i]["remembered"].(bool); remembered || there != (want["decision"] == "policy") {
				t.Errorf("%s, line %d: remembered is %v", form, i, got[i]["remembered"])
			}
		}
		for _, secret := range append(strings.Split(token, "."), "the-key", "the-disabled-key") {
			if strings.Contains(f.log.String(), secret) {
				t.Errorf("%s: a part of a credential is in the log:\n%s", form, f.log)
			}
		}
	}
	f.log.Reset()
	f.request.Invoke(t.Context(), requestEvent(t, "rest-request", with("Authorization", "Bearer "+token)))
	if got := lines(t, f.log.String())[0]; got["remembered"] != true {
		t.Errorf("a token that was seen before: %v", got)
	}
}

// TestLogIsBounded: what a client writes into a path, a route or an id is cut, forges no line, and a credential in the
// query string stays out.
func TestLogIsBounded(t *testing.T) {
	f := newRequestFixture(t, nil)
	f.keys["reads"] = holder("k", "users/read")
	token := f.issuer.CognitoAccess(verifytest.Options{})
	long := strings.Repeat("é", 4000) + "\n{\"msg\":\"decision\",\"decision\":\"allow\"}\r\u2028\x1b[2J\x00"
	hostile := func(e map[string]any) {
		for _, name := range []string{"methodArn", "routeArn"} {
			if arn, ok := e[name].(string); ok && !strings.HasSuffix(arn, "$connect") {
				e[name] = stage + "GET/x\n{\"msg\":\"decision\",\"decision\":\"allow\"}\r\u2028\x1b[2J" + long
			}
		}
		e["routeKey"], e["resource"] = "\n"+long, "\n"+long
		e["rawQueryString"], e["path"], e["rawPath"] = "token="+token, "/users?token="+token, "/users?token="+token
		e["queryStringParameters"] = map[string]any{"token": token, "X-Api-Key": token}
		e["multiValueQueryStringParameters"] = map[string]any{"token": []any{token}}
		e["requestContext"].(map[string]any)["requestId"] = "\n" + long
	}
	events := [][]byte{
		[]byte(`{"type":` + quoted("\n"+long) + `}`),
		[]byte(`{"type":"REQUEST","version":` + quoted("\n"+long) + `}`),
		[]byte(`{"type":"REQUEST","methodArn":` + quoted("arn\n"+long) + `}`),
	}
	for _, form := range forms {
		events = append(events, requestEvent(t, form, hostile), requestEvent(t, form, all(hostile, with("X-Api-Key", "reads"))),
			requestEvent(t, form, all(hostile, with("X-Api-Key", "reads"), func(e map[string]any) { e["methodArn"], e["routeArn"] = "x:"+long, "x:"+long })))
	}
	for _, event := range events {
		f.log.Reset()
		f.request.Invoke(t.Context(), event)
		got := lines(t, f.log.String())
		if len(got) != 1 || strings.ContainsAny(strings.TrimSuffix(f.log.String(), "\n"), "\n\r\x1b\x00\u2028") {
			t.Errorf("%.200s is logged as %s", event, f.log)
		}
		for key, value := range got[0] {
			if text, ok := value.(string); ok && len(text) > 600 {
				t.Errorf("%.200s: %s has %d bytes", event, key, len(text))
			}
		}
		if strings.Contains(f.log.String(), token[:100]) {
			t.Errorf("a credential of the query string is in the log: %s", f.log)
		}
	}
	tokens := newFixture(t)
	arn := stage + "GET/" + long
	tokens.token.Invoke(t.Context(), []byte(`{"type":"TOKEN","authorizationToken":"Bearer x","methodArn":`+quoted(arn)+`}`))
	if got := lines(t, tokens.log.String()); len(got) != 1 || len(got[0]["path"].(string)) > 600 {
		t.Errorf("the log says %s", tokens.log)
	}
}

func quoted(text string) string {
	literal, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(literal)
}

// logged is a TOKEN authorizer of tokens that are verified so, and its log.
func logged(t *testing.T, config verify.Config) (*authorizers.TokenAuthorizer, *bytes.Buffer) {
	t.Helper()
	verifier, err := verify.New(config)
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	authorizer, err := authorizers.NewToken(authorizers.Config{Rules: contractRules(t), Tokens: verifier, Log: slog.New(slog.NewJSONHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return authorizer, log
}

// TestHintsAndUnread: the log says which configured claim could not be read, and once how a bound token would be accepted.
func TestHintsAndUnread(t *testing.T) {
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	authorizer, log := logged(t, verify.Config{Issuers: []verify.Issuer{{
		Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, Algorithms: []string{"EdDSA"},
		Grants: map[string]map[string][]string{"roles": {"staff": {"users/read"}}},
	}}})
	bound := verifytest.Options{Extra: map[string]any{"cnf": map[string]any{"jkt": "x"}}}
	for _, options := range []verifytest.Options{bound, bound, {Extra: map[string]any{"roles": 7}}, {Extra: map[string]any{"roles": "staff"}}} {
		authorizer.Invoke(t.Context(), event(t, "Bearer "+issuer.OIDC(options)))
	}
	got := lines(t, log.String())
	if hint, _ := got[0]["hint"].(string); got[0]["reason"] != "token-bound" || !strings.Contains(hint, `"boundTokens":"accept"`) {
		t.Errorf("the first bound token: %v", got[0])
	}
	if got[1]["reason"] != "token-bound" || got[1]["hint"] != nil {
		t.Errorf("the second bound token: %v", got[1])
	}
	if got[2]["unread"] != "roles is a number" || got[3]["unread"] != nil {
		t.Errorf("claims that cannot be read: %v, %v", got[2], got[3])
	}
}

// TestStaleKeysLog: the log tells for how long keys have been stale while their issuer is down, and of fresh ones nothing.
func TestStaleKeysLog(t *testing.T) {
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	token := issuer.OIDC(verifytest.Options{Scopes: []string{"users/read"}, Lifetime: 48 * time.Hour})
	start := time.Now()    // the token is not of a time to come
	var since atomic.Int64 // read by what fetches keys in the background, too
	authorizer, log := logged(t, verify.Config{Now: func() time.Time { return start.Add(time.Duration(since.Load())) }, Issuers: []verify.Issuer{{
		Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, Algorithms: []string{"EdDSA"},
	}}})
	for _, step := range []struct {
		after time.Duration // since the keys were fetched, which are fresh for an hour
		want  float64       // seconds; 0: it tells nothing
	}{{0, 0}, {59 * time.Minute, 0}, {time.Hour + 90*time.Second, 90}, {25*time.Hour - time.Minute, 24*3600 - 60}} {
		since.Store(int64(step.after))
		log.Reset()
		for range 2 { // the second time, 20 seconds later, it is recognised
			if _, err := authorizer.Invoke(t.Context(), event(t, "Bearer "+token)); err != nil {
				t.Fatalf("%v later: %v", step.after, err)
			}
			since.Add(int64(20 * time.Second))
		}
		for i, line := range lines(t, log.String()) {
			want := any(step.want + float64(20*i))
			if step.want == 0 {
				want = nil
			}
			if line["keysStaleSeconds"] != want || line["remembered"] != (i == 1) {
				t.Errorf("%v later: %v, want %v", step.after, line, want)
			}
		}
		since.Store(0)
		issuer.Outage(true)
	}
}

// TestFloodLog: keys that are not looked up while made-up ones come in a flood have a reason of their own, are no 401, and let nobody in.
func TestFloodLog(t *testing.T) {
	f := newRequestFixture(t, nil)
	f.keys["flooded"] = &authorizers.KeysUnavailableError{Err: errors.New("too many were read"), Flood: true}
	f.keys["down"] = &authorizers.KeysUnavailableError{Err: errors.New("the table is down")}
	for key, want := range map[string]string{"flooded": "api-keys-flood", "down": "api-keys-unavailable"} {
		f.log.Reset()
		answer, err := f.request.Invoke(t.Context(), requestEvent(t, "http-2.0", with("X-Api-Key", key)))
		if err == nil || err.Error() == "Unauthorized" || answer != nil {
			t.Errorf("%s: %s, %v", key, answer, err)
		}
		if got := lines(t, f.log.String()); len(got) != 1 || got[0]["reason"] != want || got[0]["decision"] != "cannot-tell" || got[0]["level"] != "ERROR" {
			t.Errorf("%s: %v", key, got)
		}
	}
}
