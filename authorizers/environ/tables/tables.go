// Package tables opens the DynamoDB tables that the environment names, of API keys and of revocations, where and as whom the AWS
// SDK's whole configuration says: variables, files and profiles. It is for commands and desks. The functions open theirs by
// package environ, with the variables that Lambda sets, and link nothing of the SDK's configuration.
package tables

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/config"

	"portcullis/authorizers/apikey"
	keys "portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/revocation"
	revocations "portcullis/authorizers/revocation/dynamo"
)

// OpenKeys opens the DynamoDB table that API_KEYS_TABLE names, without calling anybody: neither DynamoDB nor a source of
// credentials. The store is nil where the variable is not set. getenv gives a variable's value, "" where it is not set; the
// AWS SDK's own variables apply too, behind the options, as [Config] reads them. What is wrong with a variable is an
// [*environ.Error], and where nothing gives credentials it is a [*CredentialsError].
func OpenKeys(ctx context.Context, getenv func(string) string, options ...func(*config.LoadOptions) error) (apikey.Store, error) {
	table, err := open(ctx, getenv, options, environ.APIKeysTable)
	if table == nil {
		return nil, err
	}
	return keys.New(table), nil
}

// OpenRevocations opens the DynamoDB table that REVOCATION_TABLE names, as OpenKeys does.
func OpenRevocations(ctx context.Context, getenv func(string) string, options ...func(*config.LoadOptions) error) (revocation.Store, error) {
	table, err := open(ctx, getenv, options, environ.RevocationTable)
	if table == nil {
		return nil, err
	}
	return revocations.New(table), nil
}

// OpenAudit opens the DynamoDB table that AUDIT_TABLE names, as OpenKeys does. What is in it is for its callers to say.
func OpenAudit(ctx context.Context, getenv func(string) string, options ...func(*config.LoadOptions) error) (*dynamodb.Table, error) {
	return open(ctx, getenv, options, environ.AuditTable)
}

// open opens the table that a variable names; nil where it is not set.
func open(ctx context.Context, getenv func(string) string, options []func(*config.LoadOptions) error, variable string) (*dynamodb.Table, error) {
	name := getenv(variable)
	if name == "" {
		return nil, nil
	}
	cfg, err := load(ctx, options)
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		return nil, &environ.Error{Variable: "AWS_REGION", Err: errors.New("is not set; want the region of the table, such as eu-west-1")}
	}
	where, err := dynamodb.OfSDK(ctx, cfg, name)
	if err != nil {
		return nil, err
	}
	table, err := dynamodb.Open(where)
	if err != nil {
		return nil, environ.TableError(err, variable)
	}
	if err := checkCredentials(cfg); err != nil {
		return nil, err
	}
	return table, nil
}
