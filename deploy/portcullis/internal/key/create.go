package main

import (
	"context"
	"errors"
	"flag"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/cmd/cli"
)

// creation is what a key is to be created as.
type creation struct {
	record apikey.Record
	plan   string
	json   bool
}

func createCommand(ctx context.Context, s *session, args []string) error {
	c, err := s.parseCreation(args)
	if err != nil {
		return err
	}
	key, r, err := issue(c.record, s)
	if err != nil {
		return err
	}
	store, err := s.open(ctx)
	if err != nil {
		return err
	}
	if c.plan != "" {
		r.UsageKey = newUsageKey(r.ID)
	}
	var u undo
	if err := s.create(ctx, store, &u, key, r, c); err != nil {
		return u.all(ctx, err)
	}
	v := viewOf(r, s.Now)
	s.Note("created %s for %s; expires: %s. The key itself is not shown again.", r.ID, r.Owner, v.expires())
	return nil
}

func (s *session) create(ctx context.Context, store apikey.Store, u *undo, key apikey.Key, r apikey.Record, c creation) error {
	if c.plan != "" {
		g, err := openGateway(ctx)
		if err != nil {
			return err
		}
		if err := g.create(ctx, u, r, c.plan); err != nil {
			return err
		}
	}
	if err := save(ctx, store, u, r); err != nil {
		return err
	}
	return s.reveal(key, issued{view: viewOf(r, s.Now)}, c.json)
}

// issue makes a key; what is wrong with the record was wrong on the command line.
func issue(r apikey.Record, s *session) (apikey.Key, apikey.Record, error) {
	key, r, err := apikey.Issue(r, s.Now)
	var bad *apikey.ValueError
	if errors.As(err, &bad) {
		err = cli.Usage("%s %s", bad.Field, bad.Problem)
	}
	return key, r, err
}

func (s *session) parseCreation(args []string) (creation, error) {
	var c creation
	scopes := false
	flags := flag.NewFlagSet("create", flag.ContinueOnError)
	flags.StringVar(&c.record.Owner, "owner", "", "")
	flags.StringVar(&c.record.Label, "label", "", "")
	flags.BoolVar(&c.json, "json", false, "")
	flags.Func("scopes", "", func(text string) error {
		c.record.Scopes, scopes = splitList(text), true
		return nil
	})
	flags.Func("expires", "", func(text string) (err error) {
		c.record.Expires, err = parseExpires(text, s.Now)
		return err
	})
	flags.Func("networks", "", func(text string) (err error) {
		c.record.Networks, err = parseNetworks(text)
		return err
	})
	flags.Func("usage-plan", "", func(text string) error {
		if c.plan = text; text == "" {
			return errors.New("want the id of a usage plan; leave the flag out for none")
		}
		return nil
	})
	if _, err := cli.Parse(flags, args, 0); err != nil {
		return c, err
	}
	if c.record.Owner == "" {
		return c, cli.Usage("-owner is missing: whom does the key stand for?")
	}
	if !scopes {
		return c, cli.Usage(`-scopes is missing: what may the key do? (-scopes "" for nothing)`)
	}
	return c, nil
}
