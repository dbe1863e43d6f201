package services

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"portcullis/api/environ/userstable"
	"portcullis/api/environ/websocket"
	connections "portcullis/api/live/connections/dynamo"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/deploy/emulators/dynamodb"
)

// Tables are where records are kept.
type Tables struct {
	Users, Keys Table
	Revocations Table // zero: the authorizers read no table
	Connections Table // zero: no function can be let have it
	Audit       Table // zero: the others are elsewhere; no function reads it, and the command is told of it
}

// Table is where one kind of records is kept.
type Table struct {
	Name string
	Own  bool // it is one of the DynamoDB that is here

	variable  string         // that names it
	form      dynamodb.Table // as it is made here, but for its name
	elsewhere string         // where the DynamoDB of others is; "": at AWS
	anyKey    bool           // it takes any credentials, and the environment has none
}

// The views of the streams that the function live reads.
const (
	usersView      = "NEW_AND_OLD_IMAGES" // see package changes
	revocationView = "NEW_IMAGE"          // see package ends
)

// chooseTables gives the tables, as the variables or else as this program has them.
func (e environment) chooseTables(base string) (t Tables, err error) {
	t.Users = e.chooseTable(base, userstable.UsersTable, "users", dynamodb.Table{PartitionKey: "id", Stream: usersView})
	t.Keys = e.chooseTable(base, environ.APIKeysTable, "api-keys", dynamodb.Table{PartitionKey: "id", TimeToLive: "expiresAt"})
	if t.Revocations, err = e.chooseRevocations(base, t.Keys); err != nil {
		return t, err
	}
	if t.Connections, err = e.chooseConnections(base, t.Revocations); err != nil {
		return t, err
	}
	if t.Keys.Own {
		t.Audit = Table{Name: "audit", Own: true, variable: environ.AuditTable, form: dynamodb.Table{PartitionKey: "id"}}
	}
	return t, t.checkNames()
}

// checkNames refuses two tables of one name.
func (t Tables) checkNames() error {
	seen := map[string]Table{}
	for _, table := range t.all() {
		if other, twice := seen[table.Name]; twice {
			return fmt.Errorf("%s and %s: both name the table %s", other.variable, table.variable, table.Name)
		}
		seen[table.Name] = table
	}
	return nil
}

// all are the tables that there are.
func (t Tables) all() []Table {
	return slices.DeleteFunc([]Table{t.Users, t.Keys, t.Revocations, t.Connections, t.Audit}, func(t Table) bool { return t.Name == "" })
}

// chooseRevocations gives the table of revocations that the authorizers read: the variables', or one of this program's own. It is
// the zero table where the variables have them look elsewhere. A function finds all its tables at one address, so this program's
// goes only with its own table of API keys.
func (e environment) chooseRevocations(base string, keys Table) (Table, error) {
	how, name := e.getenv(environ.Revocation), e.getenv(environ.RevocationTable)
	chosen := e.chooseTable(base, environ.RevocationTable, "revocations", dynamodb.Table{PartitionKey: "id", TimeToLive: dynamo.TimeToLive, Stream: revocationView})
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

// chooseConnections gives the table of connections, which the function live finds at the address of the revocations: the variable's, or one
// of this program's own. It is the zero table where the revocations are elsewhere and the variable names none.
func (e environment) chooseConnections(base string, revocations Table) (Table, error) {
	chosen := e.chooseTable(base, websocket.ConnectionsTable, "connections", dynamodb.Table{
		PartitionKey: "pk", SortKey: "sk", TimeToLive: connections.TimeToLive, Indexes: []dynamodb.Index{connectionsIndex},
	})
	switch {
	case revocations.Name == "" || chosen.Own == revocations.Own:
		return chosen, nil
	case e.getenv(websocket.ConnectionsTable) == "":
		return Table{}, nil
	}
	return Table{}, wrong(websocket.ConnectionsTable, fmt.Sprintf("want it in the DynamoDB where %s is: name both tables or neither", environ.RevocationTable))
}

// connectionsIndex finds the connections whose end has come. See package connections/dynamo.
var connectionsIndex = dynamodb.Index{Name: "ends", PartitionKey: "endsIn", SortKey: "endsAt", NumberSort: true, Projection: "KEYS_ONLY"}

// chooseTable gives the table that a variable names, or else the one of a name and form that is here.
func (e environment) chooseTable(base, variable, name string, form dynamodb.Table) Table {
	chosen, endpoint := e.getenv(variable), e.endpoint()
	return Table{
		Name: cmp.Or(chosen, name), Own: chosen == "" || endpoint == base+AWSPath, variable: variable, form: form,
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
func (t Tables) emulated(region string) (*dynamodb.Handler, error) {
	config := dynamodb.Config{Region: region}
	for _, table := range t.all() {
		if table.Own && !table.InMemory() {
			table.form.Name = table.Name
			config.Tables = append(config.Tables, table.form)
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
		return s.env.endpointCommands(aws, "AWS_ENDPOINT_URL", aws, "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_API_GATEWAY") +
			fmt.Sprintf(" AWS_REGION=%s AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local %s=%s %s=%s", s.Region(), s.tables.Audit.variable, s.tables.Audit.Name, keys.variable, keys.Name)
	}
	return s.env.endpointCommands(aws, "AWS_ENDPOINT_URL_API_GATEWAY", "", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_STS") +
		fmt.Sprintf(" %s=%s", keys.variable, keys.Name)
}

// endpointCommands sets the variable of an endpoint to where the services here are. Where the shell's environment has endpoints not count,
// they do for that command: then, and where the services here are in their place, others that the shell has are set too.
func (e environment) endpointCommands(aws, variable, value string, others ...string) string {
	commands := variable + "=" + aws
	if e.ignoresEndpoints() {
		commands = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false " + commands
	} else if value == "" {
		return commands
	}
	for _, other := range others {
		if e.getenv(other) != "" {
			commands += " " + other + "=" + value
		}
	}
	return commands
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
