package dynamodb_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/dynamodb"
	"portcullis/deploy/testtools/faults"
)

// FuzzBatchGet: whatever is answered, items are of ids that were asked for, each once, and none stand beside an error.
func FuzzBatchGet(f *testing.F) {
	f.Add(`{"Responses":{"revocations":[]},"UnprocessedKeys":{}}`)
	f.Add(`{"Responses":{"revocations":[{"id":{"S":"user"},"kind":{"S":"sub"},"before":{"N":"1772366400"},"scopes":{"L":[{"S":"x"}]}}]}}`)
	f.Add(`{"Responses":{"revocations":[null]},"UnprocessedKeys":{"revocations":{"Keys":[{}]}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "UnprocessedKeys") && (strings.Contains(body, "user") || strings.Contains(body, `\u`)) {
			return // it would be asked for again until time is up
		}
		client := faults.Answer(func(*http.Request) string { return body })
		ids := []string{"user", "token"}
		table := open(t, "http://127.0.0.1:1", func(c *dynamodb.Config) { c.Client = client })
		got, err := table.BatchGet(t.Context(), ids)
		if err != nil && got != nil {
			t.Errorf("%+v beside %v", got, err)
		}
		for _, id := range idsOf(got) {
			at := slices.Index(ids, id)
			if at < 0 {
				t.Fatalf("%s gives %q", body, id)
			}
			ids = slices.Delete(ids, at, at+1)
		}
	})
}
