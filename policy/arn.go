package policy

import (
	"fmt"
	"strings"
)

// ARN names one invocation: of a method of a REST or HTTP API,
//
//	arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}
//
// or of a route of a WebSocket API, which has neither method nor path,
//
//	arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{route key}
//
// Path has no leading slash and is empty for the root. It is as the client sent it: not decoded.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html.
type ARN struct {
	Partition string // "aws", "aws-cn", "aws-us-gov", …
	Region    string // such as "eu-west-1"
	Account   string // 12 digits
	API       string // the API's id
	Stage     string // "$default" for the default stage of an HTTP API
	Method    string // the verb, upper case
	Path      string // segments, as the client sent them; "" is the root
	RouteKey  string // "$connect" and its like for a WebSocket API, whose Method and Path do not count; "" otherwise
}

// ARNError says what is wrong with a text that is no execute-api ARN.
type ARNError struct {
	Text   string // the whole of it
	Reason string // what is wrong, and what would be right
}

// Error quotes the whole text, and says what is wrong with it.
func (e *ARNError) Error() string { return fmt.Sprintf("policy: ARN %q: %s", e.Text, e.Reason) }

// ParseARN reads the ARN of an invocation, such as an authorizer event's methodArn.
// Patterns are refused: no part may hold a wildcard, except the path, which is the client's own text.
// Of a WebSocket API's route keys those are read that begin with '$', as the only one that is ever authorized
// does, $connect. The error is an [*ARNError].
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html.
func ParseARN(text string) (ARN, error) {
	a, reason := parseARN(text)
	if reason != "" {
		return ARN{}, &ARNError{Text: text, Reason: reason}
	}
	return a, nil
}

// parseARN reads an ARN, or says why it is none.
func parseARN(text string) (a ARN, reason string) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 {
		return a, "want six parts separated by colons"
	}
	if parts[0] != "arn" || parts[2] != "execute-api" {
		return a, `want it to begin with "arn:{partition}:execute-api:"`
	}
	resource := strings.SplitN(parts[5], "/", 4)
	a.Partition, a.Region, a.Account = parts[1], parts[3], parts[4]
	switch {
	case len(resource) == 4:
		a.API, a.Stage, a.Method, a.Path = resource[0], resource[1], resource[2], resource[3]
	case len(resource) == 3 && strings.HasPrefix(resource[2], "$"):
		a.API, a.Stage, a.RouteKey = resource[0], resource[1], resource[2]
	default:
		return a, "want the resource {api}/{stage}/{method}/{path} or {api}/{stage}/${route key}"
	}
	return a, wrongParts(a.Partition, a.Region, a.Account, a.API, a.Stage, a.Method+a.RouteKey)
}

// wrongParts says what is wrong with the first of an ARN's parts that could not be read back; "": nothing.
func wrongParts(parts ...string) (reason string) {
	for _, part := range parts {
		switch {
		case part == "":
			return "a part is empty"
		case strings.ContainsAny(part, "*?"):
			return "a part before the path holds a wildcard"
		case strings.ContainsAny(part, ":/"):
			return "a part before the path holds a colon or a slash"
		}
	}
	return ""
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
func (a ARN) String() string {
	if a.RouteKey != "" {
		return a.stagePrefix() + a.RouteKey
	}
	return a.stagePrefix() + a.Method + "/" + a.Path
}

// stagePrefix is what the ARNs of all invocations of the stage begin with, ending in a slash.
func (a ARN) stagePrefix() string {
	return "arn:" + a.Partition + ":execute-api:" + a.Region + ":" + a.Account + ":" + a.API + "/" + a.Stage + "/"
}
