package key

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/trail"
)

func (g *group) delete() *cobra.Command {
	command := &cobra.Command{
		Use:   "delete ID [flags]",
		Short: "Delete a key",
		Long: `Deletes the record of a key, so that it is refused for good, and its API key in the gateway if no other key uses that. At a
terminal it asks first; elsewhere it wants --yes. To refuse a key for now, disable it.

A key that somebody else rotates, disables, enables or gives another end meanwhile is not deleted.`,
		Example: `  OLD=$(portcullis key create --owner ann --scopes users/read | cut -d_ -f2)
  portcullis key delete "$OLD" --yes`,
		Args: oneID,
	}
	d := deletion{yes: cli.AddYes(command)}
	d.force = command.Flags().Bool("force", false, "also an item of the table that is no record, as list tells")
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		t, err := g.begin(command)
		if err != nil {
			return err
		}
		if err := t.delete(command.Context(), args[0], d); err != nil {
			return err
		}
		t.note("deleted %s", args[0])
		t.noteRefused(args[0])
		if output.Value == cli.FormatJSON {
			return t.PrintJSON(deleted{args[0], "deleted"})
		}
		return nil
	}
	return command
}

// deletion is how a key is to be deleted.
type deletion struct {
	yes   *bool // without asking
	force *bool // also what is no record
}

// deleted is what is shown of a key that was deleted.
type deleted struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

func (t *task) delete(ctx context.Context, id string, d deletion) error {
	r, err := t.store.Get(ctx, id)
	switch broken := (*dynamo.ItemError)(nil); {
	case err == nil:
		if err := t.Confirm(ctx, *d.yes, fmt.Sprintf("Delete the key %s of %s?", id, r.Owner)); err != nil {
			return err
		}
		if err := t.do("delete", id, []trail.Detail{{Name: "owner", Value: r.Owner}}, func() error { return t.deleteKey(ctx, r) }); err != nil {
			return err
		}
		t.noteSuccessor(ctx, r)
		return nil
	case errors.Is(err, apikey.ErrNotFound):
		found, err := t.deleteOrphans(ctx, id, *d.yes)
		if err == nil && !found {
			err = missing(id)
		}
		return err
	case errors.As(err, &broken) && *d.force:
		if err := t.Confirm(ctx, *d.yes, fmt.Sprintf("Delete the item %s, which is no record?", id)); err != nil {
			return err
		}
		return t.do("delete", id, nil, func() error { return t.deleteBroken(ctx, id) })
	case errors.As(err, &broken):
		return fmt.Errorf("%w; the item is no record: --force deletes it", err)
	}
	return err
}

// deleteKey deletes a record that is as it was read, and the API key of the gateway that it has alone.
func (t *task) deleteKey(ctx context.Context, r apikey.Record) error {
	if r.UsageKey == "" {
		return explain(r.ID, t.deleteAsRead(ctx, r))
	}
	// What is no longer as it was read is not disabled either: somebody has been asked about it as it was.
	if now, err := t.store.Get(ctx, r.ID); err != nil {
		return explain(r.ID, err)
	} else if change := changeOf(r, now); change != "" {
		return explain(r.ID, &changedError{r.ID, change})
	}
	name, ours := nameOf(r.UsageKey)
	others, err := t.endAndFindUsers(ctx, r)
	switch {
	case err != nil:
		return err
	case ours && len(others) == 0:
		return t.deleteBoth(ctx, r, name)
	}
	r.Disabled = true
	switch err := t.deleteAsRead(ctx, r); {
	case errors.As(err, new(*changedError)):
		return fmt.Errorf("%w; it was disabled", err)
	case err != nil:
		return explain(r.ID, err)
	}
	if ours {
		t.noteUsers(name, others)
	} else {
		t.note("the API key of the gateway stays: this command did not make it")
	}
	return nil
}

// deleteAsRead deletes a record that is as it was read, or says how it is no longer so: a rotation between has left a key of which
// whoever deletes the old one may not know.
func (t *task) deleteAsRead(ctx context.Context, r apikey.Record) error {
	err := t.store.DeleteAsRead(ctx, r)
	if !errors.Is(err, apikey.ErrChanged) {
		return err
	}
	now, err := t.store.Get(ctx, r.ID)
	if err != nil {
		return err
	}
	return &changedError{r.ID, cmp.Or(changeOf(r, now), "was changed meanwhile")}
}

// changeOf says what somebody else did to a key since it was read; "": nothing.
func changeOf(read, now apikey.Record) string {
	switch {
	case now.Hash != read.Hash:
		return "is another one meanwhile"
	case now.Successor != read.Successor:
		return fmt.Sprintf("was rotated meanwhile: %s is in its place, and has to be deleted too where neither is to be accepted", now.Successor)
	case now.Disabled != read.Disabled && now.Disabled:
		return "was disabled meanwhile"
	case now.Disabled != read.Disabled:
		return "was enabled meanwhile"
	case !now.Expires.Equal(read.Expires):
		return "was given another end meanwhile"
	}
	return ""
}

// noteSuccessor says that the key which a rotation put in the place of one that is no longer good is good, where it is.
func (t *task) noteSuccessor(ctx context.Context, r apikey.Record) {
	if r.Successor == "" {
		return
	}
	if next, err := t.store.Get(ctx, r.Successor); err == nil && stateOf(next, t.now) == stateGood {
		t.note("%s, to which it was rotated, stays good", r.Successor)
	}
}

// noteUsers says why an API key of the gateway is not deleted.
func (t *task) noteUsers(name string, ids []string) {
	t.note("the API key %s of the gateway stays; it is also used by %s", name, strings.Join(ids, ", "))
}

// endAndFindUsers disables a key and gives the ids of others that have its API key of the gateway. In this order, since a rotation
// of the key beside it either was before and is found, or finds the key disabled.
func (t *task) endAndFindUsers(ctx context.Context, r apikey.Record) ([]string, error) {
	if err := t.store.SetDisabled(ctx, r.ID, true); err != nil {
		return nil, fmt.Errorf("%w; nothing is deleted, and the key may be disabled", explain(r.ID, err))
	}
	others, err := t.users(ctx, r.UsageKey, r.ID)
	if err != nil {
		return nil, fmt.Errorf("%w; nothing is deleted, and the key is disabled", err)
	}
	return others, nil
}

// deleteBoth deletes the record of a key that is disabled last: where it fails between, the key is refused already, and it can
// be done again.
func (t *task) deleteBoth(ctx context.Context, r apikey.Record, name string) error {
	kept := fmt.Sprintf("the key is disabled, and its record is kept: delete %s again", r.ID)
	g, err := t.openGateway(ctx)
	if err != nil {
		return fmt.Errorf("%w; %s", err, kept)
	}
	found, err := g.remove(ctx, r.UsageKey, name)
	if err != nil {
		return fmt.Errorf("%w; %s", err, kept)
	}
	if !found {
		t.note("the gateway has no API key %s", name)
	}
	r.Disabled = true
	if err := ignoreMissing(t.deleteAsRead(ctx, r)); err != nil {
		return fmt.Errorf("%w; the API key %s of the gateway is gone; %s", err, name, kept)
	}
	return nil
}

// deleteBroken deletes an item that is no record, and the API key of the gateway that was made for it, if there is one.
func (t *task) deleteBroken(ctx context.Context, id string) error {
	if err := t.store.Delete(ctx, id); err != nil {
		return explain(id, err)
	}
	_, err := t.deleteOrphans(ctx, id, true)
	return err
}

// deleteOrphans deletes the API key of the gateway that outlived its record, as where the record expired and DynamoDB
// removed it, and tells whether there was one that no other key uses.
func (t *task) deleteOrphans(ctx context.Context, id string, yes bool) (found bool, err error) {
	name := gatewayName(id)
	g, err := t.openGateway(ctx)
	if err != nil {
		return false, err
	}
	orphans, err := t.orphans(ctx, g, id, name)
	if err != nil || len(orphans) == 0 {
		return false, err
	}
	if err := t.Confirm(ctx, yes, fmt.Sprintf("The record %s is gone. Delete the API key %s of the gateway?", id, name)); err != nil {
		return true, err
	}
	err = t.do("delete", id, []trail.Detail{{Name: "gateway", Value: name}}, func() error {
		for _, orphan := range orphans {
			if err := g.delete(ctx, orphan); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return true, err
	}
	t.note("the record was gone; the API key %s of the gateway is deleted", name)
	return true, nil
}

// orphans are the gateway's ids of its API keys that were made for a record, and that no other one uses.
func (t *task) orphans(ctx context.Context, g *gateway, id, name string) (orphans []string, err error) {
	keys, err := g.find(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("there is no key %s; whether the gateway has an API key %s is not known: %w", id, name, err)
	}
	for _, key := range keys {
		usageKey := aws.ToString(key.Value)
		if own, ours := nameOf(usageKey); !ours || own != name {
			continue
		}
		switch others, err := t.users(ctx, usageKey, id); {
		case err != nil:
			return nil, err
		case len(others) > 0:
			t.noteUsers(name, others)
		default:
			orphans = append(orphans, aws.ToString(key.Id))
		}
	}
	return orphans, nil
}
