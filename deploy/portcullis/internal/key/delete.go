package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
)

func deleteCommand(ctx context.Context, s *session, args []string) error {
	flags := flag.NewFlagSet("delete", flag.ContinueOnError)
	asJSON, force := flags.Bool("json", false, ""), flags.Bool("force", false, "")
	id, err := parseID(flags, args)
	if err != nil {
		return err
	}
	store, err := s.open(ctx)
	if err != nil {
		return err
	}
	r, err := store.Get(ctx, id)
	switch broken := (*dynamo.ItemError)(nil); {
	case err == nil:
		err = s.delete(ctx, store, r)
	case errors.Is(err, apikey.ErrNotFound):
		err = s.deleteOrphan(ctx, store, id)
	case errors.As(err, &broken) && *force:
		err = s.deleteBroken(ctx, store, id)
	case errors.As(err, &broken):
		err = fmt.Errorf("%w; the item is no record: -force deletes it", err)
	}
	if err != nil {
		return err
	}
	s.Note("deleted %s", id)
	if *asJSON {
		return s.PrintJSON(deleted{id, "deleted"})
	}
	return nil
}

// deleted is what is shown of a key that was deleted.
type deleted struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// delete deletes a record, and the API key of the gateway that it has alone.
func (s *session) delete(ctx context.Context, store apikey.Store, r apikey.Record) error {
	if r.UsageKey == "" {
		return explain(r.ID, store.Delete(ctx, r.ID))
	}
	name, ours := nameOf(r.UsageKey)
	others, err := users(ctx, store, r.UsageKey, r.ID, s.Now)
	switch {
	case err != nil:
		return fmt.Errorf("%w; nothing is deleted", err)
	case ours && len(others) == 0:
		return s.deleteBoth(ctx, store, r, name)
	}
	if err := store.Delete(ctx, r.ID); err != nil {
		return explain(r.ID, err)
	}
	if ours {
		s.Note("the API key %s of the gateway stays; it is also used by %s", name, strings.Join(others, ", "))
	} else {
		s.Note("the API key of the gateway stays: this command did not make it")
	}
	return nil
}

// deleteBoth disables the key first and deletes its record last: where it fails between, the key is refused already, and
// it can be done again.
func (s *session) deleteBoth(ctx context.Context, store apikey.Store, r apikey.Record, name string) error {
	if err := store.SetDisabled(ctx, r.ID, true); err != nil {
		return fmt.Errorf("%w; nothing is deleted, and the key may be disabled", explain(r.ID, err))
	}
	kept := fmt.Sprintf("the key is disabled, and its record is kept: delete %s again", r.ID)
	g, err := openGateway(ctx)
	if err != nil {
		return fmt.Errorf("%w; %s", err, kept)
	}
	found, err := g.remove(ctx, r.UsageKey, name)
	if err != nil {
		return fmt.Errorf("%w; %s", err, kept)
	}
	if !found {
		s.Note("the gateway has no API key %s", name)
	}
	if err := ignoreMissing(store.Delete(ctx, r.ID)); err != nil {
		return fmt.Errorf("%w; the API key %s of the gateway is gone; %s", err, name, kept)
	}
	return nil
}

// deleteBroken deletes an item that is no record, and the API key of the gateway that was made for it, if there is one.
func (s *session) deleteBroken(ctx context.Context, store apikey.Store, id string) error {
	if err := store.Delete(ctx, id); err != nil {
		return explain(id, err)
	}
	err := s.deleteOrphan(ctx, store, id)
	if _, none := err.(*missingError); none {
		return nil
	}
	return err
}

// deleteOrphan deletes the API key of the gateway that outlived its record, as where the record expired and DynamoDB
// removed it. Without one there is no key of this id.
func (s *session) deleteOrphan(ctx context.Context, store apikey.Store, id string) error {
	name := gatewayName(id)
	g, err := openGateway(ctx)
	if err != nil {
		return &missingError{id}
	}
	keys, err := g.find(ctx, name)
	if err != nil {
		return fmt.Errorf("%w; whether the gateway has an API key %s is not known: %w", &missingError{id}, name, err)
	}
	found := false
	for _, key := range keys {
		usageKey := aws.ToString(key.Value)
		if own, ours := nameOf(usageKey); !ours || own != name {
			continue
		}
		others, err := users(ctx, store, usageKey, id, s.Now)
		if err != nil {
			return err
		}
		if len(others) > 0 {
			return fmt.Errorf("%w; the API key %s of the gateway stays; it is used by %s", &missingError{id}, name, strings.Join(others, ", "))
		}
		if err := g.delete(ctx, aws.ToString(key.Id)); err != nil {
			return err
		}
		found = true
	}
	if !found {
		return &missingError{id}
	}
	s.Note("the record was gone; the API key %s of the gateway is deleted", name)
	return nil
}
