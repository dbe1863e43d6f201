package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"portcullis/authorizers/dynamodb"
	emulator "portcullis/deploy/emulators/dynamodb"
)

func Example() {
	h, err := emulator.New(emulator.Config{Tables: []emulator.Table{{Name: "notes", PartitionKey: dynamodb.Key}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(h)
	defer server.Close()
	table, err := dynamodb.Open(dynamodb.Config{
		Table: "notes", Region: "eu-west-1", Endpoint: server.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	item := dynamodb.Item{dynamodb.Key: dynamodb.Text("a"), "text": dynamodb.Text("first")}
	onlyNew := dynamodb.Condition{Expression: "attribute_not_exists(id)", Once: true}
	ctx := context.Background()
	fmt.Println(table.Put(ctx, item, onlyNew))
	fmt.Println(errors.As(table.Put(ctx, item, onlyNew), new(*dynamodb.ConditionError)))
	// Output:
	// <nil>
	// true
}
