package trail

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers/dynamodb"
	"portcullis/deploy/portcullis/internal/cli"
)

// Detail says of an act what it is about: a name such as "key", and its value.
type Detail struct{ Name, Value string }

// Record is an act.
type Record struct {
	ID      string
	At      time.Time // when it began, in UTC
	By      string    // who did it
	Act     string    // such as "key create"
	To      []Detail
	Outcome string    // Done, Failed or Unknown
	Error   string    // why it failed
	Ended   time.Time // zero: that is not known
}

// The attributes of items. The end of an act is an item of its own, whose id is that of the beginning and a suffix.
const (
	attributeAt      = "at"
	attributeBy      = "by"
	attributeAct     = "act"
	attributeTo      = "to"
	attributeOutcome = "outcome"
	attributeError   = "error"

	endSuffix = "/end"
	timeForm  = "2006-01-02T15:04:05.000Z07:00" // RFC 3339
)

func beginItem(r Record) dynamodb.Item {
	to := make([]string, len(r.To))
	for i, d := range r.To {
		to[i] = d.Name + "=" + cut(d.Value)
	}
	return dynamodb.Item{
		dynamodb.Key: dynamodb.Text(r.ID), attributeAt: dynamodb.Text(r.At.Format(timeForm)), attributeBy: dynamodb.Text(cut(r.By)),
		attributeAct: dynamodb.Text(r.Act), attributeTo: dynamodb.Texts(to),
	}
}

func endItem(id string, now time.Time, failed error) dynamodb.Item {
	item := dynamodb.Item{
		dynamodb.Key: dynamodb.Text(id + endSuffix), attributeAt: dynamodb.Text(now.UTC().Format(timeForm)), attributeOutcome: dynamodb.Text(Done),
	}
	if failed != nil {
		item[attributeOutcome], item[attributeError] = dynamodb.Text(Failed), dynamodb.Text(cut(cli.OneLine(cli.Redact(failed.Error()))))
	}
	return item
}

// ItemError says that an item of the table is no audit record.
type ItemError struct {
	ID        string
	Attribute string // the one at fault
}

// Error names the item and the attribute.
func (e *ItemError) Error() string {
	return fmt.Sprintf("the item %.100q is no audit record: %s is missing or of another kind", e.ID, e.Attribute)
}

// All reads all records of a table, the oldest first. Items that are none are told beside them.
func All(ctx context.Context, table *dynamodb.Table) (records []Record, broken []error, err error) {
	ends := map[string]dynamodb.Item{}
	for behind, more := "", true; more; more = behind != "" {
		var items []dynamodb.Item
		if items, behind, err = table.Scan(ctx, 0, behind); err != nil {
			return nil, nil, err
		}
		for _, item := range items {
			r := dynamodb.Reader{Item: item}
			id := r.Text(dynamodb.Key)
			if begin, isEnd := strings.CutSuffix(id, endSuffix); isEnd {
				ends[begin] = item
				continue
			}
			record, err := read(id, &r)
			if err != nil {
				broken = append(broken, err)
				continue
			}
			records = append(records, record)
		}
	}
	for i := range records {
		if end, there := ends[records[i].ID]; there {
			delete(ends, records[i].ID)
			if err := records[i].end(end); err != nil {
				broken = append(broken, err)
			}
		}
	}
	for id := range ends {
		broken = append(broken, &ItemError{id + endSuffix, "its beginning"})
	}
	slices.SortFunc(records, func(a, b Record) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	slices.SortFunc(broken, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return records, broken, nil
}

func read(id string, r *dynamodb.Reader) (Record, error) {
	record := Record{ID: id, At: timeOf(r), By: r.Text(attributeBy), Act: r.Text(attributeAct), Outcome: Unknown}
	for _, text := range r.Texts(attributeTo) {
		name, value, found := strings.Cut(text, "=")
		if !found {
			r.Refuse(attributeTo)
		}
		record.To = append(record.To, Detail{name, value})
	}
	if r.Bad != "" {
		return record, &ItemError{id, r.Bad}
	}
	return record, nil
}

// end adds what the second item says. One that is no end leaves the outcome unknown.
func (record *Record) end(item dynamodb.Item) error {
	r := &dynamodb.Reader{Item: item}
	ended, outcome, failure := timeOf(r), r.Text(attributeOutcome), ""
	if r.Has(attributeError) {
		failure = r.Text(attributeError)
	}
	if outcome != Done && outcome != Failed {
		r.Refuse(attributeOutcome)
	}
	if r.Bad != "" {
		return &ItemError{record.ID + endSuffix, r.Bad}
	}
	record.Ended, record.Outcome, record.Error = ended, outcome, failure
	return nil
}

func timeOf(r *dynamodb.Reader) time.Time {
	at, err := time.Parse(timeForm, r.Text(attributeAt))
	if err != nil {
		r.Refuse(attributeAt)
	}
	return at.UTC()
}
