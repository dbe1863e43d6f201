// Package awsconfig reads the AWS SDK's own environment variables for the API's functions that call AWS, without calling anybody.
package awsconfig

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"portcullis/api/environ"
)

// Load reads the AWS SDK's own variables, behind the options, without calling anybody: the EC2 metadata service is never asked.
func Load(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	// Without this, settings such as AWS_DEFAULTS_MODE=auto call the EC2 metadata service at the start.
	cfg, err := config.LoadDefaultConfig(ctx, append(slices.Clip(options), config.WithEC2IMDSClientEnableState(imds.ClientDisabled))...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("AWS configuration: %w", err)
	}
	return cfg, nil
}

// CheckRegion returns an [*environ.Error] where no variable says in which region something is.
func CheckRegion(cfg aws.Config, of string) error {
	if cfg.Region == "" {
		return &environ.Error{Variable: "AWS_REGION", Want: "the region of " + of + ", such as eu-west-1"}
	}
	return nil
}

// CheckCredentials returns an [*environ.Error] where no source of the AWS SDK's may give credentials: the EC2 metadata service, its last
// one, is not asked. See https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html.
func CheckCredentials(cfg aws.Config) error {
	if aws.IsCredentialsProvider(cfg.Credentials, (*ec2rolecreds.Provider)(nil)) {
		return &environ.Error{Variable: "AWS_ACCESS_KEY_ID", Want: "AWS credentials: it and AWS_SECRET_ACCESS_KEY, or in AWS_PROFILE a profile that has some"}
	}
	return nil
}
