package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portcullis/deploy/portcullis/internal/login/profile"
)

// statusCommand says what is known of a profile, and asks nobody.
func statusCommand(_ context.Context, s *session, args []string) error {
	o, err := parseStatus(args)
	if err != nil {
		return err
	}
	store, err := open()
	if err != nil {
		return err
	}
	p, err := store.Load(o.profile)
	if err != nil {
		return err
	}
	username := p.Username
	if username == "" {
		username = "-"
	}
	text := fmt.Sprintf("profile   %s\nat        %s\nusername  %s\nstate     %s\nfile      %s\n",
		o.profile, oneLine(p.Place.String()), oneLine(username), s.state(p.Tokens), store.Path(o.profile))
	if err := s.print(text); err != nil {
		return err
	}
	if p.Tokens == nil {
		return errors.New("nobody is signed in")
	}
	return nil
}

func (s *session) state(t *profile.Tokens) string {
	switch {
	case t == nil:
		return "signed out"
	case t.Expires.After(s.now()):
		return "signed in; the access token is good until " + t.Expires.UTC().Format(time.RFC3339)
	}
	return "signed in; the access token expired at " + t.Expires.UTC().Format(time.RFC3339) + ", and the next call renews it"
}
