package login

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"portcullis/api/tokens"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// Token gives the access token of a profile for a command that calls with it: one that is good for another minute, renewed first if
// need be. It asks nobody for a password. The error is a [*cli.UsageError] where the name is none of a profile, and a [*cli.NoError]
// where nobody is signed in, or the sign-in has ended.
func Token(ctx context.Context, s *cli.Session, command *cobra.Command, name string) (tokens.Secret, error) {
	if !profile.ValidName(name) {
		return "", errProfileName
	}
	t, err := (&session{s, command}).lend(ctx, name)
	if err != nil {
		return "", cutShort(ctx, err)
	}
	return t.Access, nil
}

// lend gives tokens that are good, without asking anybody to sign in.
func (s *session) lend(ctx context.Context, name string) (*profile.Tokens, error) {
	store, err := open()
	if err != nil {
		return nil, err
	}
	kept, err := store.Load(name)
	if err != nil || s.isGood(kept.Tokens, false) {
		return kept.Tokens, err
	}
	if kept.Tokens == nil {
		return nil, &cli.NoError{Err: fmt.Errorf("nobody is signed in in profile %[1]s; portcullis login --profile %[1]s signs in", name)}
	}
	locked, err := s.lock(ctx, store, name)
	if err != nil {
		return nil, err
	}
	defer locked.Unlock()
	kept, err = locked.Load() // another login may have been at work
	if err != nil || s.isGood(kept.Tokens, false) {
		return kept.Tokens, err
	}
	if kept.Tokens == nil {
		return nil, &cli.NoError{Err: fmt.Errorf("profile %s was signed out meanwhile", name)}
	}
	renewed, err := s.refresh(ctx, locked, kept)
	return renewed.Tokens, explain(err, fmt.Sprintf("the sign-in of profile %[1]s has ended; portcullis login --profile %[1]s signs in again", name))
}
