package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"
)

func listCommand(ctx context.Context, s *session, args []string) error {
	flags := flag.NewFlagSet("list", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	if _, err := parse(flags, args, 0); err != nil {
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
		views[i] = viewOf(r, s.now)
	}
	if *asJSON {
		return errors.Join(s.printJSON(views), broken)
	}
	text, err := table(views)
	if err != nil {
		return err
	}
	return errors.Join(s.print(text), broken)
}

// table has a row for each view, and headings. What is empty is a dash.
func table(views []view) ([]byte, error) {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for i, v := range append([]view{{}}, views...) {
		var cells []string
		for _, f := range v.fields() {
			if i == 0 {
				cells = append(cells, strings.ToUpper(f.heading))
			} else {
				cells = append(cells, orElse(f.text, "-"))
			}
		}
		fmt.Fprintln(w, strings.Join(cells[:len(cells)-1], "\t"))
	}
	err := w.Flush()
	return text.Bytes(), err
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
	v := viewOf(r, s.now)
	if *asJSON {
		return s.printJSON(v)
	}
	var text bytes.Buffer
	for _, f := range v.fields() {
		fmt.Fprintf(&text, "%-12s %s\n", f.heading, orElse(f.text, "-"))
	}
	return s.print(text.Bytes())
}
