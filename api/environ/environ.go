// Package environ reads the environment variables that the API's functions share: the origins of browsers, and the AWS SDK's
// own. What a function has for itself is in a package below, so that none links another's store: userstable is the users
// function's, userpool the tokens function's. They are for mains, and for the desk, which makes the functions as those do; a bad
// value is an [*Error] that names its variable.
package environ

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// AllowedOrigins are origins whose browser scripts may read answers, separated by commas, or "*", the default.
const AllowedOrigins = "ALLOWED_ORIGINS"

// Error says that an environment variable has no good value.
type Error struct {
	Variable string // its name
	Value    string // the part of its value that is wrong
	Want     string // what is expected
}

// Error says what the variable is, and what it has to be.
func (e *Error) Error() string { return fmt.Sprintf("%s is %q: want %s", e.Variable, e.Value, e.Want) }

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

// AWS reads the AWS SDK's own variables, behind the options, without calling anybody: the EC2 metadata service is never asked.
func AWS(ctx context.Context, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	// Without this, settings such as AWS_DEFAULTS_MODE=auto call the EC2 metadata service at the start.
	cfg, err := config.LoadDefaultConfig(ctx, append(slices.Clip(options), config.WithEC2IMDSClientEnableState(imds.ClientDisabled))...)
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

// CheckCredentials returns an [*Error] where no source of the AWS SDK's may give credentials: the EC2 metadata service, its last
// one, is not asked. See https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html.
func CheckCredentials(cfg aws.Config) error {
	if aws.IsCredentialsProvider(cfg.Credentials, (*ec2rolecreds.Provider)(nil)) {
		return &Error{"AWS_ACCESS_KEY_ID", "", "AWS credentials: it and AWS_SECRET_ACCESS_KEY, or in AWS_PROFILE a profile that has some"}
	}
	return nil
}
