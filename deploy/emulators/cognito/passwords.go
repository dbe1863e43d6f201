package cognito

import (
	"cmp"
	"time"

	"portcullis/deploy/emulators/cognito/srp"
)

// forgotPassword sends a code with which another password can be set, to an address that is known to be somebody's. Who is not
// there, or may not sign in, or has no such address, is answered as if it had been sent.
// Source: Amazon Cognito user pools API reference, ForgotPassword, and developer guide, "Managing error responses".
func (p *Pool) forgotPassword(in input) (any, *apiError) {
	r, err := p.public(in)
	if err != nil {
		return nil, err
	}
	who, known := p.people.get(r.username)
	address := emailAttribute
	if who.verified(address) == "" {
		address = phoneAttribute
	}
	switch {
	case p.deliver == nil:
		return nil, noDelivery
	case !known || who.Disabled || who.verified(address) == "":
		return delivered{p.pretend(r.username)}, nil
	case who.status() != "CONFIRMED" && !who.ResetRequired:
		return nil, notAuthorized("User password cannot be reset in the current state.")
	}
	details, err := p.send(who, confirmForgotPasswordOperation, address, resetLifetime)
	if err != nil {
		return nil, err
	}
	return delivered{details}, nil
}

// confirmForgotPassword takes the code, and the new password.
// Source: Amazon Cognito user pools API reference, ConfirmForgotPassword, and developer guide, "Managing error responses".
func (p *Pool) confirmForgotPassword(in input) (any, *apiError) {
	r, err := p.public(in)
	if err != nil {
		return nil, err
	}
	var code, password string
	if err := cmp.Or(in.must("ConfirmationCode", &code), in.must("Password", &password)); err != nil {
		return nil, err
	}
	if err := checkPolicy(password); err != nil {
		return nil, err
	}
	if who, known := p.people.get(r.username); !known || who.Disabled {
		return nil, wrongCode
	}
	verifier := newVerifier(r.username, password)
	err = p.people.useCode(codeKey{r.username, confirmForgotPasswordOperation, ""}, code, p.now(), func(who *person, _ string) *apiError {
		if who.Disabled {
			return wrongCode
		}
		who.setPassword(verifier)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return nothing{}, nil
}

// setPassword gives somebody a password that is theirs to keep.
func (p *person) setPassword(v srp.Verifier) {
	p.verifier, p.Temporary, p.ResetRequired, p.temporaryEnds = v, false, false, time.Time{}
}

// changePassword is for who is signed in, and knows the password.
// Source: Amazon Cognito user pools API reference, ChangePassword.
func (p *Pool) changePassword(in input) (any, *apiError) {
	who, err := p.bearer(in)
	if err != nil {
		return nil, err
	}
	var previous, proposed string
	if err := cmp.Or(in.must("PreviousPassword", &previous), in.must("ProposedPassword", &proposed)); err != nil {
		return nil, err
	}
	if !who.verifier.Matches(previous) {
		return nil, wrongPassword
	}
	if err := checkPolicy(proposed); err != nil {
		return nil, err
	}
	verifier := newVerifier(who.Username, proposed)
	_, err = p.people.change(who.Username, p.now(), func(now *person) *apiError {
		if now.epoch != who.epoch {
			return wrongPassword
		}
		now.setPassword(verifier)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return nothing{}, nil
}
