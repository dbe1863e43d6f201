package login

import (
	"context"
	"errors"
	"fmt"

	"portcullis/api/tokens"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// maxSteps is more than any sign-in has.
const maxSteps = 10

// The words of --with: the flow in which the account's password comes first, the one in which the user chooses, and choices of that.
const (
	withAccount  = "account"
	withChoice   = "choice"
	withPassword = "password"
	withEmail    = "email"
	withSMS      = "sms"
)

// ways are the choices by their words; none leaves it to the user.
var ways = map[string]string{withPassword: tokens.PasswordAsked, withEmail: tokens.EmailCode, withSMS: tokens.SMSOneTimeCode}

// signIn asks for what is missing, and gives the profile with tokens.
func (s *session) signIn(ctx context.Context, want profile.Profile, o options) (profile.Profile, error) {
	if want.Username == "" && o.passwordStdin {
		return want, cli.Usage("--password-stdin wants --username")
	}
	ask, err := s.asker(o)
	if err != nil {
		return want, err
	}
	if o.secretStdin {
		if want.Secret, err = ask.secret(ctx, "Secret of app client "+want.Client); err != nil {
			return want, err
		}
	}
	at, err := s.dial(want.Place)
	if err != nil {
		return want, err
	}
	if want.Username == "" {
		if want.Username, err = ask.line(ctx, "Username"); err != nil {
			return want, err
		}
	}
	given := tokens.Credentials{Username: want.Username, Choice: ways[o.with.Value], Device: want.Device}
	if o.with.Value == withAccount || o.with.Value == withPassword {
		if given.Password, err = ask.secret(ctx, fmt.Sprintf("Password of %s at %s", want.Username, want.Place)); err != nil {
			return want, err
		}
	}
	started := s.Now()
	outcome, err := at.SignIn(ctx, given)
	if err != nil {
		return want, explain(err, refusal(given))
	}
	steps := steps{s, at, ask, want.Username, want.Device}
	issued, err := steps.take(ctx, outcome)
	if err != nil {
		return want, err
	}
	if issued.Device != (tokens.Device{}) {
		want.Device = issued.Device
	}
	want.Tokens, err = keep(issued, started)
	return want, err
}

// refusal says what is not accepted.
func refusal(c tokens.Credentials) string {
	if c.Password == "" {
		return "the username is not accepted"
	}
	return "username and password are not accepted"
}

// steps are those of a sign-in behind the password.
type steps struct {
	*session
	at       provider
	ask      asker
	username string
	device   tokens.Device
}

// take answers challenges until there are tokens.
func (s steps) take(ctx context.Context, outcome tokens.Outcome) (tokens.Tokens, error) {
	for range maxSteps {
		if outcome.Tokens != nil {
			return *outcome.Tokens, nil
		}
		if outcome.Challenge == nil {
			break
		}
		if outcome.Challenge.Username != "" {
			s.username = outcome.Challenge.Username
		}
		var err error
		if outcome, err = s.answer(ctx, *outcome.Challenge); err != nil {
			return tokens.Tokens{}, err
		}
	}
	return tokens.Tokens{}, errors.New("the sign-in comes to no end")
}

// answer answers one challenge, at a terminal again where the answer is not accepted.
func (s steps) answer(ctx context.Context, c tokens.Challenge) (tokens.Outcome, error) {
	for try := 1; ; try++ {
		reply := tokens.Reply{Challenge: c.Name, Session: c.Session, Username: s.username, Device: s.device}
		if err := fill(ctx, s.ask, c, &reply); err != nil {
			return tokens.Outcome{}, err
		}
		outcome, err := s.at.Reply(ctx, reply)
		wrong := (*tokens.InputError)(nil)
		if errors.As(err, &wrong) { // such as a new password that is against the user pool's policy
			err = &cli.NoError{Err: wrong}
		}
		err = explain(err, "the answer is not accepted, or came too late")
		if try >= s.ask.tries() || !errors.As(err, new(*cli.NoError)) {
			return outcome, err
		}
		s.Note(s.command, "%v", err)
	}
}
