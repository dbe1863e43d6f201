package dynamodb_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/deploy/emulators/dynamodb"
)

// clock is a time that tests move.
type clock struct {
	lock sync.Mutex
	at   time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.at = c.at.Add(d)
}

// streaming is a server with the table "changes", whose stream has the new and the old images.
func streaming(t testing.TB, c *clock) *dynamodb.Handler {
	t.Helper()
	h, err := dynamodb.New(dynamodb.Config{Now: c.now, Tables: []dynamodb.Table{{
		Name: "changes", PartitionKey: "id", TimeToLive: "ends", Stream: "NEW_AND_OLD_IMAGES",
		Indexes: []dynamodb.Index{{Name: "by-kind", PartitionKey: "kind"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func stream(t testing.TB, h *dynamodb.Handler) *dynamodb.Stream {
	t.Helper()
	s, err := h.Stream("changes")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func putText(t *testing.T, h http.Handler, id, text string) {
	t.Helper()
	want(t, h, "PutItem", fmt.Sprintf(`{"TableName":"changes","Item":{"id":{"S":%q},"text":{"S":%q}}}`, id, text))
}

// ask asks for an operation and reads the answer into what a pointer points to.
func ask(t *testing.T, h http.Handler, operation, body string, answer any) {
	t.Helper()
	if err := json.NewDecoder(call(h, operation, body).Body).Decode(answer); err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
}

// shardOf are the members by which a request names the shard of the only stream.
func shardOf(t *testing.T, h http.Handler) string {
	t.Helper()
	var streams struct{ Streams []struct{ StreamArn string } }
	ask(t, h, "ListStreams", `{}`, &streams)
	var shown struct {
		StreamDescription struct{ Shards []struct{ ShardId string } }
	}
	ask(t, h, "DescribeStream", `{"StreamArn":"`+streams.Streams[0].StreamArn+`"}`, &shown)
	return fmt.Sprintf(`"StreamArn":%q,"ShardId":%q`, streams.Streams[0].StreamArn, shown.StreamDescription.Shards[0].ShardId)
}

// shardIterator asks for an iterator; "" where there is an error, which it gives.
func shardIterator(t *testing.T, h http.Handler, shard, kind string) (iterator, failure string) {
	t.Helper()
	var answer struct {
		ShardIterator string
		Type          string `json:"__type"`
	}
	ask(t, h, "GetShardIterator", `{`+shard+`,"ShardIteratorType":`+kind+`}`, &answer)
	return answer.ShardIterator, afterHash(answer.Type)
}

func afterHash(kind string) string { return kind[strings.LastIndex(kind, "#")+1:] }

// page is an answer of GetRecords.
type page struct {
	Records []struct {
		Dynamodb struct {
			Keys           map[string]struct{ S string }
			SequenceNumber string
		}
	}
	NextShardIterator string
	Type              string `json:"__type"`
}

func (p page) ids() (ids string) {
	for _, r := range p.Records {
		ids += r.Dynamodb.Keys["id"].S
	}
	return ids
}

func records(t *testing.T, h http.Handler, iterator string, limit int) (p page) {
	t.Helper()
	ask(t, h, "GetRecords", fmt.Sprintf(`{"ShardIterator":%q,"Limit":%d}`, iterator, limit), &p)
	return p
}

// TestRetention: records are kept for 24 hours, and who asks for one that is gone is told so, as is who has an old iterator.
func TestRetention(t *testing.T) {
	c := newClock()
	h := streaming(t, c)
	shard, s := shardOf(t, h), stream(t, h)
	putText(t, h, "a", "1")
	first := s.Latest()
	c.pass(time.Hour)
	putText(t, h, "b", "1")
	second := s.Latest()
	old, _ := shardIterator(t, h, shard, `"TRIM_HORIZON"`)

	c.pass(15 * time.Minute)
	if p := records(t, h, old, 10); p.ids() != "ab" {
		t.Errorf("after 15 minutes: %+v", p)
	}
	c.pass(time.Second)
	if p := records(t, h, old, 10); afterHash(p.Type) != "ExpiredIteratorException" {
		t.Errorf("after more than 15 minutes: %+v", p)
	}
	c.pass(23*time.Hour - 15*time.Minute - 2*time.Second)
	soon, _ := shardIterator(t, h, shard, `"TRIM_HORIZON"`)
	if p := records(t, h, soon, 10); p.ids() != "ab" {
		t.Errorf("just before 24 hours: %+v", p)
	}
	c.pass(time.Second)
	if p := records(t, h, soon, 10); afterHash(p.Type) != "TrimmedDataAccessException" {
		t.Errorf("after 24 hours, by an iterator from before: %+v", p)
	}
	for kind, wanted := range map[string]string{
		`"TRIM_HORIZON"`: "b", `"LATEST"`: "", `"AT_SEQUENCE_NUMBER","SequenceNumber":"` + second + `"`: "b", `"AFTER_SEQUENCE_NUMBER","SequenceNumber":"` + second + `"`: "",
	} {
		iterator, failure := shardIterator(t, h, shard, kind)
		if p := records(t, h, iterator, 10); p.ids() != wanted || p.Type != "" {
			t.Errorf("%s: %+v, %s", kind, p, failure)
		}
	}
	for _, kind := range []string{`"AT_SEQUENCE_NUMBER","SequenceNumber":"` + first + `"`, `"AFTER_SEQUENCE_NUMBER","SequenceNumber":"` + first + `"`} {
		if iterator, failure := shardIterator(t, h, shard, kind); failure != "TrimmedDataAccessException" {
			t.Errorf("%s: %s, %s", kind, iterator, failure)
		}
	}
	checkRead(t, s, "", "b", nil)
	checkRead(t, s, first, "b", nil) // nothing behind it is missing
	c.pass(time.Hour)
	checkRead(t, s, "", "", nil)
	checkRead(t, s, first, "", dynamodb.ErrTrimmed)
	checkRead(t, s, second, "", nil)
	checkRead(t, s, s.Latest(), "", nil)
}

func checkRead(t *testing.T, s *dynamodb.Stream, after, wanted string, failure error) {
	t.Helper()
	got, err := s.Read(after, 100)
	ids := ""
	for _, r := range got {
		ids += r.Change.Keys["id"].Text
	}
	if ids != wanted || !errors.Is(err, failure) {
		t.Errorf("behind %q: %s, %v; want %s, %v", after, ids, err, wanted, failure)
	}
}

// TestManyRecords: as many records as 10,000 are kept, and as 64 MB; of those that are not, the newest.
func TestManyRecords(t *testing.T) {
	h := streaming(t, newClock())
	s := stream(t, h)
	start := s.Latest()
	for i := range 10_001 {
		putText(t, h, "a", fmt.Sprint(i))
	}
	kept, err := s.Read("", 20_000)
	if err != nil || len(kept) != 10_000 || kept[0].Change.NewImage["text"].Text != "1" || kept[9999].Change.NewImage["text"].Text != "10000" {
		t.Errorf("%d records are kept, %v", len(kept), err)
	}
	if _, err := s.Read(start, 1); !errors.Is(err, dynamodb.ErrTrimmed) {
		t.Errorf("of what is gone: %v", err)
	}
	putText(t, h, "a", strings.Repeat("x", 390<<10))
	for i := range 100 {
		want(t, h, "UpdateItem", fmt.Sprintf(`{"TableName":"changes","Key":{"id":{"S":"a"}},"UpdateExpression":"SET n = :n","ExpressionAttributeValues":{":n":{"N":"%d"}}}`, i))
	}
	kept, err = s.Read("", 20_000)
	size := 0
	for _, r := range kept {
		size += r.Change.SizeBytes
	}
	if err != nil || size > 64<<20 || size < 62<<20 {
		t.Errorf("%d records of %d bytes are kept, %v", len(kept), size, err)
	}
}

// TestRecordPages: an answer has as many records as are asked for, and not much more than 1 MB.
func TestRecordPages(t *testing.T) {
	h := streaming(t, newClock())
	shard := shardOf(t, h)
	iterator, _ := shardIterator(t, h, shard, `"LATEST"`)
	for i := range 9 {
		putText(t, h, fmt.Sprint(i), strings.Repeat("x", 300<<10))
	}
	var pages []string
	for len(pages) < 10 {
		p := records(t, h, iterator, 1000)
		if len(p.Records) == 0 {
			break
		}
		pages, iterator = append(pages, p.ids()), p.NextShardIterator
	}
	if got := strings.Join(pages, " "); got != "012 345 678" {
		t.Errorf("pages %s", got)
	}
}

// TestRecordsForLambda: the JSON of a Record is that of the event that Lambda hands to a function.
func TestRecordsForLambda(t *testing.T) {
	c := newClock()
	h := streaming(t, c)
	want(t, h, "PutItem", `{"TableName":"changes","Item":{"id":{"S":"ann"},"ends":{"N":"1772366400"},"b":{"B":"AQ=="},"l":{"L":[{"NULL":true}]}}}`)
	c.pass(1500 * time.Millisecond)
	if n := h.Sweep(); n != 1 {
		t.Errorf("%d items were deleted", n)
	}
	got, err := stream(t, h).Read("", 10)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	image := `{"b":{"B":"AQ=="},"ends":{"N":"1772366400"},"id":{"S":"ann"},"l":{"L":[{"NULL":true}]}}`
	common := `"eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"local","dynamodb":{"ApproximateCreationDateTime":%d,"Keys":{"id":{"S":"ann"}},"%s":` +
		image + `,"SequenceNumber":"10000000000000000000%d","SizeBytes":28,"StreamViewType":"NEW_AND_OLD_IMAGES"}`
	arn := `"eventSourceARN":"arn:aws:dynamodb:local:000000000000:table/changes/stream/2026-03-01T12:00:00.000"}`
	for i, wanted := range []string{
		`"eventName":"INSERT",` + fmt.Sprintf(common, 1772366400, "NewImage", 1) + `,` + arn,
		`"eventName":"REMOVE",` + fmt.Sprintf(common, 1772366401, "OldImage", 2) + `,"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},` + arn,
	} {
		text := compact(t, got[i])
		if id := got[i].EventID; len(id) != 32 || text != `{"eventID":"`+id+`",`+wanted {
			t.Errorf("%s\nwant …%s", text, wanted)
		}
	}
	if got[0].EventID == got[1].EventID {
		t.Error("two records have one ID")
	}
}

// TestSweep: what has expired is deleted, and nothing else.
func TestSweep(t *testing.T) {
	c := newClock()
	h := streaming(t, c)
	now := c.now().Unix()
	const year = 365 * 24 * 3600
	tests := []struct {
		id, ends string
		stays    bool
	}{
		{"past", fmt.Sprintf(`{"N":"%d"}`, now-1), false},
		{"just past", fmt.Sprintf(`{"N":"%d.9"}`, now-1), false},
		{"long past", fmt.Sprintf(`{"N":"%d"}`, now-5*year), false},
		{"now", fmt.Sprintf(`{"N":"%d"}`, now), true},
		{"future", fmt.Sprintf(`{"N":"%d"}`, now+1), true},
		{"too long past", fmt.Sprintf(`{"N":"%d"}`, now-5*year-1), true},
		{"milliseconds", fmt.Sprintf(`{"N":"%d"}`, (now-1)*1000), true},
		{"negative", `{"N":"-1"}`, true},
		{"a string", fmt.Sprintf(`{"S":"%d"}`, now-1), true},
		{"a list", fmt.Sprintf(`{"L":[{"N":"%d"}]}`, now-1), true},
	}
	for _, test := range tests {
		want(t, h, "PutItem", fmt.Sprintf(`{"TableName":"changes","Item":{"id":{"S":%q},"ends":%s,"kind":{"S":"x"}}}`, test.id, test.ends))
	}
	putText(t, h, "none", "x")
	s := stream(t, h)
	after := s.Latest()
	if n := h.Sweep(); n != 3 {
		t.Errorf("%d items were deleted, want 3", n)
	}
	for _, test := range tests {
		var item struct{ Item map[string]any }
		ask(t, h, "GetItem", fmt.Sprintf(`{"TableName":"changes","Key":{"id":{"S":%q}}}`, test.id), &item)
		if stays := item.Item != nil; stays != test.stays {
			t.Errorf("%s: stays %v, want %v", test.id, stays, test.stays)
		}
	}
	var counted struct{ Count int }
	ask(t, h, "Scan", `{"TableName":"changes","IndexName":"by-kind"}`, &counted)
	if counted.Count != 7 {
		t.Errorf("the index has %d items, want 7", counted.Count)
	}
	checkRead(t, s, after, "just pastlong pastpast", nil)
	want(t, h, "UpdateTimeToLive", `{"TableName":"changes","TimeToLiveSpecification":{"AttributeName":"ends","Enabled":false}}`)
	c.pass(time.Hour)
	if n := h.Sweep(); n != 0 {
		t.Errorf("%d items were deleted without a time to live", n)
	}
}

// TestReaders: while clients write at once, a reader is given each change once, those of one item in their order, and comes to
// the end with the table.
func TestReaders(t *testing.T) {
	const clients, each = 8, 200
	h := streaming(t, newClock())
	s := stream(t, h)
	var readers, writers sync.WaitGroup
	for _, after := range []string{"", s.Latest(), ""} {
		readers.Go(func() { readAll(t, s, after, clients, each) })
	}
	for i := range clients {
		writers.Go(func() {
			for n := range each {
				response := call(h, "PutItem", fmt.Sprintf(`{"TableName":"changes","Item":{"id":{"S":"%d"},"n":{"N":"%d"}}}`, i, n))
				if response.StatusCode != http.StatusOK {
					t.Errorf("status %d", response.StatusCode)
				}
			}
		})
	}
	writers.Wait()
	want(t, h, "DeleteTable", `{"TableName":"changes"}`)
	readers.Wait()
	if _, err := h.Stream("changes"); !errors.Is(err, dynamodb.ErrNoStream) {
		t.Errorf("of a table that is gone: %v", err)
	}
}

func readAll(t *testing.T, s *dynamodb.Stream, after string, clients, each int) {
	next, last := map[string]int{}, after
	for {
		came := s.Came()
		got, err := s.Read(last, 7)
		switch {
		case errors.Is(err, io.EOF):
			for id, n := range next {
				if n != each || len(next) != clients {
					t.Errorf("of %s %d changes came", id, n)
				}
			}
			return
		case err != nil:
			t.Error(err)
			return
		case len(got) == 0:
			<-came
		}
		for _, r := range got {
			id := r.Change.Keys["id"].Text
			if n := r.Change.NewImage["n"].Text; n != fmt.Sprint(next[id]) || r.Change.SequenceNumber <= last {
				t.Errorf("of %s came %s, want %d", id, n, next[id])
				return
			}
			next[id]++
			last = r.Change.SequenceNumber
		}
	}
}

// TestCame: who waits is woken by a change and by the end, and by nothing else.
func TestCame(t *testing.T) {
	h := streaming(t, newClock())
	s := stream(t, h)
	tests := []struct {
		name, operation, body string
		wakes                 bool
	}{
		{"a new item", "PutItem", `{"TableName":"changes","Item":{"id":{"S":"a"}}}`, true},
		{"the same item", "PutItem", `{"TableName":"changes","Item":{"id":{"S":"a"}}}`, false},
		{"a read", "Scan", `{"TableName":"changes"}`, false},
		{"an item that is not there", "DeleteItem", `{"TableName":"changes","Key":{"id":{"S":"b"}}}`, false},
		{"a deleted item", "DeleteItem", `{"TableName":"changes","Key":{"id":{"S":"a"}}}`, true},
		{"the end", "DeleteTable", `{"TableName":"changes"}`, true},
	}
	for _, test := range tests {
		came := s.Came()
		want(t, h, test.operation, test.body)
		woken := false
		select {
		case <-came:
			woken = true
		default:
		}
		if woken != test.wakes {
			t.Errorf("%s: wakes %v, want %v", test.name, woken, test.wakes)
		}
	}
}

// TestStreamRefuses: a Stream gives nothing for a number that it has not given, and there is none of a table without one.
func TestStreamRefuses(t *testing.T) {
	h := streaming(t, newClock())
	s := stream(t, h)
	putText(t, h, "a", "1")
	for _, number := range []string{"1", "x", "-1", "100000000000000000002", "200000000000000000001", "10000000000000000001", "1-0000000000000000001", s.Latest() + "0"} {
		if got, err := s.Read(number, 1); !errors.Is(err, dynamodb.ErrSequenceNumber) || got != nil {
			t.Errorf("behind %s: %v, %v", number, got, err)
		}
	}
	want(t, h, "UpdateTable", `{"TableName":"changes","StreamSpecification":{"StreamEnabled":false}}`)
	for _, table := range []string{"changes", "absent"} {
		if got, err := h.Stream(table); !errors.Is(err, dynamodb.ErrNoStream) || got != nil {
			t.Errorf("of %s: %v, %v", table, got, err)
		}
	}
	checkRead(t, s, "", "a", nil)
	checkRead(t, s, s.Latest(), "", io.EOF)
	want(t, h, "UpdateTable", `{"TableName":"changes","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}`)
	if again := stream(t, h); again == s || again.ARN() == s.ARN() {
		t.Error("a stream that is enabled again is the same")
	}
}

// TestStreamsAreForgotten: a stream that ended is there for as long as its records.
func TestStreamsAreForgotten(t *testing.T) {
	c := newClock()
	h := streaming(t, c)
	shard := shardOf(t, h)
	want(t, h, "DeleteTable", `{"TableName":"changes"}`)
	c.pass(24*time.Hour - time.Second)
	if _, failure := shardIterator(t, h, shard, `"LATEST"`); failure != "" {
		t.Errorf("just before 24 hours: %s", failure)
	}
	c.pass(time.Second)
	if _, failure := shardIterator(t, h, shard, `"LATEST"`); failure != "ResourceNotFoundException" {
		t.Errorf("after 24 hours: %q", failure)
	}
	var streams struct{ Streams []any }
	ask(t, h, "ListStreams", `{}`, &streams)
	if len(streams.Streams) != 0 {
		t.Errorf("there are %v", streams.Streams)
	}
}

// TestRegion: ARNs and records name the region that is configured, those of tables that clients make too.
func TestRegion(t *testing.T) {
	h, err := dynamodb.New(dynamodb.Config{Region: "eu-west-1", Tables: []dynamodb.Table{{Name: "changes", PartitionKey: "id", Stream: "NEW_IMAGE"}}})
	if err != nil {
		t.Fatal(err)
	}
	const arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/"
	putText(t, h, "ann", "x")
	got, err := stream(t, h).Read("", 10)
	if err != nil || len(got) != 1 || got[0].AWSRegion != "eu-west-1" || !strings.HasPrefix(got[0].EventSourceARN, arn+"changes/stream/") {
		t.Errorf("%+v, %v", got, err)
	}
	var made struct{ TableDescription struct{ TableArn string } }
	ask(t, h, "CreateTable", `{"TableName":"more","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}`, &made)
	if made.TableDescription.TableArn != arn+"more" {
		t.Errorf("table %+v", made)
	}
}
