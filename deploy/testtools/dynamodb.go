package testtools

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Region and Credentials are what servers of AWS's protocols take in tests.
const Region = "eu-west-1"

// Credentials gives the key pair "test", "test".
var Credentials = credentials.NewStaticCredentialsProvider("test", "test", "")

// DynamoDB is the SDK's client of what speaks DynamoDB's protocol at an address.
func DynamoDB(address string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{BaseEndpoint: &address, Region: Region, Credentials: Credentials})
}

var tables atomic.Int32

// Table makes a table as the stores want it, with the string attribute "id" as its partition key, and returns its name, which no
// other has. timeToLive is its TTL attribute; "": it has none.
func Table(t testing.TB, client *dynamodb.Client, timeToLive string) string {
	t.Helper()
	name := fmt.Sprintf("table-%d", tables.Add(1))
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
	})
	if err != nil {
		t.Fatalf("create the table %s: %v", name, err)
	}
	if timeToLive == "" {
		return name
	}
	_, err = client.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName:               &name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &timeToLive, Enabled: aws.Bool(true)},
	})
	if err != nil {
		t.Fatalf("set the TTL of the table %s: %v", name, err)
	}
	return name
}

// ConnectionsTable makes a table as the store of connections wants it, and returns its name, which no other has.
func ConnectionsTable(t testing.TB, client *dynamodb.Client) string {
	t.Helper()
	name := fmt.Sprintf("connections-%d", tables.Add(1))
	key := func(attribute string, kind types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &attribute, KeyType: kind}
	}
	attribute := func(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
	}
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   []types.KeySchemaElement{key("pk", types.KeyTypeHash), key("sk", types.KeyTypeRange)},
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("pk", types.ScalarAttributeTypeS), attribute("sk", types.ScalarAttributeTypeS),
			attribute("endsIn", types.ScalarAttributeTypeS), attribute("endsAt", types.ScalarAttributeTypeN),
		},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("ends"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
			KeySchema: []types.KeySchemaElement{key("endsIn", types.KeyTypeHash), key("endsAt", types.KeyTypeRange)},
		}},
	})
	if err != nil {
		t.Fatalf("create the table %s: %v", name, err)
	}
	return name
}
