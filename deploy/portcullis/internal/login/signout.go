package main

import (
	"context"
	"errors"
	"fmt"

	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// signOutCommand ends the sign-in and forgets its tokens. Where to sign in stays in the profile.
func signOutCommand(ctx context.Context, s *session, args []string) error {
	o, err := parseSignOut(args)
	if err != nil {
		return err
	}
	store, err := open()
	if err != nil {
		return err
	}
	locked, err := s.lock(ctx, store, o.profile)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	if o.forget {
		if err := locked.Delete(); err != nil {
			return err
		}
		s.note("profile %s is forgotten; tokens that it had are good until they expire", o.profile)
		return nil
	}
	p, err := locked.Load()
	if err != nil {
		return fmt.Errorf("%w; -forget deletes the profile without asking anybody", err)
	}
	if p.Tokens == nil {
		s.note("nobody is signed in")
		return nil
	}
	return s.signOut(ctx, locked, p, o.here)
}

func (s *session) signOut(ctx context.Context, locked *profile.Locked, p profile.Profile, here bool) error {
	at, err := dial(p.Place)
	if err != nil {
		return err
	}
	ended := "signed out"
	if !here {
		switch p, err = s.signOutEverywhere(ctx, at, locked, p); {
		case errors.Is(err, tokens.ErrRefused):
			ended = "the sign-in here had ended before; others of the same user, if there are any, go on"
		case err != nil:
			return retained(err)
		default:
			ended = "signed out everywhere"
		}
	}
	switch err := revoke(ctx, at, locked, p); {
	case errors.Is(err, tokens.ErrReplaced) && here: // it is ended, and authorizers could not be told
		ended = "signed out; access tokens of it may be good until they expire"
	case err != nil && !errors.Is(err, tokens.ErrReplaced):
		return retained(err)
	}
	p.Tokens = nil
	if err := locked.Save(p); err != nil {
		return err
	}
	s.note("%s", ended)
	return nil
}

// retained is a failure to sign out, after which there are still tokens.
func retained(err error) error {
	return fmt.Errorf("%w; the tokens are kept to try again, and -forget deletes them without asking anybody", explain(err, ""))
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

// revoke ends the refresh token. One that is not known is as good as a revoked one.
func revoke(ctx context.Context, at provider, locked *profile.Locked, p profile.Profile) error {
	err := at.Revoke(context.WithoutCancel(ctx), p.Tokens.Refresh)
	turned := (*client.RotatedError)(nil)
	switch {
	case errors.As(err, &turned):
		return errors.Join(err, saveRefresh(locked, p, turned.Refresh))
	case errors.Is(err, tokens.ErrRefused):
		return nil
	}
	return err
}
