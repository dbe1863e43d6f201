// Package tables opens the DynamoDB tables that the environment names, of API keys and, for those who write it, of revocations.
// It is for mains and desks; it is apart from package environ so that functions which need neither link no client of
// DynamoDB. Authorizers read the table of revocations by package environ.
package tables

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/authorizers/apikey"
	keys "portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/revocation"
	revocations "portcullis/authorizers/revocation/dynamo"
)

// OpenKeys opens the DynamoDB table that API_KEYS_TABLE names, without calling anybody: neither DynamoDB nor a source of
// credentials. The store is nil where the variable is not set. getenv gives a variable's value, "" where it is not set; the
// AWS SDK's own variables apply too, except that the EC2 metadata service is never asked. What is wrong with a variable is
// an [*environ.Error].
func OpenKeys(ctx context.Context, getenv func(string) string) (apikey.Store, error) {
	return open(ctx, getenv, environ.APIKeysTable, func(client *dynamodb.Client, table string) (apikey.Store, error) {
		return keys.New(client, table)
	})
}

// OpenRevocations opens the DynamoDB table that REVOCATION_TABLE names, as OpenKeys does.
func OpenRevocations(ctx context.Context, getenv func(string) string) (revocation.Store, error) {
	return open(ctx, getenv, environ.RevocationTable, func(client *dynamodb.Client, table string) (revocation.Store, error) {
		return revocations.New(client, table)
	})
}

// open opens the store in the table that a variable names; make makes it, unless a table cannot have the name.
func open[Store any](ctx context.Context, getenv func(string) string, variable string, make func(client *dynamodb.Client, table string) (Store, error)) (Store, error) {
	var none Store
	table := getenv(variable)
	if table == "" {
		return none, nil
	}
	// Without this, settings such as AWS_DEFAULTS_MODE=auto call the EC2 metadata service at the start.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return none, fmt.Errorf("AWS configuration: %w", err)
	}
	store, err := make(dynamodb.NewFromConfig(cfg), table)
	if err != nil {
		return none, &environ.Error{Variable: variable, Err: fmt.Errorf("want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, got %.40q", table)}
	}
	if cfg.Region == "" {
		return none, &environ.Error{Variable: "AWS_REGION", Err: errors.New("is not set; want the region of the table, such as eu-west-1")}
	}
	return store, nil
}
