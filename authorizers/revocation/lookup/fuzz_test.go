package lookup_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/revocation/lookup"
)

// FuzzTable: whatever is answered, entries are of ids that were asked for, each once, and none stand beside an error.
func FuzzTable(f *testing.F) {
	f.Add(`{"Responses":{"revocations":[]},"UnprocessedKeys":{}}`)
	f.Add(`{"Responses":{"revocations":[{"id":{"S":"` + theUser.ID() + `"},"kind":{"S":"sub"},"issuer":{"S":"` + issuer + `"},"value":{"S":"ann"},"before":{"N":"1772366400"},"expiresAt":{"N":"1772367000"}}]}}`)
	f.Add(`{"Responses":{"revocations":[null]},"UnprocessedKeys":{"revocations":{"Keys":[{}]}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "UnprocessedKeys") && strings.Contains(body, theUser.ID()) {
			return // it would be asked for again until time is up
		}
		client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})}
		ids := []string{theUser.ID(), theToken.ID()}
		table := open(t, "http://127.0.0.1:1", func(c *lookup.TableConfig) { c.Client = client })
		got, err := table.Read(t.Context(), ids)
		if err != nil && got != nil {
			t.Errorf("%+v beside %v", got, err)
		}
		for _, e := range got {
			at := slices.Index(ids, e.ID())
			if at < 0 || e.Validate() != nil {
				t.Fatalf("%s gives %+v", body, e)
			}
			ids = slices.Delete(ids, at, at+1)
		}
	})
}
