package lookup_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/item"
	"portcullis/authorizers/revocation/lookup"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/testtools"
)

const (
	region = "eu-west-1"
	issuer = "https://issuer.example.com"
	secret = "the-secret-access-key"
)

var (
	now       = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	theToken  = revocation.OfToken(issuer, "token", now)
	theUser   = revocation.OfUser(issuer, "ann", now, now)
	theIssuer = revocation.OfIssuer(issuer, now, now)
)

func keyPair(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: secret, SessionToken: "the-session-token"}, nil
}

// open is a reader of the table "revocations" at an address.
func open(t *testing.T, endpoint string, change func(*lookup.TableConfig)) *lookup.Table {
	t.Helper()
	config := lookup.TableConfig{Name: "revocations", Region: region, Endpoint: endpoint, Credentials: aws.CredentialsProviderFunc(keyPair)}
	if change != nil {
		change(&config)
	}
	table, err := lookup.NewTable(config)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// answering serves answers one after the other, the last one again and again, and counts the requests.
func answering(t *testing.T, answers ...http.HandlerFunc) (endpoint string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	return testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(requests.Add(1))
		answers[min(n, len(answers))-1](w, r)
	})), requests
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func refuses(status int, kind, message string) http.HandlerFunc {
	return says(status, fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":%q}`, kind, message))
}

func hangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// found is the answer with these items and these keys that were not processed.
func found(items []revocation.Entry, unprocessed ...revocation.Entry) http.HandlerFunc {
	responses, keys := []item.Item{}, []item.Item{}
	for _, e := range items {
		responses = append(responses, item.Of(e))
	}
	for _, e := range unprocessed {
		keys = append(keys, item.Item{item.ID: item.Of(e)[item.ID]})
	}
	left := map[string]any{}
	if len(keys) > 0 {
		left["revocations"] = map[string]any{"Keys": keys, "ConsistentRead": true}
	}
	body, err := json.Marshal(map[string]any{"Responses": map[string]any{"revocations": responses}, "UnprocessedKeys": left})
	if err != nil {
		panic(err)
	}
	return says(200, string(body))
}

func entries(all ...revocation.Entry) []revocation.Entry { return all }

// TestTable: what answers become, and after how many requests.
func TestTable(t *testing.T) {
	throttled := refuses(400, "ProvisionedThroughputExceededException", "slow down")
	none := found(nil)
	tests := []struct {
		name     string
		answers  []http.HandlerFunc
		want     []revocation.Entry
		err      string // "": none
		requests int32
	}{
		{"none", []http.HandlerFunc{none}, nil, "", 1},
		{"one", []http.HandlerFunc{found(entries(theUser))}, entries(theUser), "", 1},
		{"both", []http.HandlerFunc{found(entries(theUser, theToken))}, entries(theUser, theToken), "", 1},
		{"unprocessed", []http.HandlerFunc{found(entries(theUser), theToken), found(entries(theToken))}, entries(theUser, theToken), "", 2},
		{"all unprocessed, twice", []http.HandlerFunc{found(nil, theUser, theToken), found(nil, theUser, theToken), found(entries(theToken))}, entries(theToken), "", 3},
		{"throttled once", []http.HandlerFunc{throttled, found(entries(theUser))}, entries(theUser), "", 2},
		{"throttled twice", []http.HandlerFunc{throttled}, nil, "ProvisionedThroughputExceededException: slow down", 2},
		{"throttled between", []http.HandlerFunc{found(nil, theUser), throttled, found(entries(theUser))}, entries(theUser), "", 3},
		{"internal once", []http.HandlerFunc{refuses(500, "InternalServerError", "x"), none}, nil, "", 2},
		{"unavailable, as a page", []http.HandlerFunc{says(503, "<html>")}, nil, "status 503, no error type", 2},
		{"hung up once", []http.HandlerFunc{hangsUp, none}, nil, "", 2},
		{"hung up", []http.HandlerFunc{hangsUp}, nil, "EOF", 2},
		{"denied", []http.HandlerFunc{refuses(400, "AccessDeniedException", "no")}, nil, "status 400, AccessDeniedException: no", 1},
		{"no table", []http.HandlerFunc{refuses(400, "ResourceNotFoundException", "no")}, nil, "ResourceNotFoundException", 1},
		{"expired credentials", []http.HandlerFunc{refuses(400, "ExpiredTokenException", "no")}, nil, "ExpiredTokenException", 1},
		{"a long message of several lines", []http.HandlerFunc{refuses(400, "X", strings.Repeat("a\n", 1000))}, nil, "a?a?", 1},
		{"no JSON", []http.HandlerFunc{says(200, "<html>")}, nil, "no JSON object of the expected kind", 1},
		{"another object", []http.HandlerFunc{says(200, "{}")}, nil, "not about the keys", 1},
		{"of no table", []http.HandlerFunc{says(200, `{"Responses":{}}`)}, nil, "not about the keys", 1},
		{"of no table, with all members", []http.HandlerFunc{says(200, `{"Responses":{},"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"no list of the table", []http.HandlerFunc{says(200, `{"Responses":{"revocations":null},"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"no tables", []http.HandlerFunc{says(200, `{"Responses":null,"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"an empty list of the table", []http.HandlerFunc{says(200, `{"Responses":{"revocations":[]}}`)}, nil, "", 1},
		{"of no table, and one key is unprocessed", []http.HandlerFunc{says(200, `{"Responses":{},"UnprocessedKeys":{"revocations":{"Keys":[{"id":{"S":"`+theUser.ID()+`"}}]}}}`)}, nil, "not about the keys", 1},
		{"of no table, and all keys are unprocessed", []http.HandlerFunc{
			says(200, `{"Responses":{},"UnprocessedKeys":{"revocations":{"Keys":[{"id":{"S":"`+theUser.ID()+`"}},{"id":{"S":"`+theToken.ID()+`"}}]}}}`), found(entries(theUser)),
		}, entries(theUser), "", 2},
		{"of no table once a key was unprocessed", []http.HandlerFunc{found(entries(theUser), theToken), says(200, `{"Responses":{}}`)}, nil, "not about the keys", 2},
		{"a list", []http.HandlerFunc{says(200, "[]")}, nil, "no JSON object of the expected kind", 1},
		{"nothing", []http.HandlerFunc{says(200, "")}, nil, "no JSON object of the expected kind", 1},
		{"two objects", []http.HandlerFunc{says(200, `{"Responses":{}} {}`)}, nil, "no JSON object of the expected kind", 1},
		{"no content", []http.HandlerFunc{says(204, "")}, nil, "status 204", 1},
		{"of another table", []http.HandlerFunc{says(200, `{"Responses":{"others":[{}]},"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"of another table too", []http.HandlerFunc{says(200, `{"Responses":{"others":[],"revocations":[]},"UnprocessedKeys":{}}`)}, nil, "not about the keys", 1},
		{"unprocessed of another table", []http.HandlerFunc{says(200, `{"Responses":{"revocations":[]},"UnprocessedKeys":{"others":{"Keys":[{"id":{"S":"`+theUser.ID()+`"}}]}}}`)}, nil, "not about the keys", 1},
		{"what was not asked for", []http.HandlerFunc{found(entries(theIssuer))}, nil, "not about the keys", 1},
		{"one twice", []http.HandlerFunc{found(entries(theUser, theUser))}, nil, "not about the keys", 1},
		{"one that is not processed too", []http.HandlerFunc{found(entries(theUser), theUser)}, nil, "not about the keys", 1},
		{"unprocessed, and not asked for", []http.HandlerFunc{found(nil, theIssuer)}, nil, "not about the keys", 1},
		{"unprocessed, and processed again", []http.HandlerFunc{found(entries(theToken), theUser), found(entries(theToken, theUser))}, nil, "not about the keys", 2},
		{"an item without a key", []http.HandlerFunc{says(200, `{"Responses":{"revocations":[{"kind":{"S":"sub"}}]}}`)}, nil, "not about the keys", 1},
		{"an item that is no entry", []http.HandlerFunc{says(200, `{"Responses":{"revocations":[{"id":{"S":"`+theUser.ID()+`"}}]}}`)}, nil, `attribute "kind" is missing`, 1},
		{"a redirect", []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}}, nil, "status 307", 1},
		{"too large", []http.HandlerFunc{says(200, `{"Responses":{},"x":"`+strings.Repeat("x", 1<<20)+`"}`)}, nil, "too large", 1},
		{"too large an error", []http.HandlerFunc{says(500, strings.Repeat("x", 2<<20))}, nil, "too large", 1},
	}
	for _, test := range tests {
		endpoint, requests := answering(t, test.answers...)
		got, err := open(t, endpoint, nil).Read(t.Context(), []string{theUser.ID(), theToken.ID()})
		if test.err == "" && (err != nil || fmt.Sprint(got) != fmt.Sprint(test.want)) {
			t.Errorf("%s: %v, error %v", test.name, got, err)
		}
		if test.err != "" {
			wantError(t, test.name, err, test.err)
			if got != nil {
				t.Errorf("%s: %v beside an error", test.name, got)
			}
		}
		if requests.Load() != test.requests {
			t.Errorf("%s: %d requests, want %d", test.name, requests.Load(), test.requests)
		}
	}
}

// wantError wants a short error of one line, which tells no secret.
func wantError(t *testing.T, name string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 700 || strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("%s: error %v, want one line with %q", name, err, want)
	}
	if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "the-session-token")) {
		t.Errorf("%s: the error tells a secret: %v", name, err)
	}
}

// TestTableRequest: a request is BatchGetItem of the keys, consistently, signed for DynamoDB in the region.
func TestTableRequest(t *testing.T) {
	clock := func() time.Time { return now }
	verifier, err := sigv4.New(sigv4.Config{Region: region, Service: "dynamodb", Now: clock, Lookup: func(id string) (sigv4.Credentials, bool) {
		return sigv4.Credentials{SecretAccessKey: secret, SessionToken: "the-session-token"}, id == "AKIDEXAMPLE"
	}})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	endpoint, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
		checked++
		body, _ := io.ReadAll(r.Body)
		if _, err := verifier.Verify(r, r.URL.EscapedPath(), body); err != nil {
			t.Errorf("signature: %v", err)
		}
		h := r.Header
		if r.Method != "POST" || h.Get("X-Amz-Target") != "DynamoDB_20120810.BatchGetItem" || h.Get("Content-Type") != "application/x-amz-json-1.0" || h.Get("X-Amz-Security-Token") != "the-session-token" {
			t.Errorf("%s with %v", r.Method, h)
		}
		want := fmt.Sprintf(`{"RequestItems":{"revocations":{"Keys":[{"id":{"S":%q}},{"id":{"S":%q}}],"ConsistentRead":true}}}`, theUser.ID(), theToken.ID())
		if string(body) != want {
			t.Errorf("body %s, want %s", body, want)
		}
		found(nil)(w, r)
	})
	if _, err := open(t, endpoint+"/_aws", func(c *lookup.TableConfig) { c.Now = clock }).Read(t.Context(), []string{theUser.ID(), theToken.ID()}); err != nil || checked != 1 {
		t.Errorf("%d requests, error %v", checked, err)
	}
}

// TestTableDeadline: a table that never answers, or never has processed all, is an error in the end.
func TestTableDeadline(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client has left
		<-r.Context().Done()
	}
	for name, answer := range map[string]http.HandlerFunc{"silent": silent, "never all": found(nil, theUser)} {
		endpoint, _ := answering(t, answer)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := open(t, endpoint, nil).Read(ctx, []string{theUser.ID()})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
