// Package keytable opens the table of API keys that the environment names. It is for mains only.
package keytable

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/cmd/environ"
	"portcullis/authorizers/cmd/tableclient"
)

// Open opens the DynamoDB table that API_KEYS_TABLE names, as [tableclient.Open] does. The store is nil where the variable
// is not set.
func Open(ctx context.Context, getenv func(string) string) (apikey.Store, error) {
	return tableclient.Open(ctx, getenv, environ.APIKeysTable, func(client *dynamodb.Client, table string) (apikey.Store, error) {
		return dynamo.New(client, table)
	})
}
