package dynamodb_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
)

var update = flag.Bool("update", false, "write the files of requests in testdata anew, with the answers of this package")

// requestFiles has files of requests. Each begins without tables.
var requestFiles = []string{"testdata/requests.txt", "testdata/writes.txt", "testdata/keys.txt", "testdata/indexes.txt", "testdata/streams.txt"}

// exchange is a request, its answer, and why moto answers otherwise; "" where it answers the same.
type exchange struct {
	line            int
	request, answer string
	moto            string
}

// readExchanges reads a file: a request on a line, then "< " and the answer, then perhaps "moto " and a reason.
func readExchanges(t *testing.T, file string) (exchanges []exchange) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		answer, isAnswer := strings.CutPrefix(line, "< ")
		reason, isReason := strings.CutPrefix(line, "moto ")
		switch {
		case line == "" || line[0] == '#':
		case isAnswer:
			exchanges[len(exchanges)-1].answer = answer
		case isReason:
			exchanges[len(exchanges)-1].moto = reason
		default:
			exchanges = append(exchanges, exchange{line: i + 1, request: line})
		}
	}
	return exchanges
}

// send sends "Operation {json}" and gives the answer as the file has it: the error's type without its namespace, and
// no status, which is 400 where there is a type and 200 elsewhere.
func send(t *testing.T, url, request string) string {
	t.Helper()
	operation, body, _ := strings.Cut(request, " ")
	status, answer := post(t, url, operation, body)
	var members map[string]any
	if err := json.Unmarshal(answer, &members); err != nil {
		t.Errorf("%s: %v in %s", request, err, answer)
	}
	kind, failed := members["__type"].(string)
	if failed {
		members["__type"] = kind[strings.LastIndex(kind, "#")+1:]
	}
	if want := map[bool]int{true: http.StatusBadRequest, false: http.StatusOK}[failed]; status != want {
		t.Errorf("%s: status %d, want %d", request, status, want)
	}
	return compact(t, members)
}

// placeholders stand in requests for the value that a member had in the last answer which had one.
var placeholders = map[string]string{
	"LatestStreamArn": "$STREAM", "ShardId": "$SHARD", "ShardIterator": "$ITERATOR", "NextShardIterator": "$ITERATOR", "SequenceNumber": "$SEQUENCE",
}

func fill(request string, seen map[string]string) string {
	for placeholder, value := range seen {
		request = strings.ReplaceAll(request, placeholder, value)
	}
	return request
}

// note keeps what placeholders stand for after an answer.
func note(answer []byte, seen map[string]string) {
	var members any
	if json.Unmarshal(answer, &members) == nil {
		visit(members, func(object map[string]any, name string) {
			if text, ok := object[name].(string); ok && placeholders[name] != "" {
				seen[placeholders[name]] = text
			}
		})
	}
}

// visit shows all members of all objects in a JSON value.
func visit(value any, each func(object map[string]any, name string)) {
	switch value := value.(type) {
	case map[string]any:
		for name := range value {
			visit(value[name], each)
			each(value, name)
		}
	case []any:
		for _, element := range value {
			visit(element, each)
		}
	}
}

func compact(t *testing.T, value any) string {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// target is what the header X-Amz-Target says for an operation.
func target(operation string) string {
	if slices.Contains(dynamodb.StreamsOperations(), operation) {
		return "DynamoDBStreams_20120810." + operation
	}
	return "DynamoDB_20120810." + operation
}

func post(t *testing.T, url, operation, body string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", target(operation))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

// TestRequests sends the requests of each file, one after the other.
func TestRequests(t *testing.T) {
	for _, file := range requestFiles {
		t.Run(file, func(t *testing.T) { exchangeAll(t, file) })
	}
}

func exchangeAll(t *testing.T, file string) {
	now := func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	h, err := dynamodb.New(dynamodb.Config{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	url := testtools.Serve(t, h)
	exchanges := readExchanges(t, file)
	seen := map[string]string{}
	for i, e := range exchanges {
		got := send(t, url, fill(e.request, seen))
		note([]byte(got), seen)
		if got != e.answer && !*update {
			t.Errorf("line %d: %s\n got %s\nwant %s", e.line, e.request, got, e.answer)
		}
		exchanges[i].answer = got
	}
	if *update {
		writeExchanges(t, file, exchanges)
	}
}

func writeExchanges(t *testing.T, file string, exchanges []exchange) {
	t.Helper()
	var b strings.Builder
	b.WriteString("# Requests in their order, each with its answer (<); the status is 400 where there is a __type, and else 200.\n")
	b.WriteString("# A line that begins with moto says why moto answers otherwise.\n")
	for _, e := range exchanges {
		fmt.Fprintf(&b, "\n%s\n< %s\n", e.request, e.answer)
		if e.moto != "" {
			fmt.Fprintf(&b, "moto %s\n", e.moto)
		}
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// otherWords is the reason where moto refuses a request with an error of the same type and another message.
const otherWords = "has other words"

// TestRequestsToMoto sends the same requests to another implementation, whose answers must be the same but where the file
// says why not; and there they must differ.
func TestRequestsToMoto(t *testing.T) {
	url := testtools.MotoDynamoDB(t)
	for _, file := range requestFiles {
		t.Run(file, func(t *testing.T) {
			if status, answer := post(t, url+"/moto-api/reset", "", ""); status != http.StatusOK {
				t.Fatalf("moto forgets nothing: %d %s", status, answer)
			}
			exchangeAllWithMoto(t, url, file)
		})
	}
}

func exchangeAllWithMoto(t *testing.T, url, file string) {
	same := 0
	seen := map[string]string{}
	for _, e := range readExchanges(t, file) {
		operation, body, _ := strings.Cut(fill(e.request, seen), " ")
		_, answer := post(t, url, operation, body)
		note(answer, seen)
		got, want := plain(answer), plain([]byte(e.answer))
		equal := reflect.DeepEqual(got, want)
		if equal {
			same++
		}
		if equal != (e.moto == "") || e.moto == otherWords && got["__type"] != want["__type"] {
			t.Errorf("line %d: %s\nmoto %s\nwant %s\n  as %q", e.line, e.request, answer, e.answer, e.moto)
		}
	}
	t.Logf("%d answers are the same", same)
}

// plain is an answer without what the implementations may choose: the namespace of an error, the case of "message", the
// capacity and metrics that nobody asked for, and what a new table's description has beside its keys.
func plain(answer []byte) map[string]any {
	members := map[string]any{}
	if json.Unmarshal(answer, &members) != nil {
		return map[string]any{"": string(answer)}
	}
	if kind, ok := members["__type"].(string); ok {
		members["__type"] = kind[strings.LastIndex(kind, "#")+1:]
	}
	if message, ok := members["Message"]; ok {
		delete(members, "Message")
		members["message"] = message
	}
	delete(members, "ConsumedCapacity")
	delete(members, "ItemCollectionMetrics")
	visit(members, func(object map[string]any, name string) {
		if slices.Contains(chosen, name) {
			object[name] = "chosen"
		}
	})
	for _, name := range []string{"Table", "TableDescription"} {
		if table, ok := members[name].(map[string]any); ok {
			maps.DeleteFunc(table, func(name string, _ any) bool { return !slices.Contains(described, name) })
			indexes, _ := table["GlobalSecondaryIndexes"].([]any)
			if len(indexes) == 0 {
				delete(table, "GlobalSecondaryIndexes")
			}
			for _, index := range indexes {
				maps.DeleteFunc(index.(map[string]any), func(name string, _ any) bool { return !slices.Contains(described, name) || name == "ItemCount" })
			}
		}
	}
	return members
}

// chosen are the members whose values each implementation chooses.
var chosen = []string{
	"LatestStreamArn", "LatestStreamLabel", "StreamArn", "StreamLabel", "CreationRequestDateTime", "LastEvaluatedStreamArn", "ShardId", "ShardIterator", "NextShardIterator",
	"StartingSequenceNumber", "EndingSequenceNumber", "SequenceNumber", "ApproximateCreationDateTime", "eventID", "awsRegion", "eventVersion", "SizeBytes",
}

var described = []string{"StreamSpecification", "LatestStreamArn", "LatestStreamLabel", "TableName", "TableStatus", "KeySchema", "AttributeDefinitions", "ItemCount", "GlobalSecondaryIndexes", "IndexName", "IndexStatus", "Projection"}
