package dynamo_test

import (
	"testing"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/apikeytest"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/deploy/parts"
)

func TestStore(t *testing.T) {
	client := clientOf(parts.MotoDynamoDB(t))
	apikeytest.Run(t, func(t *testing.T) apikey.Store { return open(t, client, newTable(t, client)) })
}

func open(t *testing.T, client dynamo.Client, table string) *dynamo.Store {
	t.Helper()
	s, err := dynamo.New(client, table)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
