package cognito

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

// Client is an app client that people sign in through.
type Client struct {
	ID string // required, and of one client only

	// Secret: if there is one, requests must have SECRET_HASH, or ClientSecret. "": they must not. AddUserPoolClientSecret gives the client
	// another one beside it, which is as good.
	Secret string

	secrets *clientSecrets

	// Rotate says that each refresh gives a new refresh token and ends the one that was sent, RetryGracePeriod later.
	// It takes REFRESH_TOKEN_AUTH away from the client.
	// Source: Amazon Cognito user pools API reference, RefreshTokenRotationType.
	Rotate           bool
	RetryGracePeriod time.Duration // 0: at once; at most a minute

	device string // the key of the device that a request comes from; "": none
}

// maxRetryGracePeriod is Cognito's.
const maxRetryGracePeriod = time.Minute

// newClients are the client that is always there and the others, by ID.
func newClients(list []Client, now time.Time) (map[string]Client, error) {
	byID := map[string]Client{ClientID: {ID: ClientID}}
	for _, c := range list {
		switch {
		case c.ID == "":
			return nil, fmt.Errorf("cognito: Clients: one has no ID")
		case c.ID == MachineID || byID[c.ID].ID != "":
			return nil, fmt.Errorf("cognito: Clients: %s stands there twice", c.ID)
		case c.RetryGracePeriod < 0 || c.RetryGracePeriod > maxRetryGracePeriod:
			return nil, fmt.Errorf("cognito: Clients: %s: RetryGracePeriod is %v, not between 0 and %v", c.ID, c.RetryGracePeriod, maxRetryGracePeriod)
		case c.RetryGracePeriod > 0 && !c.Rotate:
			return nil, fmt.Errorf("cognito: Clients: %s: RetryGracePeriod without Rotate", c.ID)
		}
		if c.secrets = nil; c.Secret != "" {
			c.secrets = &clientSecrets{}
			c.secrets.add(c.ID, c.Secret, now)
		}
		byID[c.ID] = c
	}
	return byID, nil
}

// client finds an app client by the request's member ClientId.
func (p *Pool) client(id *string) (Client, *apiError) {
	if id == nil {
		return Client{}, nullMember("clientId")
	}
	c, known := p.clients[*id]
	if !known {
		return Client{}, &apiError{"ResourceNotFoundException", "User pool client " + *id + " does not exist."}
	}
	return c, nil
}

// checkHash holds what a request of a client with a secret must have: HMAC-SHA256 of username and client ID, in base64.
// Source: Amazon Cognito developer guide, "Computing secret hash values".
func (c Client) checkHash(username, hash string) *apiError {
	switch {
	case c.Secret == "" && hash == "":
		return nil
	case hash == "":
		return notAuthorized("Client " + c.ID + " is configured with secret but SECRET_HASH was not received")
	case !c.hasOne(func(secret string) bool { return sameSecret(hash, c.hash(username, secret)) }):
		return notAuthorized("Unable to verify secret hash for client " + c.ID)
	}
	return nil
}

func (c Client) hash(username, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(username + c.ID))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// hasOne tells whether one of the client's secrets is as it is asked for.
func (c Client) hasOne(is func(secret string) bool) bool {
	return slices.ContainsFunc(c.secrets.values(), is)
}

// hasSecret compares ClientSecret, which is absent for a client that has none.
func (c Client) hasSecret(secret *string) bool {
	if secret == nil {
		return c.Secret == ""
	}
	return c.hasOne(func(own string) bool { return sameSecret(*secret, own) })
}
