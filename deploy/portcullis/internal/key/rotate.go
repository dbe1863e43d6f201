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
about: enable lets it be accepted again. ` + refusedWithin + `

Both are done or neither: where the old key was deleted, disabled or rotated by somebody else meanwhile, no key is made.`,
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
	key, r, err := t.issue(ctx, c.successor(old, t.now))
	if err != nil {
		return err
	}
	ended := c.ended(old, r.ID, t.now)
	more := []trail.Detail{{Name: "owner", Value: old.Owner}, {Name: "successor", Value: r.ID}, {Name: "overlap", Value: c.overlap.String()}}
	err = t.do("rotate", old.ID, more, func() error {
		var u undo
		switch err := t.rotate(ctx, &u, key, r, old, ended, c); {
		case err != nil && len(u.steps) == 0:
			return err
		case err != nil:
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
	if !old.Disabled && c.overlap < t.remembered.Duration || ended.Disabled && !old.Disabled {
		t.noteRefused(old.ID)
	}
	return nil
}

// rotate replaces the old record, as it was read, by the new one, and leaves of it what ended is: both or neither.
func (t *task) rotate(ctx context.Context, u *undo, key apikey.Key, r, old, ended apikey.Record, c rotation) error {
	err := t.store.Replace(ctx, apikey.Replacement{New: r, Old: old, Disabled: ended.Disabled, Expires: ended.Expires})
	switch {
	case errors.Is(err, apikey.ErrNotFound):
		return &cli.NoError{Err: fmt.Errorf("the key %s was deleted meanwhile; no key was made", old.ID)}
	case errors.Is(err, apikey.ErrChanged):
		return &cli.NoError{Err: fmt.Errorf("the key %s was disabled, enabled, rotated or given another end meanwhile; no key was made, and show tells how it is", old.ID)}
	}
	t.undoReplacement(u, r, old, ended)
	if err != nil {
		return err
	}
	v := viewOf(ended, t.now)
	shown := issued{view: viewOf(r, t.now), Replaces: &replaced{v.ID, v.State, v.Expires}}
	return t.reveal(key, shown, c.format)
}

// undoReplacement adds what undoes a replacement of which nobody may know whether it was done. The new record goes first, so that
// no new key is left where the rest fails. That it was there says that the replacement was done, and only then does the old
// record become what it was: one that somebody else has disabled stays so.
func (t *task) undoReplacement(u *undo, r, old, ended apikey.Record) {
	before, after := viewOf(old, t.now), viewOf(ended, t.now)
	left := fmt.Sprintf("the key %s, which may be %s with the end %s; before, it was %s with the end %s", old.ID, after.State, after.expires(), before.State, before.expires())
	var undone error
	u.add(left, func(ctx context.Context) error {
		switch {
		case errors.Is(undone, apikey.ErrNotFound):
			return nil
		case undone != nil:
			return errors.New("whether it was changed is not known")
		}
		return t.restore(ctx, old, ended)
	})
	u.add("the record "+r.ID+" in the table, if it was written", func(ctx context.Context) error {
		undone = t.store.Delete(ctx, r.ID)
		return ignoreMissing(undone)
	})
}

// restore makes a record what it was, where it is still what a rotation left of it.
func (t *task) restore(ctx context.Context, old, ended apikey.Record) error {
	now, err := t.store.Get(ctx, old.ID)
	if err != nil || changeOf(ended, now) != "" {
		return ignoreMissing(err)
	}
	if !now.Expires.Equal(old.Expires) {
		if err := t.store.SetExpires(ctx, old.ID, old.Expires); err != nil {
			return ignoreMissing(err)
		}
	}
	if now.Disabled == old.Disabled {
		return nil
	}
	return ignoreMissing(t.store.SetDisabled(ctx, old.ID, old.Disabled))
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

// ended is the old record as the rotation leaves it: disabled, or with its end after the overlap, unless it ends before.
func (c *rotation) ended(old apikey.Record, successor string, now time.Time) apikey.Record {
	old.Successor = successor
	if c.overlap == 0 {
		old.Disabled = true
		return old
	}
	if end := now.Add(c.overlap).UTC().Truncate(time.Second); old.Expires.IsZero() || old.Expires.After(end) {
		old.Expires = end
	}
	return old
}
