package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"portcullis/authorizers/cmd/cli"
	"portcullis/authorizers/revocation"
)

// undone is what is shown of an entry that was removed.
type undone struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

func undoCommand(ctx context.Context, s *cli.Session, args []string) error {
	flags := flag.NewFlagSet("undo", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	rest, err := cli.Parse(flags, args, 1)
	switch {
	case err != nil:
		return err
	case len(rest) == 0:
		return cli.Usage("want the ID that list shows")
	case !revocation.ValidID(rest[0]):
		return cli.Usage("%.60q is no ID: want one that list shows, such as sub-… or jti-…", rest[0])
	}
	store, err := open(ctx, s)
	if err != nil {
		return err
	}
	if err := store.Undo(ctx, rest[0]); errors.Is(err, revocation.ErrNotFound) {
		return fmt.Errorf("there is no revocation %s", rest[0])
	} else if err != nil {
		return err
	}
	s.Note("undid %s; those of its tokens that have not ended are good again", rest[0])
	if *asJSON {
		return s.PrintJSON(undone{rest[0], "undone"})
	}
	return nil
}
