package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers/cmd/cli"
	"portcullis/authorizers/revocation"
)

// view is what is shown of an entry.
type view struct {
	ID      string     `json:"id"`
	Claim   string     `json:"claim"`
	Value   string     `json:"value,omitempty"`
	Issuer  string     `json:"issuer"`
	Before  *time.Time `json:"before,omitempty"`
	Expires time.Time  `json:"expires"`
	Expired bool       `json:"expired,omitempty"` // it still counts until DynamoDB has deleted it
}

func viewOf(e revocation.Entry, now time.Time) view {
	v := view{ID: e.ID(), Claim: string(e.Kind), Value: e.Value, Issuer: e.Issuer, Expires: e.Expires, Expired: !now.Before(e.Expires)}
	if !e.Before.IsZero() {
		v.Before = &e.Before
	}
	return v
}

// what says in words which tokens these are.
func (v view) what() string {
	text := "what " + printable(v.Issuer) + " issued"
	if v.Value != "" {
		text += " with " + v.Claim + " " + printable(v.Value)
	}
	if v.Before != nil {
		text += " up to " + v.Before.Format(time.RFC3339)
	}
	return text
}

// row are the view's cells below headings.
func (v view) row() []string {
	before, expires := "", v.Expires.Format(time.RFC3339)
	if v.Before != nil {
		before = v.Before.Format(time.RFC3339)
	}
	if v.Expired {
		expires += " (expired)"
	}
	return []string{v.ID, v.Claim, printable(v.Value), before, expires, printable(v.Issuer)}
}

var headings = []string{"ID", "CLAIM", "VALUE", "ISSUED UP TO", "KEPT UNTIL", "ISSUER"}

// printable is a text that a terminal shows as it is: a claim is a stranger's.
func printable(text string) string {
	quoted := fmt.Sprintf("%q", text)
	if quoted == `"`+text+`"` {
		return text
	}
	return quoted
}

func listCommand(ctx context.Context, s *cli.Session, args []string) error {
	flags := flag.NewFlagSet("list", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	if _, err := cli.Parse(flags, args, 0); err != nil {
		return err
	}
	store, err := open(ctx, s)
	if err != nil {
		return err
	}
	views := []view{}
	var broken []error
	for e, err := range store.Entries(ctx) {
		if err != nil {
			broken = append(broken, err)
			continue
		}
		views = append(views, viewOf(e, s.Now))
	}
	if len(views) == 0 && len(broken) > 0 {
		return errors.Join(broken...)
	}
	slices.SortFunc(views, func(a, b view) int {
		if order := a.Expires.Compare(b.Expires); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	return errors.Join(append([]error{show(s, views, *asJSON)}, broken...)...)
}

func show(s *cli.Session, views []view, asJSON bool) error {
	if asJSON {
		return s.PrintJSON(views)
	}
	rows := [][]string{headings}
	for _, v := range views {
		rows = append(rows, v.row())
	}
	return s.PrintTable(rows)
}
