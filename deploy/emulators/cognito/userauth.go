package cognito

import "slices"

// What USER_AUTH lets people choose among.
// Source: Amazon Cognito user pools API reference, InitiateAuth, PREFERRED_CHALLENGE.
const (
	choosePassword = "PASSWORD"
	chooseSRP      = "PASSWORD_SRP"
	chooseEmail    = "EMAIL_OTP"
	chooseSMS      = "SMS_OTP"
)

// userAuth is USER_AUTH: who signs in chooses how, at once by PREFERRED_CHALLENGE, or from what they are offered.
func (p *Pool) userAuth(client Client, parameters map[string]string) (*authResponse, *apiError) {
	if err := require(parameters, "USERNAME"); err != nil {
		return nil, err
	}
	username := parameters["USERNAME"]
	if err := client.checkHash(username, parameters["SECRET_HASH"]); err != nil {
		return nil, err
	}
	who, _ := p.people.get(username)
	offered := p.offered(who)
	switch preferred := parameters["PREFERRED_CHALLENGE"]; {
	case preferred == choosePassword && parameters["PASSWORD"] == "", preferred == chooseSRP && parameters["SRP_A"] == "":
		return p.ask(challengeTo(who, client, preferred), map[string]string{}), nil
	case slices.Contains(offered, preferred):
		return p.choose(who, client, preferred, parameters)
	}
	response := p.ask(challengeTo(who, client, "SELECT_CHALLENGE"), map[string]string{})
	response.AvailableChallenges = offered
	return response, nil
}

// offered is how somebody may sign in. Who has second factors signs in by password, as Cognito has it; who is not there is offered
// what most are.
func (p *Pool) offered(who person) []string {
	offered := []string{choosePassword, chooseSRP}
	if p.deliver == nil || len(who.MFA) > 0 {
		return offered
	}
	if who.epoch == 0 || who.verified(emailAttribute) != "" {
		offered = append(offered, chooseEmail)
	}
	if who.verified(phoneAttribute) != "" {
		offered = append(offered, chooseSMS)
	}
	return offered
}

// choose goes on in the way that was chosen.
func (p *Pool) choose(who person, client Client, choice string, parameters map[string]string) (*authResponse, *apiError) {
	switch choice {
	case choosePassword:
		if err := require(parameters, "PASSWORD"); err != nil {
			return nil, err
		}
		return p.checkPassword(who.Username, client, parameters["PASSWORD"])
	case chooseSRP:
		if err := require(parameters, "SRP_A"); err != nil {
			return nil, err
		}
		return p.askSRP(who.Username, client, parameters["SRP_A"])
	case chooseSMS:
		return p.askOneTimeCode(who, client, choice, phoneAttribute), nil
	}
	return p.askOneTimeCode(who, client, choice, emailAttribute), nil
}

// askOneTimeCode asks for a code in the place of a password. Who may not sign in is sent none, and is asked all the same, as is who
// is not there: nobody learns of that who has not read the code.
func (p *Pool) askOneTimeCode(who person, client Client, choice, address string) *authResponse {
	switch {
	case who.epoch == 0:
		return p.askForCode(challengeTo(who, client, choice), p.pretended(who.Username))
	case who.Disabled || who.status() != "CONFIRMED":
		return p.askForCode(challengeTo(who, client, choice), messageTo(who, address))
	}
	return p.askSentCode(who, client, choice, address)
}

// selectChallenge takes the choice, and what belongs to it.
func (p *Pool) selectChallenge(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "ANSWER"); err != nil {
		return nil, err
	}
	c, err := p.takeChallenge(a)
	if err != nil {
		return nil, err
	}
	who, _ := p.people.get(c.username)
	choice := a.responses["ANSWER"]
	if !slices.Contains(p.offered(who), choice) {
		p.challenges.giveBack(a.session, c)
		return nil, invalid("The selected challenge is not available.")
	}
	return p.choose(who, a.client, choice, a.responses)
}

// answerPassword takes a password that was asked for.
func (p *Pool) answerPassword(a answer) (*authResponse, *apiError) {
	if _, err := p.takeChallenge(a); err != nil {
		return nil, err
	}
	return p.choose(person{Account: Account{Username: a.username()}}, a.client, choosePassword, a.responses)
}

// answerSRP takes the public value that was asked for.
func (p *Pool) answerSRP(a answer) (*authResponse, *apiError) {
	if _, err := p.takeChallenge(a); err != nil {
		return nil, err
	}
	return p.choose(person{Account: Account{Username: a.username()}}, a.client, chooseSRP, a.responses)
}
