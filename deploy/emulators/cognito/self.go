package cognito

import "cmp"

// verifyOperation takes the codes that show that an address is somebody's.
const verifyOperation = "VerifyUserAttribute"

// deleteUser deletes who asks, and ends their sessions.
// Source: Amazon Cognito user pools API reference, DeleteUser.
func (p *Pool) deleteUser(in input) (any, *apiError) {
	who, err := p.bearer(in)
	if err != nil {
		return nil, err
	}
	return p.delete(who.Username, who.number)
}

// updateUserAttributes sets attributes of who asks. An address that is changed is to be verified, with a code that is sent there.
// Source: Amazon Cognito user pools API reference, UpdateUserAttributes.
func (p *Pool) updateUserAttributes(in input) (any, *apiError) {
	who, err := p.bearer(in)
	if err != nil {
		return nil, err
	}
	attributes, err := in.readAttributes("UserAttributes", false)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, address := range []string{emailAttribute, phoneAttribute} {
		if value := attributes[address]; value != "" && value != who.attributes[address] {
			changed = append(changed, address)
		}
	}
	if len(changed) > 0 && p.deliver == nil {
		return nil, noDelivery
	}
	who, err = p.changeSelf(who, func(who *person) { who.write(attributes) })
	if err != nil {
		return nil, err
	}
	sent := []*delivery{}
	for _, address := range changed {
		details, err := p.send(who, verifyOperation, address, confirmationLifetime)
		if err != nil {
			return nil, err
		}
		sent = append(sent, details)
	}
	return struct{ CodeDeliveryDetailsList []*delivery }{sent}, nil
}

// changeSelf changes who asks, unless another has taken their name.
func (p *Pool) changeSelf(asks person, change func(*person)) (person, *apiError) {
	return p.people.change(asks.Username, p.now(), func(who *person) *apiError {
		if who.number != asks.number {
			return userNotFound
		}
		change(who)
		return nil
	})
}

// deleteUserAttributes takes attributes of who asks away.
// Source: Amazon Cognito user pools API reference, DeleteUserAttributes.
func (p *Pool) deleteUserAttributes(in input) (any, *apiError) {
	who, err := p.bearer(in)
	if err != nil {
		return nil, err
	}
	var names []string
	if err := in.read("UserAttributeNames", &names); err != nil {
		return nil, err
	}
	gone := map[string]string{}
	for _, name := range names {
		if err := checkAttribute(userAttribute{Name: name}, false); err != nil {
			return nil, err
		}
		gone[name] = ""
	}
	if _, err := p.changeSelf(who, func(who *person) { who.write(gone) }); err != nil {
		return nil, err
	}
	return nothing{}, nil
}

// address reads which address of somebody's a request is about.
func (in input) address() (name string, err *apiError) {
	if err := in.must("AttributeName", &name); err != nil {
		return "", err
	}
	if name != emailAttribute && name != phoneAttribute {
		return "", invalid("Only email and phone_number can be verified, not " + name)
	}
	return name, nil
}

// getUserAttributeVerificationCode sends a code to an address of who asks.
// Source: Amazon Cognito user pools API reference, GetUserAttributeVerificationCode.
func (p *Pool) getUserAttributeVerificationCode(in input) (any, *apiError) {
	who, err := p.bearer(in)
	if err != nil {
		return nil, err
	}
	address, err := in.address()
	switch {
	case err != nil:
		return nil, err
	case who.attributes[address] == "":
		return nil, invalid("User does not have delivery config set to turn on " + address + " verification")
	}
	details, err := p.send(who, verifyOperation, address, confirmationLifetime)
	if err != nil {
		return nil, err
	}
	return delivered{details}, nil
}

// verifyUserAttribute takes such a code.
// Source: Amazon Cognito user pools API reference, VerifyUserAttribute.
func (p *Pool) verifyUserAttribute(in input) (any, *apiError) {
	who, err := p.bearer(in)
	if err != nil {
		return nil, err
	}
	var code string
	address, err := in.address()
	if err := cmp.Or(err, in.must("Code", &code)); err != nil {
		return nil, err
	}
	err = p.people.useCode(codeKey{who.Username, verifyOperation, address}, code, p.now(), func(who *person, address string) *apiError {
		who.write(map[string]string{address + verifiedSuffix: "true"})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return nothing{}, nil
}
