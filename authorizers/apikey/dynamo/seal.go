package dynamo

import (
	"context"
	"time"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/dynamodb"
)

// The item of the seals. Its id is none of a key, and it has no TTL.
const (
	sealID   = "#seal"
	newest   = "newest"  // the secret of the newest seal
	since    = "since"   // when it became that
	earlier  = "earlier" // the secrets of the others, the latest first
	unsealed = "attribute_not_exists(id)"
)

// Seals implements apikey.Lookup. Its errors include *ItemError.
func (s *Store) Seals(ctx context.Context) (apikey.Seals, error) {
	item, err := s.table.Get(ctx, sealID)
	if err != nil || item == nil {
		return apikey.Seals{}, err
	}
	return sealsOf(item)
}

// Seal implements apikey.Store. Its errors include *ItemError.
func (s *Store) Seal(ctx context.Context, now time.Time) (apikey.Seal, error) {
	seals, err := s.Seals(ctx)
	if err != nil {
		return apikey.Seal{}, err
	}
	if len(seals.Newest.Reveal()) > 0 {
		return seals.Maker(now)
	}
	made := seals.Renewed(now)
	switch err := s.putSeals(ctx, made, dynamodb.Condition{Expression: unsealed}); {
	case conditionFailed(err) != nil: // somebody else's was first, or our own, at the first attempt
	case err != nil:
		return apikey.Seal{}, err
	}
	if seals, err = s.Seals(ctx); err != nil {
		return apikey.Seal{}, err
	}
	return seals.Maker(now)
}

// RenewSeal implements apikey.Store. Its errors include *ItemError.
func (s *Store) RenewSeal(ctx context.Context, now time.Time) error {
	seals, err := s.Seals(ctx)
	if err != nil {
		return err
	}
	c := dynamodb.Condition{Expression: unsealed, Once: true}
	if secret := seals.Newest.Reveal(); len(secret) > 0 {
		c.Expression = "#newest = :newest"
		c.Names = map[string]string{"#newest": newest}
		c.Values = dynamodb.Item{":newest": dynamodb.Bytes(secret)}
	}
	err = s.putSeals(ctx, seals.Renewed(now), c)
	if conditionFailed(err) != nil {
		return apikey.ErrChanged
	}
	return err
}

func (s *Store) putSeals(ctx context.Context, seals apikey.Seals, c dynamodb.Condition) error {
	others := make([]dynamodb.Value, len(seals.Earlier))
	for i, seal := range seals.Earlier {
		others[i] = dynamodb.Bytes(seal.Reveal())
	}
	return s.table.Put(ctx, dynamodb.Item{
		dynamodb.Key: dynamodb.Text(sealID),
		newest:       dynamodb.Bytes(seals.Newest.Reveal()),
		since:        dynamodb.Seconds(seals.Since),
		earlier:      dynamodb.List(others),
	}, c)
}

// sealsOf returns the seals of an item, or an *ItemError.
func sealsOf(item dynamodb.Item) (apikey.Seals, error) {
	r := dynamodb.Reader{Item: item}
	seals := apikey.Seals{Newest: readSeal(&r, newest, r.Bytes(newest)), Since: r.Time(since)}
	for _, secret := range r.List(earlier) {
		if secret.B == nil {
			r.Refuse(earlier)
			break
		}
		seals.Earlier = append(seals.Earlier, readSeal(&r, earlier, *secret.B))
	}
	if len(seals.Earlier) > apikey.MaxEarlier {
		r.Refuse(earlier)
	}
	if r.Bad != "" {
		return apikey.Seals{}, &ItemError{sealID, r.Bad, nil}
	}
	return seals, nil
}

func readSeal(r *dynamodb.Reader, name string, secret []byte) apikey.Seal {
	seal, err := apikey.SealOf(secret)
	if err != nil {
		r.Refuse(name)
	}
	return seal
}
