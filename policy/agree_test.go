package policy_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"portcullis/policy"
)

// draws makes random documents and requests from a fixed sequence, so that a failure happens again. What it
// draws from is small, so that documents and requests often meet.
type draws struct{ *rand.Rand }

func (d draws) one(from ...string) string { return from[d.IntN(len(from))] }

func (d draws) some(most int, from ...string) policy.Strings {
	list := policy.Strings{}
	for range 1 + d.IntN(most) {
		list = append(list, d.one(from...))
	}
	return list
}

func (d draws) statement() policy.Statement {
	s := policy.Statement{Effect: d.one("Allow", "Allow", "Deny")}
	if d.IntN(30) == 0 {
		s.Effect = d.one("allow", "deny", "")
	}
	actions := d.some(2, "*", "execute-api:Invoke", "EXECUTE-API:*", "execute-api:Invok?", "s3:*", "execute-api:ManageConnections")
	resources := d.some(3, "*", "arn:a/*", "arn:a/GET/*/x", "arn:a/GET/?", "arn:a/*/b", "arn:b*", "arn:a/GET/b", "arn:a/GET/${*}")
	if d.IntN(20) == 0 {
		resources = append(resources, d.one("arn:${aws:username}", "${?}", "${", "arn:a/GET/${$}", "\xff${*}"))
	}
	switch d.IntN(6) {
	case 0:
		s.NotAction = actions
	default:
		s.Action = actions
	}
	switch d.IntN(4) {
	case 0:
		s.NotResource = resources
	default:
		s.Resource = resources
	}
	switch d.IntN(60) {
	case 0:
		s.Action = nil
	case 1:
		s.NotResource = resources
	}
	if d.IntN(2) == 0 {
		s.Condition = d.conditions()
	}
	return s
}

func (d draws) conditions() policy.Conditions {
	conditions := policy.Conditions{}
	for range 1 + d.IntN(2) {
		c := conditionCases[d.IntN(len(conditionCases))]
		if d.IntN(8) == 0 {
			c.operator = d.one("", "", "ForAnyValue:", "ForAllValues:", "ForAnyValue:ForAllValues:") + c.operator + d.one("", "IfExists")
		}
		wants := map[string]policy.Strings{}
		if d.IntN(10) == 0 {
			wants[d.one("aws:Referer", "aws:X")] = d.some(2, "a", "b")
		}
		if d.IntN(40) > 0 {
			wants[c.key] = c.values
		}
		if d.IntN(10) == 0 {
			wants[c.key] = conditionCases[d.IntN(len(conditionCases))].values
		}
		conditions[c.operator] = wants
	}
	return conditions
}

func (d draws) document() policy.Document {
	doc := policy.Document{Version: d.one("2012-10-17", "2012-10-17", "2012-10-17", "2012-10-17", "", "2008-10-17")}
	if d.IntN(50) == 0 {
		doc.Version = "2020-01-01"
	}
	for range d.IntN(5) {
		doc.Statement = append(doc.Statement, d.statement())
	}
	return doc
}

func (d draws) request() policy.Request {
	request := policy.Request{
		Action:   d.one("", "", "", "execute-api:invoke", "s3:GetObject"),
		Resource: d.one("arn:a/GET/b", "arn:a/GET/*", "arn:a/GET/b/x", "arn:b", "arn:a/PUT/b", "arn:a/GET/$", "arn:a/GET/\xff"),
		Keys:     map[string]string{},
	}
	for range d.IntN(5) {
		if c := conditionCases[d.IntN(len(conditionCases))]; c.got != absent && c.key != "AWS:useragent" {
			request.Keys[c.key] = c.got
		}
	}
	return request
}

// TestEvaluateAgrees compares Evaluate with a simpler reading of IAM's rules, over random documents and requests.
func TestEvaluateAgrees(t *testing.T) {
	d := draws{rand.New(rand.NewPCG(7, 7))}
	counts := map[policy.Reason]int{}
	for range 30000 {
		doc, request := d.document(), d.request()
		got, want := policy.Evaluate(doc, request), naiveEvaluate(doc, request)
		if !want.is(got) {
			text, _ := json.MarshalIndent(doc, "", " ")
			t.Fatalf("%s\nof %+q: %+v; the simpler reading gives %+v", text, request, got, want)
		}
		counts[got.Reason]++
	}
	for reason := policy.ReasonNoMatch; reason <= policy.ReasonAllowed; reason++ {
		if counts[reason] < 1000 {
			t.Errorf("only %d evaluations end in %s: the test says little", counts[reason], reason)
		}
	}
	t.Log(counts)
}
