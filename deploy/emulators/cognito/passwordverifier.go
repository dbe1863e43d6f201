package cognito

import (
	"time"

	"portcullis/deploy/emulators/cognito/srp"
)

// beginSRP is USER_SRP_AUTH. Somebody who is not there is asked as the others are. The challenge has no session: its answer is
// known by the secret block.
func (p *Pool) beginSRP(client Client, parameters map[string]string) (*authResponse, *apiError) {
	if err := require(parameters, "USERNAME", "SRP_A"); err != nil {
		return nil, err
	}
	username := parameters["USERNAME"]
	if err := client.checkHash(username, parameters["SECRET_HASH"]); err != nil {
		return nil, err
	}
	return p.askSRP(username, client, parameters["SRP_A"])
}

// askSRP asks for the proof that somebody knows their password.
func (p *Pool) askSRP(username string, client Client, publicValue string) (*authResponse, *apiError) {
	who, _ := p.people.get(username)
	exchange, err := who.verifier.Exchange(publicValue)
	if err != nil {
		return nil, invalid("SRP_A is not valid")
	}
	c := challengeTo(who, client, "PASSWORD_VERIFIER")
	c.exchange = exchange
	block := p.challenges.add(c, p.now())
	return &authResponse{ChallengeName: c.name, ChallengeParameters: map[string]string{
		"USERNAME":        username,
		"USER_ID_FOR_SRP": username,
		"SALT":            exchange.Salt(),
		"SRP_B":           exchange.B(),
		"SECRET_BLOCK":    encodeBlock(block),
	}}, nil
}

// verifyPassword takes the proof that somebody knows their password.
func (p *Pool) verifyPassword(a answer) (*authResponse, *apiError) {
	if err := require(a.responses, "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP"); err != nil {
		return nil, err
	}
	timestamp := a.responses["TIMESTAMP"]
	signed, err := time.Parse(srp.TimestampLayout, timestamp)
	if err != nil {
		return nil, invalid("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
	}
	block := decodeBlock(a.responses["PASSWORD_CLAIM_SECRET_BLOCK"])
	c, refusal := p.challenges.take(string(block), a, p.now())
	if refusal != nil {
		return nil, wrongPassword
	}
	who, gone := p.still(c)
	right := c.exchange.Verify(block, timestamp, a.responses["PASSWORD_CLAIM_SIGNATURE"])
	if gone != nil || !right || p.now().Sub(signed).Abs() > challengeLifetime {
		return nil, wrongPassword
	}
	return p.proceed(who, a.client)
}
