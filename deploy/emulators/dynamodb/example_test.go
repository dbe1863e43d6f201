package dynamodb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"portcullis/deploy/emulators/dynamodb"
)

// A program that has the server learns of what its clients change.
func ExampleHandler_Stream() {
	h, err := dynamodb.New(dynamodb.Config{Tables: []dynamodb.Table{{Name: "users", PartitionKey: "id", Stream: "NEW_IMAGE"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	stream, err := h.Stream("users")
	if err != nil {
		fmt.Println(err)
		return
	}
	after, came := stream.Latest(), stream.Came()
	go put(h, `{"TableName":"users","Item":{"id":{"S":"ann"}}}`)
	<-came
	records, err := stream.Read(after, 100)
	for _, r := range records {
		fmt.Println(r.EventName, r.Change.Keys["id"].Text)
	}
	fmt.Println(err)
	// Output:
	// INSERT ann
	// <nil>
}

func put(h http.Handler, item string) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(item))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
	h.ServeHTTP(httptest.NewRecorder(), r)
}

func Example() {
	h, err := dynamodb.New(dynamodb.Config{Tables: []dynamodb.Table{{Name: "users", PartitionKey: "id"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	// http.ListenAndServe("127.0.0.1:8000", h) serves it for AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000.
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"TableName":"users"}`))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.Scan")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output:
	// 200 {"Items":[],"Count":0,"ScannedCount":0}
}
