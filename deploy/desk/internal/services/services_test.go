package services_test

import (
	"log/slog"
	"strings"
	"testing"

	"portcullis/deploy/desk/about"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
)

const (
	base = "http://127.0.0.1:8080"
	here = base + "/_aws"
	pool = `ISSUERS=[{"issuer":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other","audience":["theirs"],"tokenUse":["access"]}]`
)

// open makes services with an environment.
func open(t *testing.T, environment ...string) (*services.Services, error) {
	t.Helper()
	variables := map[string]string{}
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	s, err := services.New(services.Config{Base: base, Getenv: func(name string) string { return variables[name] }, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		t.Cleanup(s.Close)
	}
	return s, err
}

// TestWhereThingsAre: tables and endpoints are those here, or those that the environment names.
func TestWhereThingsAre(t *testing.T) {
	all := about.Endpoints{DynamoDB: here, Cognito: here, APIGateway: here, SecretsManager: here}
	tests := []struct {
		name        string
		environment []string
		tables      about.Tables
		endpoints   about.Endpoints
	}{
		{"nothing is said", nil, about.Tables{Users: "users", APIKeys: "api-keys", Revocations: "revocations", Connections: "connections", Audit: "audit"}, all},
		{"users in memory", []string{"USERS_TABLE=:memory:"}, about.Tables{APIKeys: "api-keys", Revocations: "revocations", Connections: "connections", Audit: "audit"}, all},
		{"tables of this desk by other names", []string{"AWS_ENDPOINT_URL=" + here + "/", "USERS_TABLE=uuu", "API_KEYS_TABLE=kkk", "REVOCATION_TABLE=rrr", "CONNECTIONS_TABLE=ccc"},
			about.Tables{Users: "uuu", APIKeys: "kkk", Revocations: "rrr", Connections: "ccc", Audit: "audit"}, all},
		{"users at AWS", []string{"USERS_TABLE=uuu"}, about.Tables{APIKeys: "api-keys", Revocations: "revocations", Connections: "connections", Audit: "audit"}, all},
		{"all tables at AWS", []string{"USERS_TABLE=uuu", "API_KEYS_TABLE=kkk", "REVOCATION_TABLE=rrr"},
			about.Tables{Users: "uuu", APIKeys: "kkk", Revocations: "rrr"}, about.Endpoints{Cognito: here, APIGateway: here, SecretsManager: here}},
		{"keys at another DynamoDB, and no revocations", []string{"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000", "API_KEYS_TABLE=kkk"},
			about.Tables{APIKeys: "kkk"}, about.Endpoints{DynamoDB: "http://127.0.0.1:8000", Cognito: here, APIGateway: here, SecretsManager: here}},
		{"revocations of the user pool's", []string{"REVOCATION=cognito"}, about.Tables{Users: "users", APIKeys: "api-keys", Connections: "connections", Audit: "audit"}, all},
		{"a user pool of AWS", []string{"USER_POOL_CLIENT_ID=theirs", pool}, about.Tables{Users: "users", APIKeys: "api-keys", Revocations: "revocations", Connections: "connections", Audit: "audit"},
			about.Endpoints{DynamoDB: here, APIGateway: here}},
		{"addresses that do not count", []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=True", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000", "API_KEYS_TABLE=kkk"},
			about.Tables{APIKeys: "kkk"}, about.Endpoints{Cognito: here, APIGateway: here, SecretsManager: here}},
		{"an address of a user pool that does not count", []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=http://127.0.0.1:9229"},
			about.Tables{Users: "users", APIKeys: "api-keys", Revocations: "revocations", Connections: "connections", Audit: "audit"}, all},
		{"a user pool elsewhere", []string{"USER_POOL_CLIENT_ID=theirs", pool, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=http://127.0.0.1:9229"},
			about.Tables{Users: "users", APIKeys: "api-keys", Revocations: "revocations", Connections: "connections", Audit: "audit"}, about.Endpoints{DynamoDB: here, Cognito: "http://127.0.0.1:9229", APIGateway: here}},
	}
	for _, test := range tests {
		s, err := open(t, test.environment...)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := s.Named(); got != test.tables {
			t.Errorf("%s: tables %+v, want %+v", test.name, got, test.tables)
		}
		if got := s.Endpoints(); got != test.endpoints {
			t.Errorf("%s: endpoints %+v, want %+v", test.name, got, test.endpoints)
		}
	}
}

// TestKeyCommands: a line a case: what a shell with the desk's environment needs before a command, so that the command's requests come
// here, and none goes where the shell's variables have it.
func TestKeyCommands(t *testing.T) {
	const own = " AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AUDIT_TABLE=audit API_KEYS_TABLE=api-keys"
	const ignored = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false "
	for _, test := range []struct {
		name        string
		environment []string
		want        string
	}{
		{"nothing is said", nil, "AWS_ENDPOINT_URL=" + here + own},
		{"addresses that do not count", []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=True"}, ignored + "AWS_ENDPOINT_URL=" + here + own},
		{"addresses that count", []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false"}, "AWS_ENDPOINT_URL=" + here + own},
		{"an address of DynamoDB", []string{"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000"}, "AWS_ENDPOINT_URL=" + here + " AWS_ENDPOINT_URL_DYNAMODB=" + here + own},
		{"one of API Gateway that does not count", []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_ENDPOINT_URL_API_GATEWAY=http://127.0.0.1:8000"},
			ignored + "AWS_ENDPOINT_URL=" + here + " AWS_ENDPOINT_URL_API_GATEWAY=" + here + own},
		{"keys at AWS", []string{"API_KEYS_TABLE=kkk"}, "AWS_ENDPOINT_URL_API_GATEWAY=" + here + " API_KEYS_TABLE=kkk"},
		{"keys at another DynamoDB", []string{"API_KEYS_TABLE=kkk", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000"}, "AWS_ENDPOINT_URL_API_GATEWAY=" + here + " API_KEYS_TABLE=kkk"},
		{"keys at AWS, since no address counts", []string{"API_KEYS_TABLE=kkk", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"},
			ignored + "AWS_ENDPOINT_URL_API_GATEWAY=" + here + " AWS_ENDPOINT_URL_DYNAMODB= API_KEYS_TABLE=kkk"},
	} {
		s, err := open(t, test.environment...)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := s.KeyCommands(); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestGroupScopes: the contract suggests what groups of the user pool have, the environment says otherwise, and where an entry
// says all itself there is nothing else.
func TestGroupScopes(t *testing.T) {
	p, err := project.Read(project.Source{})
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.Replace(pool, `"tokenUse"`, `"grants":{"scope":{"*":["*"]}},"tokenUse"`, 1)
	tests := []struct {
		name        string
		environment []string
		readers     string
		groups      int
	}{
		{"the contract's", nil, "users/read", 3},
		{"GROUP_SCOPES", []string{`GROUP_SCOPES={"readers":["users/write"]}`}, "users/write", 1},
		{"the contract's, for another user pool", []string{"USER_POOL_CLIENT_ID=theirs", pool}, "users/read", 3},
		{"none", []string{"USER_POOL_CLIENT_ID=theirs", theirs}, "", 0},
	}
	for _, test := range tests {
		s, err := open(t, test.environment...)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		issuers, err := s.Issuers(p)
		got := s.GroupScopes(issuers)
		if err != nil || len(got) != test.groups || strings.Join(got["readers"], " ") != test.readers {
			t.Errorf("%s: %v, error %v", test.name, got, err)
		}
	}
}

func TestRegion(t *testing.T) {
	tests := []struct {
		region string
		good   bool
	}{
		{"eu-west-1", true}, {"us-gov-east-1", true}, {"local", true}, {"eu-west 1", false}, {"EU-WEST-1", false}, {"-", false}, {"a--b", false}, {"a-", false}, {`a"b`, false}, {"a/b", false},
	}
	for _, test := range tests {
		s, err := open(t, "AWS_REGION="+test.region)
		if (err == nil) != test.good {
			t.Errorf("%s: error %v", test.region, err)
		} else if err == nil && s.Region() != test.region {
			t.Errorf("%s: %s", test.region, s.Region())
		}
	}
}

// TestOrigins: all pages may read answers while everything is kept here, and this program's own alone once a table is another's, unless others
// are named. The functions know the same.
func TestOrigins(t *testing.T) {
	for _, test := range []struct {
		name        string
		environment []string
		want        string // joined by commas
	}{
		{"nothing is said", nil, "*"},
		{"users in memory", []string{"USERS_TABLE=:memory:"}, "*"},
		{"tables of this desk by other names", []string{"AWS_ENDPOINT_URL=" + here, "USERS_TABLE=uuu", "API_KEYS_TABLE=kkk", "REVOCATION_TABLE=rrr"}, "*"},
		{"users at AWS", []string{"USERS_TABLE=uuu"}, base},
		{"keys and revocations elsewhere", []string{"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000", "API_KEYS_TABLE=kkk", "REVOCATION_TABLE=rrr"}, base},
		{"named", []string{"ALLOWED_ORIGINS=https://a.example,https://b.example"}, "https://a.example,https://b.example"},
		{"users at AWS, and named", []string{"USERS_TABLE=uuu", "ALLOWED_ORIGINS=https://a.example"}, "https://a.example"},
		{"users at AWS, and all named", []string{"USERS_TABLE=uuu", "ALLOWED_ORIGINS=*"}, "*"},
	} {
		s, err := open(t, test.environment...)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		got := s.Origins()
		if strings.Join(got, ",") != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		for _, function := range []string{"users", "tokens", "live", "token", "of others"} {
			want := ""
			if test.want == base && (function == "users" || function == "tokens" || function == "live") {
				want = base
			}
			if got := s.Environment(function, services.Feed{})["ALLOWED_ORIGINS"]; got != want {
				t.Errorf("%s: the function %s has %q, want %q", test.name, function, got, want)
			}
		}
	}
}
