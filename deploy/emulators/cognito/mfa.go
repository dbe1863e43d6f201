package cognito

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"
)

// Message is a code on its way to somebody.
type Message struct {
	Medium      string // SMS or EMAIL
	Destination string // a phone number, or an address
	Username    string // of whoever signs in
	Code        string // six digits
}

// askMFA asks for the second factor, or which one of several it shall be.
func (p *Pool) askMFA(who person, client Client) *authResponse {
	if len(who.MFA) == 1 {
		return p.askFactor(who, client, who.MFA[0])
	}
	c := challenge{name: "SELECT_MFA_TYPE", client: client.ID, username: who.Username}
	return p.ask(c, map[string]string{"MFAS_CAN_CHOOSE": jsonText(who.MFA)})
}

// selectMFA takes the choice.
func (p *Pool) selectMFA(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "ANSWER"); err != nil {
		return nil, err
	}
	c, err := p.takeSession(a)
	if err != nil {
		return nil, err
	}
	who, _ := p.people.get(c.username)
	factor := MFA(a.responses["ANSWER"])
	if !slices.Contains(who.MFA, factor) {
		p.challenges.giveBack(a.session, c)
		return nil, invalid("Invalid MFA type selected")
	}
	return p.askFactor(who, a.client, factor), nil
}

// askFactor asks for a code, which it sends if it is not one of a software token.
func (p *Pool) askFactor(who person, client Client, factor MFA) *authResponse {
	c := challenge{name: string(factor), client: client.ID, username: who.Username}
	message := Message{Username: who.Username}
	switch factor {
	case MFASMS:
		message.Medium, message.Destination = "SMS", who.Phone
	case MFAEmail:
		message.Medium, message.Destination = "EMAIL", who.Email
	default:
		return p.ask(c, map[string]string{"FRIENDLY_DEVICE_NAME": "desk"})
	}
	c.code = randomCode()
	message.Code = c.code
	response := p.ask(c, map[string]string{
		"CODE_DELIVERY_DELIVERY_MEDIUM": message.Medium,
		"CODE_DELIVERY_DESTINATION":     masked(message),
	})
	p.deliver(message)
	return response
}

// verifySentCode takes the code of an SMS or of an email.
func (p *Pool) verifySentCode(a answer) (*authResponse, *apiError) {
	parameter := a.name + "_CODE"
	if err := require(a.responses, parameter); err != nil {
		return nil, err
	}
	c, err := p.takeSession(a)
	if err != nil {
		return nil, err
	}
	if !sameSecret(a.responses[parameter], c.code) {
		p.challenges.giveBack(a.session, c)
		return nil, codeMismatch
	}
	who, _ := p.people.get(c.username)
	return p.finish(who, a.client), nil
}

// verifySoftwareToken takes the code that a software token shows.
func (p *Pool) verifySoftwareToken(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "SOFTWARE_TOKEN_MFA_CODE"); err != nil {
		return nil, err
	}
	c, err := p.takeSession(a)
	if err != nil {
		return nil, err
	}
	if err := p.people.useToken(c.username, a.responses["SOFTWARE_TOKEN_MFA_CODE"], p.now()); err != nil {
		p.challenges.giveBack(a.session, c)
		return nil, err
	}
	who, _ := p.people.get(c.username)
	return p.finish(who, a.client), nil
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
