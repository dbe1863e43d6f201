package desk

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"portcullis/api/environ/userstable"
	"portcullis/authorizers/environ"
	"portcullis/deploy/emulators/dynamodb"
)

// table is where one kind of records is kept.
type table struct {
	variable string // that names it
	name     string
	own      bool   // it is one of the site's own DynamoDB
	expires  string // the attribute by which records end; "": they do not
}

// chooseTables gives the tables of the users and of the API keys, as the environment or else as this program has them. The users
// are kept in the memory of their function where nothing else can get at them.
func (s *site) chooseTables(o options) (users, keys table) {
	users = s.chooseTable(userstable.UsersTable, "users")
	if users.own && !o.exec && os.Getenv(userstable.UsersTable) == "" {
		users.name = userstable.Memory
	}
	keys = s.chooseTable(environ.APIKeysTable, "api-keys")
	keys.expires = "expiresAt"
	return users, keys
}

func (s *site) chooseTable(variable, name string) table {
	chosen := os.Getenv(variable)
	return table{variable: variable, name: cmp.Or(chosen, name), own: chosen == "" || endpoint() == s.base+awsPath}
}

// endpoint is where the environment says that DynamoDB is; "": at AWS.
func endpoint() string {
	return strings.TrimSuffix(cmp.Or(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"), os.Getenv("AWS_ENDPOINT_URL")), "/")
}

// makeTables makes the site's own DynamoDB.
func makeTables(all ...table) (*dynamodb.Handler, error) {
	var config dynamodb.Config
	for _, t := range all {
		if t.own && t.name != userstable.Memory {
			config.Tables = append(config.Tables, dynamodb.Table{Name: t.name, PartitionKey: "id", TimeToLive: t.expires})
		}
	}
	return dynamodb.New(config)
}

// environment is what a function needs to get at the table, beyond this process's own environment. aws is where the
// site's own services are.
func (t table) environment(aws string) map[string]string {
	environment := map[string]string{t.variable: t.name}
	switch {
	case t.name == userstable.Memory:
	case t.own:
		environment["AWS_ENDPOINT_URL_DYNAMODB"] = aws
		environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false"
		environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_SESSION_TOKEN"] = "local", "local", ""
	case isLoopbackURL(endpoint()) && os.Getenv("AWS_ACCESS_KEY_ID") == "" && os.Getenv("AWS_PROFILE") == "":
		// An emulator takes any credentials, and the SDK sends nothing without some.
		environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	}
	return environment
}

func isLoopbackURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && isLoopback(u.Hostname())
}

// String says where the records are.
func (t table) String() string {
	if t.own || t.name == userstable.Memory {
		return "in memory, and end with this program"
	}
	return fmt.Sprintf("in the DynamoDB table %s at %s", t.name, cmp.Or(endpoint(), "AWS"))
}

// command is what a shell's environment needs for commands that use the table and the site's API Gateway, and nothing
// that the shell has already for a table of others.
func (t table) command(aws string) string {
	if t.own {
		return fmt.Sprintf("AWS_ENDPOINT_URL=%s AWS_REGION=%s AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local %s=%s", aws, region(), t.variable, t.name)
	}
	return fmt.Sprintf("AWS_ENDPOINT_URL_API_GATEWAY=%s %s=%s", aws, t.variable, t.name)
}

// check reads from a table once where it is not the site's own, so that one that is not there is known before the first
// request.
func (t table) check(ctx context.Context, read func(ctx context.Context) error) error {
	if t.own || t.name == userstable.Memory {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := read(ctx); err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		return fmt.Errorf("%s %s: %s", t.variable, t.name, reason)
	}
	return nil
}
