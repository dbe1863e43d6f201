package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/policy"
)

var (
	allMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	distant    = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
)

// crud is an API of collections below a path, for all methods on the collection and on an item of it, with a scope to read
// and one to write for each collection, or with one for each operation.
func crud(below string, collections int, each bool) (rules []policy.Rule, scopes []string) {
	for i := range collections {
		name := fmt.Sprintf("resource%d", i)
		for _, path := range []string{below + "/" + name, below + "/" + name + "/{id}"} {
			for _, method := range allMethods {
				scope := name + "/write"
				switch {
				case each:
					scope = fmt.Sprintf("%s/%d", name, len(rules))
				case slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, method):
					scope = name + "/read"
				}
				rules = append(rules, rule(method, path, bearer(scope)))
				if !slices.Contains(scopes[max(0, len(scopes)-2):], scope) {
					scopes = append(scopes, scope)
				}
			}
		}
	}
	return rules, scopes
}

// TestLargestAPIs: as large an API as a REST API may be, of 300 resources with 7 methods each, has a document for all
// callers.
func TestLargestAPIs(t *testing.T) {
	for _, below := range []string{"", "/orgs/{orgId}", "/organizations/{orgId}/projects/{projectId}"} {
		for _, each := range []bool{false, true} {
			all, scopes := crud(below, 150, each)
			rules, err := policy.NewRules(all, nil)
			if err != nil || len(all) != 2100 {
				t.Fatal(len(all), err)
			}
			c := newChance(40)
			half := slices.DeleteFunc(slices.Clone(scopes), func(string) bool { return c.IntN(2) == 0 })
			for name, granted := range map[string][]string{
				"all": scopes, "half": half, "but one": scopes[1:], "few": scopes[len(scopes)-3:], "one": scopes[:1], "none": nil, "a fifth": scopes[:len(scopes)/5],
			} {
				who := caller("me", "")
				who.Scopes, who.Expires = granted, distant
				document, err := rules.Compile(who, policy.MustParseARN("arn:aws-us-gov:execute-api:ap-southeast-2:123456789012:abcdefghij/production/GET/"))
				if err != nil {
					t.Errorf("%s, %s of %d scopes: %v", below, name, len(scopes), err)
				}
				for range 200 {
					method, path := c.pick(allMethods...), strings.ReplaceAll(all[c.IntN(len(all))].Route.Path, "{id}", c.pick("7", "resource0", "resource1"))
					arn := policy.MustParseARN("arn:aws-us-gov:execute-api:ap-southeast-2:123456789012:abcdefghij/production/" + method + path)
					if got, want := policy.Evaluate(document, policy.Request{Resource: arn.String()}).Decision, rules.Decide(who, method, path); got != want {
						t.Fatalf("%s, %s of %d scopes: %s %s: the document says %s", below, name, len(scopes), method, path, got)
					}
				}
			}
		}
	}
}

// TestBytes holds documents to the bytes that they had when this was written, odd paths included.
func TestBytes(t *testing.T) {
	var rules []policy.Rule
	for i := range 10 {
		name := fmt.Sprintf("things%d", i)
		for request, scope := range map[string]string{"GET": "read", "POST": "write", "GET /{id}": "read", "PUT /{id}": "write", "DELETE /{id}": "write"} {
			method, path, _ := strings.Cut(request, " ")
			rules = append(rules, rule(method, "/orgs/{orgId}/"+name+path, bearer(name+"/"+scope)))
		}
	}
	wide, deep := resources(t, 300), mustRules(t, rules...)
	for _, test := range []struct {
		rules  *policy.Rules
		scopes string
		most   int
	}{
		{deep, "things0/read things0/write things2/read things2/write things4/read things4/write things6/read things6/write things8/read things8/write", 2237},
		{deep, "things0/read", 2309},
		{wide, "r0/read r1/read", 1500},
		{wide, "r0/read r0/write", 680},
		{things(t), "read", 1445},
		{things(t), "", 250},
	} {
		size, err := test.rules.Size(caller("me", test.scopes), anARN)
		if err != nil || size.Err != nil || size.Bytes > test.most {
			t.Errorf("%s: %d bytes, want %d at most; %v, %v", test.scopes, size.Bytes, test.most, err, size.Err)
		}
	}
}

// TestSizeIsTheDocuments: Size counts the very bytes that encoding/json writes, networks apart, which it takes for long ones.
func TestSizeIsTheDocuments(t *testing.T) {
	c := newChance(41)
	for range 2000 {
		table, who := c.table(), c.caller()
		who.ID, who.Expires = c.pick(who.ID, "é", `a"b`, "a&b", "<a>"), distant
		document, err := table.policy.Compile(who, anARN)
		if err != nil {
			t.Fatal(err)
		}
		size, err := table.policy.Size(who, anARN)
		text, _ := json.Marshal(document)
		patterns := 0
		for _, statement := range document.Statement {
			patterns += len(statement.Resource)
		}
		if err != nil || size.Bytes != len(text) || size.Patterns != patterns || len(size.LeftOut) > 0 || size.Err != nil {
			t.Fatalf("%+v, %v for a document of %d bytes: %s", size, err, len(text), text)
		}
	}
	who := caller("me", "read")
	who.Networks, who.Expires = []netip.Prefix{netip.MustParsePrefix("2001:db8:1111:2222:3333:4444:5555:6666/128")}, distant
	document, _ := things(t).Compile(who, anARN)
	text, _ := json.Marshal(document)
	if size, _ := things(t).Size(who, anARN); size.Bytes > len(text) || size.Bytes < len(text)-40 { // but for the condition's own name
		t.Errorf("%d bytes with a network, want %d", size.Bytes, len(text))
	}
}

// TestLimit: a document may have as many bytes as the limit says, and not one more.
func TestLimit(t *testing.T) {
	who := caller("me", "read")
	size, err := things(t).Size(who, anARN)
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int]bool{size.Bytes: true, size.Bytes - 1: false, 0: false, -1: false, policy.MaxDocument + 1: true} {
		rules := things(t).WithLimit(limit)
		_, err := rules.Compile(who, anARN)
		large := (*policy.SizeError)(nil)
		if errors.As(err, &large) == want || !want && (large.Bytes != size.Bytes || large.Limit != max(limit, 1) || large.Routes != size.Patterns) {
			t.Errorf("with %d bytes: %v", limit, err)
		}
		if again, err := rules.Size(who, anARN); err != nil || (again.Err == nil) != want || again.Bytes != size.Bytes {
			t.Errorf("with %d bytes: %+v, %v", limit, again, err)
		}
		if got := rules.Decide(who, "GET", "/things/7"); got != policy.Allow {
			t.Errorf("with %d bytes, Decide says %s", limit, got)
		}
	}
	var many []policy.Rule
	for i := range 3000 {
		many = append(many, rule("GET", fmt.Sprintf("/a-rather-long-name-of-a-thing-%d", i), bearer("read")))
	}
	_, err = mustRules(t, many...).Compile(who, anARN)
	if large := (*policy.SizeError)(nil); !errors.As(err, &large) || large.Limit != policy.MaxDocument || large.Bytes <= policy.MaxDocument || !strings.Contains(err.Error(), "{proxy+}") {
		t.Errorf("error %v, want a SizeError", err)
	}
	connecting := mustRules(t, rule(policy.RouteConnect, "", bearer("read")))
	for i := range 450 {
		who.Networks = append(who.Networks, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32))
	}
	_, err = connecting.Compile(who, connectARN)
	if large := (*policy.SizeError)(nil); !errors.As(err, &large) || large.Limit != policy.MaxConnectDocument {
		t.Errorf("error %v, want a SizeError for a WebSocket API", err)
	}
	who.Networks = who.Networks[:100]
	if _, err = connecting.Compile(who, connectARN); err != nil {
		t.Error(err)
	}
}

// TestSizes: the callers that scopes make are measured, one for each of those that the rules treat alike.
func TestSizes(t *testing.T) {
	rules := mustRules(t,
		rule("GET", "/a", bearer("read", "admin")), rule("PUT", "/a/{id}", bearer("write")), rule("PUT", "/b/{id}", bearer("self")),
		rule("GET", "/key", policy.Access{Alternatives: []policy.Alternative{{{Scheme: "apiKey", Scopes: []string{"read"}}}}}))
	groups := map[string][]string{"readers": {"read"}, "staff": {"read", "write", "unknown"}, "guests": nil}
	all, err := rules.Sizes(anARN, groups)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, size := range all {
		document, err := rules.Compile(size.Caller, anARN)
		size.Caller.Expires = distant
		timed, _ := rules.Compile(size.Caller, anARN)
		text, _ := json.Marshal(timed)
		if err != nil || len(text) != size.Bytes || len(document.Statement) == 0 || len(size.Caller.ID) != 128 {
			t.Errorf("%+v: %d bytes, %v", size, len(text), err)
		}
		got = append(got, size.Name+" ("+strings.Join(size.Caller.Schemes, "+")+")")
	}
	want := []string{
		"no scope (apiKey)", "no scope (bearer)", "no scope (apiKey+bearer)", "the scope admin (bearer)", "the scope admin (apiKey+bearer)",
		"the scope read (apiKey)", "the scope read (bearer)", "the scope read (apiKey+bearer)", "the scope self (bearer)", "the scope self (apiKey+bearer)",
		"the scope write (bearer)", "the scope write (apiKey+bearer)", "the group staff (bearer)", "the group staff (apiKey+bearer)",
		"all scopes (bearer)", "all scopes (apiKey+bearer)",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if _, err := rules.Sizes(policy.ARN{}, nil); !errors.As(err, new(*policy.ARNError)) {
		t.Errorf("error %v for no ARN", err)
	}
	public := mustRules(t, rule("GET", "/a", policy.Access{Public: true}))
	if all, err := public.Sizes(anARN, nil); err != nil || len(all) != 1 || all[0].Bytes == 0 {
		t.Errorf("%+v, %v for rules without schemes", all, err)
	}
}

// TestLongPatterns: a pattern that is longer than API Gateway takes is left out and named, and so is what would need it as
// a deny. What it does not concern stays.
func TestLongPatterns(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n-len(anARN.String())) }
	tests := []struct {
		name    string
		rules   []policy.Rule
		caller  policy.Caller
		leftOut int
		allowed string
		denied  string
	}{
		{"as long as it may be", []policy.Rule{rule("GET", "/"+long(512), bearer("read"))}, caller("a", "read"), 0, "/" + long(512), ""},
		{"an open route", []policy.Rule{rule("GET", "/"+long(513), bearer("read")), rule("GET", "/y", bearer("read"))}, caller("a", "read"), 1, "/y", "/" + long(513)},
		{"only one", []policy.Rule{rule("GET", "/"+long(513), bearer("read"))}, caller("a", "read"), 1, "", "/" + long(513)},
		{"a closed one in an open parameter", []policy.Rule{
			rule("GET", "/{p}", bearer("read")), rule("GET", "/"+long(513), bearer("admin")), rule("PUT", "/{p}", bearer("read")), rule("PUT", "/a/b", bearer("admin")),
		}, caller("a", "read"), 3, "", "/" + long(513) + " /x"},
		{"a closed one that an open one does not reach", []policy.Rule{
			rule("GET", "/b/{p}", bearer("read")), rule("GET", "/a/{p}", bearer("read")), rule("GET", "/a/{p}/"+long(513), bearer("admin")),
		}, caller("a", "read"), 3, "/b/7", "/a/7 /a/7/" + long(513)},
		{"an id in a short path", []policy.Rule{rule("GET", "/{id}", bearer("self"))}, caller(strings.Repeat("é", 64), "self"), 0, "/" + strings.Repeat("é", 64) + " /" + strings.Repeat("%C3%A9", 64), ""},
		{"an id in a long one", []policy.Rule{rule("GET", "/a/{id}/"+strings.Repeat("x", 99), bearer("self")), rule("GET", "/b/{id}", bearer("self"))}, caller(strings.Repeat("é", 64), "self"), 1,
			"/b/" + strings.Repeat("%C3%A9", 64) + " /a/" + strings.Repeat("é", 64) + "/" + strings.Repeat("x", 99), "/a/" + strings.Repeat("%C3%A9", 64) + "/" + strings.Repeat("x", 99)},
	}
	for _, test := range tests {
		rules := mustRules(t, test.rules...)
		size, err := rules.Size(test.caller, anARN)
		if err != nil || len(size.LeftOut) != test.leftOut {
			t.Errorf("%s: %d left out, want %d: %v", test.name, len(size.LeftOut), test.leftOut, size.LeftOut)
		}
		for _, path := range strings.Fields(test.allowed) {
			if evaluate(t, rules, test.caller, "GET", path) != policy.Allow {
				t.Errorf("%s: %.60s… is denied", test.name, path)
			}
		}
		for _, path := range strings.Fields(test.denied) {
			if evaluate(t, rules, test.caller, "GET", path) != policy.Deny {
				t.Errorf("%s: %.60s… is allowed", test.name, path)
			}
		}
		document, _ := rules.Compile(test.caller, anARN)
		for _, statement := range document.Statement {
			for _, resource := range statement.Resource {
				if len(resource) > 512 {
					t.Errorf("%s: a Resource of %d bytes", test.name, len(resource))
				}
			}
		}
	}
}

// TestMemory: the documents of many owners do not fill the memory.
func TestMemory(t *testing.T) {
	var all []policy.Rule
	for i := range 300 {
		all = append(all, rule("GET", fmt.Sprintf("/users/{id}/a-thing-with-a-long-name-%d", i), bearer("self")))
	}
	rules := mustRules(t, all...)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 1900 {
		if _, err := rules.Compile(caller(fmt.Sprint("user", i), "self"), anARN); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 40<<20 {
		t.Errorf("%d MB are remembered", grown>>20)
	}
	runtime.KeepAlive(rules)
}

// TestLargestAPIsOfOwners: the same where the caller owns what it calls, with an id of two spellings.
func TestLargestAPIsOfOwners(t *testing.T) {
	rules := mustRules(t, ofOwners()...)
	for _, scopes := range []string{"self read write", "self read", "self write", "admin", "self", ""} {
		who := caller("auth0|5f7c8ec7c33c6c004bbafe82", scopes)
		document, err := rules.Compile(who, anARN)
		if err != nil {
			t.Errorf("%s: %v", scopes, err)
			continue
		}
		c := newChance(42)
		for range 500 {
			arn := anARN
			arn.Method = c.pick(allMethods...)
			arn.Path = fmt.Sprintf("users/%s/resource%d", c.pick(who.ID, "auth0%7C5f7c8ec7c33c6c004bbafe82", "other", "resource3"), c.IntN(150)) + c.pick("", "/7", "/resource3")
			decided := rules.Decide(who, arn.Method, "/"+arn.Path)
			if got := policy.Evaluate(document, policy.Request{Resource: arn.String()}).Decision; got != decided {
				t.Fatalf("%s: %s /%s: the document says %s", scopes, arn.Method, arn.Path, got)
			}
		}
	}
}

// TestCheckSizes: a caller for whom there is no document is an error that names it, before it calls; a large one is a remark.
func TestCheckSizes(t *testing.T) {
	var all []policy.Rule
	for i := range 200 {
		all = append(all, rule("GET", fmt.Sprintf("/a-thing-with-a-long-name-%d/{id}/details", i), bearer("read")))
	}
	rules := mustRules(t, all...)
	remarks, err := rules.CheckSizes(map[string][]string{"staff": {"read"}})
	if err != nil || len(remarks) != 1 || remarks[0].Denies || !strings.Contains(remarks[0].Text, "a caller with the scope read (bearer): the policy has 2") {
		t.Errorf("%+v, %v", remarks, err)
	}
	failed := (*policy.SizesError)(nil)
	if _, err := rules.WithLimit(10_000).CheckSizes(nil); !errors.As(err, &failed) || len(failed.Sizes) != 1 || !strings.Contains(err.Error(), "a caller with the scope read (bearer): policy: the document for this caller has 2") {
		t.Errorf("with a limit of 10,000 bytes: %v", err)
	}
	if remarks, err := things(t).CheckSizes(nil); len(remarks) > 0 || err != nil {
		t.Errorf("a small API: %+v, %v", remarks, err)
	}
}

// TestManyNarrowDenies: where paths must be denied one by one and there are too many of them, the document is too large,
// with ARNs that are as short as can be as well, and nothing is allowed without its deny.
func TestManyNarrowDenies(t *testing.T) {
	var rules []policy.Rule
	for i := range 150 {
		rules = append(rules, rule("GET", fmt.Sprintf("/{tenant}/n%d/{rest+}", i), bearer(fmt.Sprintf("s%d", i%2))))
	}
	r := mustRules(t, rules...)
	for _, arn := range []policy.ARN{anARN, policy.MustParseARN("arn:a:execute-api:r:1:x/y/GET/")} {
		doc, err := r.Compile(caller("me", "s0"), arn)
		var tooLarge *policy.SizeError
		if !errors.As(err, &tooLarge) || tooLarge.Bytes <= policy.MaxDocument || len(doc.Statement) > 0 {
			t.Errorf("%s: got %v with %d statements, want a SizeError", arn, err, len(doc.Statement))
		}
		if size, err := r.Size(caller("me", "s0"), arn); err != nil || size.Err == nil {
			t.Errorf("%s: got %+v, %v", arn, size, err)
		}
	}
}

// TestWhatIsLeftOutIsARemark: once for callers with the same scopes, whatever they bring, who are named as they can be printed.
func TestWhatIsLeftOutIsARemark(t *testing.T) {
	owners := policy.Access{Alternatives: []policy.Alternative{{{Scheme: "apiKey", Scopes: []string{"self"}}}, {{Scheme: "bearer", Scopes: []string{"self"}}}}}
	rules, err := policy.NewRules([]policy.Rule{rule("GET", "/"+strings.Repeat("x", 303)+"/{id}", owners)}, map[string]string{"self": "id"})
	if err != nil {
		t.Fatal(err)
	}
	remarks, err := rules.CheckSizes(nil)
	if err != nil || len(remarks) != 1 || !remarks[0].Denies ||
		!strings.HasPrefix(remarks[0].Text, "a caller with the scope self (apiKey): a Resource has 513 characters, more than API Gateway takes (512), and what it is for is denied: arn:") {
		t.Errorf("%+v, %v", remarks, err)
	}
	size := policy.Size{Name: "the group bo\x1bth", Caller: policy.Caller{Schemes: []string{"apiKey", "bearer"}}}
	if got, want := size.Who(), `a caller with "the group bo\x1bth" (apiKey and bearer)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
