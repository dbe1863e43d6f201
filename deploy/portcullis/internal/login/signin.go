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
	password, err := ask.secret(ctx, fmt.Sprintf("Password of %s at %s", want.Username, want.Place))
	if err != nil {
		return want, err
	}
	started := s.Now()
	outcome, err := at.SignIn(ctx, want.Username, password)
	if err != nil {
		return want, explain(err, "username and password are not accepted")
	}
	steps := steps{s, at, ask, want.Username}
	issued, err := steps.take(ctx, outcome)
	if err != nil {
		return want, err
	}
	want.Tokens, err = keep(issued, started)
	return want, err
}

// steps are those of a sign-in behind the password.
type steps struct {
	*session
	at       provider
	ask      asker
	username string
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
		reply := tokens.Reply{Challenge: c.Name, Session: c.Session, Username: s.username}
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
