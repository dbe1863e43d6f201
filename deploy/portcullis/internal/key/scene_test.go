package key_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/dynamodb"
	"portcullis/deploy/testtools"
)

// scene is an emulated AWS with an empty table of its own and a usage plan. What a scene does itself does not fail.
type scene struct {
	*proxy
	table, plan string
	region      string
	behind      *proxy // the scene's own way to moto
	store       apikey.Store
	gateway     *apigateway.Client
}

var scenes atomic.Int32

// regions keep the API keys of the gateway of scenes apart.
var regions = []string{"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"}

func newScene(ctx context.Context, moto string) (*scene, error) {
	p, err := newProxy(moto)
	if err != nil {
		return nil, err
	}
	behind, err := newProxy(moto)
	if err != nil {
		return nil, err
	}
	n := int(scenes.Add(1))
	s := &scene{proxy: p, table: fmt.Sprintf("keys-%d", n), region: regions[n%len(regions)], behind: behind}
	client := sdk.New(sdk.Options{BaseEndpoint: &behind.URL, Region: s.region, Credentials: testtools.Credentials})
	s.gateway = apigateway.New(apigateway.Options{BaseEndpoint: &behind.URL, Region: s.region, Credentials: testtools.Credentials})
	table, err := dynamodb.Open(dynamodb.Config{Table: s.table, Region: s.region, Endpoint: behind.URL, Credentials: testtools.Credentials})
	if err != nil {
		return nil, err
	}
	s.store = dynamo.New(table)
	_, err = client.CreateTable(ctx, &sdk.CreateTableInput{
		TableName:            &s.table,
		BillingMode:          dynamotypes.BillingModePayPerRequest,
		KeySchema:            []dynamotypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: dynamotypes.KeyTypeHash}},
		AttributeDefinitions: []dynamotypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: dynamotypes.ScalarAttributeTypeS}},
	})
	if err != nil {
		return nil, err
	}
	plan, err := s.gateway.CreateUsagePlan(ctx, &apigateway.CreateUsagePlanInput{Name: &s.table})
	if err != nil {
		return nil, err
	}
	s.plan = *plan.Id
	return s, nil
}

// Close ends the proxies.
func (s *scene) Close() {
	s.proxy.Close()
	s.behind.Close()
}

// environment are the variables that make the command use the scene.
func (s *scene) environment() []string {
	return append(testtools.MotoEnv(s.URL), "AWS_REGION="+s.region, "API_KEYS_TABLE="+s.table, "PLAN="+s.plan, "AWS_ENDPOINT_URL_DYNAMODB="+s.URL)
}

// setenv sets those variables with a function such as that of a test.
func (s *scene) setenv(set func(name, value string)) {
	for _, variable := range s.environment() {
		name, value, _ := strings.Cut(variable, "=")
		set(name, value)
	}
}

// put writes the record of a key that was issued so long ago, and lived or lives for so long; zero: for ever.
func (s *scene) put(ctx context.Context, owner, usageKey string, ago, life time.Duration) (apikey.Record, error) {
	created := time.Now().Add(-ago)
	r := apikey.Record{Owner: owner, UsageKey: usageKey}
	if life > 0 {
		r.Expires = created.Add(life)
	}
	_, r, err := apikey.Issue(ctx, s.store, r, created)
	return r, err
}

// records are all of the table.
func (s *scene) records(ctx context.Context) ([]apikey.Record, error) {
	var records []apikey.Record
	for cursor := ""; ; {
		page, err := s.store.List(ctx, apikey.MaxPage, cursor)
		if err != nil {
			return nil, err
		}
		records = append(records, page.Records...)
		if cursor = page.Next; cursor == "" {
			return records, nil
		}
	}
}

// gatewayKeys are the API keys of the gateway whose names begin so, and how many of them are in the usage plan.
func (s *scene) gatewayKeys(ctx context.Context, name string) (keys []types.ApiKey, joined int, err error) {
	found, err := s.gateway.GetApiKeys(ctx, &apigateway.GetApiKeysInput{NameQuery: &name, IncludeValues: aws.Bool(true)})
	if err != nil {
		return nil, 0, err
	}
	members, err := s.gateway.GetUsagePlanKeys(ctx, &apigateway.GetUsagePlanKeysInput{UsagePlanId: &s.plan})
	if err != nil {
		return nil, 0, err
	}
	for _, key := range found.Items {
		for _, member := range members.Items {
			if *member.Id == *key.Id {
				joined++
			}
		}
	}
	return found.Items, joined, nil
}
