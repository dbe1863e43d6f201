// Package userstable reads the environment variables of the users function and makes what they configure.
// It is for mains and for the desk; a bad value is an [*environ.Error] that names its variable.
package userstable

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/api/environ"
	"portcullis/api/environ/awsconfig"
	"portcullis/api/users"
	"portcullis/api/users/dynamo"
)

// UsersTable is the environment variable of the users function, beside environ.AllowedOrigins: the DynamoDB table that keeps
// the users, or Memory. Required. The AWS SDK's variables apply too, except that the EC2 metadata service is never asked.
const UsersTable = "USERS_TABLE"

// Memory is the value of UsersTable that keeps the users in this process's memory, where they end with it: for
// desks and tests. No table of DynamoDB can have that name.
const Memory = ":memory:"

// Users makes the users API's handler, and the store behind it, as the variables say, without calling anybody:
// neither DynamoDB nor a source of credentials. getenv gives a variable's value, "" where it is not set. Options go before the
// AWS SDK's own variables. What is wrong with a variable is an [*environ.Error].
func Users(ctx context.Context, getenv func(string) string, log *slog.Logger, options ...func(*config.LoadOptions) error) (*users.Handler, users.Store, error) {
	store, err := openStore(ctx, getenv(UsersTable), options)
	if err != nil {
		return nil, nil, err
	}
	handler, err := Handler(store, getenv, log)
	return handler, store, err
}

// Handler makes the users API's handler with a store that was opened already, as [Users] does with that of UsersTable.
func Handler(store users.Store, getenv func(string) string, log *slog.Logger) (*users.Handler, error) {
	handler, err := users.New(users.Config{Store: store, AllowedOrigins: environ.Origins(getenv(environ.AllowedOrigins)), Log: log})
	if wrong := (*users.OriginError)(nil); errors.As(err, &wrong) {
		return nil, &environ.Error{Variable: environ.AllowedOrigins, Value: wrong.Origin, Want: wrong.Want}
	}
	return handler, err
}

func openStore(ctx context.Context, table string, options []func(*config.LoadOptions) error) (users.Store, error) {
	if table == Memory {
		return users.NewMemoryStore(), nil
	}
	cfg, err := awsconfig.Load(ctx, options...)
	if err != nil {
		return nil, err
	}
	store, err := dynamo.New(dynamodb.NewFromConfig(cfg), table)
	if errors.As(err, new(*dynamo.TableNameError)) {
		return nil, &environ.Error{Variable: UsersTable, Value: table, Want: "the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, or " + Memory}
	}
	if err != nil {
		return nil, err
	}
	return store, cmp.Or(awsconfig.CheckRegion(cfg, "the table"), awsconfig.CheckCredentials(cfg))
}
