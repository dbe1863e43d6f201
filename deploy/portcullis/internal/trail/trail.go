// Package trail records who did what to API keys and revocations, and when, in a DynamoDB table whose partition key is the string
// attribute "id", without a sort key.
//
// Nothing is done that is not recorded: before an act its beginning is written, and where that fails, nothing is done. After it, a second
// item says how it ended. So a beginning without an end is an act of which nobody knows: it was cut off, or its end could not be written.
// Items are added and never changed or removed: each write holds that there is none of its id. Who acts needs the permission
// dynamodb:PutItem on the table, and who reads it dynamodb:Scan; nobody needs UpdateItem or DeleteItem.
//
// A record is what the command says, run by whoever may write to the table. What proves who called AWS are CloudTrail's data events of the
// tables (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html).
package trail

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"portcullis/authorizers/dynamodb"
)

// The outcomes of an act.
const (
	Unknown = "unknown" // there is no record of its end
	Done    = "done"
	Failed  = "failed" // all that was done of it is said in the error
)

// acts are all that is recorded: who looks for another would find nothing, and take it for an answer.
var acts = []string{
	"key create", "key rotate", "key disable", "key enable", "key delete", "key make-seal", "key renew-seal",
	"revoke token", "revoke token --family", "revoke user", "revoke all", "revoke undo",
}

// Acts are what Do records, each by the words of its command. The list is the caller's.
func Acts() []string { return slices.Clone(acts) }

// writeTimeout bounds the writing of an end, which goes on when the command is interrupted.
const writeTimeout = 10 * time.Second

// Trail is where acts are recorded. Its zero value records nothing and lets nothing be done.
type Trail struct {
	Table *dynamodb.Table
	Who   func(ctx context.Context) (string, error) // who acts
	Now   func() time.Time
}

// NotRecordedError says that something was not done, since its record could not be written.
type NotRecordedError struct {
	Act string
	Err error
}

// Error says that nothing was done, and why.
func (e *NotRecordedError) Error() string {
	return fmt.Sprintf("nothing was done, since it could not be recorded that %s begins: %v", e.Act, e.Err)
}

// Unwrap gives the cause.
func (e *NotRecordedError) Unwrap() error { return e.Err }

// EndError says that the end of an act could not be recorded, whatever became of it.
type EndError struct {
	ID  string // of the record
	Err error
}

// Error names the record.
func (e *EndError) Error() string {
	return fmt.Sprintf("the audit record %s does not say how it ended, since that could not be written: %v", e.ID, e.Err)
}

// Unwrap gives the cause.
func (e *EndError) Unwrap() error { return e.Err }

// Do does something and records it: act is what, one of Acts, and to says to what, without any secret. The error is that of do,
// or a [*NotRecordedError], with which do was not called, or, where do was, an [*EndError] beside its own.
func (t *Trail) Do(ctx context.Context, act string, to []Detail, do func() error) error {
	id, err := t.begin(ctx, act, to)
	if err != nil {
		return &NotRecordedError{act, err}
	}
	failed := do()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if err := t.put(ctx, endItem(id, t.Now(), failed)); err != nil {
		return errors.Join(failed, &EndError{id, err})
	}
	return failed
}

func (t *Trail) begin(ctx context.Context, act string, to []Detail) (id string, err error) {
	if t.Table == nil || t.Who == nil || t.Now == nil {
		return "", errors.New("there is no table of audit records")
	}
	if !slices.Contains(acts, act) {
		return "", errors.New("it is no act that has records")
	}
	by, err := t.Who(ctx)
	if err != nil {
		return "", err
	}
	if by == "" {
		return "", errors.New("nobody knows who does it")
	}
	now := t.Now().UTC()
	id = now.Format("20060102T150405.000Z-") + rand.Text()[:12]
	return id, t.put(ctx, beginItem(Record{ID: id, At: now, By: by, Act: act, To: to}))
}

// put adds an item. One that is there already is another's.
func (t *Trail) put(ctx context.Context, item dynamodb.Item) error {
	return t.Table.Put(ctx, item, dynamodb.Condition{Expression: "attribute_not_exists(" + dynamodb.Key + ")", Once: true})
}

// maxText bounds texts of records, in bytes.
const maxText = 1024

// cut shortens a text to what may stand in a record.
func cut(text string) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= maxText {
		return text
	}
	for at := maxText; ; at-- {
		if utf8.RuneStart(text[at]) {
			return text[:at] + "…"
		}
	}
}
