// Package keytable opens the table of API keys that the environment names. It is for mains only; it is apart from
// package environ so that functions without API keys link no client of DynamoDB.
package keytable

import (
	"context"
	"errors"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/cmd/environ"
	"portcullis/authorizers/cmd/tableclient"
)

// Open opens the DynamoDB table that API_KEYS_TABLE names, as package tableclient makes its client. The store is nil where
// the variable is not set. getenv gives a variable's value, "" where it is not set. What is wrong with a variable is an
// [*environ.Error].
func Open(ctx context.Context, getenv func(string) string) (apikey.Store, error) {
	table := getenv(environ.APIKeysTable)
	if table == "" {
		return nil, nil
	}
	client, err := tableclient.New(ctx)
	if err != nil {
		return nil, err
	}
	store, err := dynamo.New(client, table)
	if errors.As(err, new(*dynamo.TableNameError)) {
		return nil, tableclient.NameError(environ.APIKeysTable, table)
	}
	if err != nil {
		return nil, err
	}
	return store, nil
}
