package authorizer

import (
	"portcullis/api/lambdajson"
	"portcullis/policy"
)

// The members of a policy and of its statements.
var (
	documentMembers  = []string{"Version", "Id", "Statement"}
	statementMembers = []string{"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)

// decodePlain makes of an answer in the plain form that programs write what encoding/json and package policy make of it, in a fraction of
// the time. false: it is for them to read, or to refuse. Nothing is remembered of answers that were read before: what is made of one is its
// reader's to keep and to change, and a function that answers differently each time is none the slower.
func decodePlain(output []byte) (*policyAnswer, bool) {
	answer, r := new(policyAnswer), lambdajson.NewReader(output)
	r.OnlyObject(policyMembers, func(name string) {
		switch name {
		case "principalId":
			answer.PrincipalID = r.Value()
		case "policyDocument":
			answer.PolicyDocument = readDocument(r)
		case "context":
			answer.Context = lambdajson.Map(r, r.Value)
		case "usageIdentifierKey":
			answer.UsageKey = r.Text()
		}
	})
	return answer, r.Plain()
}

func readDocument(r *lambdajson.Reader) *policy.Document {
	document := new(policy.Document)
	r.OnlyObject(documentMembers, func(name string) {
		switch name {
		case "Version":
			document.Version = r.Text()
		case "Id":
			document.ID = r.Text()
		case "Statement":
			document.Statement = readStatements(r)
		}
	})
	return document
}

// readStatements reads a list of them, or a single one.
func readStatements(r *lambdajson.Reader) policy.Statements {
	if r.Next() == '{' {
		return policy.Statements{readStatement(r)}
	}
	return lambdajson.List(r, func() policy.Statement { return readStatement(r) })
}

func readStatement(r *lambdajson.Reader) (s policy.Statement) {
	r.OnlyObject(statementMembers, func(name string) {
		switch name {
		case "Sid":
			s.Sid = r.Text()
		case "Effect":
			s.Effect = r.Text()
		case "Action":
			s.Action = readStrings(r)
		case "NotAction":
			s.NotAction = readStrings(r)
		case "Resource":
			s.Resource = readStrings(r)
		case "NotResource":
			s.NotResource = readStrings(r)
		case "Condition":
			s.Condition = readObject(r, func() map[string]policy.Strings {
				return readObject(r, func() policy.Strings { return readStrings(r) })
			})
		}
	})
	return s
}

// readObject reads an object that is no null.
func readObject[V any](r *lambdajson.Reader, value func() V) map[string]V {
	if r.Next() != '{' {
		r.Reject()
	}
	return lambdajson.Map(r, value)
}

// readStrings reads a list of texts, or a single one. A number or a boolean is not plain.
func readStrings(r *lambdajson.Reader) policy.Strings {
	if r.Next() != '[' {
		return policy.Strings{readString(r)}
	}
	return lambdajson.List(r, func() string { return readString(r) })
}

// readString reads a text that is no null.
func readString(r *lambdajson.Reader) string {
	if r.Next() != '"' {
		r.Reject()
	}
	return r.Text()
}
