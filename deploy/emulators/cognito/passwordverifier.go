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
	who, _ := p.people.get(username)
	exchange, err := who.verifier.Exchange(parameters["SRP_A"])
	if err != nil {
		return nil, invalid("SRP_A is not valid")
	}
	const name = "PASSWORD_VERIFIER"
	block := p.challenges.add(challenge{name: name, client: client.ID, username: username, exchange: exchange}, p.now())
	return &authResponse{ChallengeName: name, ChallengeParameters: map[string]string{
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
	who, known := p.people.get(c.username)
	right := c.exchange.Verify(block, timestamp, a.responses["PASSWORD_CLAIM_SIGNATURE"])
	if !known || !right || p.now().Sub(signed).Abs() > challengeLifetime {
		return nil, wrongPassword
	}
	return p.proceed(who, a.client)
}
