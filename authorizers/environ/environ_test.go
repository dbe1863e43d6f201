package environ_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/environ"
	"portcullis/policy"
)

// usersRules are the users API's.
const usersRules = "../../policy/testdata/users.rules.json"

func TestToken(t *testing.T) {
	const issuers = `[{"issuer":"https://issuer.example.com","audience":["app"]}]`
	good := map[string]string{"RULES": usersRules, "ISSUERS": issuers, "GROUP_SCOPES": `{"a":["b/c"]}`, "CLOCK_SKEW": "5m"}
	tests := []struct{ variable, value, want string }{
		{"", "", ""},
		{"GROUP_SCOPES", "", ""},
		{"CLOCK_SKEW", "", ""},
		{"RULES", "", `rules.json: no such file or directory; want a file made by "portcullis build" or "portcullis access compile"`}, // none beside the test's binary
		{"RULES", "../../api", "RULES: policy: ../../api: is a directory"},
		{"RULES", "../../api/openapi.yaml", `RULES: policy: ../../api/openapi.yaml: is an OpenAPI document, and no rules made of one; want a file made by "portcullis build" or "portcullis access compile"`},
		{"RULES", "environ_test.go", "RULES: policy: environ_test.go: "},
		{"CONTRACT", "../../api/openapi.yaml", `CONTRACT: is set, and functions read no OpenAPI document: unset it, and name in RULES a file made by "portcullis build" or "portcullis access compile"`},
		{"CONTRACT", usersRules, "CONTRACT: is set"},
		{"ISSUERS", "", "is not set"},
		{"ISSUERS", "https://issuer.example.com", "want a JSON list"},
		{"ISSUERS", "[]", "at least one issuer"},
		{"ISSUERS", `[{"issuer":"https://issuer.example.com"}]`, "audience"},
		{"ISSUERS", `[{"issuer":"http://issuer.example.com","audience":["app"]}]`, "loopback"},
		{"GROUP_SCOPES", "admins", "want a JSON object"},
		{"GROUP_SCOPES", `{"a":"b"}`, "want a JSON object"},
		{"GROUP_SCOPES", `{"a":["b c"]}`, `group "a": "b c" is no scope`},
		{"GROUP_SCOPES", "null", "want a JSON object"},
		{"GROUP_SCOPES", `{} {}`, "something follows"},
		{"GROUP_SCOPES", `{"*":["users/read"]}`, `group "*"`},
		{"GROUP_SCOPES", `{"a":["b"],"a":["c"]}`, "a group stands there twice"},
		{"GROUP_SCOPES", `{"":["b"]}`, "groups whose names are not empty"},
		{"GROUP_SCOPES", `{"a":["*"]}`, `group "a": "*" is no scope`},
		{"MAX_TOKEN", "1", ""},
		{"MAX_TOKEN", "1048576", ""},
		{"MAX_TOKEN", "1048577", "want a number of bytes from 1 to 1048576"},
		{"MAX_TOKEN", "0", "want a number of bytes"},
		{"MAX_TOKEN", "10 KB", "want a number of bytes"},
		{"CLOCK_SKEW", "30", "want a duration"},
		{"CLOCK_SKEW", "-1s", "want a duration"},
		{"CLOCK_SKEW", "6m", "want a duration"},
		{"UNAUTHORIZED", "fail", ""},
		{"UNAUTHORIZED", "deny", ""},
		{"UNAUTHORIZED", "Deny", `want "fail" or "deny", got "Deny"`},
		{"UNAUTHORIZED", "401", `want "fail" or "deny", got "401"`},
		{"TOKEN_SOURCES", "", ""},
		{"TOKEN_SOURCES", "bearer, raw", ""},
		{"TOKEN_SOURCES", "bearer,cookie,cookie:a", `"cookie" is no place of tokens, want bearer, raw, query:NAME or protocol:NAME; "cookie:a" is`},
		{"TOKEN_SOURCES", "bearer,query:token", "query:token: places of WebSocket handshakes, of which a TOKEN authorizer sees none; want bearer, raw or both"},
	}
	for _, test := range tests {
		getenv := func(name string) string {
			if name == test.variable {
				return test.value
			}
			return good[name]
		}
		handler, err := environ.Token(getenv, nil)
		if test.want == "" {
			if err != nil || handler == nil {
				t.Errorf("%s=%s: %v", test.variable, test.value, err)
			}
			continue
		}
		wrong := (*environ.Error)(nil)
		if !errors.As(err, &wrong) || wrong.Variable != test.variable || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: error %v; want one line with %q", test.variable, test.value, err, test.want)
		}
	}
}

// noKeys is a verifier that knows no API key.
type noKeys struct{}

func (noKeys) VerifyKey(context.Context, string) (*authorizers.Principal, error) {
	return nil, &authorizers.KeyError{Code: authorizers.CodeAPIKeyUnknown}
}

func TestRequestAndJWT(t *testing.T) {
	const issuers = `[{"issuer":"https://issuer.example.com","audience":["app"]}]`
	tests := []struct {
		name      string
		variables map[string]string
		keys      authorizers.KeyVerifier
		request   string // what the error says; "" for none
		jwt       string
	}{
		{"issuers", map[string]string{"ISSUERS": issuers}, nil, "", ""},
		{"simple", map[string]string{"ISSUERS": issuers, "RESPONSE": "simple"}, nil, "", ""},
		{"policy", map[string]string{"ISSUERS": issuers, "RESPONSE": "policy"}, noKeys{}, "", ""},
		{"keys alone", nil, noKeys{}, "", "ISSUERS: is not set"},
		{"nothing", nil, nil, "ISSUERS: is not set", "ISSUERS: is not set"},
		{"bad issuers beside keys", map[string]string{"ISSUERS": "[]"}, noKeys{}, "ISSUERS: ", "ISSUERS: "},
		{"another response", map[string]string{"ISSUERS": issuers, "RESPONSE": "Simple"}, nil, `RESPONSE: want "policy" or "simple", got "Simple"`, `RESPONSE: want "policy" or "simple", got "Simple"`},
		{"denials", map[string]string{"ISSUERS": issuers, "UNAUTHORIZED": "deny"}, noKeys{}, "", ""},
		{"another word for denials", map[string]string{"ISSUERS": issuers, "UNAUTHORIZED": "403"}, noKeys{}, `UNAUTHORIZED: want "fail" or "deny", got "403"`, `UNAUTHORIZED: want "fail" or "deny", got "403"`},
		{"bad groups", map[string]string{"ISSUERS": issuers, "GROUP_SCOPES": "x"}, nil, "GROUP_SCOPES: ", "GROUP_SCOPES: "},
		{"a bad skew", map[string]string{"ISSUERS": issuers, "CLOCK_SKEW": "1h"}, noKeys{}, "CLOCK_SKEW: ", "CLOCK_SKEW: "},
		{"a bad skew beside keys alone", map[string]string{"CLOCK_SKEW": "1h"}, noKeys{}, "CLOCK_SKEW: ", "CLOCK_SKEW: "},
		{"raw tokens", map[string]string{"ISSUERS": issuers, "TOKEN_SOURCES": "raw"}, nil, "", ""},
		{"tokens in handshakes", map[string]string{"ISSUERS": issuers, "TOKEN_SOURCES": "query:access_token,protocol:bearer"}, nil, "", "TOKEN_SOURCES: query:access_token,protocol:bearer: places of WebSocket handshakes, of which a JWT"},
		{"tokens nowhere", map[string]string{"ISSUERS": issuers, "TOKEN_SOURCES": "query:"}, nil, `TOKEN_SOURCES: "query:": want query:NAME`, `TOKEN_SOURCES: "query:": want query:NAME`},
		{"tokens nowhere beside keys alone", map[string]string{"TOKEN_SOURCES": "x"}, noKeys{}, `TOKEN_SOURCES: "x" is no place`, "ISSUERS: is not set"},
		{"no rules", map[string]string{"ISSUERS": issuers, "RULES": "nowhere.json"}, nil, "RULES: ", "RULES: "},
		{"a contract", map[string]string{"ISSUERS": issuers, "CONTRACT": "openapi.yaml"}, noKeys{}, "CONTRACT: ", "CONTRACT: "},
	}
	for _, test := range tests {
		getenv := func(name string) string {
			if value, set := test.variables[name]; set {
				return value
			}
			return map[string]string{"RULES": usersRules}[name]
		}
		request, err := environ.Request(getenv, test.keys, nil)
		checkStart(t, test.name+", request", request, err, test.request)
		jwt, err := environ.JWT(getenv, nil)
		checkStart(t, test.name+", jwt", jwt, err, test.jwt)
	}
}

func checkStart(t *testing.T, name string, handler *authorizers.RequestAuthorizer, err error, want string) {
	t.Helper()
	wrong := (*environ.Error)(nil)
	if want == "" && (err != nil || handler == nil) || want != "" && (!errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), want)) {
		t.Errorf("%s: error %v, want %q", name, err, want)
	}
}

// TestUnauthorized: each function answers whom it does not know as the variable says.
func TestUnauthorized(t *testing.T) {
	for value, denies := range map[string]bool{"": false, "fail": false, "deny": true} {
		getenv := func(name string) string {
			return map[string]string{"RULES": usersRules, "ISSUERS": `[{"issuer":"https://issuer.example.com","audience":["app"]}]`, "UNAUTHORIZED": value}[name]
		}
		token, err1 := environ.Token(getenv, nil)
		request, err2 := environ.Request(getenv, nil, nil)
		jwt, err3 := environ.JWT(getenv, nil)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		const arn = `"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users"`
		for name, invoke := range map[string]func() ([]byte, error){
			"token": func() ([]byte, error) {
				return token.Invoke(t.Context(), []byte(`{"type":"TOKEN","methodArn":`+arn+`}`))
			},
			"request": func() ([]byte, error) {
				return request.Invoke(t.Context(), []byte(`{"type":"REQUEST","methodArn":`+arn+`}`))
			},
			"jwt": func() ([]byte, error) {
				return jwt.Invoke(t.Context(), []byte(`{"type":"REQUEST","version":"2.0","routeArn":`+arn+`}`))
			},
		} {
			output, err := invoke()
			if denied := err == nil && strings.Contains(string(output), `"Deny"`); denied != denies || !denied && (err == nil || err.Error() != "Unauthorized") {
				t.Errorf("%s with %q: output %s, error %v", name, value, output, err)
			}
		}
	}
}

// TestRulesAreLogged: what they are made of, and what no policy can tell apart, is said once, at the start.
func TestRulesAreLogged(t *testing.T) {
	bearer := func(scope string) policy.Access {
		return policy.Access{Alternatives: []policy.Alternative{{{Scheme: policy.SchemeBearer, Scopes: []string{scope}}}}}
	}
	rules, err := policy.NewRules([]policy.Rule{
		{Route: policy.Route{Method: "GET", Path: "/{proxy+}"}, Access: bearer("all")}, {Route: policy.Route{Method: "GET", Path: "/a/{x}"}, Access: bearer("a")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Repeat("0123456789abcdef", 4)
	text, err := rules.Encode(policy.Source{Name: "things.yaml", SHA256: hash})
	file := filepath.Join(t.TempDir(), "of-things.json")
	if err := errors.Join(err, os.WriteFile(file, text, 0o600)); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	variables := map[string]string{"RULES": file, "ISSUERS": `[{"issuer":"https://issuer.example.com","audience":["app"]}]`}
	if _, err := environ.Token(func(name string) string { return variables[name] }, slog.New(slog.NewJSONHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(log.String(), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[0], `"level":"INFO","msg":"rules","contract":"things.yaml","sha256":"`+hash+`"}`) ||
		!strings.Contains(lines[1], `"closed":"GET /a/{x}","open":"GET /{proxy+}","lost":"/a/*/*"`) {
		t.Errorf("the log says %s", log.String())
	}
}
