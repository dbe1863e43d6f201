package dynamo_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portcullis/api/users/dynamo"
	"portcullis/api/users/userstest"
	emulator "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
)

// BenchmarkList shows the same of the store in DynamoDB as the memory store's does, over the wire and in the DynamoDB of the desk.
// Filling the largest table takes a minute or two.
func BenchmarkList(b *testing.B) {
	for _, size := range userstest.Sizes {
		h, err := emulator.New(emulator.Config{})
		if err != nil {
			b.Fatal(err)
		}
		client := testtools.DynamoDB(testtools.Serve(b, h))
		table := testtools.Table(b, client, "")
		s := open(b, client, table)
		fill(b, h, s, table, size)
		userstest.BenchmarkPages(b, s, size)
	}
}

// fill writes so many users, as many in a request as DynamoDB takes, without a client: that would take most of the time.
func fill(b *testing.B, h http.Handler, s *dynamo.Store, table string, size int) {
	b.Helper()
	const model = "model"
	if err := s.Create(b.Context(), person(model)); err != nil {
		b.Fatal(err)
	}
	var found struct{ Item json.RawMessage }
	key := fmt.Sprintf(`{"TableName":%q,"Key":{"id":{"S":%q}}}`, table, model)
	if err := json.Unmarshal(ask(b, h, "GetItem", key), &found); err != nil || !strings.Contains(string(found.Item), model) {
		b.Fatalf("%s, error %v", found.Item, err)
	}
	ask(b, h, "DeleteItem", key)
	const most = 25
	for from := 0; from < size; from += most {
		puts := make([]string, most)
		for i := range puts {
			puts[i] = `{"PutRequest":{"Item":` + strings.Replace(string(found.Item), model, fmt.Sprintf("%07d", from+i), 1) + `}}`
		}
		ask(b, h, "BatchWriteItem", fmt.Sprintf(`{"RequestItems":{%q:[%s]}}`, table, strings.Join(puts, ",")))
	}
}

// ask does an operation of DynamoDB.
func ask(b *testing.B, h http.Handler, operation, body string) []byte {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusOK {
		b.Fatalf("%s: %d %s", operation, w.Code, w.Body)
	}
	return w.Body.Bytes()
}
