package cognito

import "cmp"

// answer is the part of RespondToAuthChallenge's request that a pool without triggers looks at.
type answer struct {
	name      string
	client    Client
	session   string
	responses map[string]string
}

// username is the one whose sign-in is answered for.
func (a answer) username() string { return a.responses["USERNAME"] }

// answers are the challenges that the pool makes, and what takes their answers.
var answers = map[string]func(*Pool, answer) (*authResponse, *apiError){
	"PASSWORD_VERIFIER":     (*Pool).verifyPassword,
	"NEW_PASSWORD_REQUIRED": (*Pool).setNewPassword,
	"SELECT_MFA_TYPE":       (*Pool).selectMFA,
	"SMS_MFA":               (*Pool).verifySentCode,
	"EMAIL_OTP":             (*Pool).verifySentCode,
	"SMS_OTP":               (*Pool).verifySentCode,
	"SELECT_CHALLENGE":      (*Pool).selectChallenge,
	"PASSWORD":              (*Pool).answerPassword,
	"PASSWORD_SRP":          (*Pool).answerSRP,
	"SOFTWARE_TOKEN_MFA":    (*Pool).verifySoftwareToken,

	"DEVICE_SRP_AUTH":          (*Pool).beginDevice,
	"DEVICE_PASSWORD_VERIFIER": (*Pool).verifyDevice,
}

// respondToAuthChallenge goes on with a sign-in.
// Source: Amazon Cognito user pools API reference, RespondToAuthChallenge.
func (p *Pool) respondToAuthChallenge(in input) (any, *apiError) {
	a, err := p.readAnswer(in)
	if err != nil {
		return nil, err
	}
	return p.respond(a)
}

// respond takes the answer of a challenge.
func (p *Pool) respond(a answer) (any, *apiError) {
	take, ours := answers[a.name]
	if !ours {
		return nil, refuseChallenge(a.name)
	}
	if err := require(a.responses, "USERNAME"); err != nil {
		return nil, err
	}
	if err := a.client.checkHash(a.username(), a.responses["SECRET_HASH"]); err != nil {
		return nil, err
	}
	response, err := take(p, a)
	if err != nil {
		return nil, err
	}
	return response, nil
}

func (p *Pool) readAnswer(in input) (answer, *apiError) {
	var a answer
	var name, client *string
	err := cmp.Or(in.read("ChallengeName", &name), in.read("ClientId", &client),
		in.read("Session", &a.session), in.read("ChallengeResponses", &a.responses))
	if err != nil {
		return a, err
	}
	a.client, err = p.client(client)
	switch {
	case err != nil:
		return a, err
	case name == nil:
		return a, nullMember("challengeName")
	}
	a.name, a.client = *name, p.from(a.client, a.responses["DEVICE_KEY"])
	return a, nil
}

// refuseChallenge is for what is no challenge, and for those of Cognito's that this pool never makes, so that no session is
// theirs.
func refuseChallenge(name string) *apiError {
	switch name {
	case "CUSTOM_CHALLENGE", "MFA_SETUP", "WEB_AUTHN",
		"ADMIN_NO_SRP_AUTH":
		return invalidSession
	}
	return outsideEnum("challengeName", name, "SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA, SELECT_MFA_TYPE, MFA_SETUP, "+
		"PASSWORD_VERIFIER, CUSTOM_CHALLENGE, SELECT_CHALLENGE, DEVICE_SRP_AUTH, DEVICE_PASSWORD_VERIFIER, ADMIN_NO_SRP_AUTH, "+
		"NEW_PASSWORD_REQUIRED, SMS_OTP, PASSWORD, WEB_AUTHN, PASSWORD_SRP")
}

// takeChallenge spends the session that an answer names.
func (p *Pool) takeChallenge(a answer) (challenge, *apiError) {
	if a.session == "" {
		return challenge{}, invalid("Missing required parameter Session")
	}
	return p.challenges.take(a.session, a, p.now())
}

// takeSession is takeChallenge, and gives whose it is.
func (p *Pool) takeSession(a answer) (challenge, person, *apiError) {
	c, err := p.takeChallenge(a)
	if err != nil {
		return c, person{}, err
	}
	who, err := p.still(c)
	return c, who, err
}

// still gives whom a challenge is to, if they are as they were then: with the same password, and in the same state.
func (p *Pool) still(c challenge) (person, *apiError) {
	who, known := p.people.get(c.username)
	if !known || who.epoch != c.epoch {
		return person{}, invalidSession
	}
	return who, nil
}
