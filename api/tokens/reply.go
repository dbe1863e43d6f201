package tokens

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portcullis/api/internal/lambdaproxy"
)

// replies are the members of an answer to each challenge.
var replies = map[string][]string{
	NewPasswordRequired: {"newPassword", "attributes"},
	SMSCode:             {"code"},
	AuthenticatorCode:   {"code"},
	EmailCode:           {"code"},
	SelectFactor:        {"mfaType"},
}

// readReply reads {challenge, session, username, answer}.
func readReply(body lambdaproxy.Object) (Reply, error) {
	if body.Has("password") {
		return Reply{}, invalid("password", "must not be given with the answer to a challenge")
	}
	challenge, err := readText(body, "challenge", maxUsername)
	if err != nil {
		return Reply{}, err
	}
	members, known := replies[challenge]
	if !known {
		return Reply{}, invalid("challenge", "must be one that POST /tokens gave")
	}
	session, err := readText(body, "session", maxSession)
	if err != nil {
		return Reply{}, err
	}
	username, err := readUsername(body)
	if err != nil {
		return Reply{}, err
	}
	if !body.Has("answer") {
		return Reply{}, invalid("answer", "is missing")
	}
	answer, err := body.Object("answer", members)
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{Challenge: challenge, Session: Secret(session), Username: username}
	return reply, reply.read(answer)
}

// read reads the answer that the challenge asks for.
func (r *Reply) read(answer lambdaproxy.Object) (err error) {
	switch r.Challenge {
	case NewPasswordRequired:
		if r.NewPassword, err = readPassword(answer, "newPassword"); err == nil {
			r.Attributes, err = readAttributes(answer)
		}
	case SelectFactor:
		r.Factor, err = readFactor(answer)
	default:
		r.Code, err = readCode(answer)
	}
	return err
}

func readCode(answer lambdaproxy.Object) (Secret, error) {
	code, err := readText(answer, "code", maxCode)
	if err == nil && strings.ContainsFunc(code, func(c rune) bool { return c < '0' || c > '9' }) {
		err = invalid("answer.code", "must be of digits")
	}
	return Secret(code), err
}

func readFactor(answer lambdaproxy.Object) (string, error) {
	factor, err := readText(answer, "mfaType", maxUsername)
	if err == nil && !slices.Contains([]string{SMSCode, AuthenticatorCode, EmailCode}, factor) {
		err = invalid("answer.mfaType", "must be one of "+strings.Join([]string{SMSCode, AuthenticatorCode, EmailCode}, ", "))
	}
	return factor, err
}

func readAttributes(answer lambdaproxy.Object) (map[string]string, error) {
	object, err := answer.Object("attributes", nil)
	if err != nil {
		return nil, err
	}
	attributes, err := object.Texts()
	if err != nil {
		return nil, err
	}
	for name, value := range attributes {
		if name == "" || len(name) > maxUsername || strings.ContainsFunc(name, func(c rune) bool { return !isName(c) }) {
			return nil, invalid("answer.attributes", fmt.Sprintf("has a member %.64q, which is no attribute's name", name))
		}
		if utf8.RuneCountInString(value) > maxAttribute || strings.ContainsRune(value, utf8.RuneError) {
			return nil, invalid("answer.attributes."+name, fmt.Sprintf("must have at most %d characters, all valid", maxAttribute))
		}
	}
	return attributes, nil
}
