// Package environ reads the environment variables of the API's functions and makes what they configure.
// It is for mains only; a bad value is an error that names its variable.
package environ

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/api/users"
	"portcullis/api/users/dynamo"
)

// The environment variables that the functions share, and the users function's. Those of the AWS SDK apply too, except that the EC2
// metadata service is never asked.
const (
	// UsersTable is the DynamoDB table that keeps the users, or Memory. Required.
	UsersTable = "USERS_TABLE"
	// AllowedOrigins are origins whose browser scripts may read answers, separated by commas, or "*", the default.
	AllowedOrigins = "ALLOWED_ORIGINS"
)

// Memory is the value of UsersTable that keeps the users in this process's memory, where they end with it: for
// desks and tests. No table of DynamoDB can have that name.
const Memory = ":memory:"

// Error says that an environment variable has no good value.
type Error struct {
	Variable string // its name
	Value    string // the part of its value that is wrong
	Want     string // what is expected
}

// Error says what the variable is, and what it has to be.
func (e *Error) Error() string { return fmt.Sprintf("%s is %q: want %s", e.Variable, e.Value, e.Want) }

// Users makes the users API's handler, and the store behind it, as the variables say, without calling anybody:
// neither DynamoDB nor a source of credentials. getenv gives a variable's value, "" where it is not set.
// What is wrong with a variable is an [*Error].
func Users(ctx context.Context, getenv func(string) string, log *slog.Logger) (*users.Handler, users.Store, error) {
	store, err := openStore(ctx, getenv(UsersTable))
	if err != nil {
		return nil, nil, err
	}
	handler, err := users.New(users.Config{Store: store, AllowedOrigins: Origins(getenv(AllowedOrigins)), Log: log})
	if wrong := (*users.OriginError)(nil); errors.As(err, &wrong) {
		return nil, nil, &Error{AllowedOrigins, wrong.Origin, wrong.Want}
	}
	return handler, store, err
}

// Origins cuts the value of AllowedOrigins into origins.
func Origins(list string) []string {
	if list == "" {
		return []string{"*"}
	}
	origins := strings.Split(list, ",")
	for i := range origins {
		origins[i] = strings.TrimSpace(origins[i])
	}
	return origins
}

func openStore(ctx context.Context, table string) (users.Store, error) {
	if table == Memory {
		return users.NewMemoryStore(), nil
	}
	cfg, err := AWS(ctx)
	if err != nil {
		return nil, err
	}
	store, err := dynamo.New(dynamodb.NewFromConfig(cfg), table)
	if errors.As(err, new(*dynamo.TableNameError)) {
		return nil, &Error{UsersTable, table, "the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, or " + Memory}
	}
	if err != nil {
		return nil, err
	}
	return store, CheckRegion(cfg, "the table")
}

// AWS reads the AWS SDK's own variables without calling anybody.
func AWS(ctx context.Context) (aws.Config, error) {
	// Without this, settings such as AWS_DEFAULTS_MODE=auto call the EC2 metadata service at the start.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return aws.Config{}, fmt.Errorf("AWS configuration: %w", err)
	}
	return cfg, nil
}

// CheckRegion returns an [*Error] where no variable says in which region something is.
func CheckRegion(cfg aws.Config, of string) error {
	if cfg.Region == "" {
		return &Error{"AWS_REGION", "", "the region of " + of + ", such as eu-west-1"}
	}
	return nil
}
