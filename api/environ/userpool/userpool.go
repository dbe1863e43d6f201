// Package userpool reads the environment variables of the tokens function and makes what they configure.
// It is for mains and for the desk; a bad value is an [*environ.Error] that names its variable.
package userpool

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	secretsapi "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"portcullis/api/environ"
	"portcullis/api/environ/awsconfig"
	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
	"portcullis/api/tokens/secretsmanager"
)

// The environment variables of the tokens function, beside environ.AllowedOrigins. Those of the AWS SDK apply too, except
// that the EC2 metadata service is never asked.
const (
	// ClientID is the id of the user pool's app client. Required.
	ClientID = "USER_POOL_CLIENT_ID"
	// ClientSecretARN is the secret in AWS Secrets Manager whose string is the app client's secret; not set: it has none.
	ClientSecretARN = "USER_POOL_CLIENT_SECRET_ARN"
	// PublicClientIDs are the ids, with commas between them, of the user pool's app clients without a secret whose tokens can be revoked and
	// signed out as well; not set: none.
	PublicClientIDs = "USER_POOL_PUBLIC_CLIENT_IDS"
	// RevocationTable is the DynamoDB table that authorizers read revocations from; not set: they accept tokens until they end.
	RevocationTable = "REVOCATION_TABLE"
)

// Tokens makes the tokens function's handler as the variables say, without calling anybody. getenv gives a variable's
// value, "" where it is not set. open opens the table that RevocationTable names, where and as whom the AWS SDK's configuration
// has it, without calling anybody either. Options go before the AWS SDK's own variables. What is wrong with a variable is an
// [*environ.Error].
func Tokens[R tokens.Revocations](
	ctx context.Context, getenv func(string) string, open func(ctx context.Context, cfg aws.Config, table string) (R, error),
	log *slog.Logger, options ...func(*config.LoadOptions) error,
) (*tokens.Handler, error) {
	cfg, err := awsconfig.Load(ctx, options...)
	if err != nil {
		return nil, err
	}
	if err := awsconfig.CheckRegion(cfg, "the user pool"); err != nil {
		return nil, err
	}
	pool, err := openPool(cfg, getenv)
	if err != nil {
		return nil, err
	}
	var revocations tokens.Revocations
	if table := getenv(RevocationTable); table != "" {
		if revocations, err = open(ctx, cfg, table); err != nil {
			return nil, &environ.Error{Variable: RevocationTable, Value: table, Want: "a table that can be opened: " + err.Error()}
		}
	}
	handler, err := tokens.New(tokens.Config{
		Identity: pool, Revocations: revocations, AllowedOrigins: environ.Origins(getenv(environ.AllowedOrigins)), Log: log,
	})
	if wrong := (*tokens.OriginError)(nil); errors.As(err, &wrong) {
		return nil, &environ.Error{Variable: environ.AllowedOrigins, Value: wrong.Origin, Want: wrong.Want}
	}
	return handler, err
}

func openPool(cfg aws.Config, getenv func(string) string) (*cognito.Pool, error) {
	secret, err := openSecret(cfg, getenv(ClientSecretARN))
	if err != nil {
		return nil, err
	}
	id := getenv(ClientID)
	if !cognito.ValidClientID(id) {
		return nil, &environ.Error{Variable: ClientID, Value: id, Want: "the id of an app client, 1 to 128 letters, digits and + _ -"}
	}
	var public []string
	if text := getenv(PublicClientIDs); text != "" {
		public = strings.Split(text, ",")
	}
	pool, err := cognito.New(cognito.Config{Client: cognitoidentityprovider.NewFromConfig(cfg, fresh), ClientID: id, Secret: secret, PublicClients: public})
	if err != nil {
		return nil, &environ.Error{Variable: PublicClientIDs, Value: getenv(PublicClientIDs), Want: "ids of up to 8 app clients, with commas between them: " + err.Error()}
	}
	return pool, nil
}

// idleTimeout is how long a connection to Cognito is kept for the next call.
const idleTimeout = 20 * time.Second

// fresh keeps calls away from connections that Cognito has closed while the function was frozen: they are not made twice.
func fresh(o *cognitoidentityprovider.Options) {
	if client, ok := o.HTTPClient.(*awshttp.BuildableClient); ok {
		o.HTTPClient = client.WithTransportOptions(func(t *http.Transport) { t.IdleConnTimeout = idleTimeout })
	}
}

// openSecret makes the secret of an ARN, in the region that the ARN names; nil for "".
func openSecret(cfg aws.Config, text string) (cognito.ClientSecret, error) {
	if text == "" {
		return nil, nil
	}
	name, err := arn.Parse(text)
	if err != nil || name.Service != "secretsmanager" || name.Region == "" {
		if !strings.HasPrefix(text, "arn:") {
			text = "[redacted]" // it may be the secret itself
		}
		return nil, &environ.Error{Variable: ClientSecretARN, Value: text, Want: "the ARN of a secret in AWS Secrets Manager"}
	}
	client := secretsapi.NewFromConfig(cfg, func(o *secretsapi.Options) { o.Region = name.Region })
	return secretsmanager.New(client, text, nil), nil
}
