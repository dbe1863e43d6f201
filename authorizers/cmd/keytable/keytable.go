// Package keytable opens the table of API keys that the environment names. It is for mains only; it is apart from
// package environ so that functions without API keys link no client of DynamoDB.
package keytable

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/cmd/environ"
)

// Open opens the DynamoDB table that API_KEYS_TABLE names, without calling anybody: neither DynamoDB nor a source of
// credentials. The store is nil where the variable is not set. getenv gives a variable's value, "" where it is not
// set; the AWS SDK's own variables apply too, except that the EC2 metadata service is never asked. What is wrong with a
// variable is an [*environ.Error].
func Open(ctx context.Context, getenv func(string) string) (apikey.Store, error) {
	table := getenv(environ.APIKeysTable)
	if table == "" {
		return nil, nil
	}
	// Without this, settings such as AWS_DEFAULTS_MODE=auto call the EC2 metadata service at the start.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	store, err := dynamo.New(dynamodb.NewFromConfig(cfg), table)
	if errors.As(err, new(*dynamo.TableNameError)) {
		return nil, &environ.Error{Variable: environ.APIKeysTable, Err: fmt.Errorf("want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, got %.40q", table)}
	}
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		return nil, &environ.Error{Variable: "AWS_REGION", Err: errors.New("is not set; want the region of the table, such as eu-west-1")}
	}
	return store, nil
}
