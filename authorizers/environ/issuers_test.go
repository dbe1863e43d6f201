package environ_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// TestTrustIsPerIssuer: with two issuers, what one writes gains only what its own entry says.
func TestTrustIsPerIssuer(t *testing.T) {
	own, partner := verifytest.NewServer("EdDSA"), verifytest.NewServer("EdDSA")
	defer own.Close()
	defer partner.Close()
	const groups = `"grants":{"scope":{"*":["*"]},"cognito:groups":{"admins":["users/read","users/write"],"members":["users/self"]}},"scopes":["*"],"owners":true`
	ours := fmt.Sprintf(`{"issuer":%q,"audience":[%q],"tokenUse":["access"],"algorithms":["EdDSA"],%s}`, own.URL, verifytest.DefaultClientID, groups)
	const me = "a0000000-0000-4000-8000-000000000003"
	tests := []struct {
		name    string
		partner string // members of the partner's entry
		token   func() string
		allowed string
	}{
		{"our admin", `"scopes":[]`, func() string { return own.CognitoAccess(verifytest.Options{Groups: []string{"admins"}}) }, "GET/users PUT/users/" + me},
		{"our member", `"scopes":[]`, func() string { return own.CognitoAccess(verifytest.Options{Subject: me, Groups: []string{"members"}}) }, "PUT/users/" + me},
		{"their admin", `"scopes":["*"]`, func() string {
			return partner.OIDC(verifytest.Options{Extra: map[string]any{"cognito:groups": []string{"admins"}, "groups": []string{"admins"}}})
		}, ""},
		{"their scope", `"scopes":["users/read"]`, func() string { return partner.OIDC(verifytest.Options{Scopes: []string{"users/write", "users/read"}}) }, "GET/users"},
		{"their scope, and they may grant nothing", `"scopes":[]`, func() string { return partner.OIDC(verifytest.Options{Scopes: []string{"users/write", "users/read"}}) }, ""},
		{"their subject with an id of ours", `"scopes":["users/self"]`, func() string { return partner.OIDC(verifytest.Options{Subject: me, Scopes: []string{"users/self"}}) }, ""},
		{"their subject is an owner too", `"scopes":["users/self"],"owners":true`, func() string { return partner.OIDC(verifytest.Options{Subject: me, Scopes: []string{"users/self"}}) }, "PUT/users/" + me},
	}
	for _, test := range tests {
		theirs := fmt.Sprintf(`{"issuer":%q,"audience":[%q],"algorithms":["EdDSA"],%s}`, partner.URL, verifytest.DefaultClientID, test.partner)
		variables := map[string]string{"RULES": usersRules, "ISSUERS": "[" + ours + "," + theirs + "]"}
		authorizer, err := environ.Token(func(name string) string { return variables[name] }, nil)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		const arn = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/v1/"
		event, _ := json.Marshal(map[string]string{"type": "TOKEN", "authorizationToken": "Bearer " + test.token(), "methodArn": arn + "GET/users"})
		output, err := authorizer.Invoke(t.Context(), event)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var answer authorizers.Answer
		if err := json.Unmarshal(output, &answer); err != nil {
			t.Fatal(err)
		}
		var allowed []string
		for _, request := range []string{"GET/users", "PUT/users/" + me} {
			if policy.Evaluate(answer.PolicyDocument, policy.Request{Resource: arn + request}).Decision == policy.Allow {
				allowed = append(allowed, request)
			}
		}
		if got := strings.Join(allowed, " "); got != test.allowed {
			t.Errorf("%s may call %q, want %q", test.name, got, test.allowed)
		}
	}
}

// TestGroupScopesAreOneIssuers: GROUP_SCOPES beside several issuers, or beside grants, stops the start with the line to write,
// and with that line it starts.
func TestGroupScopesAreOneIssuers(t *testing.T) {
	const groups = `{"admins":["users/read"]}`
	const line = `"grants":{"cognito:groups":{"admins":["users/read"]},"scope":{"*":["*"]}}`
	one := `{"issuer":"https://a.example","audience":["app"],%s}`
	tests := []struct{ issuers, groups, want string }{
		{"[" + fmt.Sprintf(one, `"scopes":["users/read"]`) + "]", groups, ""},
		{"[" + fmt.Sprintf(one, line) + "]", "", ""},
		{"[" + fmt.Sprintf(one, line) + "]", groups, `GROUP_SCOPES: stands beside the "grants" of the issuer "https://a.example", which say all: write the groups' scopes there, as in ` + line},
		{"[" + fmt.Sprintf(one, `"scopes":["users/write"]`) + "]", groups, `ISSUERS: verify: issuer "https://a.example": grants: claim "cognito:groups", value "admins": "users/read" is not among`},
		{"[" + fmt.Sprintf(one, `"scopes":[]`) + `,{"issuer":"https://b.example","audience":["app"],"scopes":[]}]`, groups, `write the scopes of these groups into the entry of the issuer whose groups they are, ` + line + `,"scopes":["users/read"]`},
		{"[" + fmt.Sprintf(one, line+`,"scopes":["users/read"]`) + `,{"issuer":"https://b.example","audience":["app"],"scopes":[]}]`, "", ""},
		{"[" + fmt.Sprintf(one, `"scopes":[]`) + `,{"issuer":"https://b.example","audience":["app"],"scopes":[]}]`, "{}", ""},
		{"[" + fmt.Sprintf(one, `"scopes":[]`) + `,{"issuer":"https://b.example","audience":["app"]}]`, "", `ISSUERS: verify: issuer "https://b.example": scopes: is missing`},
	}
	for _, test := range tests {
		variables := map[string]string{"RULES": usersRules, "ISSUERS": test.issuers, "GROUP_SCOPES": test.groups}
		_, err := environ.Token(func(name string) string { return variables[name] }, nil)
		if wrong := (*environ.Error)(nil); test.want == "" && err != nil || test.want != "" && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("ISSUERS=%s GROUP_SCOPES=%s: error %v, want %q", test.issuers, test.groups, err, test.want)
		}
	}
}

// TestAllVariablesAreChecked: what is wrong with several variables is said at once.
func TestAllVariablesAreChecked(t *testing.T) {
	variables := map[string]string{"RULES": "nowhere.json", "CONTRACT": "x", "ISSUERS": "[]", "GROUP_SCOPES": "x", "CLOCK_SKEW": "1h", "MAX_TOKEN": "x", "REVOCATION": "x", "RESPONSE": "x"}
	getenv := func(name string) string { return variables[name] }
	for what, start := range map[string]func() error{
		"jwt":     func() error { _, err := environ.JWT(getenv, nil); return err },
		"request": func() error { _, err := environ.Request(getenv, noKeys{}, nil); return err },
	} {
		err := start()
		for _, variable := range []string{"RULES: ", "CONTRACT: ", "ISSUERS: ", "GROUP_SCOPES: ", "CLOCK_SKEW: ", "MAX_TOKEN: ", "RESPONSE: "} {
			if err == nil || !strings.Contains(err.Error(), variable) {
				t.Errorf("%s: the error %v says nothing of %s", what, err, variable)
			}
		}
	}
}

// TestBoundTokensWarn: an entry that accepts sender-bound tokens is said at the start.
func TestBoundTokensWarn(t *testing.T) {
	for members, want := range map[string]bool{`"boundTokens":"accept"`: true, `"scopes":[]`: false} {
		var log bytes.Buffer
		variables := map[string]string{"RULES": usersRules, "ISSUERS": `[{"issuer":"https://a.example","audience":["app"],` + members + `}]`}
		if _, err := environ.Token(func(name string) string { return variables[name] }, slog.New(slog.NewJSONHandler(&log, nil))); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(log.String(), `"level":"WARN","msg":"sender-bound tokens are accepted`); got != want {
			t.Errorf("%s: the log says %s", members, log.String())
		}
	}
}
