package services_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/testtools"
)

// read reads a project of this module's contract, or another one, in the mode websocket with other texts, by the mode's name.
func read(t *testing.T, contract string, modes ...[]string) *project.Project {
	t.Helper()
	text, err := os.ReadFile("../../../modes/websocket.yaml")
	if err != nil {
		t.Fatal(err)
	}
	source := project.Source{}
	folder := t.TempDir()
	if contract != "" {
		source.Contract = filepath.Join(folder, "things.yaml")
		if err := os.WriteFile(source.Contract, []byte(contract), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, changes := range modes {
		changed := strings.NewReplacer(changes...).Replace(string(text))
		_, name, _ := strings.Cut(changed, "\nname: ")
		name, _, _ = strings.Cut(name, "\n")
		file := filepath.Join(folder, name+".yaml")
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		source.Modes = append(source.Modes, file)
	}
	p, err := project.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const thingsContract = `openapi: 3.1.0
info: {title: Things, version: "1"}
x-function: users
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths: {/things: {get: {security: [bearer: []]}}}
x-websocket:
  connect: {function: live, security: [bearer: []]}
  routes: {ping: {function: live, security: [bearer: []]}}
`

// TestFeed: when clients are told of changes and connections are closed, and what is said where they are not.
func TestFeed(t *testing.T) {
	nowhere := "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1"
	keys := []string{"AWS_ACCESS_KEY_ID=theirs", "AWS_SECRET_ACCESS_KEY=theirs"}
	tests := []struct {
		name        string
		project     *project.Project
		environment []string
		keeps, on   bool
		why         string
	}{
		{"ours", read(t, ""), nil, true, true, ""},
		{"one mode", read(t, "", nil), nil, true, true, ""},
		{"no WebSocket API", read(t, strings.Split(thingsContract, "x-websocket:")[0]), nil, false, false, "no mode is a WebSocket API"},
		{"two of them", read(t, "", nil, []string{"name: websocket", "name: other"}), nil, false, false, "the modes websocket and other are WebSocket APIs"},
		{"who may post only", read(t, "", []string{"websocket/*/@connections", "websocket/POST/@connections"}), nil, false, false, "websocket.yaml has none among its localCallers"},
		{"who may nothing there", read(t, "", []string{"websocket/*/@connections", "other/*/@connections"}), nil, false, false, "localCallers"},
		{"another function", read(t, strings.Replace(thingsContract, "connect: {function: live, security", "connect: {security", 1)), nil, false, false, "things.yaml names another one, or none"},
		{"no such message", read(t, thingsContract), nil, true, false, "things.yaml has no message subscribe"},
		{"users in memory", read(t, ""), []string{"USERS_TABLE=:memory:"}, true, false, "USERS_TABLE is :memory:, which has no stream"},
		{"users out of reach", read(t, ""), []string{nowhere, "USERS_TABLE=theirs"}, true, false, "USERS_TABLE theirs: its stream is not known"},
		{"revocations elsewhere", read(t, ""), []string{nowhere, "API_KEYS_TABLE=k", "REVOCATION_TABLE=r"}, false, false, "REVOCATION_TABLE is elsewhere, and CONNECTIONS_TABLE names no table there"},
		{"connections elsewhere", read(t, ""), append(keys, nowhere, "API_KEYS_TABLE=k", "REVOCATION_TABLE=r", "CONNECTIONS_TABLE=c"), false, false, "CONNECTIONS_TABLE names a table that asks for AWS credentials"},
		{"connections at an emulator", read(t, ""), []string{nowhere, "API_KEYS_TABLE=k", "REVOCATION_TABLE=r", "CONNECTIONS_TABLE=c"}, true, true, "revocations close no connection: REVOCATION_TABLE r: its stream"},
		{"no revocations", read(t, ""), []string{"REVOCATION=none"}, true, true, ""},
	}
	for _, test := range tests {
		s, err := open(t, test.environment...)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		f := s.Feed(t.Context(), test.project)
		if f.Mode != "" != test.keeps || (f.Users != nil) != test.on || !strings.Contains(f.Why, test.why) || test.why == "" && f.Why != "" {
			t.Errorf("%s: %+v", test.name, f)
		}
		env := s.Environment("live", f)
		if env["CONNECTIONS_TABLE"] != "" != test.keeps || env["CONNECTIONS_ENDPOINT"] != "" != test.keeps || env["USERS_TABLE"] != "" != test.on {
			t.Errorf("%s: environment %v", test.name, env)
		}
	}
}

// TestLiveEnvironment is what the function live is configured by here, as whom it calls @connections too.
func TestLiveEnvironment(t *testing.T) {
	s, err := open(t, "AWS_ACCESS_KEY_ID=theirs", "AWS_SECRET_ACCESS_KEY=theirs", "AWS_SESSION_TOKEN=theirs")
	if err != nil {
		t.Fatal(err)
	}
	got := s.Environment("live", s.Feed(t.Context(), read(t, "")))
	for name, want := range map[string]string{
		"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": base + "/websocket", "USERS_TABLE": "users", "REVOCATION_TABLE": "revocations", "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "AKIALOCALSENDER00001", "AWS_SECRET_ACCESS_KEY": "local-sender-secret-not-secret", "AWS_SESSION_TOKEN": "",
		"AWS_ENDPOINT_URL_DYNAMODB": s.Environment("users", services.Feed{})["AWS_ENDPOINT_URL_DYNAMODB"],
	} {
		if got[name] != want {
			t.Errorf("%s=%s, want %s", name, got[name], want)
		}
	}
}

// TestFeedOfTables: the stream of a table elsewhere is the feed where it tells enough.
func TestFeedOfTables(t *testing.T) {
	endpoint := testtools.MotoDynamoDB(t)
	tables := testtools.DynamoDB(endpoint)
	tests := []struct {
		name string
		view types.StreamViewType
		why  string
	}{
		{"feed-users", types.StreamViewTypeNewAndOldImages, ""},
		{"feed-users-new", types.StreamViewTypeNewImage, "its stream has the view NEW_IMAGE: want NEW_AND_OLD_IMAGES"},
		{"feed-users-none", "", "it has no stream: enable one with the view NEW_AND_OLD_IMAGES"},
	}
	for _, test := range tests {
		in := &dynamodb.CreateTableInput{
			TableName: &test.name, BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
			KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		}
		if test.view != "" {
			in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: test.view}
		}
		if _, err := tables.CreateTable(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		s, err := open(t, "AWS_REGION="+testtools.Region, "AWS_ENDPOINT_URL_DYNAMODB="+endpoint, "USERS_TABLE="+test.name)
		if err != nil {
			t.Fatal(err)
		}
		f := s.Feed(t.Context(), read(t, ""))
		if (f.Users != nil) != (test.why == "") || !strings.Contains(f.Why, test.why) || f.Users != nil && !strings.Contains(f.Users.ARN(), ":table/"+test.name+"/stream/") {
			t.Errorf("%s: %+v", test.name, f)
		}
	}
}
