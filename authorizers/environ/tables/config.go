package tables

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"portcullis/authorizers/environ"
)

// CredentialsError says that nothing gives AWS credentials, and what was looked at.
// See https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html.
type CredentialsError struct {
	Profile string   // that was looked for
	Files   []string // in which it was
}

// Error says also what gives credentials.
func (e *CredentialsError) Error() string {
	return fmt.Sprintf("no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set, and the profile %s has none in %s; "+
		"set both variables, or AWS_PROFILE to a profile that aws configure, aws sso login or aws login made (EC2's metadata service is not asked)",
		e.Profile, strings.Join(e.Files, " or "))
}

// Config reads the AWS SDK's whole configuration, behind the options, without calling anybody: the EC2 metadata service is never
// asked. Where no other source may give credentials, the error is a [*CredentialsError]; a profile that is not there is an
// [*environ.Error].
func Config(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	cfg, err := load(ctx, options)
	if err != nil {
		return cfg, err
	}
	return cfg, checkCredentials(cfg)
}

func load(ctx context.Context, options []func(*config.LoadOptions) error) (aws.Config, error) {
	// Without this, settings such as AWS_DEFAULTS_MODE=auto call the EC2 metadata service at the start.
	cfg, err := config.LoadDefaultConfig(ctx, append(slices.Clip(options), config.WithEC2IMDSClientEnableState(imds.ClientDisabled))...)
	if absent, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		return cfg, &environ.Error{Variable: "AWS_PROFILE", Err: fmt.Errorf("there is no profile %.60q in the files of the AWS CLI; aws configure list-profiles has those that there are", absent.Profile)}
	}
	if err != nil {
		return cfg, fmt.Errorf("AWS configuration: %w", err)
	}
	return cfg, nil
}

// checkCredentials names the profile and the files that the SDK has looked at where nothing gives credentials. The metadata
// service is the SDK's last source: its provider is there where no source before it has anything.
func checkCredentials(cfg aws.Config) error {
	if !aws.IsCredentialsProvider(cfg.Credentials, (*ec2rolecreds.Provider)(nil)) {
		return nil
	}
	var given config.EnvConfig
	for _, source := range cfg.ConfigSources {
		if env, ok := source.(config.EnvConfig); ok {
			given = env
		}
	}
	return &CredentialsError{
		Profile: cmp.Or(given.SharedConfigProfile, config.DefaultSharedConfigProfile),
		Files: []string{
			cmp.Or(given.SharedConfigFile, config.DefaultSharedConfigFilename()),
			cmp.Or(given.SharedCredentialsFile, config.DefaultSharedCredentialsFilename()),
		},
	}
}
