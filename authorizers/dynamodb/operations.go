package dynamodb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"portcullis/authorizers/internal/awsjson"
)

// Key is the attribute that is a table's partition key.
const Key = "id"

func keyOf(id string) Item { return Item{Key: Text(id)} }

// Condition is what a write asks of the item that is there, and what its expressions name. Its zero value asks for nothing.
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html.
type Condition struct {
	Expression string
	Names      map[string]string // attributes by their placeholders
	Values     Item              // by their placeholders
	Old        bool              // a ConditionError has the item that is there
	Once       bool              // done twice, the write would find what it did itself: it is not, where it may have been done
}

// ConditionError says that the item that is there, or that there is none, does not meet a write's condition.
type ConditionError struct {
	Item Item // where Condition.Old asks for it; empty: there is none
}

// Error repeats nothing of the item.
func (e *ConditionError) Error() string { return "the condition does not hold" }

// request are the members of the requests of all operations on single items. The table's name goes into each.
type request struct {
	TableName                           string
	Key                                 Item              `json:",omitempty"`
	Item                                Item              `json:",omitempty"`
	UpdateExpression                    string            `json:",omitempty"`
	ConditionExpression                 string            `json:",omitempty"`
	ExpressionAttributeNames            map[string]string `json:",omitempty"`
	ExpressionAttributeValues           Item              `json:",omitempty"`
	ReturnValuesOnConditionCheckFailure string            `json:",omitempty"`
	ConsistentRead                      bool              `json:",omitempty"`
	ExclusiveStartKey                   Item              `json:",omitempty"`
	Limit                               int               `json:",omitempty"`
}

// Get reads an item; nil: there is none.
func (t *Table) Get(ctx context.Context, id string) (Item, error) {
	var answer struct{ Item Item }
	err := t.do(ctx, "GetItem", request{Key: keyOf(id), ConsistentRead: true}, &answer, true)
	return answer.Item, err
}

// Scan reads up to limit items, or as many as DynamoDB likes where limit is 0, in its own order and behind the one of an id, or
// from the first where that is "". next is the id to go on behind; "": there are no more.
func (t *Table) Scan(ctx context.Context, limit int, behind string) (items []Item, next string, err error) {
	in := request{ConsistentRead: true, Limit: limit}
	if behind != "" {
		in.ExclusiveStartKey = keyOf(behind)
	}
	var answer struct {
		Items            []Item
		LastEvaluatedKey Item
	}
	const operation = "Scan"
	if err := t.do(ctx, operation, in, &answer, true); err != nil {
		return nil, "", err
	}
	if answer.Items == nil { // of an empty table there is an empty list
		return nil, "", t.failed(operation, &awsjson.AnswerError{Reason: "the answer has no list of items"})
	}
	if len(answer.LastEvaluatedKey) > 0 {
		r := Reader{Item: answer.LastEvaluatedKey}
		if next = r.Text(Key); next == "" {
			return nil, "", t.failed(operation, &awsjson.AnswerError{Reason: "the answer has no key to go on behind"})
		}
	}
	return answer.Items, next, nil
}

// Put writes an item in the place of the one of its id. The error may be a [*ConditionError].
func (t *Table) Put(ctx context.Context, item Item, c Condition) error {
	return t.write(ctx, "PutItem", request{Item: item}, c)
}

// Update changes an item by an expression, such as "SET #a = :a". The error may be a [*ConditionError].
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html.
func (t *Table) Update(ctx context.Context, id, expression string, c Condition) error {
	return t.write(ctx, "UpdateItem", request{Key: keyOf(id), UpdateExpression: expression}, c)
}

// Delete removes an item. The error may be a [*ConditionError].
func (t *Table) Delete(ctx context.Context, id string, c Condition) error {
	return t.write(ctx, "DeleteItem", request{Key: keyOf(id)}, c)
}

func (t *Table) write(ctx context.Context, operation string, in request, c Condition) error {
	out := c.request()
	out.Key, out.Item, out.UpdateExpression = in.Key, in.Item, in.UpdateExpression
	return t.do(ctx, operation, out, &struct{}{}, !c.Once)
}

// request has the members of a condition.
func (c Condition) request() request {
	r := request{ConditionExpression: c.Expression, ExpressionAttributeNames: c.Names, ExpressionAttributeValues: c.Values}
	if c.Old {
		r.ReturnValuesOnConditionCheckFailure = "ALL_OLD"
	}
	return r
}

// do does an operation on the table; again tells whether it may be done twice.
func (t *Table) do(ctx context.Context, operation string, in request, answer any, again bool) error {
	ctx, cancel := context.WithTimeout(ctx, awsjson.CallTimeout)
	defer cancel()
	in.TableName = t.config.Table
	return t.failed(operation, t.call(ctx, operation, in, answer, again))
}

// call posts a request and reads the answer.
func (t *Table) call(ctx context.Context, operation string, in, answer any, again bool) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	text, err := t.service.Call(ctx, operation, body, again)
	if err != nil {
		return conditionFailed(err)
	}
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) || json.Unmarshal(text, answer) != nil {
		return &awsjson.AnswerError{Reason: "the answer is no JSON object of the expected kind"}
	}
	return nil
}

// conditionFailed is a [*ConditionError] in the place of DynamoDB's.
func conditionFailed(err error) error {
	failed, ok := errors.AsType[*awsjson.ServiceError](err)
	if !ok || failed.Type != "ConditionalCheckFailedException" {
		return err
	}
	var refused ConditionError
	if failed.Decode(&refused) != nil {
		return err
	}
	return &refused
}

// failed returns nil for nil, and otherwise err with what failed.
func (t *Table) failed(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s on table %q: %w", operation, t.config.Table, err)
}
