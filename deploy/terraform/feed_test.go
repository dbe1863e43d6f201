package terraform_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/api/live/connections"
	connectiontable "portcullis/api/live/connections/dynamo"
	"portcullis/api/live/ends"
	"portcullis/api/live/feed"
	"portcullis/api/live/manage/apigateway"
	"portcullis/deploy/testtools"
)

// checkConnections compares what the real store of connections and the real sender ask of AWS with what the role of the function live
// allows there: neither more nor less.
func checkConnections(t *testing.T, state state) {
	table := tableNamed(t, state, "demo-connections")["arn"].(string)
	api := webSocketAPI(t, state)["execution_arn"].(string)
	asked := map[string]bool{}
	url := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked[askedOf(t, r, body, table, api)] = true
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(w, "{}")
	}))
	useConnections(t, url)

	allowed := map[string]bool{}
	for _, policy := range state["aws_iam_role_policy"] {
		if policy["role"] == "demo-live" {
			for _, statement := range allowances(t, policy["policy"].(string)) {
				addAllowed(allowed, statement, table, api)
			}
		}
	}
	if !maps.Equal(asked, allowed) {
		t.Errorf("live asks\n%s\nand is allowed\n%s", strings.Join(slices.Sorted(maps.Keys(asked)), "\n"), strings.Join(slices.Sorted(maps.Keys(allowed)), "\n"))
	}
}

// useConnections lets the store and the sender do all that they can. That the answers say nothing does not matter.
func useConnections(t *testing.T, url string) {
	t.Helper()
	keys := credentials.NewStaticCredentialsProvider("x", "x", "")
	store, err := connectiontable.New(dynamodb.New(dynamodb.Options{Region: "eu-west-1", BaseEndpoint: &url, Credentials: keys}), "demo-connections")
	if err != nil {
		t.Fatal(err)
	}
	sender, err := apigateway.New(apigatewaymanagementapi.New(apigatewaymanagementapi.Options{Region: "eu-west-1", Credentials: keys}), url+"/v1")
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	_ = store.Open(ctx, connections.Connection{
		ID: "a", Grant: "g", OpenedAt: time.Unix(1e9, 0), Ends: time.Unix(2e9, 0), Revocations: []string{"sub-x"},
	})
	_, _ = store.Get(ctx, "a")
	_ = store.Subscribe(ctx, "a", "all")
	_ = store.Unsubscribe(ctx, "a", "all")
	_ = store.Forget(ctx, "a")
	drain(store.Subscribers(ctx, "all"))
	drain(store.Revoked(ctx, "sub-x"))
	drain(store.Ended(ctx, time.Unix(2e9, 0)))
	_ = sender.Send(ctx, "a", "text")
	_ = sender.Close(ctx, "a")
}

func drain[T any](all iter.Seq2[T, error]) {
	for range all {
	}
}

// askedOf is the action and the resource of a request, as IAM sees them. See
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html.
func askedOf(t *testing.T, r *http.Request, body []byte, table, api string) string {
	t.Helper()
	operation, isDynamoDB := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_20120810.")
	if !isDynamoDB {
		stage, connection, _ := strings.Cut(r.URL.Path, "/@connections/")
		return "execute-api:ManageConnections " + api + stage + "/" + r.Method + "/@connections/" + strings.Replace(connection, "a", "*", 1)
	}
	var in struct{ TableName, IndexName string }
	if err := json.Unmarshal(body, &in); err != nil || !strings.HasSuffix(table, "/"+in.TableName) {
		t.Errorf("%s of the table %q: %v", operation, in.TableName, err)
	}
	if in.IndexName != "" {
		table += "/index/" + in.IndexName
	}
	return "dynamodb:" + operation + " " + table
}

// addAllowed adds what a statement allows of the table and of the API.
func addAllowed(all map[string]bool, statement allowance, table, api string) {
	for _, action := range statement.Action {
		for _, resource := range statement.Resource {
			if resource == table || strings.HasPrefix(resource, table+"/") || strings.HasPrefix(resource, api+"/") {
				all[action+" "+resource] = true
			}
		}
	}
}

// checkStreams: the streams of users and of revocations invoke live, and what fails of them is told in the queue. That it is by the alias,
// tests/feed.tftest.hcl sees: moto 5.2.1 has the version that it stands for.
func checkStreams(t *testing.T, state state) {
	type mapping struct {
		function, queue, pattern string
		age, attempts            float64
		bisect, items            bool
	}
	got := map[string]mapping{}
	for _, m := range state["aws_lambda_event_source_mapping"] {
		one := mapping{
			function: withoutVersion(m["function_name"].(string)), age: m["maximum_record_age_in_seconds"].(float64), attempts: m["maximum_retry_attempts"].(float64),
			bisect: m["bisect_batch_on_function_error"].(bool), items: slices.Equal(m["function_response_types"].([]any), []any{"ReportBatchItemFailures"}),
		}
		one.queue, _ = within(m, "destination_config", "on_failure")["destination_arn"].(string)
		one.pattern, _ = within(m, "filter_criteria", "filter")["pattern"].(string)
		got[m["event_source_arn"].(string)] = one
	}
	const live, queue = "arn:aws:lambda:eu-west-1:123456789012:function:demo-live", "arn:aws:sqs:eu-west-1:123456789012:demo-live-undone"
	want := map[string]mapping{
		tableNamed(t, state, "demo-users")["stream_arn"].(string):       {live, queue, "", 900, 10000, true, true},
		tableNamed(t, state, "demo-revocations")["stream_arn"].(string): {live, queue, `{"eventName":["INSERT","MODIFY"]}`, 900, 10000, true, true},
	}
	if !maps.Equal(got, want) {
		t.Errorf("the streams are read so:\n%+v, want\n%+v", got, want)
	}
	for name, view := range map[string]string{"demo-users": "NEW_AND_OLD_IMAGES", "demo-revocations": "NEW_IMAGE", "demo-connections": "", "demo-api-keys": ""} {
		if table := tableNamed(t, state, name); table["stream_enabled"] != (view != "") || cmp.Or(table["stream_view_type"], any("")) != view {
			t.Errorf("the stream of %s is %v with the view %v, want %q", name, table["stream_enabled"], table["stream_view_type"], view)
		}
	}
}

var version = regexp.MustCompile(`:(live|\d+)$`)

func withoutVersion(function string) string { return version.ReplaceAllString(function, "") }

// within is the only block of a name in the only block of another; nil where there is none.
func within(resource map[string]any, outer, inner string) map[string]any {
	for _, name := range []string{outer, inner} {
		blocks, _ := resource[name].([]any)
		if len(blocks) != 1 {
			return nil
		}
		resource = blocks[0].(map[string]any)
	}
	return resource
}

func tableNamed(t *testing.T, state state, name string) map[string]any {
	t.Helper()
	for _, table := range state["aws_dynamodb_table"] {
		if table["name"] == name {
			return table
		}
	}
	t.Fatalf("there is no table %s", name)
	return nil
}

func webSocketAPI(t *testing.T, state state) map[string]any {
	t.Helper()
	for _, api := range state["aws_apigatewayv2_api"] {
		if api["protocol_type"] == "WEBSOCKET" {
			return api
		}
	}
	t.Fatal("there is no WebSocket API")
	return nil
}

// TestMetricFilterMatchesWhatIsPassedOver: a line that the function writes of what it passes over in a stream, or reads in part only, is one
// that the filter counts, and no other line is. Words that have changed would be an alarm that is silent.
func TestMetricFilterMatchesWhatIsPassedOver(t *testing.T) {
	found := regexp.MustCompile(`passed_over = "\{ \$\.level = \\"(\w+)\\" && \(\$\.msg = \\"([^"\\]+)\\" \|\| \$\.msg = \\"([^"\\]+)\\"\) \}"`).FindStringSubmatch(string(read(t, "modules/observability/feed.tf")))
	if found == nil {
		t.Fatal("modules/observability/feed.tf has no filter of a level and two msgs")
	}
	counts := func(line map[string]any) bool {
		return line["level"] == found[1] && slices.ContainsFunc(found[2:], func(pattern string) bool {
			like, err := path.Match(pattern, line["msg"].(string))
			return err == nil && like
		})
	}
	words := map[string]bool{"record passed over": false, "change passed over": false, "record not understood": false}
	for _, line := range feedLog(t) {
		msg := line["msg"].(string)
		_, want := words[msg]
		if counts(line) != want {
			t.Errorf("the filter counts %v: %v", line, !want)
		}
		if want {
			words[msg] = true
		}
	}
	for msg, seen := range words {
		if !seen {
			t.Errorf("the function does not log %q", msg)
		}
	}
	for _, other := range []map[string]any{{"level": "ERROR", "msg": "not forgotten"}, {"level": "WARN", "msg": "record passed over"}} {
		if counts(other) {
			t.Errorf("the filter counts %v", other)
		}
	}
}

// feedLog are the lines of a feed that has a record that nobody can read, and a change that no message can carry; and those of a revocation of
// a user, which does not say which tokens it is about.
func feedLog(t *testing.T) (lines []map[string]any) {
	t.Helper()
	text := &bytes.Buffer{}
	log := slog.New(slog.NewJSONHandler(text, nil))
	f, err := feed.New(feed.Config{Store: connections.NewMemory(), Sender: nobody{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	read := func(record []byte) (feed.Change, bool, error) {
		if bytes.Contains(record, []byte("bad")) {
			return feed.Change{}, false, errors.New("it cannot be read")
		}
		return feed.Change{ID: "1", Key: "a", Topics: []string{"all"}}, true, nil
	}
	function, err := feed.NewFunction(feed.FunctionConfig{Feed: f, Read: read, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	const event = `{"Records":[{"eventID":"bad","dynamodb":{"SequenceNumber":"1"}},{"eventID":"good","dynamodb":{"SequenceNumber":"2"}}]}`
	if _, err := function.Invoke(t.Context(), []byte(event)); err != nil {
		t.Fatal(err)
	}
	closer, err := ends.New(ends.Config{Store: connections.NewMemory(), Sender: nobody{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	const revocation = `{"Records":[{"eventID":"unread","eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"sub-x"}},"NewImage":{"id":{"S":"sub-x"}},"SequenceNumber":"1"}}]}`
	if _, err := (ends.OnRevocation{Closer: closer}).Invoke(t.Context(), []byte(revocation)); err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text.Bytes()) {
		var members map[string]any
		if err := json.Unmarshal(line, &members); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		lines = append(lines, members)
	}
	return lines
}

// nobody sends to no connection.
type nobody struct{}

func (nobody) Send(context.Context, string, string) error { return nil }
func (nobody) Close(context.Context, string) error        { return nil }
