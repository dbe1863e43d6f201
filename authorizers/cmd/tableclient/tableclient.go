// Package tableclient makes the client of DynamoDB that the environment describes. It is for mains only.
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

// New makes the client without calling anybody: neither DynamoDB nor a source of credentials. The AWS SDK's own variables
// apply, except that the EC2 metadata service is never asked. A missing region is an [*environ.Error].
func New(ctx context.Context) (*dynamodb.Client, error) {
	// Without this, settings such as AWS_DEFAULTS_MODE=auto call the EC2 metadata service at the start.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return nil, &environ.Error{Variable: "AWS_REGION", Err: errors.New("is not set; want the region of the table, such as eu-west-1")}
	}
	return dynamodb.NewFromConfig(cfg), nil
}

// NameError says that a variable's value cannot be a table's name.
func NameError(variable, name string) error {
	return &environ.Error{Variable: variable, Err: fmt.Errorf("want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, got %.40q", name)}
}
