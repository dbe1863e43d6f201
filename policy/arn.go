package policy

import (
	"fmt"
	"strings"
)

// ARN names one invocation of a REST or HTTP API's method:
//
//	arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}
//
// Path has no leading slash and is empty for the root. It is as the client sent it: not decoded.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html.
type ARN struct {
	Partition string // "aws", "aws-cn", "aws-us-gov", …
	Region    string
	Account   string
	API       string
	Stage     string // may be "$default" for an HTTP API
	Method    string // the verb, upper case
	Path      string
}

// ARNError says what is wrong with a text that is no execute-api ARN.
type ARNError struct {
	Text   string
	Reason string
}

func (e *ARNError) Error() string { return fmt.Sprintf("policy: ARN %q: %s", e.Text, e.Reason) }

// ParseARN reads the ARN of a method invocation, such as an authorizer event's methodArn.
// Patterns are refused: no part may hold a wildcard, except the path, which is the client's own text.
// The error is an [*ARNError].
func ParseARN(text string) (ARN, error) {
	fail := func(reason string) (ARN, error) { return ARN{}, &ARNError{Text: text, Reason: reason} }
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 {
		return fail("want six parts separated by colons")
	}
	if parts[0] != "arn" || parts[2] != "execute-api" {
		return fail(`want it to begin with "arn:{partition}:execute-api:"`)
	}
	resource := strings.SplitN(parts[5], "/", 4)
	if len(resource) != 4 {
		return fail("want the resource {api}/{stage}/{method}/{path}")
	}
	a := ARN{parts[1], parts[3], parts[4], resource[0], resource[1], resource[2], resource[3]}
	for _, part := range []string{a.Partition, a.Region, a.Account, a.API, a.Stage, a.Method} {
		if part == "" {
			return fail("a part is empty")
		}
		if strings.ContainsAny(part, "*?") {
			return fail("a part before the path holds a wildcard")
		}
	}
	return a, nil
}

// MustParseARN is ParseARN for texts that are known to be right; it panics on others.
func MustParseARN(text string) ARN {
	a, err := ParseARN(text)
	if err != nil {
		panic(err)
	}
	return a
}

// String gives the ARN's text; ParseARN reads it back.
func (a ARN) String() string { return a.stagePrefix() + a.Method + "/" + a.Path }

// stagePrefix is what the ARNs of all invocations of the stage begin with, ending in a slash.
func (a ARN) stagePrefix() string {
	return "arn:" + a.Partition + ":execute-api:" + a.Region + ":" + a.Account + ":" + a.API + "/" + a.Stage + "/"
}
