package dynamodb_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"portcullis/deploy/emulators/dynamodb"
)

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
