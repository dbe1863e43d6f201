package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
)

// expressions are those of one conditional update.
type expressions struct {
	update, condition string
	names             map[string]string
	values            map[string]types.AttributeValue
	old               types.ReturnValuesOnConditionCheckFailure
}

// Touch implements apikey.Lookup. It writes only what raises the day, and asks for no attribute but that.
func (s *Store) Touch(ctx context.Context, id string, day apikey.Day) error {
	if !apikey.ValidID(id) || day <= 0 {
		return nil
	}
	err := s.update(ctx, id, expressions{
		update:    "SET #lastUsed = :day",
		condition: "attribute_exists(id) AND (attribute_not_exists(#lastUsed) OR #lastUsed < :day)",
		names:     map[string]string{"#lastUsed": lastUsed},
		values:    map[string]types.AttributeValue{":day": text(day.String())},
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
	err := s.update(ctx, id, expressions{
		update:    "SET #disabled = :disabled",
		condition: "attribute_exists(id)",
		names:     map[string]string{"#disabled": "disabled"},
		values:    map[string]types.AttributeValue{":disabled": &types.AttributeValueMemberBOOL{Value: disabled}},
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
	err := s.update(ctx, id, expiresExpressions(expires))
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

func expiresExpressions(expires time.Time) expressions {
	e := expressions{
		update:    "REMOVE #expiresAt",
		condition: "attribute_exists(id)",
		names:     map[string]string{"#expiresAt": expiresAt},
		old:       types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if !expires.IsZero() {
		e.update = "SET #expiresAt = :end"
		e.condition = "attribute_exists(id) AND #createdAt < :end"
		e.names["#createdAt"] = createdAt
		e.values = map[string]types.AttributeValue{":end": seconds(expires)}
	}
	return e
}

// update may be done twice: it sets values, and counts nothing.
func (s *Store) update(ctx context.Context, id string, e expressions) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           &s.table,
		Key:                                 keyOf(id),
		UpdateExpression:                    &e.update,
		ConditionExpression:                 &e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: e.old,
	}, s.again)
	return s.failed("UpdateItem", err)
}
