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

// streamSpecification is a StreamSpecification.
type streamSpecification struct {
	StreamEnabled  bool
	StreamViewType string `json:",omitempty"`
}

// streamSpecification is the member StreamSpecification, zero where it is absent.
func (r *request) streamSpecification() (wanted streamSpecification) {
	given := r.object("StreamSpecification")
	if given == nil {
		return wanted
	}
	if !given.read("StreamEnabled", &wanted.StreamEnabled) {
		r.refuse(null("StreamEnabled"))
	}
	_, viewed := given.members["StreamViewType"]
	switch {
	case viewed && !wanted.StreamEnabled:
		r.refuse(invalid("One or more parameter values were invalid: If stream is being disabled, then UpdateViewType must not be specified"))
	case !viewed && wanted.StreamEnabled:
		r.refuse(invalid("One or more parameter values were invalid: If stream is being enabled then UpdateViewType is required"))
	case viewed:
		wanted.StreamViewType = given.choice("StreamViewType", views...)
	}
	r.refuse(given.end())
	return wanted
}

// updateStream enables or disables a table's stream. A stream's view cannot be changed.
func (h *Handler) updateStream(t *table, wanted streamSpecification) *apiError {
	h.lock.Lock()
	defer h.lock.Unlock()
	if h.tables[t.name] != t {
		return noSuchTable(t.name)
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	switch open := t.stream != nil && t.stream.isOpen(); {
	case open && wanted.StreamEnabled:
		return invalid("Table already has an enabled stream: TableName: %s", t.name)
	case !open && !wanted.StreamEnabled:
		return invalid("Table has no stream to disable: TableName: %s", t.name)
	case open:
		t.stream.end()
	default:
		h.enable(t, wanted.StreamViewType)
	}
	return nil
}

// maxStreams is how many streams, or shards of a stream, an answer has. Source: API reference, ListStreams and DescribeStream.
const maxStreams = 100

type (
	streamEntry struct {
		StreamArn   string
		TableName   string
		StreamLabel string
	}
	streamsResponse struct {
		Streams                []streamEntry
		LastEvaluatedStreamArn string `json:",omitempty"`
	}
)

// listStreams gives the streams in the order in which they were made, those that ended in the last 24 hours too.
// Source: API reference, ListStreams.
func (h *Handler) listStreams(r *request) (any, *apiError) {
	table := r.text("TableName")
	limit := r.limit("Limit", maxStreams)
	behind := r.text("ExclusiveStartStreamArn")
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	response := streamsResponse{Streams: []streamEntry{}}
	h.lock.Lock()
	defer h.lock.Unlock()
	h.forgetStreams()
	from := 0
	if behind != "" {
		from = 1 + slices.IndexFunc(h.streams, func(s *Stream) bool { return s.arn == behind })
		if from == 0 {
			return nil, noSuchStream(behind)
		}
	}
	for _, s := range h.streams[from:] {
		if table != "" && s.table != table {
			continue
		}
		if len(response.Streams) == limit {
			response.LastEvaluatedStreamArn = response.Streams[limit-1].StreamArn
			break
		}
		response.Streams = append(response.Streams, streamEntry{s.arn, s.table, s.label})
	}
	return response, nil
}

func noSuchStream(arn string) *apiError {
	return &apiError{Type: resourceNotFound, Message: "Requested resource not found: Stream: " + arn + " not found"}
}

// streamByARN finds a stream whose records may be kept.
func (h *Handler) streamByARN(arn string) (*Stream, *apiError) {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.forgetStreams()
	if s := h.findStream(arn); s != nil {
		return s, nil
	}
	return nil, noSuchStream(arn)
}

// needed is a string that must be there.
func (r *request) needed(name string) string {
	text := r.text(name)
	if text == "" {
		r.refuse(null(name))
	}
	return text
}

type (
	// streamDescription is a StreamDescription.
	streamDescription struct {
		StreamArn               string
		StreamLabel             string
		StreamStatus            string
		StreamViewType          string
		CreationRequestDateTime float64 // seconds since 1970
		TableName               string
		KeySchema               schema
		Shards                  []shard
	}
	shard struct {
		ShardID             string `json:"ShardId"`
		SequenceNumberRange sequenceNumberRange
	}
	sequenceNumberRange struct {
		StartingSequenceNumber string
		EndingSequenceNumber   string `json:",omitempty"` // only of a shard that gets no more records
	}
)

// describeStream shows a stream. Source: API reference, DescribeStream.
func (h *Handler) describeStream(r *request) (any, *apiError) {
	arn := r.needed("StreamArn")
	r.limit("Limit", maxStreams)
	behind := r.text("ExclusiveStartShardId")
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	s, failure := h.streamByARN(arn)
	if failure != nil {
		return nil, failure
	}
	d := s.describe()
	switch behind {
	case "":
	case s.shardID():
		d.Shards = []shard{}
	default:
		return nil, s.noSuchShard(behind)
	}
	return struct{ StreamDescription streamDescription }{d}, nil
}

func (s *Stream) noSuchShard(id string) *apiError {
	return &apiError{Type: resourceNotFound, Message: "Requested resource not found: Shard: " + id + " in stream: " + s.arn + " not found"}
}

func (s *Stream) describe() streamDescription {
	s.lock.Lock()
	defer s.lock.Unlock()
	d := streamDescription{
		StreamArn: s.arn, StreamLabel: s.label, StreamStatus: "ENABLED", StreamViewType: s.view,
		CreationRequestDateTime: seconds(s.created), TableName: s.table, KeySchema: s.key,
		Shards: []shard{{ShardID: s.shardID(), SequenceNumberRange: sequenceNumberRange{StartingSequenceNumber: sequenceNumber(1)}}},
	}
	if !s.closed.IsZero() {
		d.StreamStatus = "DISABLED"
		d.Shards[0].SequenceNumberRange.EndingSequenceNumber = sequenceNumber(max(1, s.next-1))
	}
	return d
}

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
