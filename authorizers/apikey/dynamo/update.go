package dynamo

import (
	"context"
	"errors"
	"time"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/dynamodb"
)

// Touch implements apikey.Lookup. It writes only what raises the day, and asks for no attribute but that.
func (s *Store) Touch(ctx context.Context, id string, day apikey.Day) error {
	if !apikey.ValidID(id) || day <= 0 {
		return nil
	}
	err := s.table.Update(ctx, id, "SET #lastUsed = :day", dynamodb.Condition{
		Expression: "attribute_exists(id) AND (attribute_not_exists(#lastUsed) OR #lastUsed < :day)",
		Names:      map[string]string{"#lastUsed": lastUsed},
		Values:     dynamodb.Item{":day": dynamodb.Text(day.String())},
	})
	if conditionFailed(err) != nil {
		return nil
	}
	return err
}

// SetDisabled implements apikey.Store.
func (s *Store) SetDisabled(ctx context.Context, id string, disabled bool) error {
	if !apikey.ValidID(id) {
		return apikey.ErrNotFound
	}
	err := s.table.Update(ctx, id, "SET #disabled = :disabled", dynamodb.Condition{
		Expression: "attribute_exists(id)",
		Names:      map[string]string{"#disabled": "disabled"},
		Values:     dynamodb.Item{":disabled": dynamodb.Flag(disabled)},
	})
	if conditionFailed(err) != nil {
		return apikey.ErrNotFound
	}
	return err
}

// SetExpires implements apikey.Store.
func (s *Store) SetExpires(ctx context.Context, id string, expires time.Time) error {
	if !apikey.ValidID(id) {
		return apikey.ErrNotFound
	}
	if err := apikey.CheckExpires(expires, time.Unix(0, 0)); err != nil {
		return err
	}
	expression, condition := endingAt(expires)
	err := s.table.Update(ctx, id, expression, condition)
	refused := conditionFailed(err)
	switch {
	case refused == nil:
		return err
	case len(refused.Item) == 0:
		return apikey.ErrNotFound
	}
	stored, err := recordOf(refused.Item)
	if err != nil {
		return err
	}
	return apikey.CheckExpires(expires, stored.Created)
}

// Replace implements apikey.Store.
func (s *Store) Replace(ctx context.Context, r apikey.Replacement) error {
	if !apikey.ValidID(r.Old.ID) {
		return apikey.ErrNotFound
	}
	if err := r.Validate(); err != nil {
		return err
	}
	change, c := ending(r)
	err := s.table.Transact(ctx,
		dynamodb.Update{ID: r.Old.ID, Expression: change, Condition: c},
		dynamodb.Put{Item: itemOf(r.New), Condition: dynamodb.Condition{Expression: "attribute_not_exists(id)"}},
	)
	canceled, ok := errors.AsType[*dynamodb.CanceledError](err)
	switch {
	case !ok:
		return err
	case canceled.Conditions[0] != nil && len(canceled.Conditions[0].Item) == 0:
		return apikey.ErrNotFound
	case canceled.Conditions[0] != nil, canceled.Conflict:
		return apikey.ErrChanged
	}
	return apikey.ErrExists
}

// ending is the update that gives the old record of a replacement its end and its successor, on the condition that it is as it was read.
func ending(r apikey.Replacement) (expression string, c dynamodb.Condition) {
	c = asRead(r.Old)
	c.Values[":disabled"], c.Values[":successor"] = dynamodb.Flag(r.Disabled), dynamodb.Text(r.New.ID)
	expression = "SET #disabled = :disabled, #successor = :successor"
	if r.Expires.IsZero() {
		return expression + " REMOVE #expiresAt", c
	}
	c.Values[":end"] = dynamodb.Seconds(r.Expires)
	return expression + ", #expiresAt = :end", c
}

// asRead is the condition that a record is as it was read, in what people change of it. A refusal has the item as it is.
func asRead(r apikey.Record) dynamodb.Condition {
	c := dynamodb.Condition{
		Expression: "#hash = :hash AND #disabled = :was",
		Names:      map[string]string{"#hash": "hash", "#disabled": "disabled", "#expiresAt": expiresAt, "#successor": successor},
		Values:     dynamodb.Item{":hash": dynamodb.Bytes(r.Hash[:]), ":was": dynamodb.Flag(r.Disabled)},
		Old:        true,
	}
	if r.Expires.IsZero() {
		c.Expression += " AND attribute_not_exists(#expiresAt)"
	} else {
		c.Expression += " AND #expiresAt = :wasEnd"
		c.Values[":wasEnd"] = dynamodb.Seconds(r.Expires)
	}
	if r.Successor == "" {
		c.Expression += " AND attribute_not_exists(#successor)"
	} else {
		c.Expression += " AND #successor = :wasSuccessor"
		c.Values[":wasSuccessor"] = dynamodb.Text(r.Successor)
	}
	return c
}

// endingAt is the update that gives a key an end, or takes it away.
func endingAt(expires time.Time) (expression string, c dynamodb.Condition) {
	c = dynamodb.Condition{Expression: "attribute_exists(id)", Names: map[string]string{"#expiresAt": expiresAt}, Old: true}
	if expires.IsZero() {
		return "REMOVE #expiresAt", c
	}
	c.Expression = "attribute_exists(id) AND #createdAt < :end"
	c.Names["#createdAt"] = createdAt
	c.Values = dynamodb.Item{":end": dynamodb.Seconds(expires)}
	return "SET #expiresAt = :end", c
}
