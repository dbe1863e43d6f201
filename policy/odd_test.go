package policy_test

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"portcullis/policy"
)

// plainReadings are the ways to read a path, by other means than the package's: as it is, without leading or any empty
// segments, without dots, and each with what need not be encoded decoded.
func plainReadings(sent string) []string {
	var all []string
	add := func(text string) {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	for _, text := range []string{sent, plainDecoded(sent)} {
		add(text)
		leading := "/" + strings.TrimLeft(text, "/")
		add(leading)
		segments := slices.DeleteFunc(strings.Split(text, "/"), func(s string) bool { return s == "" })
		slash := ""
		if strings.HasSuffix(text, "/") && len(segments) > 0 {
			slash = "/"
		}
		add("/" + strings.Join(segments, "/") + slash)
		clean := path.Clean("/" + strings.Join(segments, "/"))
		if last := text[strings.LastIndex(text, "/")+1:]; clean != "/" && (last == "" || last == "." || last == "..") {
			clean += "/"
		}
		add(clean)
	}
	return all
}

func plainDecoded(text string) string {
	parts := strings.Split(text, "%")
	for i := 1; i < len(parts); i++ {
		if len(parts[i]) >= 2 {
			if c, err := url.PathUnescape("%" + parts[i][:2]); err == nil && strings.Contains("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~", c) {
				parts[i] = c + parts[i][2:]
				continue
			}
		}
		parts[i] = "%" + parts[i]
	}
	return strings.Join(parts, "")
}

// TestOddPaths: what a reading of a path closes is denied by Decide and by the document; ordinary paths beside it are not.
func TestOddPaths(t *testing.T) {
	proxy := mustRules(t, rule("GET", "/{proxy+}", bearer("read")), rule("GET", "/admin", bearer("admin")), rule("GET", "/files/secret", bearer("admin")),
		rule("GET", "/files/{id}/keys", bearer("admin")), rule("PUT", "/x-y/{id}", bearer("read")), rule("PUT", "/x-y/k_~9Z", bearer("admin")))
	tests := []struct {
		request           string
		decide, documents policy.Decision
	}{
		{"GET /x", policy.Allow, policy.Allow},
		{"GET /admin", policy.Deny, policy.Deny},
		{"GET //admin", policy.Deny, policy.Deny},
		{"GET ///admin", policy.Deny, policy.Deny},
		{"GET /%61dmin", policy.Deny, policy.Deny},
		{"GET /a%64min", policy.Deny, policy.Deny},
		{"GET /ad%6din", policy.Deny, policy.Deny},
		{"GET /ad%6Din", policy.Deny, policy.Deny},
		{"GET /adm%69n", policy.Deny, policy.Deny},
		{"GET /admi%6e", policy.Deny, policy.Deny},
		{"GET /admi%6E", policy.Deny, policy.Deny},
		{"GET /%61%64%6d%69%6e", policy.Deny, policy.Deny},
		{"GET /./admin", policy.Deny, policy.Deny},
		{"GET /admin/.", policy.Deny, policy.Deny},
		{"GET /x/../admin", policy.Deny, policy.Deny},
		{"GET /admin/x/..", policy.Deny, policy.Deny},
		{"GET /x/%2e%2E/admin", policy.Deny, policy.Deny},
		{"GET /x/.%2e/admin", policy.Deny, policy.Deny},
		{"GET /%2e/admin", policy.Deny, policy.Deny},
		{"GET /files//secret", policy.Deny, policy.Deny},
		{"GET /files/secre%74", policy.Deny, policy.Deny},
		{"GET /files/7/keys", policy.Deny, policy.Deny},
		{"GET /files/7//keys", policy.Deny, policy.Deny},
		{"GET /files/7/key%73", policy.Deny, policy.Deny},
		{"GET /files/7@", policy.Allow, policy.Allow},
		{"GET /files/7%40example.com", policy.Allow, policy.Allow},
		{"GET /files/a%20b", policy.Allow, policy.Allow},
		{"GET /files/auth0%7C7", policy.Allow, policy.Allow},
		{"GET /files/%5B%3A%2F%2f%C3%A9", policy.Allow, policy.Allow},
		{"GET /files/.hidden", policy.Allow, policy.Allow},
		{"GET /files/a..b", policy.Allow, policy.Allow},
		{"GET /files/...", policy.Allow, policy.Allow},
		{"GET /files//x", policy.Allow, policy.Deny}, // as near as patterns come
		{"GET /nothing/../x", policy.Allow, policy.Deny},
		{"PUT /x-y/a", policy.Allow, policy.Allow},
		{"PUT /x-y/k_~9Z", policy.Deny, policy.Deny},
		{"PUT /x-y/%6B_~9Z", policy.Deny, policy.Deny},
		{"PUT /x-y/k%5f~9Z", policy.Deny, policy.Deny},
		{"PUT /x-y/k%5F~9Z", policy.Deny, policy.Deny},
		{"PUT /x-y/k_%7e9Z", policy.Deny, policy.Deny},
		{"PUT /x-y/k_%7E9Z", policy.Deny, policy.Deny},
		{"PUT /x-y/k_~%39Z", policy.Deny, policy.Deny},
		{"PUT /x-y/k_~9%5a", policy.Deny, policy.Deny},
		{"PUT /x-y/k_~9%5A", policy.Deny, policy.Deny},
		{"PUT /x-y//k_~9Z", policy.Deny, policy.Deny},
		{"PUT //x-y/a", policy.Allow, policy.Deny},
		{"PUT /%78-y/a", policy.Allow, policy.Deny},
	}
	for _, test := range tests {
		method, path, _ := strings.Cut(test.request, " ")
		if got := proxy.Decide(caller("me", "read"), method, path); got != test.decide {
			t.Errorf("%s: Decide says %s", test.request, got)
		}
		if got := evaluate(t, proxy, caller("me", "read"), method, path); got != test.documents {
			t.Errorf("%s: the document says %s", test.request, got)
		}
		if got := proxy.Decide(caller("me", "read admin"), method, path); got != policy.Allow {
			t.Errorf("%s with all scopes: Decide says %s", test.request, got)
		}
	}
}

// TestEmptySegmentsInside: an empty segment where a pattern's wildcard is not the last one.
func TestEmptySegmentsInside(t *testing.T) {
	rules := mustRules(t, rule("GET", "/{a}/c/d", bearer("read")), rule("GET", "/{a}/{b+}", bearer("admin")), rule("PUT", "/a/{id}/b", bearer("read")), rule("PUT", "/a/{id}", bearer("admin")))
	for request, want := range map[string]policy.Decision{
		"GET /x/c/d": policy.Allow, "GET //c/d": policy.Deny, "GET /./c/d": policy.Deny, "PUT /a/7/b": policy.Allow, "PUT /a//b": policy.Deny, "PUT /a/./b": policy.Deny, "PUT /a/%2E/b": policy.Deny,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := evaluate(t, rules, caller("me", "read"), method, path); got != want {
			t.Errorf("%s: the document says %s", request, got)
		}
		if got := rules.Decide(caller("me", "read"), method, path); got != want {
			t.Errorf("%s: Decide says %s", request, got)
		}
	}
}

// oddSpelling is the path, with some of its characters encoded, and empty and dot segments put in.
func (c chance) oddSpelling(path string) string {
	var b strings.Builder
	for i := range len(path) {
		switch {
		case path[i] == '/' && c.IntN(6) == 0:
			b.WriteString(c.pick("//", "///", "/./", "/%2e/", "/x/../", "/a/../", "/a/b/../../", "/b/%2E./", "/.."+"/"))
		case path[i] != '/' && c.IntN(8) == 0:
			const lower, upper = "0123456789abcdef", "0123456789ABCDEF"
			digits := lower
			if c.IntN(2) == 0 {
				digits = upper
			}
			b.WriteString("%" + string(digits[path[i]>>4]) + string(digits[path[i]&15]))
		default:
			b.WriteByte(path[i])
		}
	}
	return b.String() + c.pick("", "", "", "/", "/.", "/..", "//", "/%2e")
}

// TestOddPathsAreNeverOpened: of random APIs and odd paths, what the document allows is open in every reading that a
// route serves. Decide says so too, and what it denies has a reading that is closed.
func TestOddPathsAreNeverOpened(t *testing.T) {
	c := newChance(11)
	allowed, denied, needless := 0, 0, 0
	for range 6000 {
		table, who := c.table(), c.caller()
		for range 30 {
			method, path := c.pick("GET", "PUT", "POST"), c.oddSpelling(c.path())
			open, closed := plainOpen(table.rules, who, method, path)
			want := policy.Deny
			if open && !closed {
				want = policy.Allow
			}
			if got := table.policy.Decide(who, method, path); got != want && !strings.HasSuffix(path, "/") {
				t.Fatalf("%s %s by %+v of %v: Decide says %s, another way to say it %s", method, path, who, table.rules, got, want)
			}
			switch documented := evaluate(t, table.policy, who, method, path); {
			case documented == policy.Allow && want == policy.Deny && (closed || open):
				t.Fatalf("%s %s by %+v is allowed by the document, and read in another way not by the rules %v", method, path, who, table.rules)
			case documented == policy.Allow:
				allowed++
			case want == policy.Deny:
				denied++
			default:
				needless++
			}
		}
	}
	if allowed < 300 || denied < 3000 {
		t.Errorf("%d allowed and %d denied: the test says little", allowed, denied)
	}
	t.Logf("%d allowed, %d denied, %d denied though the rules allow them", allowed, denied, needless)
}

// plainOpen tells whether any reading of a path is served and open, and whether any is served and not.
func plainOpen(rules []policy.Rule, who policy.Caller, method, path string) (open, closed bool) {
	for _, read := range plainReadings(path) {
		served := plainRoute(rules, method, read)
		if served == nil {
			served = plainGreedy(rules, method, read)
		}
		switch {
		case served == nil:
		case plainDecision(served, who, read) == policy.Allow:
			open = true
		default:
			closed = true
		}
	}
	return open, closed
}

// plainGreedy finds the route that serves a path with empty segments: they may stand in the place of a {name+} alone.
func plainGreedy(rules []policy.Rule, method, path string) *policy.Rule {
	if !strings.Contains(path, "//") {
		return nil
	}
	at := strings.Index(path, "//")
	depth := strings.Count(path[:at], "/")
	full := strings.ReplaceAll(strings.ReplaceAll(path, "//", "/-/"), "//", "/-/")
	var greedy []policy.Rule
	for _, rule := range rules {
		if rule.Route.IsGreedy() && strings.Count(rule.Route.Path, "/") <= depth+1 {
			greedy = append(greedy, rule)
		}
	}
	return plainRoute(greedy, method, strings.TrimSuffix(full, "/")+"/")
}

// TestEncodedLiterals: the digits of what must be encoded in a closed literal are no letters of it.
func TestEncodedLiterals(t *testing.T) {
	rules := mustRules(t, rule("GET", "/{p}", bearer("read")), rule("GET", "/x%40", bearer("admin")))
	for path, want := range map[string]policy.Decision{"/x%40": policy.Deny, "/%78%40": policy.Deny, "/y%34": policy.Allow, "/y%30": policy.Allow, "/y": policy.Allow} {
		if got := evaluate(t, rules, caller("me", "read"), "GET", path); got != want {
			t.Errorf("GET %s: the document says %s", path, got)
		}
	}
}

// TestExplainOddPaths: an explanation says which reading decides.
func TestExplainOddPaths(t *testing.T) {
	rules := mustRules(t, rule("GET", "/{proxy+}", bearer("read")), rule("GET", "/admin", bearer("admin")))
	tests := []struct{ path, route, reading string }{
		{"/x", "GET /{proxy+}", ""},
		{"/admin", "GET /admin", ""},
		{"//admin", "GET /admin", "/admin"},
		{"/%61dmin", "GET /admin", "/admin"},
		{"/x/../%61dmin", "GET /admin", "/admin"},
		{"/x//y", "GET /{proxy+}", ""},
		{"x", "", ""},
	}
	for _, test := range tests {
		explained, route := rules.Explain(caller("me", "read"), "GET", test.path), ""
		if explained.Rule != nil {
			route = explained.Rule.Route.String()
		}
		if route != test.route || explained.Reading != test.reading || explained.Decision != rules.Decide(caller("me", "read"), "GET", test.path) {
			t.Errorf("%s: %+v of %s, want %s read as %q", test.path, explained, route, test.route, test.reading)
		}
	}
}

// TestEmptySegmentsBeforeLiterals: a pattern that ends with a literal matches paths with nothing in the place of a parameter
// before it. They are those of a shorter route, whose rule decides.
func TestEmptySegmentsBeforeLiterals(t *testing.T) {
	tests := []struct{ open, closed, paths string }{
		{"/{id}/keys", "/keys", "//keys ///keys /./keys /%2e/keys"},
		{"/users/{id}/keys", "/users/keys", "/users//keys /users///keys /users/./keys"},
		{"/{org}/{id}/keys", "/{org}/keys", "//a/keys /a//keys /./a/keys /a/./keys"},
		{"/{org}/{id}/keys", "/keys", "///keys /././keys /.//keys"},
		{"/{org}/users/{id}/keys", "/users/{id}/keys", "//users/7/keys /./users/7/keys"},
	}
	for _, test := range tests {
		r := mustRules(t, rule("GET", test.open, bearer("read")), rule("GET", test.closed, bearer("admin")), rule("GET", "/other/{id}", bearer("read")))
		for _, path := range strings.Fields(test.paths) {
			if got := r.Decide(caller("me", "read"), "GET", path); got != policy.Deny {
				t.Errorf("%s beside an open %s: Decide says %s of %s", test.closed, test.open, got, path)
			}
			if got := evaluate(t, r, caller("me", "read"), "GET", path); got != policy.Deny {
				t.Errorf("%s beside an open %s: the document says %s of %s", test.closed, test.open, got, path)
			}
		}
	}
}
