package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Version is the policy language's version.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html.
const Version = "2012-10-17"

// oldVersion is the policy language's version without policy variables; it is also that of a document that
// names none.
const oldVersion = "2008-10-17"

// InvokeAction is the action that API Gateway asks a policy about.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html.
const InvokeAction = "execute-api:Invoke"

// The two effects a statement can have. IAM compares them case-sensitively.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html.
const (
	EffectAllow = "Allow"
	EffectDeny  = "Deny"
)

// Document is an IAM policy document in IAM's own JSON form.
// The zero Document allows nothing.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
type Document struct {
	Version   string     `json:"Version,omitempty"` // of the language, such as "2012-10-17"
	ID        string     `json:"Id,omitempty"`      // for people
	Statement Statements `json:"Statement"`         // their order does not matter
}

// Statement is one statement of a document. Of Action and NotAction exactly one is set, and likewise of
// Resource and NotResource; a statement with neither or both is malformed: it allows nothing, and an Effect
// other than Allow denies everything.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
type Statement struct {
	Sid         string     `json:"Sid,omitempty"`         // for people
	Effect      string     `json:"Effect"`                // EffectAllow or EffectDeny
	Action      Strings    `json:"Action,omitempty"`      // such as "execute-api:Invoke", with * and ?
	NotAction   Strings    `json:"NotAction,omitempty"`   // all actions but these
	Resource    Strings    `json:"Resource,omitempty"`    // ARNs, with * and ?
	NotResource Strings    `json:"NotResource,omitempty"` // all ARNs but these
	Condition   Conditions `json:"Condition,omitempty"`   // nil: none
}

// Conditions are the values that a statement asks for, by operator and then by key: all must hold.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html.
type Conditions map[string]map[string]Strings

// Strings is a list that IAM's JSON may also write as a single string (or number, or boolean, in conditions).
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
type Strings []string

// UnmarshalJSON takes a single value or a list of them.
func (s *Strings) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
		*s = make(Strings, 0, len(list))
		for _, item := range list {
			text, err := scalar(item)
			if err != nil {
				return err
			}
			*s = append(*s, text)
		}
		return nil
	}
	text, err := scalar(data)
	if err != nil {
		return err
	}
	*s = Strings{text}
	return nil
}

// scalar reads a JSON string, number or boolean as the text that IAM compares.
func scalar(data []byte) (string, error) {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return "", fmt.Errorf("policy: want a string, got nothing")
	}
	switch data[0] {
	case '"':
		var text string
		err := json.Unmarshal(data, &text)
		return text, err
	case '{', '[', 'n':
		return "", fmt.Errorf("policy: want a string, got %s", data)
	}
	return string(data), nil
}

// Statements is a list of statements that IAM's JSON may also write as a single one.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
type Statements []Statement

// UnmarshalJSON takes a single statement or a list of them.
func (s *Statements) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var one Statement
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		*s = Statements{one}
		return nil
	}
	*s = nil // encoding/json would fill what is there, and keep what the new text lacks
	return json.Unmarshal(data, (*[]Statement)(s))
}

// UnmarshalJSON takes an object of operators, each an object of keys.
func (c *Conditions) UnmarshalJSON(data []byte) error {
	conditions := Conditions{}
	err := eachMember(data, func(operator string, wants json.RawMessage) error {
		conditions[operator] = map[string]Strings{}
		return eachMember(wants, func(key string, value json.RawMessage) error {
			var values Strings
			err := values.UnmarshalJSON(value)
			conditions[operator][key] = values
			return err
		})
	})
	*c = conditions
	return err
}

// eachMember calls visit for each member of a JSON object. It refuses a name that stands twice, of which
// encoding/json would drop the first in silence.
func eachMember(data []byte, visit func(name string, value json.RawMessage) error) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return fmt.Errorf("policy: want an object, got %.60q", data)
	}
	seen := map[string]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		text := name.(string) // in an object, the token before a value is its name
		if seen[text] {
			return fmt.Errorf("policy: %.60q stands twice in an object", text)
		}
		seen[text] = true
		if err := visit(text, value); err != nil {
			return err
		}
	}
	return nil
}

// strictUnmarshal refuses members that the policy language does not have, and its own in another case: a
// misspelt Condition that is dropped in silence would widen what the statement allows.
func strictUnmarshal(data []byte, into any, known ...string) error {
	err := eachMember(data, func(name string, _ json.RawMessage) error {
		if !slices.Contains(known, name) {
			return fmt.Errorf("policy: %.60q is no member of a policy", name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// UnmarshalJSON takes a document with members that the policy language has.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
func (d *Document) UnmarshalJSON(data []byte) error {
	type plain Document
	*d = Document{}
	return strictUnmarshal(data, (*plain)(d), "Version", "Id", "Statement")
}

// UnmarshalJSON takes a statement with members that the policy language has for identity-based policies.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
func (s *Statement) UnmarshalJSON(data []byte) error {
	type plain Statement
	*s = Statement{}
	return strictUnmarshal(data, (*plain)(s), "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
}
