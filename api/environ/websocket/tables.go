package websocket

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/api/environ"
	"portcullis/api/environ/awsconfig"
	"portcullis/api/internal/dynamostream"
	"portcullis/api/internal/dynamotable"
	"portcullis/api/live"
	"portcullis/api/live/connections"
	"portcullis/api/live/connections/dynamo"
	"portcullis/api/live/ends"
	"portcullis/api/live/feed"
	"portcullis/api/live/manage"
	"portcullis/api/live/manage/apigateway"
	"portcullis/api/users"
	"portcullis/api/users/changes"
)

// atOnce is how many calls of @connections are made at once, and how many connections to it are kept open for the next ones.
const atOnce = 32

// idleTimeout is how long a connection to @connections is kept for the next call: one that was closed while the function was frozen would have
// a client sent a text twice.
const idleTimeout = 20 * time.Second

// tables are what the live function knows by tables; all is nil or "" of those that are not named.
type tables struct {
	store             connections.Store
	sender            manage.Sender
	users, revocation string // names
	each, remembered  live.Revocations
}

// openTables opens what the variables name. The error joins all that is wrong.
func openTables(ctx context.Context, getenv func(string) string, open openRevocations, log *slog.Logger, options []func(*config.LoadOptions) error) (tables, error) {
	t := tables{users: getenv(UsersTable), revocation: getenv(RevocationTable)}
	kept, endpoint := getenv(ConnectionsTable), getenv(ConnectionsEndpoint)
	wrong := errors.Join(checkNames(getenv), checkTogether(kept, endpoint, t.users))
	if kept+endpoint+t.users+t.revocation == "" {
		return tables{}, nil
	}
	cfg, err := awsconfig.Load(ctx, options...)
	if err != nil {
		return tables{}, errors.Join(wrong, err)
	}
	if wrong = errors.Join(wrong, awsconfig.CheckRegion(cfg, "the tables"), awsconfig.CheckCredentials(cfg)); endpoint != "" {
		t.sender, err = openSender(cfg, endpoint)
		wrong = errors.Join(wrong, err)
	}
	if wrong != nil {
		return tables{}, wrong
	}
	if kept != "" {
		if t.store, err = dynamo.New(dynamodb.NewFromConfig(cfg), kept); err != nil {
			return tables{}, err
		}
	}
	if t.revocation != "" {
		if t.each, t.remembered, err = open(ctx, cfg, t.revocation); err != nil {
			return tables{}, &environ.Error{Variable: RevocationTable, Value: t.revocation, Want: "a table that can be opened: " + err.Error()}
		}
	}
	return t, nil
}

// checkNames checks what names tables: the records of two streams are told apart by these.
func checkNames(getenv func(string) string) (wrong error) {
	seen := map[string]string{} // variables by the names
	for _, variable := range []string{ConnectionsTable, UsersTable, RevocationTable} {
		name := getenv(variable)
		switch other, twice := seen[name]; {
		case name == "":
		case dynamotable.CheckName(name) != nil:
			wrong = errors.Join(wrong, &environ.Error{Variable: variable, Value: name, Want: "the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -"})
		case twice:
			wrong = errors.Join(wrong, &environ.Error{Variable: variable, Value: name, Want: "another table than that of " + other})
		}
		seen[name] = variable
	}
	return wrong
}

// checkTogether checks that what needs another variable has it.
func checkTogether(kept, endpoint, users string) error {
	switch {
	case kept == "" && endpoint != "":
		return &environ.Error{Variable: ConnectionsTable, Want: "the DynamoDB table that keeps connections, since " + ConnectionsEndpoint + " is set"}
	case kept == "" && users != "":
		return &environ.Error{Variable: ConnectionsTable, Want: "the DynamoDB table that keeps connections, since " + UsersTable + " is set"}
	case kept != "" && endpoint == "":
		return &environ.Error{Variable: ConnectionsEndpoint, Want: "https://HOST/STAGE of the WebSocket API, since " + ConnectionsTable + " is set"}
	}
	return nil
}

func openSender(cfg aws.Config, endpoint string) (manage.Sender, error) {
	sender, err := apigateway.New(apigatewaymanagementapi.NewFromConfig(cfg, keepOpen), endpoint)
	if errors.Is(err, apigateway.ErrEndpoint) {
		if strings.ContainsAny(endpoint, "@?#") {
			endpoint = "[redacted]" // there may be a password or a token in it
		}
		return nil, &environ.Error{Variable: ConnectionsEndpoint, Value: endpoint, Want: "https://HOST/STAGE of the WebSocket API, or http:// on a loopback host, without what follows the stage"}
	}
	return sender, err
}

// keepOpen keeps as many connections open as calls are made at once, and none for long.
func keepOpen(o *apigatewaymanagementapi.Options) {
	if client, ok := o.HTTPClient.(*awshttp.BuildableClient); ok {
		o.HTTPClient = client.WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost, t.IdleConnTimeout = atOnce, idleTimeout })
	}
}

// userTopic is the topic of one user, by its ID, or of all, by "*".
func userTopic(value string) (string, error) {
	if value == "*" {
		return changes.All, nil
	}
	if err := users.CheckID(value); err != nil {
		return "", err
	}
	return changes.Topic(value), nil
}

// events is what takes the events of the function: those of the tables only where connections are kept.
func (t tables) events(messages live.Handler, log *slog.Logger) (*live.Events, error) {
	all := &live.Events{Messages: messages}
	if t.store == nil {
		return all, nil
	}
	closer, err := ends.New(ends.Config{Store: t.store, Sender: t.sender, AtOnce: atOnce, Log: log})
	if err != nil {
		return nil, err
	}
	all.Schedule, all.Streams = closer.Ended, map[string]live.Handler{}
	if t.revocation != "" {
		all.Streams[t.revocation] = ends.OnRevocation{Closer: closer}
	}
	if t.users != "" {
		told, err := t.feed(log)
		if err != nil {
			return nil, err
		}
		all.Streams[t.users] = dynamostream.All(told, ends.OnRemoval{Closer: closer})
	}
	return all, nil
}

// feed is what sends the changes of users to those who are subscribed to them.
func (t tables) feed(log *slog.Logger) (*feed.Function, error) {
	sends, err := feed.New(feed.Config{Store: t.store, Sender: t.sender, Revocations: t.remembered, AtOnce: atOnce, Log: log})
	if err != nil {
		return nil, err
	}
	return feed.NewFunction(feed.FunctionConfig{Feed: sends, Log: log, Read: func(record []byte) (feed.Change, bool, error) {
		c, shown, err := changes.Read(record)
		return feed.Change(c), shown, err
	}})
}
