package policy_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"portcullis/policy"
)

func TestConflicts(t *testing.T) {
	nobody := policy.Access{}
	tests := []struct {
		name  string
		rules []policy.Rule
		want  string // closed < open (through) lost paths [what is lacking]
	}{
		{"an API of the usual kind", []policy.Rule{
			rule("GET", "/users", bearer("read")), rule("GET", "/users/{id}", bearer("read", "self")), rule("GET", "/users/me", bearer("me")),
			rule("GET", "/users/{id}/keys", bearer("keys")), rule("GET", "/users/{id}/keys/{key}", bearer("keys")),
		}, ""},
		{"a parameter that may be a literal of another route", []policy.Rule{
			rule("GET", "/users/{id}", bearer("read")), rule("GET", "/users/{id}/keys", bearer("keys")), rule("GET", "/users/{id}/keys/{key}", bearer("keys", "read")),
		}, "GET /users/{id}/keys < GET /users/{id}/keys/{key} (GET /users/{id}) /users/*/keys/keys [keys]"},
		{"a proxy that is open, with closed routes in it", []policy.Rule{
			rule("ANY", "/{proxy+}", policy.Access{Public: true}), rule("GET", "/admin", bearer("admin")), rule("GET", "/admin/{page}", bearer("admin")),
		}, "GET /admin/{page} < ANY /{proxy+} (ANY /{proxy+}) /admin/*/* [the scheme bearer, admin]"},
		{"a proxy below the closed one that shares its rule", []policy.Rule{
			rule("GET", "/{proxy+}", policy.Access{Public: true}), rule("GET", "/admin", bearer("admin")), rule("GET", "/admin/{page+}", bearer("admin")),
		}, ""},
		{"a route that runs over another", []policy.Rule{
			rule("GET", "/{p+}", bearer("all")), rule("GET", "/a/{x}/c", bearer("c")), rule("GET", "/a/{x}/{y}/c", bearer("all")),
		}, "GET /a/{x}/c < GET /a/{x}/{y}/c (GET /{p+}) /a/*/*/c [c]; GET /a/{x}/c < GET /{p+} (GET /{p+}) /a/*/*/*/c [c]"},
		{"the same with no route through", []policy.Rule{
			rule("GET", "/a/{x}/c", bearer("c")), rule("GET", "/a/{x}/{y}/c", bearer("all")),
		}, ""},
		{"the same for callers who have both", []policy.Rule{
			rule("GET", "/{p+}", bearer("all c")), rule("GET", "/a/{x}/c", bearer("c")), rule("GET", "/a/{x}/{y}/c", bearer("all")),
		}, ""},
		{"a route for nobody", []policy.Rule{
			rule("GET", "/{p+}", bearer("all")), rule("GET", "/a/{x}", nobody),
		}, "GET /a/{x} < GET /{p+} (GET /{p+}) /a/*/* []"},
		{"other methods", []policy.Rule{
			rule("GET", "/{p+}", bearer("all")), rule("PUT", "/a/{x}", nobody),
		}, ""},
		{"a route of owners in a proxy", []policy.Rule{
			rule("GET", "/{p+}", bearer("all")), rule("GET", "/users/{id}", bearer("self")),
		}, "GET /users/{id} < GET /users/{id} (GET /{p+}) /users/* []; GET /users/{id} < GET /{p+} (GET /{p+}) /users/*/* [self]"},
	}
	tests = append(tests, []struct {
		name  string
		rules []policy.Rule
		want  string
	}{
		{"two parameters beside a closed proxy", []policy.Rule{
			rule("GET", "/orgs/{o}/users/{u}", bearer("read")), rule("GET", "/{p+}", nobody),
		}, ""},
		{"three parameters of an owner beside a proxy for nobody", []policy.Rule{
			rule("GET", "/{a}/{id}/{c}/k", bearer("self")), rule("GET", "/{p+}", nobody),
		}, ""},
		{"an owner whose id stands twice in a path", []policy.Rule{
			rule("PUT", "/{a}/{id}/{rest+}", bearer("self")),
		}, "PUT /{a}/{id}/{rest+} < PUT /{a}/{id}/{rest+} (PUT /{a}/{id}/{rest+}) /*/*/*/* []"},
		{"the root beside a closed parameter", []policy.Rule{
			rule("GET", "/", policy.Access{Public: true}), rule("GET", "/{id}", bearer("admin")), rule("PUT", "/{p+}", bearer("read")),
		}, ""},
		{"an owner's route that reaches nothing", []policy.Rule{
			rule("GET", "/{id}", bearer("self")), rule("GET", "/{id}/a/b", bearer("self")),
		}, ""},
	}...)
	for _, test := range tests {
		var got []string
		for _, c := range mustRules(t, test.rules...).Conflicts() {
			got = append(got, fmt.Sprintf("%s < %s (%s) %s [%s]", c.Closed, c.Open, c.Through, c.Paths, strings.Join(c.Scopes, ", ")))
			if text := c.String(); !strings.Contains(text, c.Closed.String()) || !strings.Contains(text, c.Open.String()) {
				t.Errorf("%s: %s", test.name, text)
			}
		}
		if strings.Join(got, "; ") != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, strings.Join(got, "; "), test.want)
		}
	}
}

// TestConflictsAreDeterministic: the same rules give the same conflicts, through the same route, each time.
func TestConflictsAreDeterministic(t *testing.T) {
	c := newChance(12)
	for range 2000 {
		table := c.table()
		first := table.policy.Conflicts()
		if len(first) < 5 {
			continue // too few to be sorted in different ways
		}
		for range 10 {
			again, err := policy.NewRules(table.rules, owners)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(again.Conflicts(), first) {
				t.Fatalf("%v: %v\nand %v", table.rules, first, again.Conflicts())
			}
		}
	}
}
