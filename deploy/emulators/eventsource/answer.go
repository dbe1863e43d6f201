package eventsource

import (
	"bytes"
	"encoding/json"
	"errors"
)

// errAnswer says that an answer does not tell which records have to come again: all of them have to.
var errAnswer = errors.New(`the answer names no record of the batch that is to come again: want {"batchItemFailures":[{"itemIdentifier":"SEQUENCE NUMBER"}]}, or an empty list`)

// firstFailed is the index of the first record of a batch that a function's answer says has to come again, with all behind it; the
// number of records where none has.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html. It does not say what becomes of an
// answer of another form; such a batch fails here.
func firstFailed(answer []byte, batch []Record) (int, error) {
	var members map[string]json.RawMessage
	switch answer = bytes.TrimSpace(answer); {
	case len(answer) == 0:
		return len(batch), nil
	case json.Unmarshal(answer, &members) != nil:
		return 0, errAnswer
	case len(members) == 0:
		return len(batch), nil
	}
	var failures []map[string]json.RawMessage
	list, there := members["batchItemFailures"]
	if !there || json.Unmarshal(list, &failures) != nil {
		return 0, errAnswer
	}
	first := len(batch)
	for _, failure := range failures {
		at, known := indexOf(failure["itemIdentifier"], batch)
		if !known {
			return 0, errAnswer
		}
		first = min(first, at)
	}
	return first, nil
}

// indexOf finds the record of a sequence number, a JSON text.
func indexOf(number json.RawMessage, batch []Record) (int, bool) {
	var text *string
	if json.Unmarshal(number, &text) != nil || text == nil {
		return 0, false
	}
	for i, record := range batch {
		if record.SequenceNumber == *text {
			return i, true
		}
	}
	return 0, false
}
