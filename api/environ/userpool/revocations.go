package userpool

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/api/environ"
	"portcullis/api/tokens"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
)

// revocations tells authorizers what is revoked, by their table.
type revocations struct{ table *dynamo.Store }

// openRevocations opens a table; nil for "".
func openRevocations(cfg aws.Config, table string) (tokens.Revocations, error) {
	if table == "" {
		return nil, nil
	}
	store, err := dynamo.New(dynamodb.NewFromConfig(cfg), table)
	if errors.As(err, new(*dynamo.TableNameError)) {
		return nil, &environ.Error{Variable: RevocationTable, Value: table, Want: "the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -"}
	}
	if err != nil {
		return nil, err
	}
	return revocations{store}, nil
}

func (r revocations) RevokeFamily(ctx context.Context, issuer, origin string, ends time.Time) error {
	return r.table.Revoke(ctx, revocation.OfFamily(issuer, origin, ends))
}

func (r revocations) RevokeUser(ctx context.Context, issuer, subject string, before, ends time.Time) error {
	return r.table.Revoke(ctx, revocation.OfUser(issuer, subject, before, ends))
}
