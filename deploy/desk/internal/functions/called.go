package functions

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/api/environ/awsconfig"
	"portcullis/api/environ/userpool"
	"portcullis/api/environ/userstable"
	"portcullis/api/environ/websocket"
	"portcullis/api/tokens"
	"portcullis/api/users"
	usersdynamo "portcullis/api/users/dynamo"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/gateway"
	"portcullis/deploy/internal/process"
)

// called makes this module's functions for this process, as their commands do. What has records behind it is opened when a
// project first needs it, and stays.
type called struct {
	services *services.Services
	environ  []string
	log      *slog.Logger

	users  *users.Handler
	tokens *tokens.Handler
	keys   *apikey.Checker
}

func newCalled(c Config) *called {
	return &called{services: c.Services, environ: c.Environ, log: c.Log}
}

// close ends what checks API keys.
func (c *called) close() {
	if c.keys != nil {
		c.keys.Close()
	}
}

// handler makes the function of a name, or gives the one that was opened.
func (c *called) handler(ctx context.Context, name string, configured configuration, log *slog.Logger) (gateway.Invoker, error) {
	getenv := c.getenv(name, configured)
	switch name {
	case "token":
		return environ.Token(getenv, log)
	case "jwt":
		return environ.JWT(getenv, log)
	case "request":
		keys, err := c.openKeys(ctx)
		if err != nil {
			return nil, err
		}
		return environ.Request(getenv, keys, log)
	case "users":
		return c.openUsers(ctx)
	case "tokens":
		return c.openTokens(ctx)
	case "live":
		return websocket.Live(ctx, getenv, dynamo.OpenNames, log, awsOptions(getenv)...)
	}
	return nil, fmt.Errorf("no function is called %q", name)
}

// getenv gives a function's variables.
func (c *called) getenv(name string, configured configuration) func(variable string) string {
	variables, _ := configured.forOurs().of(c.services, name)
	return process.Getenv(with(c.environ, variables))
}

// openUsers makes the users function's handler, once, after it made sure that a table of others can be read.
func (c *called) openUsers(ctx context.Context) (*users.Handler, error) {
	if c.users != nil {
		return c.users, nil
	}
	getenv := c.getenv("users", configuration{})
	if table := c.services.Tables().Users; table.Own && !table.InMemory() {
		handler, err := c.nearUsers(ctx, getenv, table.Name)
		if err != nil {
			return nil, err
		}
		c.users = handler
		return handler, nil
	}
	handler, store, err := userstable.Users(ctx, getenv, logOf("users", c.log), awsOptions(getenv)...)
	if err != nil {
		return nil, err
	}
	read := func(ctx context.Context) error { _, err := store.List(ctx, 1, ""); return err }
	if err := c.services.Tables().Users.Check(ctx, read); err != nil {
		return nil, err
	}
	c.users = handler
	return handler, nil
}

// nearUsers makes the handler of users in a table here.
func (c *called) nearUsers(ctx context.Context, getenv func(string) string, table string) (*users.Handler, error) {
	cfg, err := awsconfig.Load(ctx, awsOptions(getenv)...)
	if err != nil {
		return nil, err
	}
	store, err := usersdynamo.New(near{dynamodb.NewFromConfig(cfg), c.services.DynamoDB()}, table)
	if err != nil {
		return nil, err
	}
	return userstable.Handler(store, getenv, logOf("users", c.log))
}

// openTokens makes the tokens function's handler, once.
func (c *called) openTokens(ctx context.Context) (*tokens.Handler, error) {
	if c.tokens != nil {
		return c.tokens, nil
	}
	getenv := c.getenv("tokens", configuration{})
	handler, err := userpool.Tokens(ctx, getenv, dynamo.Open, logOf("tokens", c.log), awsOptions(getenv)...)
	if err != nil {
		return nil, err
	}
	c.tokens = handler
	return handler, nil
}

// openKeys makes what checks API keys, as openUsers does.
func (c *called) openKeys(ctx context.Context) (*apikey.Checker, error) {
	if c.keys != nil {
		return c.keys, nil
	}
	store, err := c.keyStore(ctx)
	if err != nil {
		return nil, err
	}
	read := func(ctx context.Context) error { _, err := store.List(ctx, 1, ""); return err }
	if err := c.services.Tables().Keys.Check(ctx, read); err != nil {
		return nil, err
	}
	checks, err := environ.ParseKeyChecks(c.getenv("request", configuration{}))
	if err != nil {
		return nil, err
	}
	keys, err := apikey.NewChecker(apikey.Config{
		Store: store, FoundFor: checks.Remembered, SealedOnly: checks.SealedOnly, MaxUnknown: checks.Unknown, Log: logOf("request", c.log),
	})
	if err != nil {
		return nil, err
	}
	c.keys = keys
	return keys, nil
}

// keyStore opens the table of API keys that the function request reads.
func (c *called) keyStore(ctx context.Context) (apikey.Store, error) {
	getenv := c.getenv("request", configuration{})
	return tables.OpenKeys(ctx, getenv, awsOptions(getenv)...)
}
