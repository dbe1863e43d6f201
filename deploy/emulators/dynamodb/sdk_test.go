package dynamodb_test

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/users"
	usersdynamo "portcullis/api/users/dynamo"
	"portcullis/api/users/userstest"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/apikeytest"
	keysdynamo "portcullis/authorizers/apikey/dynamo"
	keystable "portcullis/authorizers/dynamodb"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
)

// handler is a server with these tables.
func handler(t testing.TB, tables ...dynamodb.Table) *dynamodb.Handler {
	t.Helper()
	h, err := dynamodb.New(dynamodb.Config{Tables: tables})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestUserStore holds the user store to its suite on this server.
func TestUserStore(t *testing.T) {
	client := testtools.DynamoDB(testtools.Serve(t, handler(t)))
	userstest.Run(t, func(t *testing.T) users.Store {
		s, err := usersdynamo.New(client, testtools.Table(t, client, "expiresAt"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// TestKeyStore holds the store of API keys to its suite on this server.
func TestKeyStore(t *testing.T) {
	endpoint := testtools.Serve(t, handler(t))
	client := testtools.DynamoDB(endpoint)
	apikeytest.Run(t, func(t *testing.T) apikey.Store {
		table, err := keystable.Open(keystable.Config{Table: testtools.Table(t, client, "expiresAt"), Region: testtools.Region, Endpoint: endpoint, Credentials: testtools.Credentials})
		if err != nil {
			t.Fatal(err)
		}
		return keysdynamo.New(table)
	})
}

// TestEveryUpdateCounts lets clients add to one number at once: each must find what the others left.
func TestEveryUpdateCounts(t *testing.T) {
	const clients, each = 8, 50
	client := testtools.DynamoDB(testtools.Serve(t, handler(t, dynamodb.Table{Name: "counts", PartitionKey: "id"})))
	seen := make([]map[string]bool, clients)
	var wait sync.WaitGroup
	for i := range clients {
		seen[i] = map[string]bool{}
		wait.Go(func() {
			for range each {
				seen[i][increment(t, client)] = true
			}
		})
	}
	wait.Wait()
	all := map[string]bool{}
	for _, one := range seen {
		for n := range one {
			all[n] = true
		}
	}
	if len(all) != clients*each {
		t.Errorf("%d updates saw %d numbers", clients*each, len(all))
	}
}

func increment(t *testing.T, client *sdk.Client) string {
	out, err := client.UpdateItem(context.Background(), &sdk.UpdateItemInput{
		TableName:                 aws.String("counts"),
		Key:                       map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "one"}},
		UpdateExpression:          aws.String("ADD n :one"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
		ReturnValues:              types.ReturnValueUpdatedNew,
	})
	if err != nil {
		t.Error(err)
		return ""
	}
	return out.Attributes["n"].(*types.AttributeValueMemberN).Value
}
