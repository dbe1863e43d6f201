package dynamostream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Handler is a function on a stream whose answers are those of [Answer]. It is aws-lambda-go's lambda.Handler.
type Handler interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// All is one function of several on the same stream: each gets the whole event, one after the other, in this order, whatever becomes of it
// with the others. The answer is the first of all the records that one of them wants again; then what is behind it comes to all of them
// again. The error is ErrEvent, or joins those of the functions, upon which all records come again; that a function answers in no way that is
// understood, or names a record that the event does not have, is one.
func All(functions ...Handler) Handler { return all(functions) }

type all []Handler

// Invoke does what [All] says.
func (a all) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	records, err := Records(event)
	if err != nil {
		return nil, err
	}
	numbers := make([]string, len(records))
	for i, record := range records {
		numbers[i] = SequenceNumber(record)
	}
	first, errs := len(records), []error(nil)
	for _, function := range a {
		from, err := call(ctx, function, event, numbers)
		first, errs = min(first, from), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if first == len(records) {
		return Answer("")
	}
	return Answer(numbers[first])
}

// call gives the index of the first record that a function wants again, by the records' numbers; of the end where it wants none.
func call(ctx context.Context, function Handler, event []byte, numbers []string) (from int, err error) {
	text, err := function.Invoke(ctx, event)
	if err != nil {
		return 0, err
	}
	var answer struct {
		BatchItemFailures []struct{ ItemIdentifier string }
	}
	if json.Unmarshal(text, &answer) != nil || answer.BatchItemFailures == nil {
		return 0, errors.New("a function on a stream answers without batchItemFailures")
	}
	from = len(numbers)
	for _, failure := range answer.BatchItemFailures {
		at := slices.Index(numbers, failure.ItemIdentifier)
		if failure.ItemIdentifier == "" || at < 0 {
			return 0, fmt.Errorf("a function on a stream wants a record again that it was not given: %.100q", failure.ItemIdentifier)
		}
		from = min(from, at)
	}
	return from, nil
}
