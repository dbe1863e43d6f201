// Package websocket reads the environment variables of the live function, which stands behind a WebSocket API and decides by rules.json, and
// makes what they configure. It is for mains and for the desk; what is wrong with a variable is an [*environ.Error] that names it.
package websocket

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"portcullis/api/environ"
	"portcullis/api/live"
	"portcullis/policy"
)

// The environment variables of the live function, beside environ.AllowedOrigins. Where a table is named, those of the AWS SDK apply too, except
// that the EC2 metadata service is never asked.
const (
	// Rules is the path of the compiled rules; default rules.json beside the binary.
	Rules = "RULES"
	// TokenSources are where the authorizer finds tokens, as it reads it: each protocol:NAME is a subprotocol that is taken; default protocol:token.
	TokenSources = "TOKEN_SOURCES"
	// ConnectionsTable is the DynamoDB table that keeps which connections are open; not set: none is kept, so that none is told of anything or
	// closed.
	ConnectionsTable = "CONNECTIONS_TABLE"
	// ConnectionsEndpoint is where messages are sent to connections and these are closed: https://HOST/STAGE, which @connections follows.
	// Both it and ConnectionsTable are set, or neither.
	ConnectionsEndpoint = "CONNECTIONS_ENDPOINT"
	// UsersTable is the DynamoDB table of the users, whose stream says what became of them, for those who are subscribed to it; not set: nobody is.
	// It needs ConnectionsTable. The table itself is not read.
	UsersTable = "USERS_TABLE"
	// RevocationTable is the DynamoDB table of revocations, which is asked about each message and each change that is sent, and whose stream
	// ends connections where they are kept; not set: a connection is good until its credential ends.
	RevocationTable = "REVOCATION_TABLE"
)

// protocolSource begins a place of tokens in TokenSources that is a subprotocol.
const protocolSource = "protocol:"

// openRevocations opens the table of a name, where and as whom the AWS SDK's configuration has it, without calling anybody.
type openRevocations func(ctx context.Context, cfg aws.Config, table string) (each, remembered live.Revocations, err error)

// Live makes the live function, as the variables say, without calling anybody. getenv gives a variable's value, "" where it is not set. open opens
// the table that RevocationTable names, where and as whom the AWS SDK's configuration has it, without calling anybody either: it gives what looks a
// revocation up each time that it is asked, and what may answer by what it found within ten seconds before. Options go before the AWS SDK's own
// variables. The error joins all that is wrong.
func Live[Each, Remembered live.Revocations](
	ctx context.Context, getenv func(string) string, open func(ctx context.Context, cfg aws.Config, table string) (Each, Remembered, error),
	log *slog.Logger, options ...func(*config.LoadOptions) error,
) (*live.Events, error) {
	rules, rulesWrong := loadRules(getenv(Rules), log)
	opened := func(ctx context.Context, cfg aws.Config, table string) (each, remembered live.Revocations, err error) {
		return open(ctx, cfg, table)
	}
	t, tablesWrong := openTables(ctx, getenv, opened, log, options)
	function, functionWrong := newFunction(getenv, t, log)
	if err := errors.Join(rulesWrong, functionWrong, tablesWrong); err != nil {
		return nil, err
	}
	guard, err := live.New(live.Config{Rules: rules.Rules, Next: function, Revocations: t.remembered, Log: log})
	if wrong := (*live.ConfigError)(nil); errors.As(err, &wrong) { // all but the rules is there
		return nil, rulesError(rules.file, wrong.Reason)
	}
	if err != nil {
		return nil, err
	}
	return t.events(guard, log)
}

// loaded are rules, and the file that they are of.
type loaded struct {
	*policy.Rules
	file string
}

func loadRules(path string, log *slog.Logger) (loaded, error) {
	file, err := policy.RulesPath(path)
	if err != nil {
		return loaded{}, &environ.Error{Variable: Rules, Want: "the path of a " + policy.RulesFile + ", since the binary's folder is not known: " + err.Error()}
	}
	rules, source, err := policy.LoadRules(file)
	if err != nil {
		return loaded{}, rulesError(file, err.Error())
	}
	log.Info("rules", slog.String("contract", source.Name), slog.String("sha256", source.SHA256))
	return loaded{rules, file}, nil
}

// rulesError is the error for a file that messages cannot be decided by.
func rulesError(file, reason string) error {
	return &environ.Error{Variable: Rules, Value: file, Want: "a file of rules: " + reason}
}

func newFunction(getenv func(string) string, t tables, log *slog.Logger) (*live.Function, error) {
	c := live.FunctionConfig{
		AllowedOrigins: environ.Origins(getenv(environ.AllowedOrigins)), Protocols: protocols(getenv(TokenSources)), Store: t.store, Revocations: t.each, Log: log,
	}
	if t.users != "" {
		c.Topics = map[string]func(string) (string, error){"users": userTopic}
	}
	function, err := live.NewFunction(c)
	if wrong := (*live.OriginError)(nil); errors.As(err, &wrong) {
		return nil, &environ.Error{Variable: environ.AllowedOrigins, Value: wrong.Origin, Want: wrong.Want}
	}
	return function, err
}

// protocols are the subprotocols among the places of tokens; nil for the default.
func protocols(sources string) []string {
	if sources == "" {
		return nil
	}
	names := []string{}
	for source := range strings.SplitSeq(sources, ",") {
		if name, is := strings.CutPrefix(strings.TrimSpace(source), protocolSource); is {
			names = append(names, name)
		}
	}
	return names
}
