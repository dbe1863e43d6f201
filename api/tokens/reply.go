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
	SelectChallenge:     {"choice", "password", "srpA"},
	PasswordAsked:       {"password"},
	SRPAsked:            {"srpA"},
	PasswordVerifier:    {"secretBlock", "signature", "timestamp"},
	SMSOneTimeCode:      {"code"},
	Passkey:             {"credential"},
}

// readReply reads {challenge, session, username, answer}.
func readReply(body lambdaproxy.Object) (Reply, error) {
	for _, member := range []string{"password", "preferredChallenge"} {
		if body.Has(member) {
			return Reply{}, invalid(member, "must not be given with the answer to a challenge")
		}
	}
	challenge, err := readText(body, "challenge", maxUsername)
	if err != nil {
		return Reply{}, err
	}
	members, known := replies[challenge]
	if !known {
		return Reply{}, invalid("challenge", "must be one that POST /tokens gave")
	}
	session, err := readSession(body, challenge)
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
	device, err := readDevice(body)
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{Challenge: challenge, Session: session, Username: username, Device: device}
	return reply, reply.read(answer)
}

// readSession reads the session of a challenge, which PASSWORD_VERIFIER need not have: its secret block says whose it is.
func readSession(body lambdaproxy.Object, challenge string) (Secret, error) {
	if challenge == PasswordVerifier && !body.Has("session") {
		return "", nil
	}
	session, err := readText(body, "session", maxSession)
	return Secret(session), err
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
	case SelectChallenge:
		err = r.readChosen(answer)
	case PasswordAsked:
		r.Password, err = readPassword(answer, "password")
	case SRPAsked:
		r.SRPA, err = readMade(answer, "srpA", maxNumber, hexadecimal)
	case PasswordVerifier:
		r.Proof, err = readProof(answer)
	case Passkey:
		r.Credential, err = readPasskey(answer)
	default:
		r.Code, err = readCode(answer)
	}
	return err
}

// readChosen reads a choice, and what has to come with it.
func (r *Reply) readChosen(answer lambdaproxy.Object) (err error) {
	if r.Choice, err = readChoice(answer, "choice"); err != nil {
		return err
	}
	for member, choice := range map[string]string{"password": PasswordAsked, "srpA": SRPAsked} {
		if answer.Has(member) && r.Choice != choice {
			return invalid(answer.Field(member), "must not be given with another choice than "+choice)
		}
	}
	switch r.Choice {
	case PasswordAsked:
		r.Password, err = readPassword(answer, "password")
	case SRPAsked:
		r.SRPA, err = readMade(answer, "srpA", maxNumber, hexadecimal)
	}
	return err
}

// What the texts of an SRP exchange and a device's keys are made of.
const (
	deviceText  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	hexadecimal = "0123456789abcdefABCDEF"
	base64Text  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
	timeText    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789: "
)

// readMade reads a text that is made of some characters only.
func readMade(answer lambdaproxy.Object, member string, most int, of string) (string, error) {
	text, err := readText(answer, member, most)
	if err == nil && strings.Trim(text, of) != "" {
		err = invalid(answer.Field(member), "has characters that no such text has")
	}
	return text, err
}

func readProof(answer lambdaproxy.Object) (p SRPProof, err error) {
	if p.SecretBlock, err = readMade(answer, "secretBlock", maxProof, base64Text); err != nil {
		return p, err
	}
	if p.Signature, err = readMade(answer, "signature", maxProof, base64Text); err != nil {
		return p, err
	}
	p.Timestamp, err = readMade(answer, "timestamp", maxCode*4, timeText)
	return p, err
}

// readPasskey reads what an authenticator says, which only the provider understands.
func readPasskey(answer lambdaproxy.Object) (Secret, error) {
	text, err := answer.JSON("credential")
	switch {
	case err != nil:
		return "", err
	case text == "":
		return "", invalid("answer.credential", "is missing")
	case len(text) > maxPasskey:
		return "", invalid("answer.credential", fmt.Sprintf("must have at most %d bytes", maxPasskey))
	}
	return Secret(text), nil
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
