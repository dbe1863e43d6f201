// Package revocationtable opens the table of revocations that the environment names, for those who write it. It is for
// mains only; authorizers read the table by package environ.
package revocationtable

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/authorizers/cmd/environ"
	"portcullis/authorizers/cmd/tableclient"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
)

// Open opens the DynamoDB table that REVOCATION_TABLE names, as [tableclient.Open] does. The store is nil where the
// variable is not set.
func Open(ctx context.Context, getenv func(string) string) (revocation.Store, error) {
	return tableclient.Open(ctx, getenv, environ.RevocationTable, func(client *dynamodb.Client, table string) (revocation.Store, error) {
		return dynamo.New(client, table)
	})
}
