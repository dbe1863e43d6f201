package key

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/environ/tables"
)

// gatewayTimeout bounds each call of API Gateway, with all its attempts.
const gatewayTimeout = 20 * time.Second

// throttled are the errors after which API Gateway has surely done nothing.
var throttled = []retry.IsErrorRetryable{retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}}

// gateway keeps API Gateway's own API keys, by which it counts usage. An API key of the gateway has an id, which the
// gateway makes, and a name and a value, which we make.
type gateway struct {
	client *apigateway.Client
}

// openGateway reads the AWS configuration as package tables does, and calls nobody.
func (t *task) openGateway(ctx context.Context) (*gateway, error) {
	cfg, err := tables.Config(ctx, t.options...)
	if err != nil {
		return nil, err
	}
	return &gateway{apigateway.NewFromConfig(cfg, func(o *apigateway.Options) {
		if t.gateway != "" {
			o.BaseEndpoint = &t.gateway
		}
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 2 * time.Second })
	})}, nil
}

// once lets a request be sent again only where it surely was not done: done twice, it would be refused.
func once(o *apigateway.Options) {
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff, o.Retryables = 5, 2*time.Second, throttled
	})
}

// A usage key is the value of an API key of the gateway: the id of the record that it was made for, and 26 random
// characters with 130 bits. So who has the usage key knows the name. API Gateway wants 20 to 128 characters
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-file-format.html).
const (
	gatewayPrefix = "portcullis-"
	idLength      = 16
	usageLength   = idLength + 26
)

func newUsageKey(id string) string { return id + rand.Text() }

func gatewayName(id string) string { return gatewayPrefix + id }

// nameOf is the name of the API key of the gateway that a usage key is the value of; false if it is none of ours.
func nameOf(usageKey string) (name string, ours bool) {
	if len(usageKey) != usageLength || !apikey.ValidID(usageKey[:idLength]) {
		return "", false
	}
	return gatewayName(usageKey[:idLength]), true
}

// create makes the API key of the gateway for a record with a usage key, and joins it to the plan.
func (g *gateway) create(ctx context.Context, u *undo, r apikey.Record, plan string) error {
	name := gatewayName(r.ID)
	step := u.add("an API key of the gateway named "+name+", if it was made", func(ctx context.Context) error {
		_, err := g.remove(ctx, r.UsageKey, name)
		return err
	})
	made, err := g.createKey(ctx, name, describe(r), r.UsageKey)
	if isRefused(err) {
		u.dropLast()
	}
	if err != nil {
		return fmt.Errorf("the gateway's CreateApiKey of %s: %w", name, err)
	}
	step.left = fmt.Sprintf("the API key %s of the gateway, named %s", made, name)
	step.undo = func(ctx context.Context) error { return g.delete(ctx, made) }
	if err := g.join(ctx, made, plan); err != nil {
		return g.joinError(ctx, plan, name, err)
	}
	return nil
}

// describe says in the gateway whose key it counts.
func describe(r apikey.Record) string {
	text := "counts the usage of " + r.Owner
	if r.Label != "" {
		text += ": " + r.Label
	}
	return text
}

func (g *gateway) createKey(ctx context.Context, name, description, value string) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	made, err := g.client.CreateApiKey(ctx, &apigateway.CreateApiKeyInput{
		Name: &name, Description: &description, Value: &value, Enabled: true,
	}, once)
	if err != nil {
		return "", err
	}
	return aws.ToString(made.Id), nil
}

func (g *gateway) join(ctx context.Context, id, plan string) error {
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	_, err := g.client.CreateUsagePlanKey(ctx, &apigateway.CreateUsagePlanKeyInput{
		KeyId: &id, KeyType: aws.String("API_KEY"), UsagePlanId: &plan,
	}, once)
	return err
}

// delete deletes an API key of the gateway, which leaves its plans thereby. It is no error where it is gone.
func (g *gateway) delete(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	_, err := g.client.DeleteApiKey(ctx, &apigateway.DeleteApiKeyInput{ApiKey: &id})
	if err == nil || errors.As(err, new(*types.NotFoundException)) {
		return nil
	}
	return fmt.Errorf("the gateway's DeleteApiKey of %s: %w", id, err)
}

// remove deletes the API key of the gateway with this value and name, and tells whether there was one.
func (g *gateway) remove(ctx context.Context, usageKey, name string) (found bool, err error) {
	keys, err := g.find(ctx, name)
	if err != nil {
		return false, err
	}
	for _, key := range keys {
		if aws.ToString(key.Value) != usageKey {
			continue
		}
		if err := g.delete(ctx, aws.ToString(key.Id)); err != nil {
			return true, err
		}
		found = true
	}
	return found, nil
}

// find lists the API keys of the gateway with this name.
func (g *gateway) find(ctx context.Context, name string) ([]types.ApiKey, error) {
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	pages := apigateway.NewGetApiKeysPaginator(g.client, &apigateway.GetApiKeysInput{
		NameQuery: &name, IncludeValues: aws.Bool(true), Limit: aws.Int32(500),
	})
	var found []types.ApiKey
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("the gateway's GetApiKeys of %s: %w", name, err)
		}
		for _, key := range page.Items {
			if aws.ToString(key.Name) == name {
				found = append(found, key)
			}
		}
	}
	return found, nil
}
