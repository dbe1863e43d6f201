// Package revocationtable opens the table of revocations that the environment names, for those who write it. It is for
// mains only; authorizers read the table by package environ.
package revocationtable

import (
	"context"
	"errors"

	"portcullis/authorizers/cmd/environ"
	"portcullis/authorizers/cmd/tableclient"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
)

// Open opens the DynamoDB table that REVOCATION_TABLE names, as package tableclient makes its client. The store is nil where
// the variable is not set. getenv gives a variable's value, "" where it is not set. What is wrong with a variable is an
// [*environ.Error].
func Open(ctx context.Context, getenv func(string) string) (revocation.Store, error) {
	table := getenv(environ.RevocationTable)
	if table == "" {
		return nil, nil
	}
	client, err := tableclient.New(ctx)
	if err != nil {
		return nil, err
	}
	store, err := dynamo.New(client, table)
	if errors.As(err, new(*dynamo.TableNameError)) {
		return nil, tableclient.NameError(environ.RevocationTable, table)
	}
	if err != nil {
		return nil, err
	}
	return store, nil
}
