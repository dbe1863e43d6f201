package cognito

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"
)

// Message is a code on its way to somebody, or a temporary password.
type Message struct {
	Medium      string // SMS or EMAIL
	Destination string // a phone number, or an address
	Username    string // of whom it is for
	Code        string // six digits, or the temporary password
	Operation   string // what takes it: RespondToAuthChallenge, ConfirmSignUp, ConfirmForgotPassword or VerifyUserAttribute; the password: InitiateAuth
}

// askMFA asks for the second factor, or which one of several it shall be.
func (p *Pool) askMFA(who person, client Client) *authResponse {
	if len(who.MFA) == 1 {
		return p.askFactor(who, client, who.MFA[0])
	}
	c := challengeTo(who, client, "SELECT_MFA_TYPE")
	return p.ask(c, map[string]string{"MFAS_CAN_CHOOSE": jsonText(who.MFA)})
}

// selectMFA takes the choice.
func (p *Pool) selectMFA(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "ANSWER"); err != nil {
		return nil, err
	}
	c, who, err := p.takeSession(a)
	if err != nil {
		return nil, err
	}
	factor := MFA(a.responses["ANSWER"])
	if !slices.Contains(who.MFA, factor) {
		p.challenges.giveBack(a.session, c)
		return nil, invalid("Invalid MFA type selected")
	}
	return p.askFactor(who, a.client, factor), nil
}

// askFactor asks for a code, which it sends if it is not one of a software token.
func (p *Pool) askFactor(who person, client Client, factor MFA) *authResponse {
	switch factor {
	case MFASMS:
		return p.askSentCode(who, client, string(factor), phoneAttribute)
	case MFAEmail:
		return p.askSentCode(who, client, string(factor), emailAttribute)
	}
	return p.ask(challengeTo(who, client, string(factor)), map[string]string{"FRIENDLY_DEVICE_NAME": "desk"})
}

// askSentCode sends a code to one of somebody's addresses, and asks for it.
func (p *Pool) askSentCode(who person, client Client, name, address string) *authResponse {
	c := challengeTo(who, client, name)
	c.code = randomCode()
	m := messageTo(who, address)
	m.Operation, m.Code = "RespondToAuthChallenge", c.code
	response := p.askForCode(c, m)
	p.deliver(m)
	return response
}

func (p *Pool) askForCode(c challenge, m Message) *authResponse {
	return p.ask(c, map[string]string{"CODE_DELIVERY_DELIVERY_MEDIUM": m.Medium, "CODE_DELIVERY_DESTINATION": masked(m)})
}

// verifySentCode takes the code of an SMS or of an email.
func (p *Pool) verifySentCode(a answer) (*authResponse, *apiError) {
	parameter := a.name + "_CODE"
	if err := require(a.responses, parameter); err != nil {
		return nil, err
	}
	c, err := p.takeChallenge(a)
	if err != nil {
		return nil, err
	}
	if c.code == "" || !sameSecret(a.responses[parameter], c.code) {
		p.challenges.giveBack(a.session, c)
		return nil, codeMismatch
	}
	who, err := p.still(c)
	if err != nil {
		return nil, err
	}
	return p.finish(who, a.client)
}

// verifySoftwareToken takes the code that a software token shows.
func (p *Pool) verifySoftwareToken(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "SOFTWARE_TOKEN_MFA_CODE"); err != nil {
		return nil, err
	}
	c, who, err := p.takeSession(a)
	if err != nil {
		return nil, err
	}
	if err := p.people.useToken(c.username, a.responses["SOFTWARE_TOKEN_MFA_CODE"], p.now()); err != nil {
		p.challenges.giveBack(a.session, c)
		return nil, err
	}
	return p.finish(who, a.client)
}

// randomCode has six digits.
func randomCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand's Reader does not fail
	}
	return fmt.Sprintf("%06d", n)
}

// masked is the destination as a challenge shows it: +*******0100, or a***@e***.
func masked(m Message) string {
	if m.Medium == "SMS" {
		return "+*******" + m.Destination[max(0, len(m.Destination)-4):]
	}
	local, domain, _ := strings.Cut(m.Destination, "@")
	return first(local) + "***@" + first(domain) + "***"
}

func first(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}
