package terraform_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/api/contract"
	connectiontable "portcullis/api/live/connections/dynamo"
	"portcullis/authorizers/verify"
	"portcullis/deploy/modes"
	"portcullis/deploy/testtools"
	"portcullis/policy"
)

// TestApply makes every mode at once in an emulated account, changes the contract, and destroys it all.
func TestApply(t *testing.T) {
	t.Parallel()
	moto := testtools.MotoWithPolicies(t)
	dir := copyStack(t)
	module := filepath.Join(dir, "..", "..")
	copyTo(t, dir, "testdata/moto", "modules/*/*_override.tf")
	buildFor(t, module)
	write(t, filepath.Join(dir, "terraform.tfvars.json"), everyMode(t))
	stack := testtools.Terraform(t, dir, testtools.MotoEnv(moto)...)
	stack.Run("apply", "-auto-approve", "-no-color", "-parallelism=20")

	made, state := apis(t, stack), readState(t, stack)
	t.Run("a second plan is empty", func(t *testing.T) {
		if output, exit := stack.Try("plan", "-detailed-exitcode", "-no-color"); exit != 0 {
			t.Errorf("exit status %d\n%s", exit, output)
		}
	})
	t.Run("what is deployed is what was planned", func(t *testing.T) { checkParity(t, moto, module, made, state) })
	t.Run("the gateway guards what the contract guards", func(t *testing.T) { checkGuards(t, moto, module, made) })
	t.Run("functions may do what they must and no more", func(t *testing.T) { checkPolicies(t, state) })
	t.Run("functions may send what their stores send and no more", func(t *testing.T) { checkWrites(t, state) })
	t.Run("live may do what keeping and sending to connections takes and no more", func(t *testing.T) { checkConnections(t, state) })
	t.Run("streams invoke live, and what fails is told", func(t *testing.T) { checkStreams(t, state) })
	t.Run("functions may be called by their APIs only", func(t *testing.T) { checkPermissions(t, module, state) })
	t.Run("functions get their variables", func(t *testing.T) { checkEnvironments(t, state) })
	t.Run("what has ended leaves its table", func(t *testing.T) { checkExpiry(t, state) })

	t.Run("a new operation is deployed, and guarded", func(t *testing.T) {
		before := deployments(t, moto, made)
		contract := filepath.Join(module, "api", "openapi.yaml")
		write(t, contract, []byte(strings.NewReplacer("\npaths:\n",
			"\npaths:\n  /reports/{year}:\n    parameters: [{name: year, in: path, required: true}]\n    get:\n      security: [bearer: [users/read], apiKey: [users/read]]\n      responses: {\"200\": {description: A report.}}\n",
			"\n    ping:\n", "\n    report:\n      function: live\n      security: [bearer: [users/read]]\n    ping:\n").Replace(string(read(t, contract)))))
		buildFor(t, module)
		stack.Run("apply", "-auto-approve", "-no-color", "-refresh=false", "-parallelism=20")
		for name, after := range deployments(t, moto, made) {
			if after == before[name] {
				t.Errorf("%s: the stage still serves deployment %s", name, after)
			}
			if d := deployed(t, moto, made[name]).Operations["GET /reports/{year}"]; d.Function != "users" {
				t.Errorf("%s: the new operation is %+v", name, d)
			}
		}
		if d := deployed(t, moto, made["websocket"]).Operations["report"]; d.Function != "live" {
			t.Errorf("websocket: the new message is %+v", d)
		}
		checkParity(t, moto, module, made, state)
		checkGuards(t, moto, module, made)
	})
	t.Run("it can be destroyed", func(t *testing.T) {
		// moto 5.2.1 cannot delete a resource server.
		stack.Run("state", "rm", "module.user_pool.aws_cognito_resource_server.this")
		stack.Run("destroy", "-auto-approve", "-no-color", "-refresh=false", "-parallelism=20")
	})
}

// otherIssuer is an issuer besides the user pool, whose groups Cognito could not have.
var otherIssuer = map[string]any{
	"issuer": "https://login.example.com", "audience": []string{"api"},
	"grants": map[string]any{"roles": map[string]any{"Domain Admins": []string{"users/write"}}, "scope": map[string]any{}},
}

// everyMode are the variables of a stack with all modes that are shipped, a machine, another issuer, a client with a secret, and
// API keys.
func everyMode(t *testing.T) []byte {
	t.Helper()
	var names []string
	for _, m := range shipped(t) {
		names = append(names, m.Name)
	}
	variables, err := json.Marshal(map[string]any{
		"name": "demo", "deletion_protection": false, "modes": names,
		"machine_clients": map[string]any{"reports": []string{"users/read"}}, "domain_prefix": "demo", "client_secret": true,
		"reserved_concurrency": map[string]any{"tokens": 30}, // moto 5.2.1 tells no quota of Lambda's
		"issuers":              []any{otherIssuer}, "max_token": 16384, "unauthorized": map[string]string{"http-lambda": "deny", "rest-token": "fail"},
		"api_keys": map[string]any{"rest-api-key": map[string]any{"ann": map[string]any{}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return variables
}

// checkParity compares each API with the plan of its contract and mode, which the local gateway serves.
func checkParity(t *testing.T, moto, module string, made map[string]madeAPI, state state) {
	t.Helper()
	contract, err := contract.Load(filepath.Join(module, "api", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	pool := state["aws_cognito_user_pool"][0]
	own := own{poolARN: pool["arn"].(string), issuer: "https://" + pool["endpoint"].(string), clients: clients(state)}
	for _, m := range shipped(t) {
		t.Run(m.Name, func(t *testing.T) {
			compare(t, deployed(t, moto, made[m.Name]), withoutWhatMotoDrops(inAWS(compilePlan(t, contract, m), own)))
		})
	}
}

// checkGuards compares what is open with a reading of the contract that shares no code with the plans'.
func checkGuards(t *testing.T, moto, module string, made map[string]madeAPI) {
	t.Helper()
	guarded := guarded(t, filepath.Join(module, "api", "openapi.yaml"))
	for name, one := range made {
		operations := deployed(t, moto, one).Operations
		if len(guarded[one.Kind]) == 0 {
			t.Errorf("%s: nothing of the contract is guarded", name)
		}
		for _, key := range guarded[one.Kind] {
			if o, there := operations[key]; !there || o.AuthorizationType == "NONE" && !o.APIKeyRequired {
				t.Errorf("%s: %s is %+v", name, key, o)
			}
		}
	}
}

func checkPolicies(t *testing.T, state state) {
	const account = "eu-west-1:123456789012:"
	own := func(function string) []string {
		return []string{
			"logs:CreateLogStream logs:PutLogEvents arn:aws:logs:" + account + "log-group:/aws/lambda/demo-" + function + ":*",
			"xray:PutTraceSegments xray:PutTelemetryRecords *",
		}
	}
	const revocations = "arn:aws:dynamodb:" + account + "table/demo-revocations"
	want := map[string][]string{
		"demo-rest-token":  append(own("rest-token"), "dynamodb:BatchGetItem "+revocations),
		"demo-http-lambda": append(own("http-lambda"), "dynamodb:BatchGetItem "+revocations),
		"demo-rest-request": append(own("rest-request"),
			"dynamodb:GetItem arn:aws:dynamodb:"+account+"table/demo-api-keys",
			"dynamodb:UpdateItem arn:aws:dynamodb:"+account+"table/demo-api-keys, on conditions", "dynamodb:BatchGetItem "+revocations),
		"demo-websocket": append(own("websocket"),
			"dynamodb:GetItem arn:aws:dynamodb:"+account+"table/demo-api-keys",
			"dynamodb:UpdateItem arn:aws:dynamodb:"+account+"table/demo-api-keys, on conditions", "dynamodb:BatchGetItem "+revocations),
		"demo-live":   append(own("live"), feedStatements(t, state)...),
		"demo-tokens": append(own("tokens"), "secretsmanager:GetSecretValue "+clientSecret(t, state), "dynamodb:PutItem "+revocations+", on conditions"),
		"demo-users": append(own("users"), "dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Scan "+
			"dynamodb:UpdateItem arn:aws:dynamodb:"+account+"table/demo-users"),
	}
	got := map[string][]string{}
	for _, policy := range state["aws_iam_role_policy"] {
		got[policy["role"].(string)] = statements(t, policy["policy"].(string))
	}
	if !maps.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("the roles' policies are\n%v, want\n%v", got, want)
	}
	// Only API Gateway's own role, which no function has, has a managed policy.
	for _, attached := range state["aws_iam_role_policy_attachment"] {
		if attached["role"] != "demo-api-gateway-logs" {
			t.Errorf("%v has %v", attached["role"], attached["policy_arn"])
		}
	}
}

// feedStatements are what the function live is allowed besides its log and traces.
func feedStatements(t *testing.T, state state) []string {
	const account = "eu-west-1:123456789012:"
	const connections, connection = "arn:aws:dynamodb:" + account + "table/demo-connections", "/@connections/*"
	users, revocations := tableNamed(t, state, "demo-users"), tableNamed(t, state, "demo-revocations")
	stage := webSocketAPI(t, state)["execution_arn"].(string) + "/v1/"
	return []string{
		"dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem " + connections,
		"dynamodb:Query " + connections + "/index/ends",
		"dynamodb:BatchGetItem " + revocations["arn"].(string),
		"execute-api:ManageConnections " + stage + "POST" + connection + " " + stage + "DELETE" + connection,
		"dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator " + revocations["stream_arn"].(string) + " " + users["stream_arn"].(string),
		"dynamodb:ListStreams " + revocations["arn"].(string) + "/stream/* " + users["arn"].(string) + "/stream/*",
		"sqs:SendMessage arn:aws:sqs:" + account + "demo-live-undone",
	}
}

// clientSecret is the ARN of the only secret, whose value is that of the app client demo-confidential.
func clientSecret(t *testing.T, state state) string {
	t.Helper()
	for _, client := range state["aws_cognito_user_pool_client"] {
		if secret := client["client_secret"]; client["name"] == "demo-confidential" && secret != "" && secret == state["aws_secretsmanager_secret_version"][0]["secret_string"] {
			return state["aws_secretsmanager_secret"][0]["arn"].(string)
		}
	}
	t.Fatal("there is no client demo-confidential, or the secret is not its own")
	return ""
}

// statements returns each statement of a policy as its actions and resources, and whether there are conditions; anything but an Allow fails the test.
func statements(t *testing.T, policy string) []string {
	t.Helper()
	var document struct {
		Statement []struct {
			Effect           string
			Action, Resource []string
			Condition        map[string]any
		}
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatalf("%v: %s", err, policy)
	}
	var all []string
	for _, statement := range document.Statement {
		if statement.Effect != "Allow" {
			t.Errorf("effect %q in %s", statement.Effect, policy)
		}
		text := strings.Join(append(statement.Action, statement.Resource...), " ")
		if len(statement.Condition) > 0 {
			text += ", on conditions"
		}
		all = append(all, text)
	}
	return all
}

var pathParameter = regexp.MustCompile(`\{[^}]+\}`)

// checkPermissions: an API calls the functions behind it for its own operations, and its authorizer's alone for that; and the clock calls live.
func checkPermissions(t *testing.T, module string, state state) {
	contract, err := contract.Load(filepath.Join(module, "api", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, kind := range []string{"aws_api_gateway_rest_api", "aws_apigatewayv2_api"} {
		for _, made := range state[kind] {
			called := calledFor(contract)
			if made["protocol_type"] == modes.WebSocket {
				called = calledForMessages(contract)
			}
			for what, function := range called {
				want = append(want, "demo-"+function+":live "+made["execution_arn"].(string)+"/v1/"+what)
			}
		}
	}
	for function, made := range lambdaAuthorizers(state) {
		id, _ := made["rest_api_id"].(string)
		if id == "" {
			id = made["api_id"].(string)
		}
		want = append(want, function+":live arn:aws:execute-api:eu-west-1:123456789012:"+id+"/authorizers/"+made["id"].(string))
	}
	want = append(want, "demo-live:live arn:aws:events:eu-west-1:123456789012:rule/demo-live-each-minute")
	var got []string
	for _, permission := range state["aws_lambda_permission"] {
		got = append(got, permission["function_name"].(string)+":"+permission["qualifier"].(string)+" "+permission["source_arn"].(string))
		service := strings.Split(permission["source_arn"].(string), ":")[2] // of an API: execute-api
		if permission["principal"] != strings.Replace(service, "execute-api", "apigateway", 1)+".amazonaws.com" || permission["action"] != "lambda:InvokeFunction" {
			t.Errorf("%v may %v", permission["principal"], permission["action"])
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the permissions are\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// calledFor is what follows the stage in the ARN of each operation, and the function that serves it.
func calledFor(contract *contract.Contract) map[string]string {
	all := map[string]string{}
	for _, operation := range contract.Operations {
		all[operation.Route.Method+pathParameter.ReplaceAllString(operation.Route.Path, "*")] = operation.Function
	}
	return all
}

// calledForMessages is the same of a WebSocket API.
func calledForMessages(contract *contract.Contract) map[string]string {
	all := map[string]string{policy.RouteConnect: contract.WebSocket.Function, policy.RouteDisconnect: contract.WebSocket.Function}
	for _, route := range contract.WebSocket.Routes {
		all[route.Key] = route.Function
	}
	return all
}

var liveFunction = regexp.MustCompile(`:function:([^:]+):live/`)

// lambdaAuthorizers are the authorizers that ask a function, by its name.
func lambdaAuthorizers(state state) map[string]map[string]any {
	found := map[string]map[string]any{}
	for _, kind := range []string{"aws_api_gateway_authorizer", "aws_apigatewayv2_authorizer"} {
		for _, made := range state[kind] {
			uri, _ := made["authorizer_uri"].(string)
			if function := liveFunction.FindStringSubmatch(uri); function != nil {
				found[function[1]] = made
			}
		}
	}
	return found
}

// clients are the ids of the user pool's app clients, the users' first, whose name is the shortest.
func clients(state state) []string {
	var names, ids []string
	for _, client := range state["aws_cognito_user_pool_client"] {
		names = append(names, client["name"].(string))
	}
	slices.Sort(names)
	for _, name := range names {
		ids = append(ids, clientNamed(state, name))
	}
	return ids
}

// clientNamed is the id of an app client; "" where there is none.
func clientNamed(state state, name string) string {
	for _, client := range state["aws_cognito_user_pool_client"] {
		if client["name"] == name {
			return client["id"].(string)
		}
	}
	return ""
}

func checkEnvironments(t *testing.T, state state) {
	got := map[string]map[string]any{}
	for _, function := range state["aws_lambda_function"] {
		environment := function["environment"].([]any)[0].(map[string]any)["variables"]
		got[function["function_name"].(string)] = environment.(map[string]any)
	}
	groups := map[string]any{"admins": []string{"users/read", "users/write"}, "members": []string{"users/self"}, "readers": []string{"users/read"}}
	issuers, _ := json.Marshal([]map[string]any{otherIssuer, {
		"issuer": "https://" + state["aws_cognito_user_pool"][0]["endpoint"].(string), "audience": clients(state), "tokenUse": []string{"access"},
		"grants": map[string]any{"scope": map[string]any{"*": []string{"*"}}, "cognito:groups": groups}, "scopes": []string{"*"}, "owners": true,
	}})
	tokens := map[string]any{
		"ISSUERS": string(issuers), "MAX_TOKEN": "16384",
		"REVOCATION": "table", "REVOCATION_TABLE": "demo-revocations",
	}
	if list, err := verify.ParseIssuers(string(issuers)); err != nil {
		t.Error(err)
	} else if _, err := verify.New(verify.Config{Issuers: list}); err != nil {
		t.Errorf("the functions would not start: %v", err)
	}
	denies := maps.Clone(tokens)
	denies["UNAUTHORIZED"] = "deny"
	keys := maps.Clone(tokens)
	keys["API_KEYS_TABLE"] = "demo-api-keys"
	want := map[string]map[string]any{
		"demo-rest-token": tokens, "demo-http-lambda": denies, "demo-rest-request": keys, "demo-websocket": keys,
		"demo-live": {
			"ALLOWED_ORIGINS": "*", "CONNECTIONS_TABLE": "demo-connections", "USERS_TABLE": "demo-users", "REVOCATION_TABLE": "demo-revocations",
			"CONNECTIONS_ENDPOINT": "https://" + webSocketAPI(t, state)["id"].(string) + ".execute-api.eu-west-1.amazonaws.com/v1",
		},
		"demo-users": {"USERS_TABLE": "demo-users", "ALLOWED_ORIGINS": "*"},
		"demo-tokens": {
			"USER_POOL_CLIENT_ID": clientNamed(state, "demo-confidential"), "USER_POOL_CLIENT_SECRET_ARN": clientSecret(t, state), "USER_POOL_PUBLIC_CLIENT_IDS": clientNamed(state, "demo"),
			"REVOCATION_TABLE": "demo-revocations", "ALLOWED_ORIGINS": "*",
		},
	}
	if !maps.EqualFunc(got, want, maps.Equal[map[string]any, map[string]any]) {
		t.Errorf("the functions' variables are\n%v, want\n%v", got, want)
	}
}

// checkExpiry compares the attributes by which DynamoDB removes items with those that the stores write; users stay.
func checkExpiry(t *testing.T, state state) {
	got := map[string]string{}
	for _, table := range state["aws_dynamodb_table"] {
		got[table["name"].(string)] = ""
		for _, ttl := range table["ttl"].([]any) {
			if ttl := ttl.(map[string]any); ttl["enabled"] == true {
				got[table["name"].(string)] = ttl["attribute_name"].(string)
			}
		}
	}
	want := map[string]string{"demo-users": "", "demo-audit": "", "demo-api-keys": "expiresAt", "demo-revocations": "expiresAt", "demo-connections": connectiontable.TimeToLive}
	if !maps.Equal(got, want) {
		t.Errorf("the tables' attributes are %v, want %v", got, want)
	}
}
