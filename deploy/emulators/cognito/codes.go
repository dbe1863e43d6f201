package cognito

import (
	"crypto/hmac"
	"crypto/sha256"
	"time"
)

// The lifetimes of codes: Cognito's.
// Source: Amazon Cognito developer guide, "Resource and operation quotas", Validity of sign-up and forgot-password codes.
const (
	confirmationLifetime = 24 * time.Hour
	resetLifetime        = time.Hour
)

// maxSends is how many codes somebody is sent for one operation within an hour. Source: as the lifetimes', Forgot password.
const maxSends = 20

// codeKey is who a code was sent to, the operation that takes it, and for codes that are for an attribute that.
type codeKey struct{ username, operation, attribute string }

// sentCode is the last code that was sent.
type sentCode struct {
	text    string
	address string // the attribute that had where it was sent
	to      string // where that was
	ends    time.Time
	tries   int
	used    bool

	sends     int // since the hour began
	hourBegan time.Time
}

var (
	noSuchCode   = &apiError{"ExpiredCodeException", "Invalid code provided, please request a code again."}
	wrongCode    = &apiError{"CodeMismatchException", "Invalid verification code provided, please try again."}
	tooManyTries = &apiError{"TooManyFailedAttemptsException", "Attempt limit exceeded, please try after some time."}
	tooManySends = &apiError{"LimitExceededException", "Attempt limit exceeded, please try after some time."}
)

// newCode makes a code, which takes the place of the one before it.
func (all *people) newCode(key codeKey, address string, lifetime time.Duration, now time.Time) (string, *apiError) {
	all.mu.Lock()
	defer all.mu.Unlock()
	who := all.byName[key.username]
	if who == nil {
		return "", userNotFound
	}
	next := sentCode{text: randomCode(), address: address, to: who.attributes[address], ends: now.Add(lifetime), hourBegan: now}
	if last := all.codes[key]; last != nil && now.Before(last.hourBegan.Add(time.Hour)) {
		if last.sends >= maxSends {
			return "", tooManySends
		}
		next.sends, next.hourBegan = last.sends, last.hourBegan
	}
	next.sends++
	all.codes[key] = &next
	return next.text, nil
}

// useCode takes a code, each once, and changes who has it, if the address where it was sent is still theirs. Codes are compared a
// few times only.
func (all *people) useCode(key codeKey, code string, now time.Time, change func(p *person, address string) *apiError) *apiError {
	all.mu.Lock()
	defer all.mu.Unlock()
	sent := all.codes[key]
	switch {
	case sent == nil || sent.used || !now.Before(sent.ends):
		return noSuchCode
	case sent.tries >= maxTries:
		return tooManyTries
	case !sameSecret(code, sent.text):
		sent.tries++
		return wrongCode
	}
	sent.used = true
	_, err := all.changeLocked(key.username, now, func(p *person) *apiError {
		if p.attributes[sent.address] != sent.to {
			return noSuchCode
		}
		return change(p, sent.address)
	})
	return err
}

// delivery is CodeDeliveryDetailsType.
type delivery struct {
	AttributeName  string
	DeliveryMedium string
	Destination    string
}

// delivered is the response of operations that send a code.
type delivered struct{ CodeDeliveryDetails *delivery }

// send sends somebody a code that an operation takes, at one of their addresses.
func (p *Pool) send(who person, operation, address string, lifetime time.Duration) (*delivery, *apiError) {
	if p.deliver == nil {
		return nil, noDelivery
	}
	key := codeKey{who.Username, operation, ""}
	if operation == verifyOperation {
		key.attribute = address
	}
	code, err := p.people.newCode(key, address, lifetime, p.now())
	if err != nil {
		return nil, err
	}
	m := messageTo(who, address)
	m.Operation, m.Code = operation, code
	p.deliver(m)
	return &delivery{AttributeName: address, DeliveryMedium: m.Medium, Destination: masked(m)}, nil
}

var noDelivery = &apiError{"CodeDeliveryFailureException", "This pool has nobody who delivers codes."}

// messageTo is a message to an address of somebody's.
func messageTo(who person, address string) Message {
	m := Message{Medium: "EMAIL", Destination: who.attributes[address], Username: who.Username}
	if address == phoneAttribute {
		m.Medium = "SMS"
	}
	return m
}

// pretend tells of a code that was not sent, always the same of the same name, lest anybody learn who is there.
// Source: Amazon Cognito developer guide, "Managing error responses".
func (p *Pool) pretend(username string) *delivery {
	return &delivery{AttributeName: emailAttribute, DeliveryMedium: "EMAIL", Destination: masked(p.pretended(username))}
}

func (p *Pool) pretended(username string) Message {
	mac := hmac.New(sha256.New, p.people.decoy)
	mac.Write([]byte("address of " + username))
	sum := mac.Sum(nil)
	return Message{Medium: "EMAIL", Destination: string(rune('a'+sum[0]%26)) + "@" + string(rune('a'+sum[1]%26))}
}
