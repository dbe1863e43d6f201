package userpool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/api/environ"
	"portcullis/api/tokens"
	"portcullis/authorizers"
	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
)

// revocations tells authorizers what is revoked, by their table.
type revocations struct{ table *dynamo.Store }

// openRevocations opens a table; nil for "".
func openRevocations(ctx context.Context, cfg aws.Config, name string) (tokens.Revocations, error) {
	if name == "" {
		return nil, nil
	}
	where, err := dynamodb.OfSDK(ctx, cfg, name)
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	table, err := dynamodb.Open(where)
	if wrong, ok := errors.AsType[*authorizers.ConfigError](err); ok && wrong.Field == "Table" {
		return nil, &environ.Error{Variable: RevocationTable, Value: name, Want: "the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -"}
	}
	if err != nil {
		return nil, err
	}
	return revocations{dynamo.New(table)}, nil
}

func (r revocations) RevokeFamily(ctx context.Context, issuer, origin string, ends time.Time) error {
	return r.table.Revoke(ctx, revocation.OfFamily(issuer, origin, ends))
}

func (r revocations) RevokeUser(ctx context.Context, issuer, subject string, before, ends time.Time) error {
	return r.table.Revoke(ctx, revocation.OfUser(issuer, subject, before, ends))
}
