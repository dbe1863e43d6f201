package main

import (
	"context"
	"flag"
)

func disableCommand(ctx context.Context, s *session, args []string) error {
	return s.setDisabled(ctx, "disable", args, true)
}

func enableCommand(ctx context.Context, s *session, args []string) error {
	return s.setDisabled(ctx, "enable", args, false)
}

func (s *session) setDisabled(ctx context.Context, name string, args []string, disabled bool) error {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	id, err := parseID(flags, args)
	if err != nil {
		return err
	}
	store, err := s.open(ctx)
	if err != nil {
		return err
	}
	if err := store.SetDisabled(ctx, id, disabled); err != nil {
		return explain(id, err)
	}
	s.Note("%sd %s", name, id)
	if !*asJSON {
		return nil
	}
	r, err := store.Get(ctx, id)
	if err != nil {
		return explain(id, err)
	}
	return s.PrintJSON(viewOf(r, s.Now))
}
