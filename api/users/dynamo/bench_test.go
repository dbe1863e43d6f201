package dynamo_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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
		fill(b, client, table, size)
		userstest.BenchmarkPages(b, s, size)
	}
}

// fill writes so many users, as many in a request as DynamoDB takes.
func fill(b *testing.B, client *dynamodb.Client, table string, size int) {
	b.Helper()
	if err := open(b, client, table).Create(b.Context(), person("model")); err != nil {
		b.Fatal(err)
	}
	key := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "model"}}
	model, err := client.GetItem(b.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := client.DeleteItem(b.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: key}); err != nil {
		b.Fatal(err)
	}
	const most = 25
	for from := 0; from < size; from += most {
		var writes []types.WriteRequest
		for i := from; i < from+most; i++ {
			item := maps.Clone(model.Item)
			item["id"] = &types.AttributeValueMemberS{Value: fmt.Sprintf("%07d", i)}
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
		}
		if _, err := client.BatchWriteItem(b.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: writes}}); err != nil {
			b.Fatal(err)
		}
	}
}
