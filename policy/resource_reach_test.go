package policy_test

import (
	"strings"
	"testing"

	"portcullis/policy"
)

// TestReach: what a policy says of all requests to GET /things/{id}: shut, nobody, anonymous or named.
func TestReach(t *testing.T) {
	const all = `{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}`
	deny := func(resource, more string) string {
		return all + `,{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"` + resource + `"` + more + `}`
	}
	for _, test := range []struct{ statements, want string }{
		{all, "anonymous"},
		{strings.Replace(all, `"*"`, `{"AWS":"111111111111"}`, 1), "named"},
		{strings.Replace(all, `"*"`, `{"Service":"events.amazonaws.com"}`, 1), "nobody"},
		{strings.Replace(all, "execute-api:/*", "execute-api:/*/GET/things", 1), "nobody"},
		{strings.Replace(all, "execute-api:/*", "execute-api:/prod/GET/things/7", 1), "anonymous"},
		{strings.Replace(all, "execute-api:/*", "arn:aws:execute-api:eu-west-1:*:*", 1), "anonymous"},
		{strings.Replace(all, `"Resource":"execute-api:/*"`, `"NotResource":"execute-api:/*/GET/*"`, 1), "nobody"},
		{strings.Replace(all, `"Resource":"execute-api:/*"`, `"NotResource":"execute-api:/*/POST/*"`, 1), "anonymous"},
		{strings.Replace(all, "execute-api:/*", "execute-api:/*/GET/th*/7/?", 1), "nobody"},
		{strings.Replace(all, "execute-api:/*", "execute-api:/*/G?T/th*7", 1), "anonymous"},
		{strings.Replace(all, "execute-api:/*", "execute-api:/*/7", 1), "anonymous"},
		{strings.Replace(all, "execute-api:/*", "execute-api:/prod/*", 1), "anonymous"},
		{strings.Replace(all, "execute-api:Invoke", "execute-api:InvalidateCache", 1), "nobody"},
		{deny("execute-api:/*", ""), "shut"},
		{deny("*", ""), "shut"},
		{deny("execute-api:/*/GET/things/*", ""), "shut"},
		{deny("execute-api:/*/GET/things/?*", ""), "anonymous"},
		{deny("execute-api:/prod/*", ""), "anonymous"},
		{deny("execute-api:/*/GET/things", ""), "anonymous"},
		{deny("execute-api:/*/POST/*", ""), "anonymous"},
		{deny("execute-api:/*", `,"Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`), "anonymous"},
		{strings.Replace(deny("execute-api:/*/POST/*", ""), `"Resource":"execute-api:/*/POST/*"`, `"NotResource":"execute-api:/*/POST/*"`, 1), "shut"},
		{strings.Replace(deny("*", ""), `"Deny","Principal":"*"`, `"Deny","Principal":{"AWS":"111111111111"}`, 1), "anonymous"},
		{strings.Replace(deny("*", ""), `"Deny","Principal":"*"`, `"Deny","NotPrincipal":{"AWS":"111111111111"}`, 1), "anonymous"},
	} {
		p, err := policy.ParseResourcePolicy([]byte(`{"Version":"2012-10-17","Statement":[` + test.statements + `]}`))
		if err != nil {
			t.Errorf("%s: %v", test.statements, err)
			continue
		}
		got := "nobody"
		switch r := p.Reach(policy.Route{Method: "GET", Path: "/things/{id}"}); {
		case r.Shut == 1:
			got = "shut"
		case r.Anonymous && r.Named:
			got = "anonymous"
		case r.Named:
			got = "named"
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.statements, got, test.want)
		}
	}
	p, err := policy.ParseResourcePolicy([]byte(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":["execute-api:/*/GET/a/b/c","execute-api:/*/PUT/x"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	for route, want := range map[policy.Route]bool{
		{Method: "GET", Path: "/a/{rest+}"}: true, {Method: "GET", Path: "/a/{one}"}: false, {Method: "ANY", Path: "/x"}: true, {Method: "ANY", Path: "/y"}: false,
		{Method: "GET", Path: "/{all+}"}: true, {Method: "POST", Path: "/{all+}"}: true, {Method: "GET", Path: "/"}: false,
	} {
		if got := p.Reach(route); got.Anonymous != want {
			t.Errorf("%s: %+v, want %v", route, got, want)
		}
	}
}
