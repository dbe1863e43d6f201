package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/cmd/cli"
)

const defaultOverlap = 24 * time.Hour

// rotation is how a key is to be replaced.
type rotation struct {
	id      string
	overlap time.Duration // for which both keys are good; zero: the old one is disabled at once
	expires *time.Time    // of the new key; nil: it lives as long as the old one was to
	force   bool
	json    bool
}

// replaced is what became of the old key.
type replaced struct {
	ID      string     `json:"id"`
	State   string     `json:"state"`
	Expires *time.Time `json:"expires,omitempty"`
}

func rotateCommand(ctx context.Context, s *session, args []string) error {
	c, err := s.parseRotation(args)
	if err != nil {
		return err
	}
	store, err := s.open(ctx)
	if err != nil {
		return err
	}
	old, err := store.Get(ctx, c.id)
	if err != nil {
		return explain(c.id, err)
	}
	if state := stateOf(old, s.Now); state != stateGood && !c.force {
		return fmt.Errorf("the key %s is %s; -force rotates it all the same", old.ID, state)
	}
	key, r, err := issue(c.successor(old, s.Now), s)
	if err != nil {
		return err
	}
	var u undo
	ended, err := s.rotate(ctx, store, &u, key, r, old, c)
	if err != nil {
		return u.all(ctx, err)
	}
	after := viewOf(ended, s.Now)
	s.Note("created %s in place of %s, which is %s and expires: %s. The new key expires: %s. It is not shown again.",
		r.ID, old.ID, after.State, after.expires(), viewOf(r, s.Now).expires())
	return nil
}

// rotate gives the old record as it is after it.
func (s *session) rotate(ctx context.Context, store apikey.Store, u *undo, key apikey.Key, r, old apikey.Record, c rotation) (apikey.Record, error) {
	if err := save(ctx, store, u, r); err != nil {
		return old, err
	}
	ended, err := c.end(ctx, store, u, old, s.Now)
	if err != nil {
		return old, err
	}
	v := viewOf(ended, s.Now)
	shown := issued{view: viewOf(r, s.Now), Replaces: &replaced{v.ID, v.State, v.Expires}}
	return ended, s.reveal(key, shown, c.json)
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

// end lets the old key end, and gives its record then.
func (c *rotation) end(ctx context.Context, store apikey.Store, u *undo, old apikey.Record, now time.Time) (apikey.Record, error) {
	if c.overlap == 0 {
		return disableOld(ctx, store, u, old)
	}
	end := now.Add(c.overlap).UTC().Truncate(time.Second)
	if !old.Expires.IsZero() && !old.Expires.After(end) {
		return old, nil
	}
	was := viewOf(old, now).expires()
	u.add(fmt.Sprintf("the key %s may have the end %s; before, its end was: %s", old.ID, end.Format(time.RFC3339), was), func(ctx context.Context) error {
		r, err := store.Get(ctx, old.ID)
		if err != nil || r.Expires.Equal(old.Expires) {
			return ignoreMissing(err)
		}
		return ignoreMissing(store.SetExpires(ctx, old.ID, old.Expires))
	})
	ended := old
	ended.Expires = end
	return ended, explain(old.ID, store.SetExpires(ctx, old.ID, end))
}

func disableOld(ctx context.Context, store apikey.Store, u *undo, old apikey.Record) (apikey.Record, error) {
	if old.Disabled {
		return old, nil
	}
	u.add("the key "+old.ID+" may be disabled", func(ctx context.Context) error {
		r, err := store.Get(ctx, old.ID)
		if err != nil || !r.Disabled {
			return ignoreMissing(err)
		}
		return ignoreMissing(store.SetDisabled(ctx, old.ID, false))
	})
	ended := old
	ended.Disabled = true
	return ended, explain(old.ID, store.SetDisabled(ctx, old.ID, true))
}

func (s *session) parseRotation(args []string) (rotation, error) {
	c := rotation{overlap: defaultOverlap}
	flags := flag.NewFlagSet("rotate", flag.ContinueOnError)
	flags.BoolVar(&c.force, "force", false, "")
	flags.BoolVar(&c.json, "json", false, "")
	flags.Func("overlap", "", func(text string) (err error) {
		c.overlap, err = cli.ParseDuration(text)
		if err == nil && c.overlap%time.Second != 0 {
			err = errors.New("want whole seconds")
		}
		return err
	})
	flags.Func("expires", "", func(text string) error {
		if text == "never" {
			c.expires = &time.Time{}
			return nil
		}
		end, err := parseExpires(text, s.Now)
		c.expires = &end
		return err
	})
	var err error
	c.id, err = parseID(flags, args)
	return c, err
}
