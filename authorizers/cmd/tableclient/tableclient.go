// Package tableclient opens the DynamoDB tables that the environment names. It is for mains only; it is apart from package
// environ so that functions which need none of them link no client of DynamoDB.
package tableclient

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/authorizers/cmd/environ"
)

// Open opens the store in the table that a variable names, without calling anybody: neither DynamoDB nor a source of
// credentials. The store is its zero value where the variable is not set. getenv gives a variable's value, "" where it is
// not set; the AWS SDK's own variables apply too, except that the EC2 metadata service is never asked. open makes the
// store, unless a table cannot have the name. What is wrong with a variable is an [*environ.Error].
func Open[Store any](ctx context.Context, getenv func(string) string, variable string, open func(client *dynamodb.Client, table string) (Store, error)) (Store, error) {
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
	store, err := open(dynamodb.NewFromConfig(cfg), table)
	if err != nil {
		return none, &environ.Error{Variable: variable, Err: fmt.Errorf("want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, got %.40q", table)}
	}
	if cfg.Region == "" {
		return none, &environ.Error{Variable: "AWS_REGION", Err: errors.New("is not set; want the region of the table, such as eu-west-1")}
	}
	return store, nil
}
