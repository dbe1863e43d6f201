package dynamodb

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// The values of ShardIteratorType.
const (
	trimHorizon         = "TRIM_HORIZON"
	latest              = "LATEST"
	atSequenceNumber    = "AT_SEQUENCE_NUMBER"
	afterSequenceNumber = "AFTER_SEQUENCE_NUMBER"
)

// getShardIterator says where GetRecords begins. Source: API reference, GetShardIterator.
func (h *Handler) getShardIterator(r *request) (any, *apiError) {
	arn, id := r.needed("StreamArn"), r.needed("ShardId")
	kind, number := r.needed("ShardIteratorType"), r.text("SequenceNumber")
	if kinds := []string{atSequenceNumber, afterSequenceNumber, latest, trimHorizon}; kind != "" && !slices.Contains(kinds, kind) {
		r.refuse(notAmong("ShardIteratorType", kind, kinds))
	}
	if numbered := kind == atSequenceNumber || kind == afterSequenceNumber; numbered != (number != "") {
		r.refuse(invalid("SequenceNumber goes with AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER, and they with it"))
	}
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	s, failure := h.streamByARN(arn)
	if failure != nil {
		return nil, failure
	}
	if id != s.shardID() {
		return nil, s.noSuchShard(id)
	}
	from, failure := s.from(kind, number)
	if failure != nil {
		return nil, failure
	}
	return struct{ ShardIterator string }{iterator{arn, from, h.now()}.String()}, nil
}

// from is the number of the record that an iterator begins with.
func (s *Stream) from(kind, number string) (int, *apiError) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.trim()
	switch kind {
	case trimHorizon:
		return s.oldest(), nil
	case latest:
		return s.next, nil
	}
	n, err := s.number(number)
	switch {
	case err != nil || n == 0:
		return 0, invalid("Invalid SequenceNumber: %s is that of no record of the shard", number)
	case n < s.oldest():
		return 0, errTrimmed
	case kind == afterSequenceNumber:
		n++
	}
	return n, nil
}

var errTrimmed = &apiError{Type: trimmedData, Message: "The data you are trying to access has been trimmed."}

// iteratorAge is how long an iterator can be used. Source: API reference, GetShardIterator.
const iteratorAge = 15 * time.Minute

// iterator is a ShardIterator: from which record on, and when it was given.
type iterator struct {
	arn   string
	from  int
	given time.Time
}

// String is the text that clients get, and see nothing in.
func (i iterator) String() string {
	return i.arn + "|1|" + base64.StdEncoding.EncodeToString(fmt.Append(nil, i.from, " ", i.given.UnixMilli()))
}

func parseIterator(text string) (i iterator, failure *apiError) {
	failure = invalid("Invalid ShardIterator")
	arn, place, ok := strings.Cut(text, "|1|")
	plain, err := base64.StdEncoding.DecodeString(place)
	if !ok || err != nil {
		return i, failure
	}
	var given int64
	if n, err := fmt.Sscanf(string(plain), "%d %d", &i.from, &given); n != 2 || err != nil || i.from < 1 {
		return i, failure
	}
	i.arn, i.given = arn, time.UnixMilli(given)
	return i, nil
}

// The limits of GetRecords: records, and the bytes of their SizeBytes. Source: API reference, GetRecords.
const (
	maxGetRecords     = 1000
	maxGetRecordsSize = 1 << 20
)

// recordsResponse is GetRecords'. There is no NextShardIterator where the shard gets no more records and all were given.
type recordsResponse struct {
	Records           []wireRecord
	NextShardIterator string `json:",omitempty"`
}

// wireRecord is a Record as GetRecords gives it: without the stream's ARN, and with other names in userIdentity.
type wireRecord struct {
	Record
	UserIdentity   *wireIdentity `json:"userIdentity,omitempty"`
	EventSourceARN string        `json:"eventSourceARN,omitempty"`
}

type wireIdentity struct {
	PrincipalID string `json:"PrincipalId"`
	Type        string
}

// getRecords reads records of a shard. Source: API reference, GetRecords.
func (h *Handler) getRecords(r *request) (any, *apiError) {
	text := r.needed("ShardIterator")
	limit := r.limit("Limit", maxGetRecords)
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	i, failure := parseIterator(text)
	if failure != nil {
		return nil, failure
	}
	if h.now().Sub(i.given) > iteratorAge {
		return nil, &apiError{Type: expiredIterator, Message: "The provided iterator exceeds the maximum age allowed."}
	}
	s, failure := h.streamByARN(i.arn)
	if failure != nil {
		return nil, failure
	}
	return h.recordsFrom(s, i, limit)
}

func (h *Handler) recordsFrom(s *Stream, i iterator, limit int) (any, *apiError) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.trim()
	if i.from > s.next {
		return nil, invalid("Invalid ShardIterator")
	}
	records, err := s.read(i.from, limit, maxGetRecordsSize)
	response := recordsResponse{Records: []wireRecord{}}
	for _, record := range records {
		w := wireRecord{Record: record}
		if who := record.UserIdentity; who != nil {
			w.UserIdentity = &wireIdentity{who.PrincipalID, who.Type}
		}
		response.Records = append(response.Records, w)
	}
	i.from += len(records)
	switch {
	case errors.Is(err, ErrTrimmed):
		return nil, errTrimmed
	case errors.Is(err, io.EOF), !s.closed.IsZero() && i.from == s.next:
		return response, nil
	}
	response.NextShardIterator = iterator{i.arn, i.from, h.now()}.String()
	return response, nil
}
