package dynamodb

import "slices"

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
		r.refuse(r.null("StreamEnabled"))
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
		r.refuse(r.null(name))
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
