package policy_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/policy"
)

// identity is who has an ARN; "": the anonymous.
func identity(arn string) policy.Identity {
	who := policy.Identity{ARN: arn}
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		who.Account = parts[4]
		if role, isRole := strings.CutPrefix(parts[5], "assumed-role/"); isRole {
			name, _, _ := strings.Cut(role, "/")
			who.Role = "arn:aws:iam::" + who.Account + ":role/" + name
		}
	}
	return who
}

// says is what a resource policy says of a request: allow, delegated, silent or deny.
func says(r policy.ResourceResult) string {
	switch {
	case r.Decision == policy.Allow && r.Delegated:
		return "delegated"
	case r.Decision == policy.Allow:
		return "allow"
	case r.Explicit:
		return "deny"
	}
	return "silent"
}

const apiARN = "arn:aws:execute-api:us-east-1:111111111111:abc/stage/"

// TestExamplesOfResourcePolicies: the policies that AWS documents, with the short resources that are the same in every account, say of
// requests what stands beside them in testdata/resource/examples.
func TestExamplesOfResourcePolicies(t *testing.T) {
	files, err := filepath.Glob("testdata/resource/examples/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no examples: %v", err)
	}
	for _, file := range files {
		var example struct {
			Policy   policy.ResourcePolicy
			Verdicts []struct {
				Want, Path, Caller string
				Keys               map[string]string
			}
		}
		if err := json.Unmarshal([]byte(readFile(t, file)), &example); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		p := example.Policy.Expand(policy.MustParseARN(apiARN + "GET/"))
		for _, v := range example.Verdicts {
			got := p.Evaluate(policy.Request{Resource: apiARN + v.Path, Keys: v.Keys}, identity(v.Caller))
			if says(got) != v.Want {
				t.Errorf("%s: %+v: %s (%s)", file, v, says(got), got)
			}
		}
	}
}

// TestPrincipals: who is named in which way. A statement that allows says "allow" or "delegated", one that denies "deny".
func TestPrincipals(t *testing.T) {
	const user, session = "arn:aws:iam::111111111111:user/staff/eve", "arn:aws:sts::111111111111:assumed-role/reader/desk"
	for _, test := range []struct{ effect, principal, caller, want string }{
		{"Allow", `"Principal":"*"`, "", "allow"},
		{"Allow", `"Principal":"*"`, user, "allow"},
		{"Allow", `"Principal":{"AWS":"*"}`, "", "allow"},
		{"Allow", `"Principal":{"AWS":["111111111111","*"]}`, "", "allow"},
		{"Allow", `"Principal":{"AWS":"111111111111"}`, "", "silent"},
		{"Allow", `"Principal":{"AWS":"111111111111"}`, user, "delegated"},
		{"Allow", `"Principal":{"AWS":"arn:aws:iam::111111111111:root"}`, session, "delegated"},
		{"Allow", `"Principal":{"AWS":["111111111111","` + user + `"]}`, user, "allow"},
		{"Allow", `"Principal":{"AWS":"222222222222"}`, user, "silent"},
		{"Allow", `"Principal":{"AWS":"` + user + `"}`, user, "allow"},
		{"Allow", `"Principal":{"AWS":"arn:aws:iam::111111111111:user/eve"}`, user, "silent"},
		{"Allow", `"Principal":{"AWS":"` + session + `"}`, session, "allow"},
		{"Allow", `"Principal":{"AWS":"` + session + `"}`, session + "2", "silent"},
		{"Allow", `"Principal":{"AWS":"arn:aws:iam::111111111111:role/reader"}`, session, "allow"},
		{"Allow", `"Principal":{"AWS":"arn:aws:iam::111111111111:role/x/reader"}`, session, "silent"},
		{"Allow", `"Principal":{"Service":"events.amazonaws.com"}`, user, "silent"},
		{"Deny", `"Principal":{"Service":"events.amazonaws.com"}`, user, "silent"},
		{"Deny", `"Principal":"*"`, "", "deny"},
		{"Deny", `"Principal":{"AWS":"111111111111"}`, user, "deny"},
		{"Deny", `"Principal":{"AWS":"111111111111"}`, "", "silent"},
		{"Deny", `"Principal":{"AWS":"arn:aws:iam::111111111111:role/x/reader"}`, session, "deny"},
		{"Deny", `"Principal":{"AWS":"arn:aws:iam::111111111111:role/x/reader2"}`, session, "silent"},
		{"Deny", `"Principal":{"AWS":"arn:aws:iam::222222222222:role/x/reader"}`, session, "silent"},
		{"Deny", `"Principal":{"AWS":"arn:aws:iam::111111111111:user/x/reader"}`, session, "silent"},
		{"Deny", `"NotPrincipal":{"AWS":["` + user + `","111111111111"]}`, user, "silent"},
		{"Deny", `"NotPrincipal":{"AWS":"` + user + `"}`, user, "deny"},
		{"Deny", `"NotPrincipal":{"AWS":"111111111111"}`, user, "deny"},
		{"Deny", `"NotPrincipal":{"AWS":["` + session + `","111111111111"]}`, session, "deny"},
		{"Deny", `"NotPrincipal":{"AWS":["` + session + `","111111111111","arn:aws:iam::111111111111:role/reader"]}`, session, "silent"},
		{"Deny", `"NotPrincipal":{"AWS":["` + user + `","111111111111"]}`, "", "deny"},
	} {
		text := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":%q,%s,"Action":"execute-api:Invoke","Resource":"*"}}`, test.effect, test.principal)
		p, err := policy.ParseResourcePolicy([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := p.Evaluate(policy.Request{Resource: apiARN + "GET/"}, identity(test.caller)); says(got) != test.want {
			t.Errorf("%s of %q: %s, want %s", text, test.caller, says(got), test.want)
		}
	}
}

// TestMalformedResourceStatements: one that no reader has checked lets nobody in, and denies where it does not say that it allows.
func TestMalformedResourceStatements(t *testing.T) {
	everyone := &policy.Principals{Everyone: true}
	whole := policy.Statement{Effect: policy.EffectAllow, Action: policy.Strings{policy.InvokeAction}, Resource: policy.Strings{"*"}}
	short := whole
	short.Resource = policy.Strings{"execute-api:/*"}
	unknown := whole
	unknown.Condition = policy.Conditions{"StringNotEquals": {"aws:TokenIssueTime": {"x"}}}
	for name, s := range map[string]policy.ResourceStatement{
		"no principal": {Statement: whole}, "both": {whole, everyone, &policy.Principals{}}, "by NotPrincipal": {whole, nil, &policy.Principals{}},
		"not expanded": {short, everyone, nil}, "an unknown key": {unknown, everyone, nil}, "no effect": {policy.Statement{Action: whole.Action, Resource: whole.Resource}, everyone, nil},
	} {
		p := policy.ResourcePolicy{Version: policy.Version, Statement: []policy.ResourceStatement{s}}
		want := "silent"
		if s.Effect == "" {
			want = "deny"
		}
		if got := p.Evaluate(policy.Request{Resource: apiARN + "GET/"}, policy.Identity{}); says(got) != want {
			t.Errorf("%s: %s, want %s", name, says(got), want)
		}
		p.Statement[0].Effect = policy.EffectDeny
		got := p.Evaluate(policy.Request{Resource: apiARN + "GET/"}, policy.Identity{})
		if says(got) != "deny" {
			t.Errorf("%s, denying: %s", name, says(got))
		}
	}
	if got := (policy.ResourcePolicy{}).Evaluate(policy.Request{Resource: apiARN + "GET/"}, policy.Identity{}); says(got) != "silent" {
		t.Errorf("the zero policy: %s", says(got))
	}
}

// TestCombine goes through the tables A and B of AWS's page on authorization flows, whose rows are in the same order.
func TestCombine(t *testing.T) {
	allow := policy.Result{Decision: policy.Allow}
	of := map[string]policy.Result{"allow": allow, "delegated": allow, "silent": {}, "deny": {Explicit: true}}
	for _, row := range []struct{ own, api, same, other string }{
		{"allow", "allow", "allow", "allow"},
		{"allow", "silent", "allow", "silent"},
		{"allow", "deny", "deny", "deny"},
		{"silent", "allow", "allow", "silent"},
		{"silent", "silent", "silent", "silent"},
		{"silent", "deny", "deny", "deny"},
		{"deny", "allow", "deny", "deny"},
		{"deny", "silent", "deny", "deny"},
		{"deny", "deny", "deny", "deny"},
		// not in the tables: an Allow of the account alone
		{"allow", "delegated", "allow", "allow"},
		{"silent", "delegated", "silent", "silent"},
		{"deny", "delegated", "deny", "deny"},
	} {
		for same, want := range map[bool]string{true: row.same, false: row.other} {
			decision, explicit := policy.Combine(of[row.own], policy.ResourceResult{Result: of[row.api], Delegated: row.api == "delegated"}, same)
			if got := says(policy.ResourceResult{Result: policy.Result{Decision: decision, Explicit: explicit}}); got != want {
				t.Errorf("own %s, the API's %s, one account %v: %s, want %s", row.own, row.api, same, got, want)
			}
		}
	}
}

// resourcePolicy is a random one, of statements of which some are malformed.
func (d draws) resourcePolicy() policy.ResourcePolicy {
	doc := d.document()
	p := policy.ResourcePolicy{Version: doc.Version}
	for _, s := range doc.Statement {
		for operator, wants := range s.Condition {
			if values, is := wants["aws:username"]; is { // which is a key of resource policies, and so not unknown
				s.Condition[operator] = map[string]policy.Strings{"aws:Nope": values}
			}
		}
		one := policy.ResourceStatement{Statement: s}
		named := &policy.Principals{Everyone: d.IntN(3) == 0, AWS: d.some(3, "111111111111", "arn:aws:iam::111111111111:user/a", "arn:aws:iam::111111111111:root",
			"arn:aws:iam::111111111111:role/x/r", "arn:aws:iam::111111111111:role/r", "arn:aws:sts::111111111111:assumed-role/r/s")}
		switch d.IntN(8) {
		case 0:
			one.NotPrincipal = named
		case 1:
			one.Principal, one.NotPrincipal = named, named
		default:
			one.Principal = named
		}
		p.Statement = append(p.Statement, one)
	}
	return p
}

// naivePrincipal reads a statement's principals a second time, and tells whether more than the account is named.
func naivePrincipal(s policy.ResourceStatement, who policy.Identity) (is string, itself bool) {
	if s.Principal != nil && s.NotPrincipal != nil || s.NotPrincipal != nil && s.Effect == "Allow" {
		return unclear, true
	}
	has := func(list []string, one string) bool { return one != "" && slices.Contains(list, one) }
	if p := s.NotPrincipal; p != nil {
		named := has(p.AWS, who.ARN) && (who.Role == "" || has(p.AWS, who.Role)) && (has(p.AWS, who.Account) || has(p.AWS, "arn:aws:iam::"+who.Account+":root"))
		return truth(!p.Everyone && !named), true
	}
	switch p := s.Principal; {
	case p.Everyone || has(p.AWS, who.ARN) || has(p.AWS, who.Role):
		return met, true
	case who.ARN != "" && (has(p.AWS, who.Account) || has(p.AWS, "arn:aws:iam::"+who.Account+":root")):
		return met, false
	case who.Role != "" && has(p.AWS, "arn:aws:iam::111111111111:role/x/r"):
		return unclear, true
	}
	return notMet, true
}

func naiveResourcePolicy(p policy.ResourcePolicy, request policy.Request, who policy.Identity) string {
	action := request.Action
	if action == "" {
		action = "execute-api:Invoke"
	}
	answer := "silent"
	for _, s := range p.Statement {
		is, itself := naivePrincipal(s, who)
		is = naiveAll([]string{is, naiveStatement(p.Version, s.Statement, action, request)})
		switch {
		case s.Effect != "Allow" && is != notMet:
			return "deny"
		case s.Effect == "Allow" && is == met && itself:
			answer = "allow"
		case s.Effect == "Allow" && is == met && answer == "silent":
			answer = "delegated"
		}
	}
	return answer
}

// TestResourcePoliciesAgree compares Evaluate with a simpler reading, over random policies, callers and requests; and a statement that
// denies never opens anything, nor does one that allows shut anything when it is there.
func TestResourcePoliciesAgree(t *testing.T) {
	d := draws{rand.New(rand.NewPCG(11, 7))}
	open := map[string]int{"deny": 0, "silent": 1, "delegated": 2, "allow": 3}
	counts := map[string]int{}
	for range 30000 {
		p, request := d.resourcePolicy(), d.request()
		who := identity(d.one("", "arn:aws:iam::111111111111:user/a", "arn:aws:iam::111111111111:user/b", "arn:aws:sts::111111111111:assumed-role/r/s", "arn:aws:iam::222222222222:user/a"))
		got, want := p.Evaluate(request, who), naiveResourcePolicy(p, request, who)
		if says(got) != want {
			text, _ := json.MarshalIndent(p, "", " ")
			t.Fatalf("%s\nof %+q by %+v: %s (%s); the simpler reading gives %s", text, request, who, says(got), got, want)
		}
		counts[want]++
		for i, s := range p.Statement {
			without := p
			without.Statement = slices.Delete(slices.Clone(p.Statement), i, i+1)
			other := says(without.Evaluate(request, who))
			if s.Effect == "Allow" && open[other] > open[want] || s.Effect != "Allow" && open[other] < open[want] {
				t.Fatalf("without statement %d of %+v: %s, and with it %s", i, p, other, want)
			}
		}
	}
	for answer := range open {
		if counts[answer] < 500 {
			t.Errorf("only %d evaluations end in %s: the test says little", counts[answer], answer)
		}
	}
}

// TestClosedDocuments: beside a resource policy that allows everything, a document lets through exactly what it lets through alone, in
// time and from the caller's networks; and it has as many bytes as its size says.
func TestClosedDocuments(t *testing.T) {
	c := newChance(23)
	everything := policy.ResourceResult{Result: policy.Result{Decision: policy.Allow}}
	end := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	opened, shut := 0, 0
	for range 1000 {
		rules := c.table().policy
		closed := rules.BesideResourcePolicy()
		who := c.caller()
		who.Expires = end
		if c.IntN(2) == 0 {
			who.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		}
		alone, err := rules.Compile(who, anARN)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := closed.Compile(who, anARN)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(doc)
		if size, err := closed.Size(who, anARN); err != nil || size.Bytes < len(text) || len(who.Networks) == 0 && size.Bytes != len(text) {
			t.Errorf("%s has %d bytes, and its size says %d, %v", text, len(text), size.Bytes, err)
		}
		for range 30 {
			arn := anARN
			arn.Method, arn.Path = c.pick("GET", "PUT", "POST"), strings.TrimPrefix(c.path(), "/")
			for _, keys := range []map[string]string{
				{"aws:CurrentTime": "2029-12-31T23:59:59Z", "aws:SourceIp": "10.1.2.3"}, {"aws:CurrentTime": "2030-01-01T00:00:00Z", "aws:SourceIp": "10.1.2.3"},
				{"aws:CurrentTime": "2029-12-31T23:59:59Z", "aws:SourceIp": "11.1.2.3"}, {},
			} {
				request := policy.Request{Resource: arn.String(), Keys: keys}
				want := policy.Evaluate(alone, request)
				got := policy.Evaluate(doc, request)
				decision, explicit := policy.Combine(got, everything, true)
				if decision != want.Decision || got.Decision != want.Decision || explicit == (decision == policy.Allow) {
					t.Fatalf("%s\nof %+q: %s, beside a resource policy %v %v, and alone %s", text, request, got, decision, explicit, want)
				}
				if decision == policy.Allow {
					opened++
				} else {
					shut++
				}
			}
		}
	}
	if opened < 1000 || shut < 1000 {
		t.Errorf("%d requests are let through and %d are not: the test says little", opened, shut)
	}
}

// TestClosedRulesStayClosed: what rules.json holds, and another limit, keep it.
func TestClosedRulesStayClosed(t *testing.T) {
	rules := things(t).BesideResourcePolicy().WithLimit(100_000)
	text, err := rules.Encode(policy.Source{Name: "openapi.yaml", SHA256: strings.Repeat("0", 64)})
	if err != nil {
		t.Fatal(err)
	}
	loaded, _, err := policy.DecodeRules(text)
	if err != nil {
		t.Fatal(err)
	}
	who := policy.Caller{ID: "me", Schemes: []string{"bearer"}, Scopes: []string{"things/read"}}
	for _, r := range []*policy.Rules{rules, loaded} {
		doc, err := r.Compile(who, anARN)
		if err != nil {
			t.Fatal(err)
		}
		if got := policy.Evaluate(doc, policy.Request{Resource: anARN.String() + "none/such"}); !got.Explicit {
			t.Errorf("%+v: %s", doc, got)
		}
	}
	again, err := loaded.Encode(policy.Source{Name: "openapi.yaml", SHA256: strings.Repeat("0", 64)})
	if err != nil || string(again) != string(text) {
		t.Errorf("written again: %v\n%s\nwant\n%s", err, again, text)
	}
	if _, _, err := policy.DecodeRules([]byte(strings.Replace(string(text), `  "resourcePolicy": true,`+"\n", "", 1))); err == nil {
		t.Error("a file from which the member was cut is taken")
	}
}

// TestResourceStatementsAreReadBack: also one whose resources are written out.
func TestResourceStatementsAreReadBack(t *testing.T) {
	p, err := policy.ParseResourcePolicy([]byte(`{"Statement":[{"Sid":"a","Effect":"Deny","NotPrincipal":{"AWS":"111111111111","Service":["events.amazonaws.com"]},"Action":"*","NotResource":"execute-api:/*/GET/a","Condition":{"Bool":{"aws:SecureTransport":"false"}}},` +
		`{"Effect":"Allow","Principal":{"AWS":["*"]},"NotAction":"s3:*","Resource":"*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Expand(anARN).Statement {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var again policy.ResourceStatement
		if err := json.Unmarshal(text, &again); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if twice, _ := json.Marshal(again); string(twice) != string(text) || again.Principal == nil && again.NotPrincipal == nil {
			t.Errorf("%s, and read back %s", text, twice)
		}
	}
	for _, text := range []string{`{"Principals":"*"}`, `{"Principal":{"Aws":"*"}}`, `{"Principal":"all"}`, `{"Principal":7}`} {
		if err := json.Unmarshal([]byte(text), new(policy.ResourceStatement)); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
