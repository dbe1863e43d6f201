package policy_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"portcullis/policy"
)

// resources is an API of n routes of the usual kind: five routes for a resource, two of them with parameters
// and one below those, and a scope to read and one to write for each.
func resources(tb testing.TB, n int) *policy.Rules {
	var rules []policy.Rule
	for i := 0; len(rules) < n; i++ {
		path, read, write := fmt.Sprintf("/resource%d", i), fmt.Sprintf("r%d/read", i), fmt.Sprintf("r%d/write", i)
		rules = append(rules,
			rule("GET", path, bearer(read)), rule("POST", path, bearer(write)),
			rule("GET", path+"/{id}", bearer(read)), rule("PUT", path+"/{id}", bearer(write)),
			rule("GET", path+"/{id}/history", bearer(write)))
	}
	return newRules(tb, rules[:n], nil)
}

// BenchmarkCompile compiles APIs of 10 to 10,000 routes for a caller who may read ten resources: the first
// time for its scopes, and after that. It reports the size of the document, and that of a statement for each
// open route in its place.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		rules := resources(b, n)
		arn := policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:abcdefghij/prod/GET/")
		who := policy.Caller{ID: "me", Schemes: []string{"bearer"}}
		for i := range 10 {
			who.Scopes = append(who.Scopes, fmt.Sprintf("r%d/read", i))
		}
		compile := func(b *testing.B) policy.Document {
			doc, err := rules.Compile(who, arn)
			if err != nil {
				b.Fatal(err)
			}
			return doc
		}
		b.Run(fmt.Sprintf("%d routes/load", n), func(b *testing.B) {
			for b.Loop() {
				resources(b, n)
			}
		})
		b.Run(fmt.Sprintf("%d routes/first", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				arn.API = fmt.Sprintf("api%07d", i) // none is remembered
				compile(b)
			}
			b.ReportMetric(float64(size(b, compile(b))), "bytes")
			b.ReportMetric(float64(size(b, oneByOne(compile(b)))), "bytes-one-by-one")
		})
		b.Run(fmt.Sprintf("%d routes/after", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				compile(b)
			}
		})
	}
}

// oneByOne writes a statement for each pattern.
func oneByOne(doc policy.Document) policy.Document {
	apart := policy.Document{Version: doc.Version}
	for _, statement := range doc.Statement {
		for _, resource := range statement.Resource {
			one := statement
			one.Resource = policy.Strings{resource}
			apart.Statement = append(apart.Statement, one)
		}
	}
	return apart
}

func size(b *testing.B, doc policy.Document) int {
	text, err := json.Marshal(doc)
	if err != nil {
		b.Fatal(err)
	}
	return len(text)
}

// BenchmarkOwner decides and compiles for a caller who owns what it calls, of the users API and of one of 2,100 operations: the
// first time, and after that.
func BenchmarkOwner(b *testing.B) {
	const id = "auth0|5f7c8ec7c33c6c004bbafe82"
	for _, api := range []struct {
		name  string
		rules *policy.Rules
		who   policy.Caller
		path  string
	}{
		{"users", newRules(b, users(), usersOwners), caller(id, "users/self"), "/users/auth0%7C5f7c8ec7c33c6c004bbafe82"},
		{"2100", newRules(b, ofOwners(), map[string]string{"self": "id"}), caller(id, "self read write"), "/users/auth0%7C5f7c8ec7c33c6c004bbafe82/resource7"},
	} {
		compile := func(b *testing.B, arn policy.ARN) {
			if _, err := api.rules.Compile(api.who, arn); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(api.name+"/decide", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if api.rules.Decide(api.who, "GET", api.path) != policy.Allow {
					b.Fatal("denied")
				}
			}
		})
		b.Run(api.name+"/first", func(b *testing.B) {
			b.ReportAllocs()
			arn := anARN
			for i := 0; b.Loop(); i++ {
				arn.API = fmt.Sprintf("api%07d", i) // none is remembered
				compile(b, arn)
			}
		})
		b.Run(api.name+"/after", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				compile(b, anARN)
			}
		})
	}
}

// BenchmarkRulesFile loads rules from a file, and makes them of a contract's routes as whoever writes the file does, for the
// users API and for APIs of 2,100 operations. It reports the file's size,
// and how many conflicts it holds.
func BenchmarkRulesFile(b *testing.B) {
	flat, _ := crud("", 150, false)
	deep, _ := crud("/organizations/{orgId}/projects/{projectId}", 150, false)
	for _, api := range []struct {
		name   string
		rules  []policy.Rule
		owners map[string]string
	}{
		{"users", users(), usersOwners}, {"2100 flat", flat, nil}, {"2100 deep", deep, nil}, {"2100 of owners", ofOwners(), map[string]string{"self": "id"}},
		{"2100 in conflict", newChance(0).api(2090).rules, map[string]string{"self": "id"}},
	} {
		rules := newRules(b, api.rules, api.owners)
		text := encoded(b, rules)
		b.Run(api.name+"/load", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := policy.DecodeRules(text); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(text)), "bytes")
			b.ReportMetric(float64(len(rules.Conflicts())), "conflicts")
		})
		b.Run(api.name+"/make", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				newRules(b, api.rules, api.owners)
			}
		})
	}
}
