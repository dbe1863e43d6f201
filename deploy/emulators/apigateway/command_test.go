package apigateway_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/scripttest"
)

// program runs a program with AWS's variables pointed at address, and more variables.
func program(t *testing.T, path, address string, env []string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), path, args...)
	command.Env = slices.Concat(os.Environ(), testtools.MotoEnv(address), env, []string{"NO_PROXY=127.0.0.1", scripttest.NoWait})
	command.Env = slices.DeleteFunc(command.Env, func(pair string) bool { return strings.HasPrefix(pair, "AWS_PROFILE=") }) // the CLI looks for an empty one
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err = command.Run()
	return out.String(), errs.String(), err
}

func TestAWSCLI(t *testing.T) {
	cli := testtools.AWSCLI(t)
	registry, address := serve(t)
	run := func(args ...string) string {
		t.Helper()
		stdout, stderr, err := program(t, cli, address, nil, append([]string{"apigateway", "--endpoint-url", address, "--output", "json"}, args...)...)
		if err != nil {
			t.Fatalf("%s: %v: %s", args[0], err, stderr)
		}
		return stdout
	}
	var plan, key struct{ ID string }
	decode(t, run("create-usage-plan", "--name", "gold", "--throttle", "burstLimit=5,rateLimit=2.5",
		"--quota", "limit=100,period=WEEK", "--api-stages", "apiId=api,stage=dev"), &plan)
	decode(t, run("create-api-key", "--name", "ann", "--enabled", "--value", value), &key)
	run("create-usage-plan-key", "--usage-plan-id", plan.ID, "--key-id", key.ID, "--key-type", "API_KEY")
	run("update-usage-plan", "--usage-plan-id", plan.ID, "--patch-operations", "op=replace,path=/throttle/burstLimit,value=9")
	if _, refusal := registry.Admit(usage.StageID{API: "api", Name: "dev"}, value, "GET", "/"); refusal != nil {
		t.Error(refusal)
	}
	if kept, err := registry.Plan(plan.ID); err != nil || *kept.Throttle != (usage.Throttle{Rate: 2.5, Burst: 9}) {
		t.Errorf("%+v, %v", kept, err)
	}
	var keys struct{ Items []struct{ ID, Value string } }
	decode(t, run("get-api-keys", "--include-values", "--name-query", "ann"), &keys)
	if len(keys.Items) != 1 || keys.Items[0].ID != key.ID || keys.Items[0].Value != value {
		t.Errorf("%+v", keys)
	}
	var used struct{ Items map[string][][2]int }
	decode(t, run("get-usage", "--usage-plan-id", plan.ID, "--start-date", "2026-03-03", "--end-date", "2026-03-03"), &used)
	if got := used.Items[key.ID]; len(got) != 1 || got[0] != [2]int{1, 99} {
		t.Errorf("%+v", used)
	}
	run("delete-api-key", "--api-key", key.ID)
	_, stderr, err := program(t, cli, address, nil, "apigateway", "--endpoint-url", address, "get-api-key", "--api-key", key.ID)
	const want = "An error occurred (NotFoundException) when calling the GetApiKey operation: Invalid API Key identifier specified"
	if err == nil || !strings.Contains(stderr, want) {
		t.Errorf("%v: %s", err, stderr)
	}
}

func decode(t *testing.T, text string, target any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), target); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// TestKeyCommand runs this project's command with the table of keys in an emulated DynamoDB and the gateway's keys in
// the registry.
func TestKeyCommand(t *testing.T) {
	moto := testtools.MotoDynamoDB(t)
	registry, address := serve(t)
	dev := usage.StageID{API: "api", Name: "dev"}
	must[usage.Plan](t)(registry.CreatePlan(usage.Plan{ID: "gold01", Name: "gold", Stages: []usage.PlanStage{{StageID: dev}}}))
	makeTable(t, moto)
	command := testtools.Program(t, "./deploy/portcullis")
	run := func(args ...string) string {
		t.Helper()
		stdout, stderr, err := program(t, command, address, []string{"API_KEYS_TABLE=keys", "AWS_ENDPOINT_URL_DYNAMODB=" + moto}, append([]string{"key"}, args...)...)
		if err != nil {
			t.Fatalf("%s: %v: %s", args[0], err, stderr)
		}
		return stdout
	}
	text := strings.TrimSpace(run("create", "--owner", "ann", "--scopes", "users/read", "--usage-plan", "gold01"))
	id := strings.Split(text, "_")[1]
	keys, err := registry.Members("gold01")
	if err != nil || len(keys) != 1 || keys[0].Name != "portcullis-"+id || !keys[0].Enabled {
		t.Fatalf("%+v, %v", keys, err)
	}
	if got, refusal := registry.Admit(dev, keys[0].Value, "GET", "/users"); refusal != nil || got.Key.ID != keys[0].ID {
		t.Errorf("%+v, %v", got, refusal)
	}
	run("delete", "--yes", id)
	if left := registry.Keys(); len(left) != 0 {
		t.Errorf("delete left %d keys", len(left))
	}
	_, stderr, err := program(t, command, address, []string{"API_KEYS_TABLE=keys", "AWS_ENDPOINT_URL_DYNAMODB=" + moto},
		"key", "create", "--owner", "ann", "--scopes", "users/read", "--usage-plan", "none")
	if err == nil || !strings.Contains(stderr, `--usage-plan: API Gateway has no usage plan "none"`) || len(registry.Keys()) != 0 {
		t.Errorf("a plan that is not there: %v: %s; %d keys are left", err, stderr, len(registry.Keys()))
	}
}

func makeTable(t *testing.T, address string) {
	t.Helper()
	client := dynamodb.New(dynamodb.Options{BaseEndpoint: &address, Region: "eu-west-1", Credentials: credentials})
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            aws.String("keys"),
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
	})
	if err != nil {
		t.Fatal(err)
	}
}
