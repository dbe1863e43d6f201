package cognito_test

import (
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/cognito/cognitotest"
)

// totpSecret is that of all software tokens here: RFC 6238's "12345678901234567890".
const totpSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestBuiltIn(t *testing.T) {
	sent := new(codes)
	secret := cognitotest.App{ID: "secret-client", Secret: "secret-of-client"}
	_, base := serveWith(t, cognito.Config{
		Accounts: accountsOf(cognitotest.Users()),
		Clients:  []cognito.Client{{ID: secret.ID, Secret: secret.Secret}, {ID: "rotating-client", Rotate: true}},
		Deliver:  sent.take,
	})
	cognitotest.Run(t, &cognitotest.Target{
		Client:     sdk(base),
		Pool:       cognito.PoolID,
		Plain:      cognitotest.App{ID: cognito.ClientID},
		Secret:     secret,
		Rotating:   cognitotest.App{ID: "rotating-client"},
		TOTPSecret: func(string) string { return totpSecret },
		Code:       sent.of,
	})
}

func accountsOf(users []cognitotest.User) (accounts []cognito.Account) {
	for _, u := range users {
		a := cognito.Account{
			Username: u.Name, Phone: u.Phone, Groups: []string{cognitotest.Group}, Password: cognitotest.Password, Temporary: u.Temporary,
			TOTPSecret: totpSecret, Disabled: u.Disabled, Unconfirmed: u.Unconfirmed, ResetRequired: u.ResetRequired,
		}
		for _, mfa := range u.MFA {
			a.MFA = append(a.MFA, cognito.MFA(mfa))
		}
		accounts = append(accounts, a)
	}
	return accounts
}

func sdk(base string) *idp.Client {
	return idp.New(idp.Options{Region: "us-east-1", BaseEndpoint: &base, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
}

// codes are the messages that were sent, the last one of each user.
type codes struct {
	mu   sync.Mutex
	last map[string]cognito.Message
}

func (c *codes) take(m cognito.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[string]cognito.Message{}
	}
	c.last[m.Username] = m
}

func (c *codes) of(user string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last[user].Code
}
