package tokens_test

import (
	"errors"
	"strings"
	"testing"

	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
)

// newSRP makes a pool of the built-in issuer in which people sign in by SRP, and the desk that has its codes.
func newSRP(t *testing.T, client string) (cognito.SRP, *desk) {
	t.Helper()
	d := newDesk(t, client, nil)
	config := cognito.Config{Client: clientAt(d.address), ClientID: client}
	if client == "secretive" {
		config.Secret = known("secret-of-the-client")
	}
	pool, err := cognito.NewSRP("us-east-1_local", config)
	if err != nil {
		t.Fatal(err)
	}
	return pool, d
}

func TestSRPSignIn(t *testing.T) {
	for _, client := range []string{"local-client", "secretive", "rotating"} {
		pool, _ := newSRP(t, client)
		got, err := pool.SignIn(t.Context(), tokens.Credentials{Username: "admin", Password: "Passw0rd!"})
		if err != nil || got.Tokens == nil || claimsOf(t, string(got.Tokens.Access))["username"] != "admin" {
			t.Errorf("%s: %v, %v", client, got, err)
		}
	}
}

// TestSRPChallenges: challenges behind the password are handed on, with the name to answer with.
func TestSRPChallenges(t *testing.T) {
	for _, client := range []string{"local-client", "secretive"} {
		pool, d := newSRP(t, client)
		got, err := pool.SignIn(t.Context(), tokens.Credentials{Username: "mail", Password: "Passw0rd!"})
		if err != nil || got.Challenge == nil || got.Challenge.Name != tokens.EmailCode || got.Challenge.Username != "mail" {
			t.Fatalf("%s: %+v, %v", client, got, err)
		}
		got, err = pool.Reply(t.Context(), tokens.Reply{Challenge: tokens.EmailCode, Session: got.Challenge.Session, Username: "mail", Code: tokens.Secret(d.code("mail"))})
		if err != nil || got.Tokens == nil {
			t.Errorf("%s: %+v, %v", client, got, err)
		}
	}
}

// TestSRPRefuses: who does not know the password is refused alike, whether there is such a user or not.
func TestSRPRefuses(t *testing.T) {
	pool, _ := newSRP(t, "local-client")
	for username, password := range map[string]tokens.Secret{"admin": "passw0rd!", "nobody": "Passw0rd!", "mail": "wrong", "disabled": "Passw0rd!", "unconfirmed": "Passw0rd!"} {
		if got, err := pool.SignIn(t.Context(), tokens.Credentials{Username: username, Password: password}); !errors.Is(err, tokens.ErrRefused) || got.Tokens != nil || got.Challenge != nil {
			t.Errorf("%s: %+v, %v", username, got, err)
		}
	}
}

// TestSRPHostileServers: a server that asks for no proof, or for one that would give the password away, gets none.
func TestSRPHostileServers(t *testing.T) {
	const answer = `{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{"USER_ID_FOR_SRP":"ann","SALT":"1","SRP_B":"0","SECRET_BLOCK":""}}`
	for name, body := range map[string]string{
		"SRP_B of 0":        answer,
		"another challenge": `{"ChallengeName":"CUSTOM_CHALLENGE","Session":"s","ChallengeParameters":{}}`,
		"no challenge":      `{}`,
		"tokens at once":    `{"AuthenticationResult":{"AccessToken":"a.b.c"}}`,
	} {
		w := &wire{status: 200, body: body}
		pool, err := cognito.NewSRP("us-east-1_local", cognito.Config{Client: clientAt(w.serve(t)), ClientID: "local-client"})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := pool.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: "Passw0rd!"}); err == nil || got.Tokens != nil || w.called() != "InitiateAuth" {
			t.Errorf("%s: %+v, %v after %s", name, got, err, w.called())
		}
	}
}

func TestPoolIDs(t *testing.T) {
	for id, want := range map[string]string{
		"eu-west-1_AbCdEf123": "eu-west-1", "us-east-1_local": "us-east-1", "us-gov-west-1_x": "us-gov-west-1",
		"": "", "eu-west-1": "", "_x": "", "eu-west-1_": "", "eu.west_x": "", "evil.example/_x": "", "eu-west-1_a_b": "", "EU_x": "", "1eu_x": "", "-eu_x": "", "eu-west-1_x\n": "",
		strings.Repeat("a", 40) + "_x": strings.Repeat("a", 40), strings.Repeat("a", 41) + "_x": "", "eu_" + strings.Repeat("x", 56): "",
	} {
		got, err := cognito.Region(id)
		if wrong := (*cognito.PoolIDError)(nil); got != want || (want == "") != errors.As(err, &wrong) {
			t.Errorf("%q: %q, %v", id, got, err)
		}
	}
}

// TestSRPSendsNoPassword: whichever way a password comes in, it is proved and does not go out.
func TestSRPSendsNoPassword(t *testing.T) {
	const answer = `{"ChallengeName":"PASSWORD_VERIFIER","Session":"s","ChallengeParameters":{"USER_ID_FOR_SRP":"ann","SALT":"1","SRP_B":"a1","SECRET_BLOCK":"QQ=="}}`
	for name, step := range map[string]func(cognito.SRP) (tokens.Outcome, error){
		"at once": func(p cognito.SRP) (tokens.Outcome, error) {
			return p.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: private})
		},
		"preferred": func(p cognito.SRP) (tokens.Outcome, error) {
			return p.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: private, Choice: tokens.PasswordAsked})
		},
		"chosen": func(p cognito.SRP) (tokens.Outcome, error) {
			return p.Reply(t.Context(), tokens.Reply{Challenge: tokens.SelectChallenge, Session: "s", Username: "ann", Choice: tokens.PasswordAsked, Password: private})
		},
		"asked to prove it": func(p cognito.SRP) (tokens.Outcome, error) {
			return p.Reply(t.Context(), tokens.Reply{Challenge: tokens.SRPAsked, Session: "s", Username: "ann", Password: private})
		},
		"asked to send it": func(p cognito.SRP) (tokens.Outcome, error) {
			return p.Reply(t.Context(), tokens.Reply{Challenge: tokens.PasswordAsked, Session: "s", Username: "ann", Password: private})
		},
	} {
		w := &wire{status: 200, body: answer}
		w.sent = func(body []byte) {
			if strings.Contains(string(body), private) {
				t.Errorf("%s: sent %s", name, body)
			}
		}
		pool, err := cognito.NewSRP("us-east-1_local", cognito.Config{Client: clientAt(w.serve(t)), ClientID: "local-client", Timeout: patience})
		if err != nil {
			t.Fatal(err)
		}
		_, err = step(pool)
		if refused := errors.As(err, new(*tokens.ChallengeError)); refused != (name == "asked to send it") || (w.called() == "") != refused {
			t.Errorf("%s: %v after %s", name, err, w.called())
		}
	}
}
