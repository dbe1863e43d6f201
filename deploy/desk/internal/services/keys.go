package services

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"portcullis/authorizers/apikey"
	keystore "portcullis/authorizers/apikey/dynamo"
	table "portcullis/authorizers/dynamodb"
	"portcullis/deploy/gateway/usage"
)

// NoKeysError says why API keys are not made here: their table is another's.
type NoKeysError struct {
	Table   string // where it is, for people
	Command string // what makes a key in it
}

// Error names the command.
func (e *NoKeysError) Error() string {
	return fmt.Sprintf("API keys are kept %s, where the desk makes none: %s does", e.Table, e.Command)
}

// CheckKeys returns nil where the desk makes API keys, which is in a table of its own, and else a [*NoKeysError]; command is portcullis as
// people run it.
func (s *Services) CheckKeys(command string) error {
	if s.tables.Keys.Own {
		return nil
	}
	return &NoKeysError{s.tables.Keys.String(), s.KeyCommands() + " " + command + " key create"}
}

// CreateKey makes an API key of a record, as the command does: in the desk's own table, and where a usage plan is named, with a key of the
// gateway's in it, by which its use is counted. Errors are an [*apikey.ValueError] about the record, and others where it was not made; what was
// done of it is undone.
func (s *Services) CreateKey(ctx context.Context, r apikey.Record, usagePlan string) (apikey.Key, apikey.Record, error) {
	store, err := s.keyStore()
	if err != nil {
		return apikey.Key{}, r, err
	}
	now := time.Now()
	seal, err := store.Seal(ctx, now)
	if err != nil {
		return apikey.Key{}, r, err
	}
	key, r, err := seal.Issue(r, now)
	if err != nil {
		return apikey.Key{}, r, err
	}
	counted := ""
	if usagePlan != "" {
		r.UsageKey = r.ID + rand.Text()
		if counted, err = s.countKey(r, usagePlan); err != nil {
			return apikey.Key{}, r, err
		}
	}
	if err := store.Create(ctx, r); err != nil {
		if counted != "" {
			s.usage.DeleteKey(counted)
		}
		return apikey.Key{}, r, err
	}
	return key, r, nil
}

// countKey makes the gateway's key of a record, in a usage plan, and gives its id.
func (s *Services) countKey(r apikey.Record, usagePlan string) (string, error) {
	made, err := s.usage.CreateKey(usage.Key{
		Name: "portcullis-" + r.ID, Description: "counts the usage of " + r.Owner, Value: usage.Value(r.UsageKey), Enabled: true,
	})
	if err != nil {
		return "", err
	}
	if _, err := s.usage.Join(usagePlan, made.ID); err != nil {
		s.usage.DeleteKey(made.ID)
		return "", err
	}
	return made.ID, nil
}

// keyStore is the desk's own table of API keys.
func (s *Services) keyStore() (*keystore.Store, error) {
	t, err := table.Open(table.Config{
		Table: s.tables.Keys.Name, Region: s.Region(), Endpoint: s.inner + AWSPath,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	if err != nil {
		return nil, err
	}
	return keystore.New(t), nil
}
