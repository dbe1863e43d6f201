package dynamodb_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"portcullis/deploy/testtools"
)

// TestConditionsByMoto asks another implementation about the conditions that package expression is tested with.
func TestConditionsByMoto(t *testing.T) {
	url := testtools.MotoDynamoDB(t)
	post(t, url, "CreateTable", `{"TableName":"users","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}`)
	post(t, url, "PutItem", `{"TableName":"users","Item":`+expressionFile(t, "item.json")+`}`)
	for _, line := range strings.Split(expressionFile(t, "conditions.txt"), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		line, reason, _ := strings.Cut(line, " -- ")
		want, text, _ := strings.Cut(line, "\t")
		_, body := post(t, url, "Scan", scanFor(t, text))
		var answer struct{ Count *int }
		known := json.Unmarshal(body, &answer) == nil && answer.Count != nil
		if same := known && (*answer.Count == 1) == (want == "true"); same != (reason == "") {
			t.Errorf("%s: moto %s, want %s, as %q", text, body, want, reason)
		}
	}
}

func expressionFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("internal/expression/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var conditionPlaceholders = regexp.MustCompile(`[#:][A-Za-z]+`)

// scanFor is a Scan with a filter, and with the names and values that the filter uses.
func scanFor(t *testing.T, filter string) string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(expressionFile(t, "values.json")), &all); err != nil {
		t.Fatal(err)
	}
	names, values := map[string]string{}, map[string]any{}
	for _, placeholder := range conditionPlaceholders.FindAllString(filter, -1) {
		if placeholder[0] == ':' {
			values[placeholder] = all[placeholder]
		} else {
			names[placeholder] = map[string]string{"#id": "id", "#dotted": "a.b"}[placeholder]
		}
	}
	request := map[string]any{"TableName": "users", "FilterExpression": filter}
	if len(names) > 0 {
		request["ExpressionAttributeNames"] = names
	}
	if len(values) > 0 {
		request["ExpressionAttributeValues"] = values
	}
	return compact(t, request)
}
