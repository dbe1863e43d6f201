package cognito

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// temporaryLifetime is how long a temporary password is good: Cognito's default.
const temporaryLifetime = 7 * 24 * time.Hour

// listed is Cognito's UserType: a user in lists, and when it was made.
type listed struct {
	Username             string
	Attributes           []userAttribute
	UserCreateDate       float64 // seconds since 1970
	UserLastModifiedDate float64
	Enabled              bool
	UserStatus           string
}

func listedOf(who person) listed {
	return listed{
		Username: who.Username, Attributes: who.list(), UserCreateDate: seconds(who.created), UserLastModifiedDate: seconds(who.modified),
		Enabled: !who.Disabled, UserStatus: who.status(),
	}
}

// seconds is a time as the protocol has it: in seconds since 1970, to the millisecond.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// creation is AdminCreateUser's request.
type creation struct {
	username, password, action string
	attributes                 map[string]string
	mediums                    []string
}

// adminCreateUser makes somebody who has to choose a password, and sends them a temporary one, or with RESEND another one.
// Source: Amazon Cognito user pools API reference, AdminCreateUser.
func (p *Pool) adminCreateUser(in input) (any, *apiError) {
	c, err := readCreation(in)
	if err != nil {
		return nil, err
	}
	given := c.password != ""
	c.password = cmp.Or(c.password, randomPassword())
	if err := checkPolicy(c.password); err != nil {
		return nil, err
	}
	if p.deliver == nil && !given && c.action != "SUPPRESS" {
		return nil, noDelivery
	}
	who, err := p.invite(c)
	if err != nil {
		return nil, err
	}
	if address := c.address(who); p.deliver != nil && c.action != "SUPPRESS" && address != "" {
		m := messageTo(who, address)
		m.Operation, m.Code = "InitiateAuth", c.password
		p.deliver(m)
	}
	return struct{ User listed }{listedOf(who)}, nil
}

func readCreation(in input) (c creation, err *apiError) {
	if c.username, err = subject(in); err != nil {
		return c, err
	}
	if err := cmp.Or(in.read("TemporaryPassword", &c.password), in.read("MessageAction", &c.action), in.read("DesiredDeliveryMediums", &c.mediums)); err != nil {
		return c, err
	}
	if c.action != "" && c.action != "RESEND" && c.action != "SUPPRESS" {
		return c, outsideEnum("messageAction", c.action, "SUPPRESS, RESEND")
	}
	for _, medium := range c.mediums {
		if medium != "SMS" && medium != "EMAIL" {
			return c, outsideEnum("desiredDeliveryMediums", medium, "SMS, EMAIL")
		}
	}
	c.attributes, err = in.readAttributes("UserAttributes", true)
	return c, err
}

// invite makes the user, or gives the one who is there another temporary password.
func (p *Pool) invite(c creation) (person, *apiError) {
	now := p.now()
	verifier := newVerifier(c.username, c.password)
	if c.action == "RESEND" {
		return p.people.change(c.username, now, func(who *person) *apiError {
			if who.status() != "FORCE_CHANGE_PASSWORD" {
				return &apiError{"UnsupportedUserStateException", "Resend not possible. " + who.Username + " status is not FORCE_CHANGE_PASSWORD"}
			}
			who.verifier, who.temporaryEnds = verifier, now.Add(temporaryLifetime)
			return nil
		})
	}
	account := Account{Username: c.username, Subject: uuid.NewString(), Temporary: true}
	who := person{Account: account, verifier: verifier, temporaryEnds: now.Add(temporaryLifetime)}
	who.write(c.attributes)
	who, err := p.people.add(who, now)
	if err != nil && err.Type == "UsernameExistsException" {
		err = &apiError{err.Type, "User account already exists"}
	}
	return who, err
}

// address is where the invitation goes: where it shall, or else where it can.
func (c creation) address(who person) string {
	for _, by := range []struct{ medium, address string }{{"SMS", phoneAttribute}, {"EMAIL", emailAttribute}} {
		if who.attributes[by.address] != "" && (len(c.mediums) == 0 || slices.Contains(c.mediums, by.medium)) {
			return by.address
		}
	}
	return ""
}

// adminGetUser tells of somebody.
// Source: Amazon Cognito user pools API reference, AdminGetUser.
func (p *Pool) adminGetUser(in input) (any, *apiError) {
	who, err := p.findSubject(in)
	if err != nil {
		return nil, err
	}
	return struct {
		user
		UserCreateDate, UserLastModifiedDate float64
		Enabled                              bool
		UserStatus                           string
	}{userOf(who), seconds(who.created), seconds(who.modified), !who.Disabled, who.status()}, nil
}

// adminSetUserPassword gives somebody a password, which is temporary where it is not said to be permanent.
// Source: Amazon Cognito user pools API reference, AdminSetUserPassword.
func (p *Pool) adminSetUserPassword(in input) (any, *apiError) {
	var password string
	var permanent bool
	if err := cmp.Or(inPool(in), in.must("Password", &password), in.read("Permanent", &permanent)); err != nil {
		return nil, err
	}
	if err := checkPolicy(password); err != nil {
		return nil, err
	}
	username, err := subject(in)
	if err != nil {
		return nil, err
	}
	verifier, ends := newVerifier(username, password), p.now().Add(temporaryLifetime)
	return p.changeSubject(in, func(who *person) *apiError {
		who.setPassword(verifier)
		who.Unconfirmed = false
		if !permanent {
			who.Temporary, who.temporaryEnds = true, ends
		}
		return nil
	})
}

// adminConfirmSignUp confirms somebody without a code.
// Source: Amazon Cognito user pools API reference, AdminConfirmSignUp.
func (p *Pool) adminConfirmSignUp(in input) (any, *apiError) {
	return p.changeSubject(in, func(who *person) *apiError {
		if !who.Unconfirmed {
			return notAuthorized("User cannot be confirmed. Current status is " + who.status())
		}
		who.Unconfirmed = false
		return nil
	})
}

// adminUpdateUserAttributes sets attributes, and takes away those that are set to nothing.
// Source: Amazon Cognito user pools API reference, AdminUpdateUserAttributes.
func (p *Pool) adminUpdateUserAttributes(in input) (any, *apiError) {
	attributes, err := in.readAttributes("UserAttributes", true)
	if err != nil {
		return nil, err
	}
	return p.changeSubject(in, func(who *person) *apiError {
		who.write(attributes)
		return nil
	})
}

// adminDisableUser keeps somebody from signing in, and ends their sessions.
// Source: Amazon Cognito user pools API reference, AdminDisableUser.
func (p *Pool) adminDisableUser(in input) (any, *apiError) {
	return p.endSessions(in, func(who *person) *apiError {
		who.Disabled = true
		return nil
	})
}

// adminEnableUser lets somebody sign in again.
// Source: Amazon Cognito user pools API reference, AdminEnableUser.
func (p *Pool) adminEnableUser(in input) (any, *apiError) {
	return p.changeSubject(in, func(who *person) *apiError {
		who.Disabled = false
		return nil
	})
}

// adminUserGlobalSignOut ends somebody's sessions.
// Source: Amazon Cognito user pools API reference, AdminUserGlobalSignOut.
func (p *Pool) adminUserGlobalSignOut(in input) (any, *apiError) {
	return p.endSessions(in, func(*person) *apiError { return nil })
}

// endSessions changes whom a request is about, and then ends their sessions, so that none is begun in between.
func (p *Pool) endSessions(in input, change func(*person) *apiError) (any, *apiError) {
	response, err := p.changeSubject(in, change)
	if err != nil {
		return nil, err
	}
	username, err := subject(in)
	if err != nil {
		return nil, err
	}
	p.sessions.revokeAll(username)
	return response, nil
}

// adminDeleteUser deletes somebody, and ends their sessions.
// Source: Amazon Cognito user pools API reference, AdminDeleteUser.
func (p *Pool) adminDeleteUser(in input) (any, *apiError) {
	username, err := subject(in)
	if err != nil {
		return nil, err
	}
	return p.delete(username, 0)
}

func (p *Pool) delete(username string, number int) (any, *apiError) {
	if err := p.people.remove(username, number); err != nil {
		return nil, err
	}
	p.sessions.revokeAll(username)
	return nothing{}, nil
}

// adminResetUserPassword ends somebody's password, and sends them a code with which they set another one.
// Source: Amazon Cognito user pools API reference, AdminResetUserPassword.
func (p *Pool) adminResetUserPassword(in input) (any, *apiError) {
	username, err := subject(in)
	if err != nil {
		return nil, err
	}
	address := ""
	who, err := p.people.change(username, p.now(), func(who *person) *apiError {
		for _, candidate := range []string{phoneAttribute, emailAttribute} {
			if who.verified(candidate) != "" {
				address = candidate
			}
		}
		switch {
		case who.Disabled:
			return userDisabled
		case who.status() != "CONFIRMED" && !who.ResetRequired:
			return notAuthorized("User password cannot be reset in the current state.")
		case address == "":
			return invalid("Cannot reset password for the user as there is no registered/verified email or phone_number")
		case p.deliver == nil:
			return noDelivery
		}
		who.ResetRequired = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, err := p.send(who, confirmForgotPasswordOperation, address, resetLifetime); err != nil {
		return nil, err
	}
	return nothing{}, nil
}
