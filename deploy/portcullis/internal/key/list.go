package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"portcullis/authorizers/cmd/cli"
)

func listCommand(ctx context.Context, s *session, args []string) error {
	flags := flag.NewFlagSet("list", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	if _, err := cli.Parse(flags, args, 0); err != nil {
		return err
	}
	store, err := s.open(ctx)
	if err != nil {
		return err
	}
	records, broken := all(ctx, store)
	if broken != nil && len(records) == 0 {
		return broken
	}
	views := make([]view, len(records))
	for i, r := range records {
		views[i] = viewOf(r, s.Now)
	}
	if *asJSON {
		return errors.Join(s.PrintJSON(views), broken)
	}
	return errors.Join(s.PrintTable(rows(views)), broken)
}

// rows has a row for each view, below headings.
func rows(views []view) [][]string {
	var all [][]string
	for i, v := range append([]view{{}}, views...) {
		var cells []string
		for _, f := range v.fields() {
			if i == 0 {
				cells = append(cells, strings.ToUpper(f.heading))
			} else {
				cells = append(cells, f.text)
			}
		}
		all = append(all, cells[:len(cells)-1])
	}
	return all
}

func showCommand(ctx context.Context, s *session, args []string) error {
	flags := flag.NewFlagSet("show", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	id, err := parseID(flags, args)
	if err != nil {
		return err
	}
	store, err := s.open(ctx)
	if err != nil {
		return err
	}
	r, err := store.Get(ctx, id)
	if err != nil {
		return explain(id, err)
	}
	v := viewOf(r, s.Now)
	if *asJSON {
		return s.PrintJSON(v)
	}
	var text bytes.Buffer
	for _, f := range v.fields() {
		fmt.Fprintf(&text, "%-12s %s\n", f.heading, orElse(f.text, "-"))
	}
	return s.Print(text.Bytes())
}
