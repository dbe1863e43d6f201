package cognito

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// attributePrefix is before the names of attributes, in what a new password is asked with and answered.
const attributePrefix = "userAttributes."

// askNewPassword is the challenge for a password that is temporary.
func (p *Pool) askNewPassword(who person, client Client) *authResponse {
	required := []string{}
	for _, name := range who.Required {
		required = append(required, attributePrefix+name)
	}
	return p.ask(challengeTo(who, client, "NEW_PASSWORD_REQUIRED"), map[string]string{
		"requiredAttributes": jsonText(required),
		"userAttributes":     jsonText(who.attributes),
	})
}

// setNewPassword takes the new password, and the attributes that were asked for. What can be put right leaves the session open.
func (p *Pool) setNewPassword(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "NEW_PASSWORD"); err != nil {
		return nil, err
	}
	c, who, err := p.takeSession(a)
	if err != nil {
		return nil, err
	}
	attributes := attributesOf(a.responses)
	if err := checkNew(who, a.responses["NEW_PASSWORD"], attributes); err != nil {
		p.challenges.giveBack(a.session, c)
		return nil, err
	}
	verifier := newVerifier(who.Username, a.responses["NEW_PASSWORD"])
	who, err = p.people.change(c.username, p.now(), func(who *person) *apiError {
		if who.epoch != c.epoch {
			return invalidSession
		}
		who.setPassword(verifier)
		who.write(attributes)
		return nil
	})
	if err != nil {
		return nil, invalidSession
	}
	return p.proceed(who, a.client)
}

func attributesOf(responses map[string]string) map[string]string {
	attributes := map[string]string{}
	for name, value := range responses {
		if attribute, ok := strings.CutPrefix(name, attributePrefix); ok {
			attributes[attribute] = value
		}
	}
	return attributes
}

// checkNew wants a password of the policy, all attributes that are required, and none that the user has or cannot set.
func checkNew(who person, password string, attributes map[string]string) *apiError {
	for name := range attributes {
		if _, has := who.attributes[name]; has {
			return notAuthorized("Cannot modify an already provided " + name)
		}
		if err := checkAttribute(userAttribute{name, attributes[name]}, false); err != nil {
			return err
		}
	}
	for _, name := range who.Required {
		if attributes[name] == "" {
			return invalid("Invalid attributes given, " + name + " is missing")
		}
	}
	return checkPolicy(password)
}

// checkPolicy is Cognito's default password policy.
// Source: Amazon Cognito developer guide, "Adding user pool password requirements".
func checkPolicy(password string) *apiError {
	const upper, lower, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
	rules := []struct {
		met  bool
		text string
	}{
		{utf8.RuneCountInString(password) >= 8, "Password not long enough"},
		{utf8.RuneCountInString(password) <= 256, "Password too long"},
		{strings.ContainsAny(password, lower), "Password must have lowercase characters"},
		{strings.ContainsAny(password, upper), "Password must have uppercase characters"},
		{strings.ContainsAny(password, digits), "Password must have numeric characters"},
		{strings.ContainsAny(password, "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- "), "Password must have symbol characters"},
	}
	for _, rule := range rules {
		if !rule.met {
			return &apiError{"InvalidPasswordException", "Password did not conform with policy: " + rule.text}
		}
	}
	return nil
}

// jsonText is for lists and maps of strings, which always can be written.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
