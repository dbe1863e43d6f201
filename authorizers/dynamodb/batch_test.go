package dynamodb_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/authorizers/dynamodb"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/testtools/faults"
)

const (
	region = "eu-west-1"
	secret = "the-secret-access-key"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func keyPair(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: secret, SessionToken: "the-session-token"}, nil
}

// open is a client of the table "revocations" at an address.
func open(t *testing.T, endpoint string, change func(*dynamodb.Config)) *dynamodb.Table {
	t.Helper()
	config := dynamodb.Config{Table: "revocations", Region: region, Endpoint: endpoint, Credentials: aws.CredentialsProviderFunc(keyPair)}
	if change != nil {
		change(&config)
	}
	table, err := dynamodb.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func refuses(status int, kind, message string) http.HandlerFunc {
	return faults.Refuses(status, "com.amazonaws.dynamodb.v20120810#"+kind, message)
}

// found is the answer with the items of these ids and these keys that were not processed.
func found(ids []string, unprocessed ...string) http.HandlerFunc {
	left := map[string]any{}
	if len(unprocessed) > 0 {
		left["revocations"] = map[string]any{"Keys": items(unprocessed...), "ConsistentRead": true}
	}
	body, err := json.Marshal(map[string]any{"Responses": map[string]any{"revocations": items(ids...)}, "UnprocessedKeys": left})
	if err != nil {
		panic(err)
	}
	return faults.Says(200, string(body))
}

func items(ids ...string) []dynamodb.Item {
	all := []dynamodb.Item{}
	for _, id := range ids {
		all = append(all, dynamodb.Item{dynamodb.Key: dynamodb.Text(id)})
	}
	return all
}

func entries(ids ...string) []string { return ids }

// TestBatchGet: what answers become, and after how many requests.
func TestBatchGet(t *testing.T) {
	throttled := refuses(400, "ProvisionedThroughputExceededException", "slow down")
	none := found(nil)
	tests := []struct {
		name     string
		answers  []http.HandlerFunc
		want     []string // the items' ids
		err      string   // "": none
		requests int32
	}{
		{"none", []http.HandlerFunc{none}, nil, "", 1},
		{"one", []http.HandlerFunc{found(entries("user"))}, entries("user"), "", 1},
		{"both", []http.HandlerFunc{found(entries("user", "token"))}, entries("user", "token"), "", 1},
		{"unprocessed", []http.HandlerFunc{found(entries("user"), "token"), found(entries("token"))}, entries("user", "token"), "", 2},
		{"all unprocessed, twice", []http.HandlerFunc{found(nil, "user", "token"), found(nil, "user", "token"), found(entries("token"))}, entries("token"), "", 3},
		{"throttled once", []http.HandlerFunc{throttled, found(entries("user"))}, entries("user"), "", 2},
		{"throttled twice", []http.HandlerFunc{throttled}, nil, "ProvisionedThroughputExceededException: slow down", 2},
		{"throttled between", []http.HandlerFunc{found(nil, "user"), throttled, found(entries("user"))}, entries("user"), "", 3},
		{"internal once", []http.HandlerFunc{refuses(500, "InternalServerError", "x"), none}, nil, "", 2},
		{"unavailable, as a page", []http.HandlerFunc{faults.Says(503, "<html>")}, nil, "status 503, no error type", 2},
		{"hung up once", []http.HandlerFunc{faults.HangsUp, none}, nil, "", 2},
		{"hung up", []http.HandlerFunc{faults.HangsUp}, nil, "EOF", 2},
		{"denied", []http.HandlerFunc{refuses(400, "AccessDeniedException", "no")}, nil, "status 400, AccessDeniedException: no", 1},
		{"no table", []http.HandlerFunc{refuses(400, "ResourceNotFoundException", "no")}, nil, "ResourceNotFoundException", 1},
		{"expired credentials", []http.HandlerFunc{refuses(400, "ExpiredTokenException", "no")}, nil, "ExpiredTokenException", 1},
		{"a long message of several lines", []http.HandlerFunc{refuses(400, "X", strings.Repeat("a\n", 1000))}, nil, "a?a?", 1},
		{"no JSON", []http.HandlerFunc{faults.Says(200, "<html>")}, nil, "no JSON object of the expected kind", 1},
		{"another object", []http.HandlerFunc{faults.Says(200, "{}")}, nil, "not about the keys", 1},
		{"of no table", []http.HandlerFunc{faults.Says(200, `{"Responses":{}}`)}, nil, "not about the keys", 1},
		{"of no table, with all members", []http.HandlerFunc{faults.Says(200, `{"Responses":{},"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"no list of the table", []http.HandlerFunc{faults.Says(200, `{"Responses":{"revocations":null},"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"no tables", []http.HandlerFunc{faults.Says(200, `{"Responses":null,"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"an empty list of the table", []http.HandlerFunc{faults.Says(200, `{"Responses":{"revocations":[]}}`)}, nil, "", 1},
		{"of no table, and one key is unprocessed", []http.HandlerFunc{faults.Says(200, `{"Responses":{},"UnprocessedKeys":{"revocations":{"Keys":[{"id":{"S":"user"}}]}}}`)}, nil, "not about the keys", 1},
		{"of no table, and all keys are unprocessed", []http.HandlerFunc{
			faults.Says(200, `{"Responses":{},"UnprocessedKeys":{"revocations":{"Keys":[{"id":{"S":"user"}},{"id":{"S":"token"}}]}}}`), found(entries("user")),
		}, entries("user"), "", 2},
		{"of no table once a key was unprocessed", []http.HandlerFunc{found(entries("user"), "token"), faults.Says(200, `{"Responses":{}}`)}, nil, "not about the keys", 2},
		{"a list", []http.HandlerFunc{faults.Says(200, "[]")}, nil, "no JSON object of the expected kind", 1},
		{"nothing", []http.HandlerFunc{faults.Says(200, "")}, nil, "no JSON object of the expected kind", 1},
		{"two objects", []http.HandlerFunc{faults.Says(200, `{"Responses":{}} {}`)}, nil, "no JSON object of the expected kind", 1},
		{"no content", []http.HandlerFunc{faults.Says(204, "")}, nil, "status 204", 1},
		{"of another table", []http.HandlerFunc{faults.Says(200, `{"Responses":{"others":[{}]},"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"of another table too", []http.HandlerFunc{faults.Says(200, `{"Responses":{"others":[],"revocations":[]},"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"unprocessed of another table", []http.HandlerFunc{faults.Says(200, `{"Responses":{"revocations":[]},"UnprocessedKeys":{"others":{"Keys":[{"id":{"S":"user"}}]}}}`)}, nil, "not about the keys", 1},
		{"what was not asked for", []http.HandlerFunc{found(entries("issuer"))}, nil, "not about the keys", 1},
		{"one twice", []http.HandlerFunc{found(entries("user", "user"))}, nil, "not about the keys", 1},
		{"one that is not processed too", []http.HandlerFunc{found(entries("user"), "user")}, nil, "not about the keys", 1},
		{"unprocessed, and not asked for", []http.HandlerFunc{found(nil, "issuer")}, nil, "not about the keys", 1},
		{"unprocessed, and processed again", []http.HandlerFunc{found(entries("token"), "user"), found(entries("token", "user"))}, nil, "not about the keys", 2},
		{"an item without a key", []http.HandlerFunc{faults.Says(200, `{"Responses":{"revocations":[{"kind":{"S":"sub"}}]}}`)}, nil, "not about the keys", 1},
		{"a redirect", []http.HandlerFunc{faults.Redirects}, nil, "status 307", 1},
		{"too large", []http.HandlerFunc{faults.Says(200, `{"Responses":{},"x":"`+strings.Repeat("x", 8<<20)+`"}`)}, nil, "too large", 1},
		{"too large an error", []http.HandlerFunc{faults.Says(500, strings.Repeat("x", 9<<20))}, nil, "too large", 1},
	}
	for _, test := range tests {
		endpoint, requests := faults.Serve(t, test.answers...)
		got, err := open(t, endpoint, nil).BatchGet(t.Context(), []string{"user", "token"})
		if test.err == "" && (err != nil || !slices.Equal(idsOf(got), test.want)) {
			t.Errorf("%s: %v, error %v", test.name, got, err)
		}
		if test.err != "" {
			faults.WantError(t, test.name, err, test.err, secret, "the-session-token")
			if got != nil {
				t.Errorf("%s: %v beside an error", test.name, got)
			}
		}
		if requests.Load() != test.requests {
			t.Errorf("%s: %d requests, want %d", test.name, requests.Load(), test.requests)
		}
	}
}

func idsOf(items []dynamodb.Item) (ids []string) {
	for _, i := range items {
		r := dynamodb.Reader{Item: i}
		ids = append(ids, r.Text(dynamodb.Key))
	}
	return ids
}

// TestRequest: a request is BatchGetItem of the keys, consistently, signed for DynamoDB in the region.
func TestRequest(t *testing.T) {
	clock := func() time.Time { return now }
	verifier, err := sigv4.New(sigv4.Config{Region: region, Service: "dynamodb", Now: clock, Lookup: func(id string) (sigv4.Credentials, bool) {
		return sigv4.Credentials{SecretAccessKey: secret, SessionToken: "the-session-token"}, id == "AKIDEXAMPLE"
	}})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	endpoint, _ := faults.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		checked++
		body, _ := io.ReadAll(r.Body)
		if _, err := verifier.Verify(r, r.URL.EscapedPath(), body); err != nil {
			t.Errorf("signature: %v", err)
		}
		h := r.Header
		if r.Method != "POST" || h.Get("X-Amz-Target") != "DynamoDB_20120810.BatchGetItem" || h.Get("Content-Type") != "application/x-amz-json-1.0" || h.Get("X-Amz-Security-Token") != "the-session-token" {
			t.Errorf("%s with %v", r.Method, h)
		}
		const want = `{"RequestItems":{"revocations":{"Keys":[{"id":{"S":"user"}},{"id":{"S":"token"}}],"ConsistentRead":true}}}`
		if string(body) != want {
			t.Errorf("body %s, want %s", body, want)
		}
		found(nil)(w, r)
	})
	if _, err := open(t, endpoint+"/_aws", func(c *dynamodb.Config) { c.Now = clock }).BatchGet(t.Context(), []string{"user", "token"}); err != nil || checked != 1 {
		t.Errorf("%d requests, error %v", checked, err)
	}
}

// TestDeadline: a table that never answers, or never has processed all, is an error in the end.
func TestDeadline(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{"silent": faults.Silent, "never all": found(nil, "user")} {
		endpoint, _ := faults.Serve(t, answer)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := open(t, endpoint, nil).BatchGet(ctx, []string{"user"})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
