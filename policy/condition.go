package policy

import (
	"slices"
	"strings"
)

// outcome is whether a statement's conditions hold; its zero value says that it cannot be told.
type outcome uint8

const (
	unclear outcome = iota
	notMet
	met
)

func outcomeOf(holds bool) outcome {
	if holds {
		return met
	}
	return notMet
}

// gatewayKeys are the condition keys that API Gateway supplies. IAM compares their names without regard to case.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
var gatewayKeys = []string{
	"aws:CurrentTime", "aws:EpochTime", "aws:Referer", "aws:SecureTransport", "aws:SourceArn", "aws:SourceIp", "aws:UserAgent",
}

func isGatewayKey(name string) bool {
	for _, key := range gatewayKeys {
		if equalFoldASCII(key, name) {
			return true
		}
	}
	return false
}

// resourceKeys are the condition keys that a resource policy may name besides. Those of a VPC are there in requests to private APIs
// alone, and those of a principal in signed requests, an organization's where the principal is a member of one. Not among them are those
// of temporary credentials, which cannot be told of a signature: aws:TokenIssueTime and aws:MultiFactorAuth….
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html.
var resourceKeys = []string{
	"aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalType", "aws:SourceVpc",
	"aws:SourceVpce", "aws:VpcSourceIp", "aws:userid", "aws:username",
}

// tagPrefix is what the keys of a principal's tags begin with.
const tagPrefix = "aws:principaltag/"

func isResourceKey(name string) bool {
	lower := lowerASCII(name)
	if tag, isTag := strings.CutPrefix(lower, tagPrefix); isTag {
		return tag != ""
	}
	return slices.ContainsFunc(resourceKeys, func(key string) bool { return lowerASCII(key) == lower })
}

// examineConditions evaluates all conditions of the statement; all of them must hold. What is not understood,
// an operator, a key or a value, makes the outcome unclear, unless another condition is certainly not met.
func (s *Statement) examineConditions(request *inquiry, version string) finding {
	result := finding{outcome: met}
	for operator, wants := range s.Condition {
		if len(wants) == 0 {
			result = result.and(finding{outcome: unclear, reason: ReasonUnclear, operator: operator, problem: "the condition names no key"})
		}
		for key, values := range wants {
			found := examineCondition(operator, key, values, request, version)
			found.operator, found.key = operator, key
			result = result.and(found)
		}
	}
	return result
}

func examineCondition(operator, key string, values []string, request *inquiry, version string) finding {
	not := func(problem string) finding {
		return finding{outcome: unclear, reason: ReasonUnclear, problem: problem}
	}
	test, known := parseTest(operator)
	got, present := lookUp(request.Keys, key)
	switch {
	case !known:
		return not("the condition's operator is unknown")
	case !present && !request.knows(key):
		return not("the condition's key is none that API Gateway supplies")
	case len(values) == 0:
		return not("the condition has no value")
	}
	for _, value := range values {
		if hasVariable(value, version) {
			return not("a policy variable is not substituted")
		}
	}
	switch test.outcome(got, present, values) {
	case met:
		return finding{outcome: met}
	case notMet:
		return finding{outcome: notMet, reason: ReasonCondition}
	}
	return not("the condition cannot be told from these values")
}

func lookUp(keys map[string]string, name string) (value string, present bool) {
	if value, present = keys[name]; present {
		return value, true
	}
	for key, value := range keys {
		if equalFoldASCII(key, name) {
			return value, true
		}
	}
	return "", false
}

// test is an operator with its prefix and suffix.
type test struct {
	operator
	forAny, forAll bool // the prefixes ForAnyValue: and ForAllValues:
	ifExists       bool // the suffix IfExists
}

// operator compares a key's value with one value of the policy.
type operator struct {
	compare func(got, want string) outcome
	negated bool // it is met when the key has none of the policy's values
	null    bool // it asks only whether the key is there
}

// parseTest reads an operator's name. Names are taken as the documentation writes them: IAM's own tolerance of
// other cases is not documented.
func parseTest(name string) (t test, known bool) {
	if rest, found := strings.CutPrefix(name, "ForAnyValue:"); found {
		name, t.forAny = rest, true
	} else if rest, found := strings.CutPrefix(name, "ForAllValues:"); found {
		name, t.forAll = rest, true
	}
	name, t.ifExists = strings.CutSuffix(name, "IfExists")
	t.operator, known = operators[name]
	if t.null && (t.forAny || t.forAll || t.ifExists) {
		return test{}, false
	}
	return t, known
}

// operators are the policy language's, but for BinaryEquals: no key of the gateway is binary.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
var operators = map[string]operator{
	"StringEquals":              {compare: stringEquals},
	"StringNotEquals":           {compare: stringEquals, negated: true},
	"StringEqualsIgnoreCase":    {compare: stringEqualsIgnoreCase},
	"StringNotEqualsIgnoreCase": {compare: stringEqualsIgnoreCase, negated: true},
	"StringLike":                {compare: stringLike},
	"StringNotLike":             {compare: stringLike, negated: true},
	"NumericEquals":             {compare: numbers(equal)},
	"NumericNotEquals":          {compare: numbers(equal), negated: true},
	"NumericLessThan":           {compare: numbers(less)},
	"NumericLessThanEquals":     {compare: numbers(atMost)},
	"NumericGreaterThan":        {compare: numbers(greater)},
	"NumericGreaterThanEquals":  {compare: numbers(atLeast)},
	"DateEquals":                {compare: dates(equal)},
	"DateNotEquals":             {compare: dates(equal), negated: true},
	"DateLessThan":              {compare: dates(less)},
	"DateLessThanEquals":        {compare: dates(atMost)},
	"DateGreaterThan":           {compare: dates(greater)},
	"DateGreaterThanEquals":     {compare: dates(atLeast)},
	"Bool":                      {compare: boolEquals},
	"IpAddress":                 {compare: addressIn},
	"NotIpAddress":              {compare: addressIn, negated: true},
	"ArnEquals":                 {compare: arnLike},
	"ArnLike":                   {compare: arnLike},
	"ArnNotEquals":              {compare: arnLike, negated: true},
	"ArnNotLike":                {compare: arnLike, negated: true},
	"Null":                      {compare: boolEquals, null: true},
}

// outcome evaluates the test for a key that has one value or none: with one, the prefixes change nothing but
// that an empty value counts as none.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html.
func (t *test) outcome(got string, present bool, values []string) outcome {
	if t.null {
		if present {
			return t.anyOf("false", values)
		}
		return t.anyOf("true", values)
	}
	if present && (got != "" || !t.forAny && !t.forAll) {
		return t.anyOf(got, values)
	}
	switch {
	case t.forAny && t.ifExists:
		return unclear // the one is false without the key, the other true; which wins is not documented
	case t.forAny:
		return notMet
	}
	return outcomeOf(t.forAll || t.ifExists || t.negated)
}

// anyOf tells whether any one of the policy's values compares, or for a negated operator, none.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html.
func (t *test) anyOf(got string, values []string) outcome {
	result := notMet
	for _, want := range values {
		switch t.compare(got, want) {
		case met:
			return outcomeOf(!t.negated)
		case unclear:
			result = unclear
		}
	}
	if t.negated && result == notMet {
		return met
	}
	return result
}
