package dynamodb_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portcullis/deploy/emulators/dynamodb"
)

// walked is an item that a walk can meet: one of a partition, in a topic, with a rank in both.
type walked struct{ partition, topic, rank, id int }

const walksTable = `{"TableName":"walks","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"part","KeyType":"HASH"},{"AttributeName":"id","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"part","AttributeType":"N"},{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"topic","AttributeType":"B"},{"AttributeName":"rank","AttributeType":"N"}],
	"GlobalSecondaryIndexes":[{"IndexName":"ranks","KeySchema":[{"AttributeName":"topic","KeyType":"HASH"},{"AttributeName":"rank","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`

// putWalked makes an item of three bytes. Those without topic are not in the index.
func putWalked(t *testing.T, h http.Handler, at int, three []byte) walked {
	t.Helper()
	w := walked{partition: int(three[0] % 3), topic: int(three[1] % 3), rank: int(int8(three[2])) / 8, id: at}
	topic := ""
	if w.topic > 0 {
		topic = fmt.Sprintf(`,"topic":{"B":"AA0%d"}`, w.topic)
	}
	want(t, h, "PutItem", fmt.Sprintf(`{"TableName":"walks","Item":{"part":{"N":"%d"},"id":{"S":"%02d"},"rank":{"N":"%d"}%s}}`, w.partition, w.id, w.rank, topic))
	return w
}

// want wants an answer that is no error.
func want(t *testing.T, h http.Handler, operation, body string) {
	t.Helper()
	if got := message(t, call(h, operation, body)); got != "" {
		t.Fatalf("%s %s: %s", operation, body, got)
	}
}

// walk reads all pages, and gives the numbers of the items in their order.
func walk(t *testing.T, h http.Handler, operation, body string, limit int) (ids []int) {
	t.Helper()
	for start := ""; ; {
		var page struct {
			Items            []map[string]struct{ S string }
			LastEvaluatedKey json.RawMessage
			Message          string
		}
		asked := fmt.Sprintf(`{%s,"ProjectionExpression":"id","Limit":%d%s}`, body, limit, start)
		if err := json.NewDecoder(call(h, operation, asked).Body).Decode(&page); err != nil || page.Message != "" || len(page.Items) > limit {
			t.Fatalf("%s %s: %d items, %s, %v", operation, asked, len(page.Items), page.Message, err)
		}
		for _, item := range page.Items {
			id, err := strconv.Atoi(item["id"].S)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		if page.LastEvaluatedKey == nil {
			return ids
		}
		if len(ids) > 1000 {
			t.Fatalf("%s %s does not end", operation, body)
		}
		start = `,"ExclusiveStartKey":` + string(page.LastEvaluatedKey)
	}
}

// rankConditions are conditions on an index's sort key, each with what it means.
var rankConditions = []struct {
	text  string
	holds func(rank, low, high int) bool
}{
	{"", func(int, int, int) bool { return true }},
	{" AND #r = :low", func(rank, low, _ int) bool { return rank == low }},
	{" AND #r < :low", func(rank, low, _ int) bool { return rank < low }},
	{" AND #r <= :low", func(rank, low, _ int) bool { return rank <= low }},
	{" AND #r > :low", func(rank, low, _ int) bool { return rank > low }},
	{" AND #r >= :low", func(rank, low, _ int) bool { return rank >= low }},
	{" AND :low < #r", func(rank, low, _ int) bool { return rank > low }},
	{" AND #r BETWEEN :low AND :high", func(rank, low, high int) bool { return rank >= low && rank <= high }},
}

// FuzzWalks: whatever the limit, the pages of a Query and of a Scan together have just the items that meet the condition, each
// once, in the order of their keys, and backwards the other way round.
func FuzzWalks(f *testing.F) {
	f.Add([]byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"), uint8(1), uint8(0), int8(0), int8(0))
	f.Add([]byte("abcabcabcabcabcabcbbbbbbbbb999888777"), uint8(2), uint8(7), int8(-3), int8(14))
	f.Add([]byte("\x00\x01\x80\x00\x01\x7f\x00\x01\x00\x00\x02\x00"), uint8(3), uint8(5), int8(0), int8(0))
	f.Fuzz(func(t *testing.T, data []byte, limit, condition uint8, low, high int8) {
		h := handler(t)
		want(t, h, "CreateTable", walksTable)
		var all []walked
		for three := range slices.Chunk(data[:min(len(data), 90)], 3) {
			if len(three) == 3 {
				all = append(all, putWalked(t, h, len(all), three))
			}
		}
		limits := []int{1 + int(limit%8), 1000}
		for _, n := range limits {
			checkTableWalks(t, h, all, n)
			checkIndexWalks(t, h, all, n, int(condition)%len(rankConditions), int(low)/8, max(int(low), int(high))/8)
		}
	})
}

func checkTableWalks(t *testing.T, h http.Handler, all []walked, limit int) {
	t.Helper()
	var scanned []walked
	for partition := range 3 {
		in := slices.DeleteFunc(slices.Clone(all), func(w walked) bool { return w.partition != partition })
		body := fmt.Sprintf(`"TableName":"walks","KeyConditionExpression":"#p = :p","ExpressionAttributeNames":{"#p":"part"},"ExpressionAttributeValues":{":p":{"N":"%d.0"}}`, partition)
		checkWalk(t, h, "Query", body, limit, in)
		scanned = append(scanned, in...)
	}
	checkOneWay(t, h, "Scan", `"TableName":"walks"`, limit, scanned)
}

func checkIndexWalks(t *testing.T, h http.Handler, all []walked, limit, condition, low, high int) {
	t.Helper()
	byRank := func(a, b walked) int {
		return cmp.Or(cmp.Compare(a.topic, b.topic), cmp.Compare(a.rank, b.rank), cmp.Compare(a.partition, b.partition), cmp.Compare(a.id, b.id))
	}
	indexed := slices.SortedFunc(slices.Values(slices.DeleteFunc(slices.Clone(all), func(w walked) bool { return w.topic == 0 })), byRank)
	checkOneWay(t, h, "Scan", `"TableName":"walks","IndexName":"ranks"`, limit, indexed)
	c := rankConditions[condition]
	in := slices.DeleteFunc(indexed, func(w walked) bool { return w.topic != 2 || !c.holds(w.rank, low, high) })
	body := fmt.Sprintf(`"TableName":"walks","IndexName":"ranks","KeyConditionExpression":"topic = :t%s"`, c.text)
	values := `":t":{"B":"AA02"}`
	if c.text != "" {
		body += `,"ExpressionAttributeNames":{"#r":"rank"}`
		values += fmt.Sprintf(`,":low":{"N":"%d"}`, low)
	}
	if strings.Contains(c.text, ":high") {
		values += fmt.Sprintf(`,":high":{"N":"%d"}`, high)
	}
	checkWalk(t, h, "Query", body+`,"ExpressionAttributeValues":{`+values+`}`, limit, in)
}

func checkWalk(t *testing.T, h http.Handler, operation, body string, limit int, items []walked) {
	t.Helper()
	checkOneWay(t, h, operation, body, limit, items)
	backwards := slices.Clone(items)
	slices.Reverse(backwards)
	checkOneWay(t, h, operation, body+`,"ScanIndexForward":false`, limit, backwards)
}

func checkOneWay(t *testing.T, h http.Handler, operation, body string, limit int, items []walked) {
	t.Helper()
	var ids []int
	for _, w := range items {
		ids = append(ids, w.id)
	}
	if got := walk(t, h, operation, body, limit); !slices.Equal(got, ids) {
		t.Errorf("%s %s by %d: %v, want %v", operation, body, limit, got, ids)
	}
}

// TestItem: what a program reads that has the Handler is what clients wrote.
func TestItem(t *testing.T) {
	h := streaming(t, newClock())
	putText(t, h, "ann", "x")
	if got, err := h.Item("changes", "ann"); err != nil || got["text"].Text != "x" || len(got) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := h.Item("changes", "bob"); err != nil || got != nil {
		t.Errorf("nobody's item is %+v, %v", got, err)
	}
	for _, asked := range [][2]string{{"nothing", "ann"}, {"changes", ""}} {
		if got, err := h.Item(asked[0], asked[1]); err == nil || got != nil {
			t.Errorf("%q: %+v", asked, got)
		}
	}
}

// TestNumberSort: an index whose sort key is a number has its items in the order of numbers.
func TestNumberSort(t *testing.T) {
	h, err := dynamodb.New(dynamodb.Config{Tables: []dynamodb.Table{{
		Name: "things", PartitionKey: "pk", SortKey: "sk", Indexes: []dynamodb.Index{{Name: "ends", PartitionKey: "in", SortKey: "at", NumberSort: true, Projection: "KEYS_ONLY"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"10", "9", "100"} {
		want(t, h, "PutItem", `{"TableName":"things","Item":{"pk":{"S":"a"},"sk":{"S":"`+at+`"},"in":{"S":"i"},"at":{"N":"`+at+`"}}}`)
	}
	var got struct {
		Items []struct{ SK struct{ S string } }
	}
	ask(t, h, "Query", `{"TableName":"things","IndexName":"ends","KeyConditionExpression":"#i = :i AND #a < :a","ExpressionAttributeNames":{"#i":"in","#a":"at"},"ExpressionAttributeValues":{":i":{"S":"i"},":a":{"N":"50"}}}`, &got)
	if len(got.Items) != 2 || got.Items[0].SK.S != "9" || got.Items[1].SK.S != "10" {
		t.Errorf("%+v", got)
	}
}
