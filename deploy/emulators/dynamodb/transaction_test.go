package dynamodb_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
)

type values = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
}

// addTo adds a number to the attribute n of an item, which must not come below 0.
func addTo(table string, n int) string {
	condition, least := "", ""
	if n < 0 {
		condition, least = `,"ConditionExpression":"n >= :least"`, fmt.Sprintf(`,":least":{"N":"%d"}`, -n)
	}
	return fmt.Sprintf(`{"Update":{"TableName":%q,"Key":{"id":{"S":"x"}},"UpdateExpression":"ADD n :n"%s,"ExpressionAttributeValues":{":n":{"N":"%d"}%s}}}`, table, condition, n, least)
}

func numberOf(t *testing.T, h *dynamodb.Handler, table, id string) int {
	t.Helper()
	item, err := h.Item(table, id)
	if err != nil {
		t.Fatal(err)
	}
	if !item["n"].Exists() {
		return 0
	}
	n, err := strconv.Atoi(item["n"].Text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTransfers lets clients, whose requests have no tokens as those of the SDKs have, move what items of two tables have back
// and forth at once: nothing comes or goes, who reads both sees them as they were at one moment, and nobody waits for somebody who
// waits for them.
func TestTransfers(t *testing.T) {
	const clients, each, whole = 4, 300, 10
	h := handler(t, dynamodb.Table{Name: "left", PartitionKey: "id"}, dynamodb.Table{Name: "right", PartitionKey: "id"})
	transact := func(actions ...string) (kind string) {
		var failure struct {
			Type string `json:"__type"`
		}
		ask(t, h, "TransactWriteItems", `{"TransactItems":[`+strings.Join(actions, ",")+`]}`, &failure)
		return afterHash(failure.Type)
	}
	if failure := transact(addTo("left", whole)); failure != "" {
		t.Fatal(failure)
	}
	var wait sync.WaitGroup
	for i := range clients {
		from, to := "left", "right"
		if i%2 == 1 {
			from, to = to, from
		}
		wait.Go(func() {
			for range each {
				if failure := transact(addTo(from, -3), addTo(to, 3)); failure != "" && failure != "TransactionCanceledException" {
					t.Error(failure)
				}
			}
		})
	}
	wait.Go(func() {
		for range each {
			if sum := sumOf(t, h, "left", "right"); sum != whole {
				t.Errorf("%d are seen together, want %d", sum, whole)
			}
		}
	})
	wait.Wait()
	if left, right := numberOf(t, h, "left", "x"), numberOf(t, h, "right", "x"); left+right != whole || left < 0 || right < 0 {
		t.Errorf("there are %d and %d, want %d together", left, right, whole)
	}
}

// sumOf reads the numbers of x in several tables at once.
func sumOf(t *testing.T, h http.Handler, tables ...string) (sum int) {
	t.Helper()
	var gets []string
	for _, table := range tables {
		gets = append(gets, fmt.Sprintf(`{"Get":{"TableName":%q,"Key":{"id":{"S":"x"}}}}`, table))
	}
	var answer struct {
		Responses []struct{ Item map[string]struct{ N string } }
	}
	ask(t, h, "TransactGetItems", `{"TransactItems":[`+strings.Join(gets, ",")+`]}`, &answer)
	if len(answer.Responses) != len(tables) {
		t.Errorf("%+v", answer)
	}
	for _, r := range answer.Responses {
		n, _ := strconv.Atoi(r.Item["n"].N)
		sum += n
	}
	return sum
}

// TestCanceledBySDK: why a transaction was not done, as programs learn it; and neither the table nor its stream knows of it.
func TestCanceledBySDK(t *testing.T) {
	h := streaming(t, newClock())
	client := testtools.DynamoDB(testtools.Serve(t, h))
	put := func(id string, when *string) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{
			TableName: aws.String("changes"), Item: values{"id": text(id)}, ConditionExpression: when,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}}
	}
	transact := func(actions ...types.TransactWriteItem) error {
		_, err := client.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{TransactItems: actions})
		return err
	}
	absent := aws.String("attribute_not_exists(id)")
	if err := transact(put("a", absent)); err != nil {
		t.Fatal(err)
	}
	before := stream(t, h).Latest()
	err := transact(put("b", nil), put("a", absent))
	canceled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok || len(canceled.CancellationReasons) != 2 {
		t.Fatalf("error %v", err)
	}
	first, second := canceled.CancellationReasons[0], canceled.CancellationReasons[1]
	if *first.Code != "None" || *second.Code != "ConditionalCheckFailed" || second.Item["id"].(*types.AttributeValueMemberS).Value != "a" {
		t.Errorf("reasons %+v and %+v", first, second)
	}
	if item, err := h.Item("changes", "b"); item != nil || err != nil {
		t.Errorf("b is %v, %v", item, err)
	}
	if after := stream(t, h).Latest(); after != before {
		t.Errorf("the stream has more: %s, before %s", after, before)
	}
}

// TestWritesInStreams: each write of a batch and of a transaction is a record, and a check is none.
func TestWritesInStreams(t *testing.T) {
	h := streaming(t, newClock())
	var answer struct{}
	ask(t, h, "BatchWriteItem", `{"RequestItems":{"changes":[{"PutRequest":{"Item":{"id":{"S":"a"}}}},{"PutRequest":{"Item":{"id":{"S":"b"}}}}]}}`, &answer)
	ask(t, h, "TransactWriteItems", `{"TransactItems":[`+
		`{"ConditionCheck":{"TableName":"changes","Key":{"id":{"S":"a"}},"ConditionExpression":"attribute_exists(id)"}},`+
		`{"Delete":{"TableName":"changes","Key":{"id":{"S":"b"}}}},`+
		`{"Update":{"TableName":"changes","Key":{"id":{"S":"c"}},"UpdateExpression":"SET n = :n","ExpressionAttributeValues":{":n":{"N":"1"}}}}]}`, &answer)
	records, err := stream(t, h).Read("", 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range records {
		got = append(got, r.EventName+" "+r.Change.Keys["id"].Text)
	}
	if want := []string{"INSERT a", "INSERT b", "REMOVE b", "INSERT c"}; !slices.Equal(got, want) {
		t.Errorf("records %v, want %v", got, want)
	}
}

// TestTokens: what a token stands for is done once in ten minutes, and what could not be done can be tried again.
func TestTokens(t *testing.T) {
	now := newClock()
	h := streaming(t, now)
	transact := func(token, id, n string) (kind string) {
		var failure struct {
			Type string `json:"__type"`
		}
		ask(t, h, "TransactWriteItems", `{"ClientRequestToken":"`+token+`","TransactItems":[{"Update":{"TableName":"changes","Key":{"id":{"S":"`+id+`"}},`+
			`"UpdateExpression":"ADD n :n","ConditionExpression":"attribute_not_exists(filled)","ExpressionAttributeValues":{":n":{"N":"`+n+`"}}}}]}`, &failure)
		return afterHash(failure.Type)
	}
	steps := []struct {
		token, n string
		pass     time.Duration // before it
		failure  string
		want     int
	}{
		{"x", "1", 0, "", 1},
		{"x", "1", 10*time.Minute - 1, "", 1},
		{"x", "2", 0, "IdempotentParameterMismatchException", 1},
		{"y", "1", 0, "", 2},
		{"x", "2", 1, "", 4},
		{"y", "1", 0, "", 4},
	}
	for i, step := range steps {
		now.pass(step.pass)
		if failure := transact(step.token, "a", step.n); failure != step.failure || numberOf(t, h, "changes", "a") != step.want {
			t.Errorf("step %d: %q, and n is %d; want %q and %d", i, failure, numberOf(t, h, "changes", "a"), step.failure, step.want)
		}
	}
	var answer struct{}
	ask(t, h, "PutItem", `{"TableName":"changes","Item":{"id":{"S":"b"},"filled":{"BOOL":true}}}`, &answer)
	if failure := transact("z", "b", "1"); failure != "TransactionCanceledException" {
		t.Errorf("a transaction whose condition fails: %q", failure)
	}
	ask(t, h, "DeleteItem", `{"TableName":"changes","Key":{"id":{"S":"b"}}}`, &answer)
	if failure := transact("z", "b", "1"); failure != "" || numberOf(t, h, "changes", "b") != 1 {
		t.Errorf("the same, once its condition holds: %q, and n is %d", failure, numberOf(t, h, "changes", "b"))
	}
}

// TestTransactionTooLarge: 4 MB of items are let in, in one request, and more are not.
func TestTransactionTooLarge(t *testing.T) {
	h := streaming(t, newClock())
	transact := func(sizes ...int) (kind string) {
		var actions []string
		for i, size := range sizes {
			item := fmt.Sprintf(`{"id":{"S":"%02d"},"t":{"S":"%s"}}`, i, strings.Repeat("x", size-len("id00t")))
			actions = append(actions, `{"Put":{"TableName":"changes","Item":`+item+`}}`)
		}
		var failure struct {
			Type string `json:"__type"`
		}
		ask(t, h, "TransactWriteItems", `{"TransactItems":[`+strings.Join(actions, ",")+`]}`, &failure)
		return afterHash(failure.Type)
	}
	whole := slices.Repeat([]int{256 << 10}, 16)
	if failure := transact(whole...); failure != "" {
		t.Errorf("4 MB: %s", failure)
	}
	if failure := transact(append(whole[:15:15], 256<<10+1)...); failure != "ValidationException" {
		t.Errorf("4 MB and a byte: %q", failure)
	}
	if failure := transact(400<<10 + 1); failure != "ValidationException" {
		t.Errorf("an item of more than 400 KB: %q", failure)
	}
}

// TestBatchWriteBySDK writes 25 items of 200 KB, of which one request for other operations would be too large.
func TestBatchWriteBySDK(t *testing.T) {
	h := streaming(t, newClock())
	client := testtools.DynamoDB(testtools.Serve(t, h))
	var requests []types.WriteRequest
	for i := range 25 {
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: values{
			"id": text(fmt.Sprint(i)), "n": number(i), "b": &types.AttributeValueMemberB{Value: make([]byte, 200<<10)},
		}}})
	}
	out, err := client.BatchWriteItem(t.Context(), &sdk.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"changes": requests}})
	if err != nil || len(out.UnprocessedItems) != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	for i := range 25 {
		if got := numberOf(t, h, "changes", fmt.Sprint(i)); got != i {
			t.Errorf("item %d has %d", i, got)
		}
	}
	if text, err := json.Marshal(out.UnprocessedItems); err != nil || string(text) != "{}" {
		t.Errorf("unprocessed: %s, %v", text, err)
	}
}
