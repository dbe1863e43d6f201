package dynamodb_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/authorizers"
	"portcullis/authorizers/dynamodb"
)

func TestTableNames(t *testing.T) {
	for name, want := range map[string]bool{
		"abc": true, "Az0_.-": true, "...": true, strings.Repeat("t", 255): true,
		"": false, "ab": false, strings.Repeat("t", 256): false,
		"a b c": false, " abc": false, "abc ": false, "abc\n": false, "a/b": false, "a:b": false, "täble": false, "a\x00b": false, "abc\xff": false,
		"arn:aws:dynamodb:eu-west-1:123456789012:table/keys": false,
	} {
		_, err := dynamodb.Open(dynamodb.Config{Table: name, Region: region, Credentials: aws.CredentialsProviderFunc(keyPair)})
		wrong, refused := errors.AsType[*authorizers.ConfigError](err)
		if (err == nil) != want || refused == want || refused && wrong.Field != "Table" {
			t.Errorf("%.60q: %v", name, err)
		}
	}
}
