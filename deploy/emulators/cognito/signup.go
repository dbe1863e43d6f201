package cognito

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// public is the beginning of a request that needs no token: an app client, and a user's name.
type public struct {
	client   Client
	username string
}

// public reads it, and holds it to the client's secret.
func (p *Pool) public(in input) (r public, err *apiError) {
	var id, username *string
	var hash string
	if err := cmp.Or(in.read("ClientId", &id), in.read("Username", &username), in.read("SecretHash", &hash)); err != nil {
		return r, err
	}
	if r.client, err = p.client(id); err != nil {
		return r, err
	}
	if r.username, err = checkUsername(username); err != nil {
		return r, err
	}
	return r, r.client.checkHash(r.username, hash)
}

// checkUsername holds a name to its form. Source: Amazon Cognito user pools API reference, SignUp, Username.
func checkUsername(name *string) (string, *apiError) {
	const constraint = "' at 'username' failed to satisfy constraint: Member must "
	switch {
	case name == nil:
		return "", nullMember("username")
	case *name == "":
		return "", invalid("1 validation error detected: Value '" + constraint + "have length greater than or equal to 1")
	case utf8.RuneCountInString(*name) > 128:
		return "", invalid("1 validation error detected: Value '" + *name + constraint + "have length less than or equal to 128")
	case strings.ContainsFunc(*name, notInUsername):
		return "", invalid("1 validation error detected: Value '" + *name + constraint + `satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+`)
	}
	return *name, nil
}

func notInUsername(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.S, unicode.N, unicode.P)
}

// must reads a text that has to be there.
func (in input) must(member string, target *string) *apiError {
	var text *string
	if err := in.read(member, &text); err != nil {
		return err
	}
	if text == nil {
		return nullMember(strings.ToLower(member[:1]) + member[1:])
	}
	*target = *text
	return nil
}

// The operations that take codes.
const (
	confirmSignUpOperation         = "ConfirmSignUp"
	confirmForgotPasswordOperation = "ConfirmForgotPassword"
)

// signedUp is SignUp's response.
type signedUp struct {
	UserConfirmed       bool
	UserSub             string
	CodeDeliveryDetails *delivery `json:",omitempty"`
}

// signUp adds somebody who is to confirm it with a code that they are sent, by email where they have an address, or else by SMS.
// Who has neither, only an administrator can confirm.
// Source: Amazon Cognito user pools API reference, SignUp.
func (p *Pool) signUp(in input) (any, *apiError) {
	r, err := p.public(in)
	if err != nil {
		return nil, err
	}
	var password string
	if err := in.must("Password", &password); err != nil {
		return nil, err
	}
	attributes, err := in.readAttributes("UserAttributes", false)
	if err := cmp.Or(err, checkPolicy(password)); err != nil {
		return nil, err
	}
	who := person{Account: Account{Username: r.username, Subject: uuid.NewString(), Unconfirmed: true}, verifier: newVerifier(r.username, password)}
	who.write(attributes)
	address := who.address()
	if address != "" && p.deliver == nil {
		return nil, noDelivery
	}
	if who, err = p.people.add(who, p.now()); err != nil {
		return nil, err
	}
	response := signedUp{UserSub: who.Subject}
	if address == "" {
		return response, nil
	}
	response.CodeDeliveryDetails, err = p.send(who, confirmSignUpOperation, address, confirmationLifetime)
	return response, err
}

// address is which of somebody's addresses codes go to, "" where there is none.
func (p person) address() string {
	for _, address := range []string{emailAttribute, phoneAttribute} {
		if p.attributes[address] != "" {
			return address
		}
	}
	return ""
}

// confirmSignUp takes the code, which also shows that an address is somebody's.
// Source: Amazon Cognito user pools API reference, ConfirmSignUp.
func (p *Pool) confirmSignUp(in input) (any, *apiError) {
	r, err := p.public(in)
	if err != nil {
		return nil, err
	}
	var code string
	if err := in.must("ConfirmationCode", &code); err != nil {
		return nil, err
	}
	if who, known := p.people.get(r.username); known && !who.Unconfirmed {
		return nil, notAuthorized("User cannot be confirmed. Current status is " + who.status())
	}
	err = p.people.useCode(codeKey{r.username, confirmSignUpOperation, ""}, code, p.now(), func(who *person, address string) *apiError {
		who.Unconfirmed = false
		who.write(map[string]string{address + verifiedSuffix: "true"})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return nothing{}, nil
}

// resendConfirmationCode sends another code in the place of the first.
// Source: Amazon Cognito user pools API reference, ResendConfirmationCode.
func (p *Pool) resendConfirmationCode(in input) (any, *apiError) {
	r, err := p.public(in)
	if err != nil {
		return nil, err
	}
	who, known := p.people.get(r.username)
	switch {
	case p.deliver == nil:
		return nil, noDelivery
	case !known || who.Disabled:
		return delivered{p.pretend(r.username)}, nil
	case !who.Unconfirmed:
		return nil, invalid("User is already confirmed.")
	case who.address() == "":
		return nil, invalid("Cannot resend codes. Auto verification not turned on.")
	}
	details, err := p.send(who, confirmSignUpOperation, who.address(), confirmationLifetime)
	if err != nil {
		return nil, err
	}
	return delivered{details}, nil
}
