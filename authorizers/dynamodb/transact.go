package dynamodb

import (
	"context"
	"crypto/rand"
	"errors"

	"portcullis/authorizers/internal/awsjson"
)

// Write is a [Put] or an [Update] of a transaction.
type Write interface {
	// in is the write as a transaction's action on a table has it: the action's name, and its members.
	in(table string) (action string, r request)
}

// Put writes an item in the place of the one of its id. Its condition's Once says nothing: a transaction is done once.
type Put struct {
	Item      Item
	Condition Condition
}

func (p Put) in(table string) (string, request) {
	r := p.Condition.request()
	r.TableName, r.Item = table, p.Item
	return "Put", r
}

// Update changes an item by an expression. Its condition's Once says nothing: a transaction is done once.
type Update struct {
	ID         string
	Expression string
	Condition  Condition
}

func (u Update) in(table string) (string, request) {
	r := u.Condition.request()
	r.TableName, r.Key, r.UpdateExpression = table, keyOf(u.ID), u.Expression
	return "Update", r
}

// CanceledError says that nothing of a transaction was done, and what stood against it.
type CanceledError struct {
	Conditions []*ConditionError // of each write; nil: not its condition
	Conflict   bool              // somebody else was writing one of the items
}

// Error repeats nothing of the items.
func (e *CanceledError) Error() string {
	if e.Conflict {
		return "somebody else is writing the same item"
	}
	return (*ConditionError)(nil).Error()
}

// Transact does all of the writes, each of another item, or none. The error may be a [*CanceledError], after which none was
// done.
// See https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html.
func (t *Table) Transact(ctx context.Context, writes ...Write) error {
	in := struct {
		ClientRequestToken string
		TransactItems      []map[string]request
	}{ClientRequestToken: rand.Text()} // another attempt does it once
	for _, w := range writes {
		action, r := w.in(t.config.Table)
		in.TransactItems = append(in.TransactItems, map[string]request{action: r})
	}
	const operation = "TransactWriteItems"
	ctx, cancel := context.WithTimeout(ctx, awsjson.CallTimeout)
	defer cancel()
	return t.failed(operation, canceled(t.call(ctx, operation, in, &struct{}{}, true), len(writes)))
}

// canceled is a [*CanceledError] in the place of DynamoDB's about so many writes, where conditions or others' writes are its
// reasons and nothing else is.
func canceled(err error, writes int) error {
	failed, ok := errors.AsType[*awsjson.ServiceError](err)
	if !ok || failed.Type != "TransactionCanceledException" {
		return err
	}
	var answer struct {
		CancellationReasons []struct {
			Code string
			Item Item
		}
	}
	if failed.Decode(&answer) != nil || len(answer.CancellationReasons) != writes {
		return err
	}
	refused := CanceledError{Conditions: make([]*ConditionError, writes)}
	against := false
	for i, reason := range answer.CancellationReasons {
		switch reason.Code {
		case "", "None":
			continue
		case "ConditionalCheckFailed":
			refused.Conditions[i] = &ConditionError{reason.Item}
		case "TransactionConflict":
			refused.Conflict = true
		default:
			return err
		}
		against = true
	}
	if !against {
		return err
	}
	return &refused
}
