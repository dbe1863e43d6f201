package key

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"portcullis/authorizers/apikey"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/trail"
)

// creation is what a key is to be created as.
type creation struct {
	record apikey.Record
	scopes bool   // they were given, none at least
	plan   string // the id of a usage plan; "": none
	format string
}

func (g *group) create() *cobra.Command {
	command := &cobra.Command{
		Use:   `create --owner OWNER --scopes "A B" [flags]`,
		Short: "Create a key, and write its text to stdout, once",
		Long: `Creates a key. Its text is written once, to stdout, and nothing else is: keep it. Where stdout is closed, or the null
device, no key is made. What goes wrong is undone.

The key stands for its owner, and is granted the scopes. With --usage-plan, API Gateway gets an API key beside it, which joins
the plan, so that throttle and quota hold for the key.`,
		Example: `  KEY=$(portcullis key create --owner billing --scopes users/read --expires 90d)
  ID=$(echo "$KEY" | cut -d_ -f2)
  portcullis key create --owner ann --scopes users/read,users/write --networks 10.0.0.0/8,2001:db8::/32 -o json
  portcullis key create --owner eve --scopes users/read --label 'nightly export' --usage-plan rest-request`,
		Args: cli.Arguments(0, 0, ""),
	}
	var c creation
	flags := command.Flags()
	flags.StringVar(&c.record.Owner, "owner", "", "`whom` the key stands for")
	flags.Func("scopes", "the `scopes` that it is granted, separated by spaces or commas", func(text string) error {
		c.record.Scopes, c.scopes = splitList(text), true
		return nil
	})
	flags.StringVar(&c.record.Label, "label", "", "a `text` for people")
	flags.Func("expires", "`when` it expires: 90d, 12h, a day (its beginning in UTC), or one such as 2027-01-31T18:00:00Z (default never)", func(text string) (err error) {
		c.record.Expires, err = parseExpires(text, g.Now())
		return err
	})
	flags.Func("networks", "the `networks` and addresses that it may be used from, separated by commas (default any)", func(text string) (err error) {
		c.record.Networks, err = parseNetworks(text)
		return err
	})
	flags.Func("usage-plan", "the `id` of a usage plan: make an API key in API Gateway too, and join it to the plan", func(text string) error {
		if c.plan = text; text == "" {
			return errors.New("want the id of a usage plan; leave the flag out for none")
		}
		return nil
	})
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, _ []string) error {
		c.format = output.Value
		return g.runCreate(command, c)
	}
	return command
}

func (g *group) runCreate(command *cobra.Command, c creation) error {
	if c.record.Owner == "" {
		return cli.Usage("--owner is missing: whom does the key stand for?")
	}
	if !c.scopes {
		return cli.Usage(`--scopes is missing: what may the key do? (--scopes "" for nothing)`)
	}
	if err := check(c.record, g.Now()); err != nil {
		return err
	}
	if err := g.checkStdout(); err != nil {
		return err
	}
	t, err := g.begin(command)
	if err != nil {
		return err
	}
	key, r, err := t.issue(command.Context(), c.record)
	if err != nil {
		return err
	}
	if c.plan != "" {
		r.UsageKey = newUsageKey(r.ID)
	}
	more := []trail.Detail{{Name: "owner", Value: r.Owner}, {Name: "scopes", Value: strings.Join(r.Scopes, " ")}}
	err = t.do("create", r.ID, more, func() error {
		var u undo
		if err := t.create(command.Context(), &u, key, r, c); err != nil {
			return u.all(command.Context(), err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.note("created %s for %s; expires: %s. The key itself is not shown again.", r.ID, r.Owner, viewOf(r, t.now).expires())
	return nil
}

func (t *task) create(ctx context.Context, u *undo, key apikey.Key, r apikey.Record, c creation) error {
	if c.plan != "" {
		g, err := t.openGateway(ctx)
		if err != nil {
			return err
		}
		if err := g.create(ctx, u, r, c.plan); err != nil {
			return err
		}
	}
	if err := t.save(ctx, u, r); err != nil {
		return err
	}
	return t.reveal(key, issued{view: viewOf(r, t.now)}, c.format)
}

// check tells whether a key can be made of a record; what is wrong with it was wrong on the command line.
func check(r apikey.Record, now time.Time) error {
	_, _, err := apikey.NewSeal().Issue(r, now)
	if bad, ok := errors.AsType[*apikey.ValueError](err); ok {
		return cli.Usage("%s %s", bad.Field, bad.Problem)
	}
	return err
}

// issue makes a key with the table's seal, of which nobody has a record yet.
func (t *task) issue(ctx context.Context, r apikey.Record) (apikey.Key, apikey.Record, error) {
	if err := check(r, t.now); err != nil {
		return apikey.Key{}, r, err
	}
	seal, err := t.seal(ctx)
	switch early := (*apikey.SealError)(nil); {
	case errors.As(err, &early):
		return apikey.Key{}, r, &cli.NoError{Err: fmt.Errorf("the seal was renewed a moment ago: no key was made; try again from %s", early.Settles.Format(time.RFC3339))}
	case err != nil:
		return apikey.Key{}, r, fmt.Errorf("the seal that keys are made with: %w; no key was made", err)
	}
	return seal.Issue(r, t.now)
}

// seal is the table's. The first key has one made, which is a change of the table of its own.
func (t *task) seal(ctx context.Context) (seal apikey.Seal, err error) {
	there, err := t.store.Seals(ctx)
	if err != nil {
		return seal, err
	}
	if len(there.Newest.Reveal()) > 0 {
		return there.Maker(t.now)
	}
	err = t.recorder.Do(t.command, "key make-seal", nil, func() (err error) {
		seal, err = t.store.Seal(ctx, t.now)
		return err
	})
	return seal, err
}
