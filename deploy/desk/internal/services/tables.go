package services

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"portcullis/api/environ/userstable"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/deploy/emulators/dynamodb"
)

// Tables are where records are kept.
type Tables struct {
	Users, Keys Table
	Revocations Table // zero: the authorizers read no table
}

// Table is where one kind of records is kept.
type Table struct {
	Name string
	Own  bool // it is one of the DynamoDB that is here

	variable  string // that names it
	expires   string // the attribute by which records end; "": they do not
	elsewhere string // where the DynamoDB of others is; "": at AWS
	anyKey    bool   // it takes any credentials, and the environment has none
}

// chooseTables gives the tables, as the variables or else as this program has them.
func (e environment) chooseTables(base string, usersInMemory bool) (Tables, error) {
	t := Tables{Users: e.chooseTable(base, userstable.UsersTable, "users"), Keys: e.chooseTable(base, environ.APIKeysTable, "api-keys")}
	if t.Users.Own && usersInMemory && e.getenv(userstable.UsersTable) == "" {
		t.Users.Name = userstable.Memory
	}
	t.Keys.expires = "expiresAt"
	if t.Users.Name == t.Keys.Name {
		return t, sameTable(t.Users, t.Keys)
	}
	var err error
	if t.Revocations, err = e.chooseRevocations(base, t.Keys); err != nil {
		return t, err
	}
	for _, other := range []Table{t.Users, t.Keys} {
		if other.Name == t.Revocations.Name {
			return t, sameTable(other, t.Revocations)
		}
	}
	return t, nil
}

func sameTable(one, other Table) error {
	return fmt.Errorf("%s and %s: both name the table %s", one.variable, other.variable, one.Name)
}

// chooseRevocations gives the table of revocations that the authorizers read: the variables', or one of this program's own. It is
// the zero table where the variables have them look elsewhere. A function finds all its tables at one address, so this program's
// goes only with its own table of API keys.
func (e environment) chooseRevocations(base string, keys Table) (Table, error) {
	how, name := e.getenv(environ.Revocation), e.getenv(environ.RevocationTable)
	chosen := e.chooseTable(base, environ.RevocationTable, "revocations")
	chosen.expires = dynamo.TimeToLive
	switch {
	case how != "" && how != "table":
		return Table{}, nil
	case chosen.Own == keys.Own:
		return chosen, nil
	case how == "" && name == "":
		return Table{}, nil
	}
	return Table{}, wrong(environ.RevocationTable, fmt.Sprintf("want it in the DynamoDB where %s is: name both tables or neither", environ.APIKeysTable))
}

func (e environment) chooseTable(base, variable, name string) Table {
	chosen, endpoint := e.getenv(variable), e.endpoint()
	return Table{
		Name: cmp.Or(chosen, name), Own: chosen == "" || endpoint == base+AWSPath, variable: variable,
		elsewhere: endpoint, anyKey: isLoopbackURL(endpoint) && !e.hasCredentials(),
	}
}

func isLoopbackURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}

// InMemory tells whether the records are in the memory of a function, in no table.
func (t Table) InMemory() bool { return t.Name == userstable.Memory }

// emulated makes the DynamoDB that is here.
func (t Tables) emulated() (*dynamodb.Handler, error) {
	var config dynamodb.Config
	for _, table := range []Table{t.Users, t.Keys, t.Revocations} {
		if table.Own && !table.InMemory() {
			config.Tables = append(config.Tables, dynamodb.Table{Name: table.Name, PartitionKey: "id", TimeToLive: table.expires})
		}
	}
	return dynamodb.New(config)
}

// environment is what a function needs to get at the table, beyond this program's own environment. aws is where the services
// here are.
func (t Table) environment(aws string) map[string]string {
	variables := map[string]string{t.variable: t.Name}
	switch {
	case t.InMemory():
	case t.Own:
		variables["AWS_ENDPOINT_URL_DYNAMODB"] = aws
		variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false"
		variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], variables["AWS_SESSION_TOKEN"] = "local", "local", ""
	case t.anyKey: // the SDK sends nothing without some
		variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	}
	return variables
}

// String says where the records are, for people.
func (t Table) String() string {
	if t.Own || t.InMemory() {
		return "in memory, and end with this program"
	}
	return fmt.Sprintf("in the DynamoDB table %s at %s", t.Name, cmp.Or(t.elsewhere, "AWS"))
}

// KeyCommands is what a shell's environment needs for commands that make API keys here, and nothing that the shell has already
// for a table of others.
func (s *Services) KeyCommands() string {
	aws, keys := s.base+AWSPath, s.tables.Keys
	if keys.Own {
		return fmt.Sprintf("AWS_ENDPOINT_URL=%s AWS_REGION=%s AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local %s=%s", aws, s.Region(), keys.variable, keys.Name)
	}
	return fmt.Sprintf("AWS_ENDPOINT_URL_API_GATEWAY=%s %s=%s", aws, keys.variable, keys.Name)
}

// Check reads from a table once where it is not one of those here, so that one that is not there is known before the first
// request. The error names the variable and the table.
func (t Table) Check(ctx context.Context, read func(ctx context.Context) error) error {
	if t.Own || t.InMemory() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := read(ctx); err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		return fmt.Errorf("%s %s: %s", t.variable, t.Name, reason)
	}
	return nil
}
