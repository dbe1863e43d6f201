package key

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"portcullis/authorizers/apikey"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/trail"
)

const defaultOverlap = 24 * time.Hour

// rotation is how a key is to be replaced.
type rotation struct {
	overlap time.Duration // for which both keys are good; zero: the old one is disabled at once
	expires *time.Time    // of the new key; nil: it lives as long as the old one was to
	force   bool
	format  string
}

// replaced is what became of the old key.
type replaced struct {
	ID      string     `json:"id"`
	State   string     `json:"state"`
	Expires *time.Time `json:"expires,omitempty"`
}

func (g *group) rotate() *cobra.Command {
	command := &cobra.Command{
		Use:   "rotate ID [flags]",
		Short: "Create a key in place of another",
		Long: `Creates a key in place of another, and writes its text to stdout, once. Owner, scopes, label, networks and the API key in the
gateway stay the same; the old key ends after the overlap. With --overlap 0 it is disabled at once, which nobody is asked
about: enable lets it be accepted again.`,
		Example: `  KEY=$(portcullis key rotate "$ID" --overlap 7d)`,
		Args:    oneID,
	}
	c := rotation{overlap: defaultOverlap}
	flags := command.Flags()
	flags.Func("overlap", "`duration` for which both keys are good, such as 7d; 0 disables the old one at once (default 24h)", func(text string) (err error) {
		c.overlap, err = cli.ParseDuration(text)
		if err == nil && c.overlap%time.Second != 0 {
			err = errors.New("want whole seconds")
		}
		return err
	})
	flags.Func("expires", "`when` the new key expires, as for create, or never (default: after as long as the old one was to live)", func(text string) error {
		if text == "never" {
			c.expires = &time.Time{}
			return nil
		}
		end, err := parseExpires(text, g.Now())
		c.expires = &end
		return err
	})
	flags.BoolVar(&c.force, "force", false, "also a key that is disabled or has expired; it stays so")
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		if err := g.checkStdout(); err != nil {
			return err
		}
		t, err := g.begin(command)
		if err != nil {
			return err
		}
		c.format = output.Value
		return t.runRotate(command.Context(), args[0], c)
	}
	return command
}

func (t *task) runRotate(ctx context.Context, id string, c rotation) error {
	old, err := t.store.Get(ctx, id)
	if err != nil {
		return explain(id, err)
	}
	if state := stateOf(old, t.now); state != stateGood && !c.force {
		return &cli.NoError{Err: fmt.Errorf("the key %s is %s; --force rotates it all the same", old.ID, state)}
	}
	key, r, err := issue(c.successor(old, t.now), t.now)
	if err != nil {
		return err
	}
	var ended apikey.Record
	more := []trail.Detail{{Name: "owner", Value: old.Owner}, {Name: "successor", Value: r.ID}, {Name: "overlap", Value: c.overlap.String()}}
	err = t.do("rotate", old.ID, more, func() (err error) {
		var u undo
		if ended, err = t.rotate(ctx, &u, key, r, old, c); err != nil {
			return u.all(ctx, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	after := viewOf(ended, t.now)
	t.note("created %s in place of %s, which is %s and expires: %s. The new key expires: %s. It is not shown again.",
		r.ID, old.ID, after.State, after.expires(), viewOf(r, t.now).expires())
	return nil
}

// rotate gives the old record as it is after it.
func (t *task) rotate(ctx context.Context, u *undo, key apikey.Key, r, old apikey.Record, c rotation) (apikey.Record, error) {
	if err := t.save(ctx, u, r); err != nil {
		return old, err
	}
	ended, err := t.end(ctx, u, old, c.overlap)
	if err != nil {
		return old, err
	}
	v := viewOf(ended, t.now)
	shown := issued{view: viewOf(r, t.now), Replaces: &replaced{v.ID, v.State, v.Expires}}
	return ended, t.reveal(key, shown, c.format)
}

// successor is the record that takes over from the old one.
func (c *rotation) successor(old apikey.Record, now time.Time) apikey.Record {
	r := apikey.Record{Owner: old.Owner, Scopes: old.Scopes, Label: old.Label, Networks: old.Networks, UsageKey: old.UsageKey}
	switch {
	case c.expires != nil:
		r.Expires = *c.expires
	case !old.Expires.IsZero():
		r.Expires = now.Add(old.Expires.Sub(old.Created))
	}
	return r
}

// end lets the old key end after the overlap, and gives its record then.
func (t *task) end(ctx context.Context, u *undo, old apikey.Record, overlap time.Duration) (apikey.Record, error) {
	if overlap == 0 {
		return t.disable(ctx, u, old)
	}
	end := t.now.Add(overlap).UTC().Truncate(time.Second)
	if !old.Expires.IsZero() && !old.Expires.After(end) {
		return old, nil
	}
	was := viewOf(old, t.now).expires()
	u.add(fmt.Sprintf("the key %s may have the end %s; before, its end was: %s", old.ID, end.Format(time.RFC3339), was), func(ctx context.Context) error {
		r, err := t.store.Get(ctx, old.ID)
		if err != nil || r.Expires.Equal(old.Expires) {
			return ignoreMissing(err)
		}
		return ignoreMissing(t.store.SetExpires(ctx, old.ID, old.Expires))
	})
	ended := old
	ended.Expires = end
	return ended, explain(old.ID, t.store.SetExpires(ctx, old.ID, end))
}

func (t *task) disable(ctx context.Context, u *undo, old apikey.Record) (apikey.Record, error) {
	if old.Disabled {
		return old, nil
	}
	u.add("the key "+old.ID+" may be disabled", func(ctx context.Context) error {
		r, err := t.store.Get(ctx, old.ID)
		if err != nil || !r.Disabled {
			return ignoreMissing(err)
		}
		return ignoreMissing(t.store.SetDisabled(ctx, old.ID, false))
	})
	ended := old
	ended.Disabled = true
	return ended, explain(old.ID, t.store.SetDisabled(ctx, old.ID, true))
}
