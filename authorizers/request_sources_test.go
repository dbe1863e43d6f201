package authorizers_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// sources sets the identity sources of an HTTP API's event, as its form writes them.
func sources(values ...string) func(map[string]any) {
	return func(event map[string]any) {
		if event["identitySource"] = values; event["version"] == "1.0" {
			event["identitySource"] = strings.Join(values, ",")
		}
	}
}

// TestIdentitySources: of an HTTP API, credentials that are no identity sources count for nothing, good or bad.
func TestIdentitySources(t *testing.T) {
	f := newRequestFixture(t, nil)
	reader := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"readers"}})
	bearer := "Bearer " + reader
	f.keys["writes"] = holder("k", "users/write")
	token, key, badToken, badKey := with("Authorization", bearer), with("X-Api-Key", "writes"), with("Authorization", "Bearer x"), with("X-Api-Key", "bad")
	const none = "Unauthorized"
	tests := []struct {
		name    string
		change  func(map[string]any)
		sources []string
		want    string
	}{
		{"both, and both are sources", all(token, key), []string{bearer, "writes"}, "GET/users POST/users"},
		{"both, in another order", all(token, key), []string{"writes", bearer}, "GET/users POST/users"},
		{"both, without sources", all(token, key), nil, "GET/users POST/users"},
		{"a key beside the source", all(token, key), []string{bearer}, "GET/users"},
		{"a token beside the source", all(token, key), []string{"writes"}, "POST/users"},
		{"a bad key beside the source", all(token, badKey), []string{bearer}, "GET/users"},
		{"a bad token beside the source", all(badToken, key), []string{"writes"}, "POST/users"},
		{"another header is the source", all(token, key), []string{"203.0.113.7"}, none},
		{"an empty source", all(token, key), []string{"", ""}, none},
		{"a part of the source", with("X-Api-Key", "writes"), []string{"writes2", "2writes"}, none},
		{"the token is the source, without its scheme", token, []string{reader}, none},
		{"a bad key as the source", all(token, badKey), []string{bearer, "bad"}, none},
		{"a bad token as the source", all(badToken, key), []string{"Bearer x", "writes"}, none},
		{"two keys, one of them the source", with("X-Api-Key", "writes", "bad"), []string{"writes"}, none},
		{"two tokens, one of them the source", with("Authorization", bearer, "Bearer x"), []string{bearer}, none},
		{"a token with commas", with("Authorization", bearer+",x"), []string{bearer + ",x"}, none},
		{"sources around it", token, []string{"a,b", bearer, "c"}, "GET/users"},
	}
	for _, form := range []string{"http-1.0", "http-2.0"} {
		for _, test := range tests {
			output, err := f.request.Invoke(t.Context(), requestEvent(t, form, all(test.change, sources(test.sources...))))
			got := none
			if err == nil {
				got = allowed(t, output, "GET/users", "POST/users")
			}
			if got != test.want || err != nil && !errors.Is(err, authorizers.ErrUnauthorized) {
				t.Errorf("%s, %s: allowed %q, error %v; want %q", form, test.name, got, err, test.want)
			}
		}
		for _, odd := range []any{7, map[string]any{}, []any{7}} {
			event := requestEvent(t, form, all(token, func(e map[string]any) { e["identitySource"] = odd }))
			if output, err := f.request.Invoke(t.Context(), event); !errors.As(err, new(*authorizers.EventError)) {
				t.Errorf("%s, identity source %v: output %s, error %v", form, odd, output, err)
			}
		}
	}
}

// TestIdentitySourcesOfSimpleAnswers: what is no identity source opens nothing there either.
func TestIdentitySourcesOfSimpleAnswers(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.Simple = true })
	bearer := "Bearer " + f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"readers"}})
	f.keys["nothing"] = holder("k", "")
	credentials := all(with("Authorization", bearer), with("X-Api-Key", "nothing"))
	for source, want := range map[string]string{bearer: `{"isAuthorized":true`, "nothing": `{"isAuthorized":false`, "203.0.113.7": ""} {
		output, err := f.request.Invoke(t.Context(), requestEvent(t, "http-2.0", all(credentials, sources(source, "GET /users"))))
		if !bytes.HasPrefix(output, []byte(want)) || (want == "") != errors.Is(err, authorizers.ErrUnauthorized) {
			t.Errorf("kept by %.12s: output %s, error %v; want %s", source, output, err, want)
		}
	}
	if !strings.Contains(f.log.String(), `"detail":"there is no credential among the identity sources"`) {
		t.Errorf("the log does not say why: %s", f.log)
	}
}

// scene is what credentials and other parts random requests are made of.
type scene struct {
	*rand.Rand
	tokens, keys []string
}

func (s scene) pick(from ...string) string { return from[s.IntN(len(from))] }

// credentials adds some, good and bad ones, each at most once.
func (s scene) credentials(form string) (change func(map[string]any), values []string) {
	change = func(map[string]any) {}
	if token := s.pick(s.tokens...); token != "" {
		change, values = with(s.pick("Authorization", "authorization"), token), append(values, token)
	}
	if key := s.pick(s.keys...); key != "" {
		change, values = all(change, with(s.pick("X-Api-Key", "x-api-key"), key)), append(values, key)
	}
	if token, isBearer := strings.CutPrefix(s.pick(s.tokens...), "Bearer "); form == "websocket-connect" && isBearer && s.IntN(2) == 0 {
		change, values = all(change, with("Sec-WebSocket-Protocol", "token, "+token)), append(values, "token, "+token)
	}
	return change, values
}

// rest changes what of a request is neither its form nor a credential.
func (s scene) rest(form string) func(map[string]any) {
	method, path := s.pick("GET", "POST", "DELETE"), s.pick("users", "users/me", "users/you", "both", "nowhere", "")
	arn := stage + method + "/" + path
	if form == "websocket-connect" {
		arn = stage + "$connect"
	}
	address := s.pick("203.0.113.7", "203.0.113.8", "10.0.0.1", "2001:db8::1")
	return all(with("X-Forwarded-For", s.pick(address, "x")), with("Cookie", s.pick("a=b", "token=x")), func(e map[string]any) {
		e["methodArn"], e["routeArn"], e["path"], e["rawPath"], e["httpMethod"] = arn, arn, "/"+path, "/"+path, method
		e["routeKey"] = s.pick(method+" /"+path, method+" /"+path, "$default", "GET /users/{id}")
		e["stageVariables"] = map[string]any{"ISSUERS": s.pick("a", "b")}
		if form != "websocket-connect" {
			e["queryStringParameters"] = map[string]any{"token": s.pick(s.tokens...)}
		}
		context := e["requestContext"].(map[string]any)
		context["requestId"] = s.pick("a", "b")
		context["identity"], context["http"] = map[string]any{"sourceIp": address}, map[string]any{"sourceIp": address, "method": method}
	})
}

// TestSameIdentitySourcesSameAnswer: two requests with the same identity sources have answers of the same bytes, or an
// error, which the gateway does not keep, whatever else of them differs. Of REST APIs the sources are the places of all
// credentials, and of WebSocket APIs, which keep no answer, it holds for the same; of HTTP APIs they are any of them, and then
// the other credentials differ too.
func TestSameIdentitySourcesSameAnswer(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) {
		c.TokenSources = tokenSources(t, "bearer,raw,query:token,protocol:token")
	})
	s := scene{rand.New(rand.NewPCG(8, 8)), []string{"", "Bearer x"}, []string{"", "bad", "reads", "writes", "here", "me"}}
	for _, o := range []verifytest.Options{{Groups: []string{"readers"}, Subject: "me"}, {Groups: []string{"members"}, Subject: "me"}, {Scopes: []string{"users/write"}, Subject: "you"}} {
		token := f.issuer.CognitoAccess(o)
		s.tokens = append(s.tokens, "Bearer "+token, token)
	}
	f.keys["reads"], f.keys["writes"], f.keys["me"] = holder("k", "app users/read"), holder("k2", "users/write"), holder("me", "users/self")
	here := holder("k3", "users/read")
	here.Networks = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	f.keys["here"] = here
	simple := newRequestFixture(t, func(c *authorizers.Config) { c.Simple, c.Keys = true, f.keys })
	simple.issuer.Close()
	var err error
	if simple.request, err = authorizers.NewRequest(authorizers.Config{Rules: requestRules(t), Keys: f.keys, Simple: true}); err != nil {
		t.Fatal(err)
	}
	kept, answers := map[string][]byte{}, map[string]int{}
	for range 20000 {
		form := s.pick(append(forms, "http-simple")...)
		authorizer, file := f.request, form
		if form == "http-simple" {
			authorizer, file = simple.request, "http-2.0"
		}
		credentials, values := s.credentials(form)
		change := all(credentials, s.rest(form))
		if strings.HasPrefix(form, "http") {
			if len(values) > 1 && s.IntN(2) == 0 {
				values = values[:1]
			}
			if len(values) == 0 {
				values = []string{"203.0.113.7"}
			}
			change = all(change, func(e map[string]any) {
				if route := fmt.Sprint(e["routeKey"]); form == "http-simple" {
					values = append(values, route)
				}
				sources(values...)(e)
			})
		}
		output, err := authorizer.Invoke(t.Context(), requestEvent(t, file, change))
		if err != nil {
			continue
		}
		key := form + "\n" + strings.Join(values, "\n")
		if before, known := kept[key]; known && !bytes.Equal(before, output) {
			t.Fatalf("%s: %s\nand before %s", key, output, before)
		}
		kept[key] = output
		answers[form]++
	}
	for _, form := range append(forms, "http-simple") {
		if answers[form] < 100 {
			t.Errorf("%s: only %d answers: the test says little", form, answers[form])
		}
	}
	t.Log(len(kept), answers)
}

// TestDefaultRoute: an ARN of an HTTP API's route $default names no request. A policy is the API's, and allows no such
// ARN; a simple answer cannot be given, and a simple answer for a request that it serves is that request's.
func TestDefaultRoute(t *testing.T) {
	f := newRequestFixture(t, nil)
	f.keys["reads"] = holder("k", "users/read users/write")
	named := all(with("X-Api-Key", "reads"), func(e map[string]any) {
		e["routeKey"], e["methodArn"], e["routeArn"] = "$default", stage+"$default", stage+"$default"
	})
	for _, form := range []string{"http-1.0", "http-2.0"} {
		want, err := f.request.Invoke(t.Context(), requestEvent(t, form, with("X-Api-Key", "reads")))
		if err != nil {
			t.Fatal(err)
		}
		output, err := f.request.Invoke(t.Context(), requestEvent(t, form, named))
		if err != nil || !bytes.Equal(output, want) {
			t.Errorf("%s: output %s, error %v; want %s", form, output, err, want)
		} else if got := allowed(t, output, "$default", "$connect", "GET/$default", "GET/users"); got != "GET/users" {
			t.Errorf("%s: allowed %q", form, got)
		}
		for _, other := range []string{"$connect", "$disconnect", "$x"} {
			event := requestEvent(t, form, all(named, func(e map[string]any) { e["methodArn"], e["routeArn"] = stage+other, stage+other }))
			if output, err := f.request.Invoke(t.Context(), event); !errors.As(err, new(*authorizers.EventError)) {
				t.Errorf("%s, %s: output %s, error %v", form, other, output, err)
			}
		}
	}
	if !strings.Contains(f.log.String(), `"route":"$default"`) {
		t.Errorf("the log says %s", f.log)
	}
	simple := newRequestFixture(t, func(c *authorizers.Config) { c.Simple, c.Keys = true, f.keys })
	for _, kept := range [][]string{nil, {"reads", "$default"}} {
		output, err := simple.request.Invoke(t.Context(), requestEvent(t, "http-2.0", all(named, sources(kept...))))
		if err == nil || errors.Is(err, authorizers.ErrUnauthorized) || !strings.Contains(err.Error(), "$default") {
			t.Errorf("kept by %v: output %s, error %v", kept, output, err)
		}
	}
}

// TestConnectIsNotDefault: the policy of a WebSocket API's route $default, which is never authorized, opens nothing more
// than connecting.
func TestConnectIsNotDefault(t *testing.T) {
	f := newRequestFixture(t, nil)
	f.keys["reads"] = holder("k", "users/read")
	event := requestEvent(t, "websocket-connect", all(with("X-Api-Key", "reads"), func(e map[string]any) { e["methodArn"] = stage + "$default" }))
	output, err := f.request.Invoke(t.Context(), event)
	if err != nil || allowed(t, output, "$default", "GET/users", policy.RouteConnect) != policy.RouteConnect {
		t.Errorf("output %s, error %v", output, err)
	}
}
