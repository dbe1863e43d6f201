// Package dynamodb is a client of one DynamoDB table whose partition key is the string attribute "id", without a sort key: what
// the stores of API keys and of revocations are made on. It speaks the service's JSON protocol with net/http, and uses nothing
// of the AWS SDK but its signer, so that a function which links it starts as quickly as without.
//
// What it reads is strongly consistent. Each method is bounded by four seconds, with all its attempts, and does one more
// attempt after a throttle, an error of the server's or a broken connection. Redirects are not followed. An error says what
// failed on which table, and never holds a credential.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/.
package dynamodb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/awsjson"
)

// Config says where a [Table] is.
type Config struct {
	Table       string                  // its name; required
	Region      string                  // such as "eu-west-1"; required
	Credentials aws.CredentialsProvider // required
	Endpoint    string                  // an http or https address; "": DynamoDB's in the region
	Client      *http.Client            // nil: one of its own
	Now         func() time.Time        // the clock that requests are signed by; nil: time.Now
}

// Table is a client of a table. It is safe for concurrent use.
type Table struct {
	config  Config
	service awsjson.Service
	signer  *v4.Signer
}

const nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

// isName tells whether a text can be a table's name.
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html.
//
// The users store of package api has the same for itself: between it and the authorizers there is no arrow.
func isName(text string) bool {
	return len(text) >= 3 && len(text) <= 255 && strings.Trim(text, nameCharacters) == ""
}

// Open returns the client of a table, or a [*authorizers.ConfigError]. It calls nobody: whether the table is there shows with
// the first call.
func Open(config Config) (*Table, error) {
	switch {
	case !isName(config.Table):
		return nil, &authorizers.ConfigError{Field: "Table", Reason: fmt.Sprintf("want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, got %.40q", config.Table)}
	case !awsjson.IsRegion(config.Region):
		return nil, &authorizers.ConfigError{Field: "Region", Reason: fmt.Sprintf("want a region such as eu-west-1, got %.40q", config.Region)}
	case config.Credentials == nil:
		return nil, &authorizers.ConfigError{Field: "Credentials", Reason: "are missing"}
	}
	if config.Endpoint == "" {
		config.Endpoint = "https://dynamodb." + config.Region + "." + domainOf(config.Region)
	}
	if u, err := url.Parse(config.Endpoint); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, &authorizers.ConfigError{Field: "Endpoint", Reason: "want an address such as https://dynamodb.eu-west-1.amazonaws.com"}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	t := &Table{config: config, signer: v4.NewSigner()}
	t.service = awsjson.Service{
		Client: awsjson.NewClient(config.Client), Endpoint: config.Endpoint,
		Target: "DynamoDB_20120810.", ContentType: "application/x-amz-json-1.0", Sign: t.sign,
	}
	return t, nil
}

// domainOf is the domain of AWS's services in a region.
func domainOf(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// OfSDK is the configuration of a table where and as whom the AWS SDK's configuration has it: its region, its credentials, and
// the endpoint that variables and files give to DynamoDB
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html). The configuration's ServiceOptions may change the
// Config, which they get as they get the options of the SDK's own clients.
func OfSDK(ctx context.Context, cfg aws.Config, table string) (Config, error) {
	endpoint, err := endpointOf(ctx, cfg)
	if err != nil {
		return Config{}, fmt.Errorf("AWS configuration: %w", err)
	}
	c := Config{Table: table, Region: cfg.Region, Credentials: cfg.Credentials, Endpoint: endpoint}
	for _, change := range cfg.ServiceOptions {
		change("DynamoDB", &c)
	}
	return c, nil
}

// endpointOf is as the SDK's own clients do it; "" where nothing gives one.
func endpointOf(ctx context.Context, cfg aws.Config) (string, error) {
	for _, source := range cfg.ConfigSources {
		if source, ok := source.(interface {
			GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
		}); ok {
			ignore, found, err := source.GetIgnoreConfiguredEndpoints(ctx)
			if err != nil || found && ignore {
				return "", err
			}
			if found {
				break
			}
		}
	}
	for _, source := range cfg.ConfigSources {
		if source, ok := source.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		}); ok {
			if endpoint, found, err := source.GetServiceBaseEndpoint(ctx, "DynamoDB"); err != nil || found {
				return endpoint, err
			}
		}
	}
	return aws.ToString(cfg.BaseEndpoint), nil
}

// sign signs a request with version 4 of AWS's signature.
func (t *Table) sign(ctx context.Context, r *http.Request, body []byte) error {
	credentials, err := t.config.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	return t.signer.SignHTTP(ctx, credentials, r, hex.EncodeToString(hash[:]), "dynamodb", t.config.Region, t.config.Now())
}
