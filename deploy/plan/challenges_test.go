package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// The modes whose refusals have a challenge, without what a row adds from line 5 on.
const (
	tokenMode   = "name: token\ngateway: REST\nauthorization: TOKEN\nauthorizer: {function: check, identitySource: method.request.header.authorization}\n"
	requestMode = "name: request\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: [], resultTtlInSeconds: 0}\n"
	poolMode    = "name: pools\ngateway: REST\nauthorization: COGNITO_USER_POOLS\nauthorizer: {}\n"
)

// titled is a contract of a title, which is a text of YAML, with what is added at its end.
func titled(t *testing.T, title, added string) *contract.Contract {
	t.Helper()
	text := strings.Replace(contractBase, "x-function", "info:\n  version: '1'\n  title: "+title+"\nx-function", 1) + added
	c, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// challengesOf are the challenges of a plan's gateway responses, by their types in order.
func challengesOf(p *plan.Plan) string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(p.REST.GatewayResponses)) {
		for name, value := range p.REST.GatewayResponses[kind].Headers {
			if strings.EqualFold(name, "WWW-Authenticate") {
				all = append(all, kind+" "+value)
			}
		}
	}
	return strings.Join(all, "; ")
}

// TestChallenges: what a token would change asks for one, and says no more than is so of every request that gets the response.
func TestChallenges(t *testing.T) {
	const (
		realm   = `'Bearer realm="Things"'`
		denied  = `ACCESS_DENIED 'Bearer realm="Things", error="insufficient_scope"'; UNAUTHORIZED ` + realm
		unsaid  = "ACCESS_DENIED " + realm + "; UNAUTHORIZED " + realm
		refused = "UNAUTHORIZED " + realm
		keyed   = "  /keyed: {get: {security: [{apiKey: [a]}]}}\n"
		policy  = `x-amazon-apigateway-policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "execute-api:Invoke", Resource: "execute-api:/*"}]}` + "\n"
	)
	kept := func(strategy string) string {
		return "cache: {unauthorizedCacheControlHeaderStrategy: " + strategy + ", methods: {GET /open: {}}}\n"
	}
	for _, test := range []struct{ mode, added, contract, want string }{
		{tokenMode, "", "", denied},
		{tokenMode, "", keyed, denied}, // nobody comes here by a key
		{tokenMode, "", policy, unsaid},
		{tokenMode, kept("FAIL_WITH_403"), "", unsaid},
		{tokenMode, kept("SUCCEED_WITHOUT_RESPONSE_HEADER"), "", denied},
		{strings.Replace(tokenMode, "header.authorization", "header.X-Token", 1), "", "", ""},
		{strings.Replace(tokenMode, "header.authorization", "header.Authorization-Other", 1), "", "", ""},
		{requestMode, "", "", denied},
		{requestMode, "", keyed, unsaid},
		{requestMode, "", policy, unsaid},
		{modeBases["request"], "", keyed, unsaid}, // one source of several
		{strings.Replace(requestMode, "[]", "method.request.multivalueheader.Authorization", 1), "", "", denied},
		{modeBases["query"], "", "", ""},
		{poolMode, "", "", refused},
		{poolMode, "", policy, refused},
		{modeBases["pools"], "", "", ""}, // in a header of its own
		{modeBases["iam"], "", "", ""},
		{modeBases["key"], "", "", ""},

		// The mode's word is the last, and one that hides a refusal does.
		{tokenMode, "gatewayResponses: {UNAUTHORIZED: {headers: {www-authenticate: 'Bearer realm=\"mine\"'}}}\n", "",
			`ACCESS_DENIED 'Bearer realm="Things", error="insufficient_scope"'; UNAUTHORIZED 'Bearer realm="mine"'`},
		{tokenMode, "gatewayResponses: {DEFAULT_4XX: {headers: {WWW-Authenticate: Mine}}}\n", "", "DEFAULT_4XX 'Mine'"},
		{tokenMode, "gatewayResponses: {DEFAULT_4XX: {statusCode: 404}}\n", "", ""},
		{tokenMode, "gatewayResponses: {DEFAULT_4XX: {statusCode: 403}}\n", "", denied},
		{tokenMode, "gatewayResponses: {ACCESS_DENIED: {statusCode: 404}}\n", "", refused},
		{tokenMode, "gatewayResponses: {ACCESS_DENIED: {statusCode: 401}, UNAUTHORIZED: {}}\n", "", denied},
		{tokenMode, "gatewayResponses: {ACCESS_DENIED: {statusCode: 200}, UNAUTHORIZED: {statusCode: 400}}\n", "", ""},
		{modeBases["iam"], "gatewayResponses: {MISSING_AUTHENTICATION_TOKEN: {headers: {WWW-Authenticate: Mine}}}\n", "", "MISSING_AUTHENTICATION_TOKEN 'Mine'"},
	} {
		m, err := modes.Parse("mode.yaml", []byte(test.mode+test.added))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(titled(t, "Things", test.contract), m)
		if err != nil {
			t.Fatal(err)
		}
		if got := challengesOf(p); got != test.want {
			t.Errorf("%s%s%s:\n%s\nwant\n%s", test.mode, test.added, test.contract, got, test.want)
		}
		for kind, r := range p.REST.GatewayResponses {
			want := ""
			if strings.Contains(test.want, kind+" ") {
				want = "'WWW-Authenticate'"
			}
			if got := r.Headers["Access-Control-Expose-Headers"]; got != want {
				t.Errorf("%s%s%s: %s exposes %s, want %s", test.mode, test.added, test.contract, kind, got, want)
			}
		}
	}
}

// TestNoChallengeWithoutTokens: of a contract that takes API keys alone nobody is asked for a token.
func TestNoChallengeWithoutTokens(t *testing.T) {
	keys := strings.NewReplacer("[{bearer: ", "[{apiKey: ", ", {bearer: ", ", {apiKey: ").Replace(contractBase)
	c, err := contract.Parse("contract.yaml", []byte(keys))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("mode.yaml", []byte(requestMode))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, m)
	if err != nil || strings.Contains(keys, "{bearer: [") || challengesOf(p) != "" {
		t.Errorf("%s, error %v", challengesOf(p), err)
	}
}

// TestChallengesKeepTheClass: a refusal that gets a response of its own for the challenge is else what its class is.
func TestChallengesKeepTheClass(t *testing.T) {
	m, err := modes.Parse("mode.yaml", []byte(tokenMode+`gatewayResponses:
  DEFAULT_4XX: {statusCode: 403, headers: {X-A: b, access-control-max-age: "5"}, body: '{"no":true}'}
  ACCESS_DENIED: {headers: {access-control-expose-headers: "X-B"}}
`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(titled(t, "Things", ""), m)
	if err != nil {
		t.Fatal(err)
	}
	class, own, denied := p.REST.GatewayResponses["DEFAULT_4XX"], p.REST.GatewayResponses["UNAUTHORIZED"], p.REST.GatewayResponses["ACCESS_DENIED"]
	want := maps.Clone(class.Headers)
	want["WWW-Authenticate"], want["Access-Control-Expose-Headers"] = `'Bearer realm="Things"'`, "'WWW-Authenticate'"
	if class.Headers["X-A"] != "'b'" || class.Headers["WWW-Authenticate"] != "" || own.StatusCode != 403 || own.Body != class.Body || !maps.Equal(own.Headers, want) {
		t.Errorf("class %+v, its own %+v", class, own)
	}
	if got := denied.Headers; denied.StatusCode != 0 || denied.Body != "" || got["access-control-expose-headers"] != "'X-B'" || got["Access-Control-Expose-Headers"] != "" || got["WWW-Authenticate"] == "" {
		t.Errorf("what the mode has of its own: %+v", denied)
	}
}

// TestChallengeRealm: a title is one quoted-string, whatever is in it, and ends neither that nor the text that API Gateway takes.
func TestChallengeRealm(t *testing.T) {
	m, err := modes.Parse("mode.yaml", []byte(poolMode))
	if err != nil {
		t.Fatal(err)
	}
	for title, want := range map[string]string{
		`Things & more, v1.2`:                  `"Things & more, v1.2"`,
		`"  Things \n"`:                        `"Things"`,
		`""`:                                   `"pools"`,
		`"  "`:                                 `"pools"`,
		`'A "good" \ bad'`:                     `"A \"good\" \\ bad"`,
		`Bob's things`:                         `"Bob?s things"`,
		`Übersicht 😀`:                          `"?bersicht ?"`,
		`For $5, $context.identity.sourceIp $`: `"For $5, ?context.identity.sourceIp $"`,
		`'x", error="invalid_token'`:           `"x\", error=\"invalid_token"`,
		strings.Repeat("a", 256):               `"` + strings.Repeat("a", 256) + `"`,
		`"` + strings.Repeat("\u00fc", 256) + `"`: `"` + strings.Repeat("?", 256) + `"`,
	} {
		p, err := plan.Compile(titled(t, title, ""), m)
		if err != nil {
			t.Errorf("%s: %v", title, err)
		} else if got := p.REST.GatewayResponses["UNAUTHORIZED"].Headers["WWW-Authenticate"]; got != "'Bearer realm="+want+"'" {
			t.Errorf("%s: %s, want %s", title, got, want)
		}
	}
}

// TestRefusesRealms: a title that is no realm is refused where it would be one, once, and nowhere else.
func TestRefusesRealms(t *testing.T) {
	const wrong = "contract.yaml:4: info.title: is the realm of WWW-Authenticate: want at most 256 characters and none of them a control character, " +
		"or a WWW-Authenticate of one's own among the headers of the mode's gatewayResponses"
	const own = "gatewayResponses: {UNAUTHORIZED: {headers: {WWW-Authenticate: Mine}}}\n"
	for _, title := range []string{`"a\r\nX-Injected: b"`, `"a\tb"`, `"a\0b"`, `"a\x7Fb"`, `"a\x85b"`, strings.Repeat("a", 257)} {
		for mode, want := range map[string]string{tokenMode: wrong, requestMode: wrong, poolMode: wrong, poolMode + own: "", modeBases["iam"]: "", modeBases["jwt"]: "", modeBases["pools"]: ""} {
			m, err := modes.Parse("mode.yaml", []byte(mode))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := plan.Compile(titled(t, title, ""), m); err == nil && want != "" || err != nil && fmt.Sprint(err) != want {
				t.Errorf("%s, %.20s: error %v, want %s", mode, title, err, want)
			}
		}
	}
}
