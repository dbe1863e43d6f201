package dynamodb

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// What a stream keeps: records for 24 hours, as DynamoDB does, and no more of them than memory is for. The oldest go first.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html.
const (
	retention      = 24 * time.Hour
	maxRecords     = 10_000
	maxRecordsSize = 64 << 20 // in the bytes of SizeBytes
)

// Stream is the changes of a table's items, each once and in the order in which they were made: for readers in this program,
// what GetRecords is for others. It has one shard. Its methods may be called from several goroutines at once.
//
// A reader keeps the sequence number of the last record that it is done with, and goes on behind it:
//
//	for after := stream.Latest(); ; {
//		came := stream.Came() // before Read, so that nothing comes unseen between the two
//		records, err := stream.Read(after, 100)
//		if err != nil {
//			return err
//		}
//		if len(records) == 0 {
//			<-came
//			continue
//		}
//		after = records[len(records)-1].Change.SequenceNumber
//	}
type Stream struct {
	arn, label, table string
	region            string // of the ARN
	key               schema
	view              string // a value of StreamViewType
	created           time.Time
	now               func() time.Time

	lock   sync.Mutex
	kept   []kept // the oldest first
	next   int    // the number of the record that comes next; the first is 1
	size   int    // of the kept records, in the bytes of SizeBytes
	closed time.Time
	came   chan struct{}
}

// kept is a record, and when it was made.
type kept struct {
	record Record
	made   time.Time
}

// The errors of a Stream's readers.
var (
	// ErrNoStream says that a table has no stream that is enabled, or that there is no such table.
	ErrNoStream = errors.New("dynamodb: no stream is enabled")
	// ErrTrimmed says that records behind a sequence number are no longer kept: who reads on misses them.
	ErrTrimmed = errors.New("dynamodb: records are no longer kept")
	// ErrSequenceNumber says that a text is no sequence number of a stream's.
	ErrSequenceNumber = errors.New("dynamodb: not a sequence number of this stream")
)

func newStream(t *table, at time.Time, view string, now func() time.Time) *Stream {
	return &Stream{
		arn: t.streamARN(at), label: at.Format(labelForm), table: t.name, region: t.region, key: t.key, view: view,
		created: at, now: now, next: 1, came: make(chan struct{}),
	}
}

// ARN names the stream, such as arn:aws:dynamodb:local:000000000000:table/users/stream/2026-03-01T12:00:00.000.
func (s *Stream) ARN() string { return s.arn }

// Latest is the sequence number of the newest record. Where there has been none, it is that before the first.
func (s *Stream) Latest() string {
	s.lock.Lock()
	defer s.lock.Unlock()
	return sequenceNumber(s.next - 1)
}

// Came is closed as soon as there are more records than now, or as the stream ends.
func (s *Stream) Came() <-chan struct{} {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.came
}

// Read gives up to limit records behind the one that has a sequence number, or from the oldest that is kept where that is "".
// It is ErrTrimmed where records behind it were trimmed, ErrSequenceNumber where this stream cannot have given the number, and
// io.EOF where the stream has ended and all its records were given.
func (s *Stream) Read(after string, limit int) ([]Record, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.trim()
	from := s.oldest()
	if after != "" {
		n, err := s.number(after)
		if err != nil {
			return nil, err
		}
		from = n + 1
	}
	return s.read(from, limit, math.MaxInt)
}

// read gives records from a number on, with at most so many bytes, but one at least. Who calls it has the lock.
func (s *Stream) read(from, limit, bytes int) (records []Record, err error) {
	if from < s.oldest() {
		return nil, ErrTrimmed
	}
	for _, k := range s.kept[from-s.oldest():] {
		bytes -= k.record.Change.SizeBytes
		if len(records) == limit || bytes < 0 && len(records) > 0 {
			return records, nil
		}
		records = append(records, k.record)
	}
	if len(records) == 0 && !s.closed.IsZero() {
		return nil, io.EOF
	}
	return records, nil
}

// oldest is the number of the oldest record that is kept, or of the next where none is.
func (s *Stream) oldest() int { return s.next - len(s.kept) }

// trim lets go of what is no longer to be kept.
func (s *Stream) trim() {
	for len(s.kept) > 0 {
		oldest := s.kept[0]
		if len(s.kept) <= maxRecords && s.size <= maxRecordsSize && s.now().Sub(oldest.made) < retention {
			return
		}
		s.size -= oldest.record.Change.SizeBytes
		s.kept[0] = kept{}
		s.kept = s.kept[1:]
	}
}

// add keeps a record of a change. Who is nil for clients.
func (s *Stream) add(old, item attribute.Item, who *Identity) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if !s.closed.IsZero() || eventName(old, item) == "" {
		return
	}
	made := s.now()
	k := kept{s.record(old, item, sequenceNumber(s.next), made, who), made}
	s.kept = append(s.kept, k)
	s.size += k.record.Change.SizeBytes
	s.next++
	s.trim()
	s.tell()
}

// tell wakes those who wait.
func (s *Stream) tell() {
	close(s.came)
	s.came = make(chan struct{})
}

// end closes the stream. What it has can be read on.
func (s *Stream) end() {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.closed.IsZero() {
		s.closed = s.now()
		s.tell()
	}
}

// isOpen tells whether changes are still added.
func (s *Stream) isOpen() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.closed.IsZero()
}

// isGone tells whether the stream ended so long ago that nothing of it is kept.
func (s *Stream) isGone() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return !s.closed.IsZero() && s.now().Sub(s.closed) >= retention
}

// sequenceNumber writes a record's number in 21 digits, the fewest that a sequence number has, so that texts and numbers have one
// order.
func sequenceNumber(n int) string { return fmt.Sprintf("1%020d", n) }

// number reads the number of a record that there has been, or of the one before the first.
func (s *Stream) number(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(text, "1"))
	if err != nil || n < 0 || n >= s.next || sequenceNumber(n) != text {
		return 0, ErrSequenceNumber
	}
	return n, nil
}

// shardID names the one shard.
func (s *Stream) shardID() string {
	return fmt.Sprintf("shardId-%020d-%08x", s.created.UnixMilli(), crc32.ChecksumIEEE([]byte(s.arn)))
}

// Stream finds the stream of a table that is enabled now, or ErrNoStream. It ends with the table, and when it is disabled;
// one that is enabled later is another.
func (h *Handler) Stream(table string) (*Stream, error) {
	t, failure := h.table(table)
	if failure == nil {
		if s := t.latestStream(); s != nil && s.isOpen() {
			return s, nil
		}
	}
	return nil, fmt.Errorf("table %s: %w", table, ErrNoStream)
}

func (t *table) latestStream() *Stream {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.stream
}

// enable opens a stream of a table. Its label is the time, or else the next that none of the table's streams has. Who calls it
// has the lock of h, and that of t where others have the table already.
func (h *Handler) enable(t *table, view string) {
	h.forgetStreams()
	at := h.now().UTC()
	for h.findStream(t.streamARN(at)) != nil {
		at = at.Add(time.Millisecond)
	}
	t.stream = newStream(t, at, view, h.now)
	h.streams = append(h.streams, t.stream)
}

// labelForm is a stream's label, a time.
const labelForm = "2006-01-02T15:04:05.000"

func (t *table) streamARN(at time.Time) string { return t.arn() + "/stream/" + at.Format(labelForm) }

// findStream finds a stream by its ARN, nil where there is none. Who calls it has the lock.
func (h *Handler) findStream(arn string) *Stream {
	for _, s := range h.streams {
		if s.arn == arn {
			return s
		}
	}
	return nil
}

// forgetStreams lets go of the streams that ended so long ago that nothing of them is kept. Who calls it has the lock.
func (h *Handler) forgetStreams() {
	h.streams = slices.DeleteFunc(h.streams, (*Stream).isGone)
}
