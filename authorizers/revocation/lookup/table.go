package lookup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"portcullis/authorizers/internal/tablename"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/item"
)

// TableConfig says where a [Table] is.
type TableConfig struct {
	Name        string                  // the table's; required
	Region      string                  // such as "eu-west-1"; required
	Credentials aws.CredentialsProvider // allowed dynamodb:BatchGetItem on the table; required
	Endpoint    string                  // an http or https address; "": DynamoDB's in the region
	Client      *http.Client            // nil: one of its own
	Now         func() time.Time        // the clock that requests are signed by; nil: time.Now
}

// Table reads entries from a DynamoDB table, which package item describes. What it reads is strongly consistent: it costs
// one read unit for each claim that can be looked up, and a revocation counts from the end of its write. It is safe for
// concurrent use.
type Table struct {
	config  TableConfig
	service service
	signer  *v4.Signer
}

// NewTable returns the reader of a table, or a [*ConfigError]. It calls nobody.
func NewTable(config TableConfig) (*Table, error) {
	switch {
	case !tablename.Valid(config.Name):
		return nil, &ConfigError{"Name", fmt.Sprintf("want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, got %.40q", config.Name)}
	case !isRegion(config.Region):
		return nil, &ConfigError{"Region", fmt.Sprintf("want a region such as eu-west-1, got %.40q", config.Region)}
	case config.Credentials == nil:
		return nil, &ConfigError{"Credentials", "are missing"}
	}
	if config.Endpoint == "" {
		config.Endpoint = "https://dynamodb." + config.Region + "." + domainOf(config.Region)
	}
	if u, err := url.Parse(config.Endpoint); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, &ConfigError{"Endpoint", "want an address such as https://dynamodb.eu-west-1.amazonaws.com"}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	t := &Table{config: config, signer: v4.NewSigner()}
	t.service = service{newClient(config.Client), config.Endpoint, "DynamoDB_20120810.", "application/x-amz-json-1.0", t.sign}
	return t, nil
}

const lowerAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789"

// isRegion tells whether a text can be a region's name, and so a label of a domain.
func isRegion(name string) bool {
	for word := range strings.SplitSeq(name, "-") {
		if !isMadeOf(word, lowerAndDigits) {
			return false
		}
	}
	return true
}

// isMadeOf tells whether a text has characters, and no other ones.
func isMadeOf(text, characters string) bool {
	return text != "" && strings.Trim(text, characters) == ""
}

// domainOf is the domain of AWS's services in a region.
func domainOf(region string) string {
	if len(region) > 3 && region[:3] == "cn-" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
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

// keys are the keys to read of one table, and batch those of all, as BatchGetItem has them.
// See https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html.
type (
	keys struct {
		Keys           []item.Item
		ConsistentRead bool
	}
	batch map[string]keys
)

// Read implements revocation.Reader, with one BatchGetItem and more of them for keys that were not processed. An item that is
// no entry is an [*item.Error].
func (t *Table) Read(ctx context.Context, ids []string) ([]revocation.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	var entries []revocation.Entry
	for left := ids; ; {
		items, unprocessed, err := t.get(ctx, left)
		if err != nil {
			return nil, fmt.Errorf("table %q: %w", t.config.Name, err)
		}
		for _, i := range items {
			e, err := i.Entry()
			if err != nil {
				return nil, fmt.Errorf("table %q: %w", t.config.Name, err)
			}
			entries = append(entries, e)
		}
		if left = unprocessed; len(left) == 0 {
			return entries, nil
		}
		if err := wait(ctx); err != nil {
			return nil, fmt.Errorf("table %q: BatchGetItem left %d keys unprocessed: %w", t.config.Name, len(left), err)
		}
	}
}

// get reads items once, and gives the ids that were not processed.
func (t *Table) get(ctx context.Context, ids []string) (items []item.Item, unprocessed []string, err error) {
	const operation = "BatchGetItem"
	wanted := make([]item.Item, len(ids))
	for i, id := range ids {
		wanted[i] = item.Item{item.ID: {S: &id}}
	}
	body, err := json.Marshal(struct{ RequestItems batch }{batch{t.config.Name: {wanted, true}}})
	if err != nil {
		return nil, nil, err
	}
	answer, err := t.service.call(ctx, operation, body)
	if err != nil {
		return nil, nil, err
	}
	var found struct {
		Responses       map[string][]item.Item
		UnprocessedKeys batch
	}
	if json.Unmarshal(answer, &found) != nil {
		return nil, nil, &AnswerError{operation, "the answer is no JSON object of the expected kind"}
	}
	items = found.Responses[t.config.Name]
	unprocessed, err = within(ids, items, found.UnprocessedKeys[t.config.Name].Keys)
	silent := items == nil && len(unprocessed) < len(ids) // what is not listed is not in the table, if there is a list
	if err != nil || silent || !isOnly(found.Responses, t.config.Name) || !isOnly(found.UnprocessedKeys, t.config.Name) {
		return nil, nil, &AnswerError{operation, "the answer is not about the keys that were asked for"}
	}
	return items, unprocessed, nil
}

// isOnly tells whether an answer is about no other table than the named one.
func isOnly[T any](tables map[string]T, name string) bool {
	_, there := tables[name]
	return len(tables) == 0 || there && len(tables) == 1
}

var errOthers = errors.New("other keys")

// within gives the ids of the keys that were not processed. All items and keys have to be of ids that were asked for, each
// once.
func within(ids []string, items, keys []item.Item) (unprocessed []string, err error) {
	left := slices.Clone(ids)
	for i, one := range slices.Concat(items, keys) {
		id := one[item.ID].S
		if id == nil {
			return nil, errOthers
		}
		at := slices.Index(left, *id)
		if at < 0 {
			return nil, errOthers
		}
		left = slices.Delete(left, at, at+1)
		if i >= len(items) {
			unprocessed = append(unprocessed, *id)
		}
	}
	return unprocessed, nil
}
