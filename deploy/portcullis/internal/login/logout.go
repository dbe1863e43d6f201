package login

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

func newLogout(s *cli.Session) *cobra.Command {
	var (
		name         string
		here, forget bool
	)
	command := newCommand(s, &name, func(ctx context.Context, s *session) error {
		if here && forget {
			return cli.Usage("--here with --forget: want one of them")
		}
		return s.logout(ctx, name, here, forget)
	})
	command.Use = "logout [flags]"
	command.Short = "Sign out everywhere, and forget the tokens"
	command.Long = logoutText
	command.Example = logoutExamples
	command.Flags().BoolVar(&here, "here", false, "end this sign-in only")
	command.Flags().BoolVar(&forget, "forget", false, "delete the profile and call nothing: its tokens stay valid until they expire")
	return command
}

// logout ends the sign-in and forgets its tokens. Where to sign in stays in the profile.
func (s *session) logout(ctx context.Context, name string, here, forget bool) error {
	store, err := open()
	if err != nil {
		return err
	}
	locked, err := s.lock(ctx, store, name)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	if forget {
		found, err := locked.Delete()
		if err != nil {
			return err
		}
		if !found {
			s.Note(s.command, "there is no profile %s", name)
			return nil
		}
		s.Note(s.command, "profile %s is forgotten; tokens that it had are good until they expire", name)
		return nil
	}
	p, err := locked.Load()
	if err != nil {
		return fmt.Errorf("%w; --forget deletes the profile without asking anybody", err)
	}
	if p.Tokens == nil {
		s.Note(s.command, "nobody is signed in")
		return nil
	}
	return s.signOut(ctx, locked, p, here)
}

func (s *session) signOut(ctx context.Context, locked *profile.Locked, p profile.Profile, here bool) error {
	at, err := s.dial(p.Place)
	if err != nil {
		return err
	}
	ended, others := "signed out", ""
	if !here {
		switch p, err = s.signOutEverywhere(ctx, at, locked, p); {
		case errors.Is(err, tokens.ErrRefused):
			ended, others = "the sign-in here had ended before", "; others of the same user, if there are any, go on"
		case err != nil:
			return retained(err)
		default:
			ended = "signed out everywhere"
		}
	}
	all, err := revoke(ctx, at, locked, p)
	if err != nil && !errors.Is(err, tokens.ErrReplaced) { // which is ended, and authorizers could not be told
		return retained(err)
	}
	if all {
		ended += "; its access tokens are revoked, which authorizers may take seconds to see, and gateways that cache their answers longer"
	} else {
		ended += "; access tokens of it may be good until they expire"
	}
	p.Tokens = nil
	if err := locked.Save(p); err != nil {
		return err
	}
	s.Note(s.command, "%s%s", ended, others)
	return nil
}

// retained is a failure to sign out, after which there are still tokens.
func retained(err error) error {
	return fmt.Errorf("%w; the tokens are kept to try again, and --forget deletes them without asking anybody", explain(err, ""))
}

// signOutEverywhere ends all sign-ins of the user. The access token must be good for it: one that is not accepted is renewed.
// It gives the profile as it is then; the error is ErrRefused where the refresh token is not accepted either.
func (s *session) signOutEverywhere(ctx context.Context, at provider, locked *profile.Locked, p profile.Profile) (profile.Profile, error) {
	if s.isGood(p.Tokens, false) {
		if err := at.SignOut(ctx, p.Tokens.Access); !errors.Is(err, tokens.ErrRefused) {
			return p, err
		}
	}
	p, err := s.refresh(ctx, locked, p)
	if err != nil {
		return p, err
	}
	return p, at.SignOut(ctx, p.Tokens.Access)
}

// revoke ends the refresh token, and tells whether what came of it ends too. One that is not known is as good as a revoked one.
func revoke(ctx context.Context, at provider, locked *profile.Locked, p profile.Profile) (all bool, err error) {
	all, err = at.Revoke(context.WithoutCancel(ctx), p.Tokens.Refresh, p.Tokens.Access, p.Device.Key)
	turned := (*client.RotatedError)(nil)
	switch {
	case errors.As(err, &turned):
		return false, errors.Join(err, saveRefresh(locked, p, turned.Refresh))
	case errors.Is(err, tokens.ErrRefused):
		return false, nil
	}
	return all, err
}

const logoutText = `Ends all sign-ins of the user, also those elsewhere, and forgets the tokens of the profile. Where to sign in and as whom
stays in the profile, and so does what a user pool remembers it by. Where nobody is signed in there is nothing to do. What is printed says
whether access tokens are revoked too, or good until they expire: the API tells authorizers where it can, and Cognito itself tells none.

What an authorizer refuses from then on depends on where it sees revocations; the gateway's own authorizers take access
tokens until they expire.

Exit status: 0 nobody is signed in any more; 2 it could not be done: the tokens are kept to try again; 130 interrupted.`

const logoutExamples = `  echo 'Passw0rd!' | portcullis login --profile local --force --api http://127.0.0.1:8080/rest-token --username admin --password-stdin
  portcullis logout --profile local
  portcullis logout --profile local --forget`
