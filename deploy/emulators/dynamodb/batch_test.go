package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/deploy/testtools"
)

// TestBatchTooLarge: what does not fit in one answer is left, in a form that can be asked for again, and nothing is lost or
// given twice.
func TestBatchTooLarge(t *testing.T) {
	const items = 60 // of 300 KB: more than 16 MB
	client := testtools.DynamoDB(testtools.Serve(t, handler(t)))
	table := testtools.Table(t, client, "expiresAt")
	asked := types.KeysAndAttributes{
		ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("#id"), ExpressionAttributeNames: map[string]string{"#id": "id"},
	}
	for i := range items {
		key := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: fmt.Sprint(i)}}
		asked.Keys = append(asked.Keys, key)
		item := map[string]types.AttributeValue{"id": key["id"], "text": &types.AttributeValueMemberS{Value: strings.Repeat("x", 300<<10)}}
		if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &table, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	seen, rounds := map[string]bool{}, 0
	for left := map[string]types.KeysAndAttributes{table: asked}; len(left) > 0; rounds++ {
		out, err := client.BatchGetItem(t.Context(), &sdk.BatchGetItemInput{RequestItems: left})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Responses[table]) == 0 {
			t.Fatal("a round reads nothing")
		}
		for _, item := range out.Responses[table] {
			id := item["id"].(*types.AttributeValueMemberS).Value
			if len(item) != 1 || seen[id] {
				t.Errorf("item %s is there twice, or with more than its id", id)
			}
			seen[id] = true
		}
		left = out.UnprocessedKeys
	}
	if len(seen) != items || rounds != 2 {
		t.Errorf("%d items in %d rounds", len(seen), rounds)
	}
}
