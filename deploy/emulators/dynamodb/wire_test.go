package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/dynamodb"
)

const usersTable = "users"

func oneTable(t testing.TB) *dynamodb.Handler {
	t.Helper()
	return handler(t, dynamodb.Table{Name: usersTable, PartitionKey: "id", TimeToLive: "ends"})
}

// call asks a handler for one operation.
func call(h http.Handler, operation, body string, changes ...func(*http.Request)) *http.Response {
	r := httptest.NewRequest(http.MethodPost, "/anywhere?x=y", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", target(operation))
	for _, change := range changes {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestWire(t *testing.T) {
	tests := []struct {
		name, operation, body string
		change                func(*http.Request)
		status                int
		kind                  string
	}{
		{"good", "ListTables", `{}`, nil, 200, ""},
		{"content type with a parameter", "ListTables", `{}`, header("Content-Type", "application/x-amz-json-1.0; charset=utf-8"), 200, ""},
		{"other content type", "ListTables", `{}`, header("Content-Type", "text/plain"), 400, "com.amazon.coral.service#UnknownOperationException"},
		{"GET", "ListTables", `{}`, func(r *http.Request) { r.Method = http.MethodGet }, 400, "com.amazon.coral.service#UnknownOperationException"},
		{"no target", "ListTables", `{}`, header("X-Amz-Target", ""), 400, "com.amazon.coral.service#UnknownOperationException"},
		{"other service", "ListTables", `{}`, header("X-Amz-Target", "DynamoDBStreams_20120810.ListTables"), 400, "com.amazon.coral.service#UnknownOperationException"},
		{"unknown operation", "Rest", `{}`, nil, 400, "com.amazon.coral.service#UnknownOperationException"},
		{"operation in lower case", "listtables", `{}`, nil, 400, "com.amazon.coral.service#UnknownOperationException"},
		{"no body", "ListTables", ``, nil, 400, "com.amazon.coral.service#SerializationException"},
		{"null", "ListTables", `null`, nil, 400, "com.amazon.coral.service#SerializationException"},
		{"list", "ListTables", `[]`, nil, 400, "com.amazon.coral.service#SerializationException"},
		{"half", "ListTables", `{"Limit":1`, nil, 400, "com.amazon.coral.service#SerializationException"},
		{"two", "ListTables", `{}{}`, nil, 400, "com.amazon.coral.service#SerializationException"},
		{"not UTF-8", "ListTables", "{\"ExclusiveStartTableName\":\"\xff\"}", nil, 400, "com.amazon.coral.service#SerializationException"},
		{"member in other casing", "ListTables", `{"limit":1}`, nil, 400, "com.amazon.coral.validate#ValidationException"},
		{"too large", "ListTables", `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, "com.amazon.coral.service#RequestEntityTooLargeException"},
		{"not found", "Scan", `{"TableName":"absent"}`, nil, 400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"},
		{"condition", "DeleteItem", `{"TableName":"users","Key":{"id":{"S":"x"}},"ConditionExpression":"attribute_exists(id)"}`, nil, 400, "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"},
	}
	for _, test := range tests {
		changes := []func(*http.Request){}
		if test.change != nil {
			changes = append(changes, test.change)
		}
		response := call(oneTable(t), test.operation, test.body, changes...)
		kind := checkWire(t, test.name, response)
		if response.StatusCode != test.status || kind != test.kind {
			t.Errorf("%s: %d %s, want %d %s", test.name, response.StatusCode, kind, test.status, test.kind)
		}
	}
}

// checkWire holds an answer to what all have, and gives its error's type.
func checkWire(t *testing.T, name string, response *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Type string `json:"__type"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Errorf("%s: %v in %s", name, err, body)
	}
	h := response.Header
	if h.Get("X-Amz-Crc32") != strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10) {
		t.Errorf("%s: X-Amz-Crc32 is %s", name, h.Get("X-Amz-Crc32"))
	}
	if h.Get("Content-Type") != "application/x-amz-json-1.0" || len(h.Get("X-Amzn-Requestid")) != 52 {
		t.Errorf("%s: header %v", name, h)
	}
	if (response.StatusCode == http.StatusOK) != (answer.Type == "") {
		t.Errorf("%s: status %d with %s", name, response.StatusCode, body)
	}
	return answer.Type
}

func TestIsRequest(t *testing.T) {
	for target, want := range map[string]bool{
		"DynamoDB_20120810.GetItem": true, "DynamoDB_20120810.": true, "DynamoDBStreams_20120810.GetRecords": true, "DynamoDBStreams.GetRecords": false,
		"AWSCognitoIdentityProviderService.InitiateAuth": false, "": false,
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("X-Amz-Target", target)
		if got := dynamodb.IsRequest(r); got != want {
			t.Errorf("%q: %v", target, got)
		}
	}
}

// manyIndexes are n indexes, each with projected attributes beside the keys.
func manyIndexes(n, projected int) (all []dynamodb.Index) {
	for i := range n {
		x := dynamodb.Index{Name: fmt.Sprintf("index-%d", i), PartitionKey: "x"}
		for j := range projected {
			x.Projection = "INCLUDE"
			x.NonKeyAttributes = append(x.NonKeyAttributes, fmt.Sprint("a", j))
		}
		all = append(all, x)
	}
	return all
}

// TestNewTakesTables: what New makes of a Table is what CreateTable makes of the same.
func TestNewTakesTables(t *testing.T) {
	made := handler(t, dynamodb.Table{
		Name: "feed", PartitionKey: "owner", SortKey: "at",
		Indexes: append([]dynamodb.Index{{Name: "by-kind", PartitionKey: "kind", SortKey: "at", Projection: "KEYS_ONLY"}}, manyIndexes(10, 10)...),
	})
	want(t, made, "PutItem", `{"TableName":"feed","Item":{"owner":{"S":"ann"},"at":{"S":"2026"},"kind":{"S":"x"},"more":{"S":"y"}}}`)
	body, err := io.ReadAll(call(made, "Query", `{"TableName":"feed","IndexName":"by-kind","KeyConditionExpression":"kind = :k","ExpressionAttributeValues":{":k":{"S":"x"}}}`).Body)
	if want := `{"Items":[{"at":{"S":"2026"},"kind":{"S":"x"},"owner":{"S":"ann"}}],"Count":1,"ScannedCount":1}`; err != nil || string(body) != want {
		t.Errorf("%s, %v\nwant %s", body, err, want)
	}
}

func TestNewRefusesTables(t *testing.T) {
	good := dynamodb.Table{Name: usersTable, PartitionKey: "id"}
	tests := map[string][]dynamodb.Table{
		"no name":                   {{PartitionKey: "id"}},
		"short name":                {{Name: "ab", PartitionKey: "id"}},
		"name with space":           {{Name: "a b c", PartitionKey: "id"}},
		"no key":                    {{Name: usersTable}},
		"long key":                  {{Name: usersTable, PartitionKey: strings.Repeat("k", 256)}},
		"no such view":              {{Name: usersTable, PartitionKey: "id", Stream: "ALL"}},
		"long TTL":                  {{Name: usersTable, PartitionKey: "id", TimeToLive: strings.Repeat("k", 256)}},
		"twice":                     {good, good},
		"long sort key":             {{Name: usersTable, PartitionKey: "id", SortKey: strings.Repeat("k", 256)}},
		"sort key twice":            {{Name: usersTable, PartitionKey: "id", SortKey: "id"}},
		"index, no name":            {{Name: usersTable, PartitionKey: "id", Indexes: []dynamodb.Index{{PartitionKey: "x"}}}},
		"index, no key":             {{Name: usersTable, PartitionKey: "id", Indexes: []dynamodb.Index{{Name: "by-x"}}}},
		"index, no such projection": {{Name: usersTable, PartitionKey: "id", Indexes: []dynamodb.Index{{Name: "by-x", PartitionKey: "x", Projection: "SOME"}}}},
		"index, nothing to include": {{Name: usersTable, PartitionKey: "id", Indexes: []dynamodb.Index{{Name: "by-x", PartitionKey: "x", Projection: "INCLUDE"}}}},
		"indexes of one name":       {{Name: usersTable, PartitionKey: "id", Indexes: []dynamodb.Index{{Name: "by-x", PartitionKey: "x"}, {Name: "by-x", PartitionKey: "y"}}}},
		"too many indexes":          {{Name: usersTable, PartitionKey: "id", Indexes: manyIndexes(21, 0)}},
		"too much projected":        {{Name: usersTable, PartitionKey: "id", Indexes: manyIndexes(11, 10)}},
	}
	for name, tables := range tests {
		if _, err := dynamodb.New(dynamodb.Config{Tables: tables}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestLimits: what is just small enough is taken, and a byte more is not.
func TestLimits(t *testing.T) {
	const most = 400 << 10
	text := func(n int) string { return strings.Repeat("x", n) }
	put := func(id string, n int) string {
		return `{"TableName":"users","Item":{"id":{"S":"` + id + `"},"a":{"S":"` + text(n) + `"}}}`
	}
	grow := func(n int) string {
		return `{"TableName":"users","Key":{"id":{"S":"k"}},"UpdateExpression":"SET b = :b","ExpressionAttributeValues":{":b":{"S":"` + text(n) + `"}}}`
	}
	sorted := func(sort, topic int) string {
		return `{"TableName":"sorted","Item":{"id":{"S":"k"},"at":{"S":"` + text(sort) + `"},"topic":{"S":"` + text(topic) + `"}}}`
	}
	tests := []struct {
		name, operation, body, want string
	}{
		{"largest item", "PutItem", put("k", most-4), ""},
		{"larger item", "PutItem", put("k", most-3), "Item size has exceeded the maximum allowed size"},
		{"small item", "PutItem", put("k", 1000), ""},
		{"largest update", "UpdateItem", grow(most - 1004 - 1), ""},
		{"larger update", "UpdateItem", grow(most - 1004), "Item size to update has exceeded the maximum allowed size"},
		{"largest key", "PutItem", put(text(2048), 1), ""},
		{"larger key", "PutItem", put(text(2049), 1), "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"largest sort key", "PutItem", sorted(1024, 1), ""},
		{"larger sort key", "PutItem", sorted(1025, 1), "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"largest index key", "PutItem", sorted(1, 2048), ""},
		{"larger index key", "PutItem", sorted(1, 2049), "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"updated to a larger index key", "UpdateItem", `{"TableName":"sorted","Key":{"id":{"S":"k"},"at":{"S":"x"}},"UpdateExpression":"SET topic = :t","ExpressionAttributeValues":{":t":{"S":"` + text(2049) + `"}}}`,
			"The update expression attempted to update the secondary index key beyond allowed size limits"},
	}
	h := handler(t, dynamodb.Table{Name: usersTable, PartitionKey: "id"}, dynamodb.Table{
		Name: "sorted", PartitionKey: "id", SortKey: "at", Indexes: []dynamodb.Index{{Name: "topics", PartitionKey: "topic"}},
	})
	for _, test := range tests {
		if got := message(t, call(h, test.operation, test.body)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func message(t *testing.T, response *http.Response) string {
	t.Helper()
	var answer struct {
		Message string `json:"message"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Message
}

// TestUpdatesCannotNestForever: updates that put an attribute into itself end at the depth that a request may have.
func TestUpdatesCannotNestForever(t *testing.T) {
	h := oneTable(t)
	if got := message(t, call(h, "PutItem", `{"TableName":"users","Item":{"id":{"S":"m"},"a":{"M":{}},"b":{"M":{}}}}`)); got != "" {
		t.Fatal(got)
	}
	for range 100 {
		if got := message(t, call(h, "UpdateItem", `{"TableName":"users","Key":{"id":{"S":"m"}},"UpdateExpression":"SET b.n = a, a = b"}`)); got != "" {
			if !strings.HasPrefix(got, "Nesting Levels have exceeded supported limits") {
				t.Errorf("refused with %q", got)
			}
			return
		}
	}
	t.Error("100 updates were taken")
}

// TestScanPages: a page ends before 1 MB of items, and the pages together are the table, in order.
func TestScanPages(t *testing.T) {
	h := oneTable(t)
	const items, size = 9, 300 << 10
	for i := range items {
		id := strconv.Itoa(items - i)
		if got := message(t, call(h, "PutItem", `{"TableName":"users","Item":{"id":{"S":"`+id+`"},"a":{"S":"`+strings.Repeat("x", size)+`"}}}`)); got != "" {
			t.Fatal(got)
		}
	}
	type key map[string]struct{ S string }
	start, pages, ids := "", 0, ""
	for more := true; more; pages++ {
		var page struct {
			Items            []key
			LastEvaluatedKey json.RawMessage
		}
		body := `{"TableName":"users","ProjectionExpression":"id"` + start + `}`
		if err := json.NewDecoder(call(h, "Scan", body).Body).Decode(&page); err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			ids += item["id"].S
		}
		if more = len(page.LastEvaluatedKey) > 0; more {
			start = `,"ExclusiveStartKey":` + string(page.LastEvaluatedKey)
		}
	}
	if ids != "123456789" || pages != 3 {
		t.Errorf("%d pages with %s, want 3 with 123456789", pages, ids)
	}
}

// FuzzHandler: whatever is sent, the answer is one of DynamoDB's form, and none is a failure of the server's own.
func FuzzHandler(f *testing.F) {
	operations := append(dynamodb.Operations(), dynamodb.StreamsOperations()...)
	add := func(operation, body string) { f.Add(uint8(slices.Index(operations, operation)), body) }
	add("PutItem", `{"TableName":"users","Item":{"id":{"S":"ann"},"l":{"L":[{"N":"1"}]}},"ConditionExpression":"attribute_not_exists(id)","ReturnValues":"ALL_OLD"}`)
	add("UpdateItem", `{"TableName":"users","Key":{"id":{"S":"ann"}},"UpdateExpression":"SET #a = :b REMOVE l[0]","ExpressionAttributeNames":{"#a":"a"},"ExpressionAttributeValues":{":b":{"SS":["x"]}},"ReturnValues":"UPDATED_NEW"}`)
	add("BatchWriteItem", `{"RequestItems":{"users":[{"PutRequest":{"Item":{"id":{"S":"ann"}}}},{"DeleteRequest":{"Key":{"id":{"S":"bob"}}}}]}}`)
	add("TransactWriteItems", `{"ClientRequestToken":"x","TransactItems":[{"Put":{"TableName":"users","Item":{"id":{"S":"ann"}}}},{"Update":{"TableName":"users","Key":{"id":{"S":"bob"}},"UpdateExpression":"SET a = b"}}]}`)
	add("TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"users","Key":{"id":{"S":"ann"}},"ProjectionExpression":"id"}},{"Get":{"TableName":"users","Key":{"no":{"S":"bob"}}}}]}`)
	add("Scan", `{"TableName":"users","Limit":1,"FilterExpression":"size(id) > :n","ExpressionAttributeValues":{":n":{"N":"1"}},"ExclusiveStartKey":{"id":{"S":"a"}}}`)
	add("GetItem", `{"TableName":"users","Key":{"id":{"S":"ann"}},"ProjectionExpression":"id, l[0]"}`)
	add("Query", `{"TableName":"users","Limit":1,"KeyConditionExpression":"id = :n","ExpressionAttributeValues":{":n":{"S":"ann"}},"ScanIndexForward":false,"ExclusiveStartKey":{"id":{"S":"ann"}}}`)
	add("CreateTable", walksTable)
	add("UpdateTable", `{"TableName":"users","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}`)
	add("GetRecords", `{"ShardIterator":"arn:aws:dynamodb:local:000000000000:table/users/stream/2026-03-01T12:00:00.000|1|MSAxNzcyMzY2NDAwMDAw","Limit":5}`)
	add("GetShardIterator", `{"StreamArn":"arn:aws:dynamodb:local:000000000000:table/users/stream/2026-03-01T12:00:00.000","ShardId":"shardId-00000001772366400000-5e8f45be","ShardIteratorType":"AT_SEQUENCE_NUMBER","SequenceNumber":"100000000000000000001"}`)
	add("DescribeStream", `{"StreamArn":"arn:aws:dynamodb:local:000000000000:table/users/stream/2026-03-01T12:00:00.000","Limit":1}`)
	now := func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	h, err := dynamodb.New(dynamodb.Config{Now: now, Tables: []dynamodb.Table{{Name: usersTable, PartitionKey: "id", Stream: "NEW_AND_OLD_IMAGES"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, operation uint8, body string) {
		name := operations[int(operation)%len(operations)]
		response := call(h, name, body)
		checkWire(t, name+" "+body, response)
		if response.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s %s: status %d", name, body, response.StatusCode)
		}
	})
}
