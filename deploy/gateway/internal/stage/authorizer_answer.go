package stage

import (
	"maps"
	"slices"

	"portcullis/deploy/gateway/authorizer"
)

// ParsePolicyAnswer makes a caller of an authorizer's answer, by [authorizer.ParsePolicy].
func ParsePolicyAnswer(output []byte) (*Identity, error) {
	found, err := callerOf(authorizer.ParsePolicy(output))
	if err == nil {
		found.nulls = nullsOf(found.Context)
	}
	return found, err
}

// nullsOf are the keys of a context whose values are null.
func nullsOf(context map[string]any) []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(context)) {
		if context[key] == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// ParseTypedAnswer makes a caller of an authorizer's answer, by [authorizer.ParseTyped].
func ParseTypedAnswer(output []byte) (*Identity, error) {
	return callerOf(authorizer.ParseTyped(output))
}

func callerOf(a *authorizer.Policy, err error) (*Identity, error) {
	if err != nil {
		return nil, err
	}
	return &Identity{PrincipalID: a.PrincipalID, document: a.Document, Context: a.Context, usageKey: a.UsageKey}, nil
}

// ParseSimpleAnswer makes a caller of an authorizer's answer, by [authorizer.ParseSimple].
func ParseSimpleAnswer(output []byte) (*Identity, error) {
	a, err := authorizer.ParseSimple(output)
	if err != nil {
		return nil, err
	}
	return &Identity{simple: true, verdict: a.Authorized, Context: a.Context}, nil
}
