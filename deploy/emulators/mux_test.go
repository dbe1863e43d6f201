package emulators_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdkapigateway "github.com/aws/aws-sdk-go-v2/service/apigateway"
	sdkcognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	sdkdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	sdksecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"portcullis/deploy/emulators"
	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/emulators/secretsmanager"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/testtools"
)

const secretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:client-AbCdEf"

// must gives what was made, and ends the test where it was not.
func must[T any](t testing.TB) func(made T, err error) T {
	return func(made T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
}

// everything has every service.
func everything(t testing.TB) *emulators.Mux {
	t.Helper()
	return &emulators.Mux{
		APIGateway:     apigateway.New(must[*usage.Registry](t)(usage.New(usage.Config{}))),
		Cognito:        must[*cognito.Pool](t)(cognito.New(cognito.Config{BaseURL: "http://127.0.0.1:1/_cognito"})),
		DynamoDB:       must[*dynamodb.Handler](t)(dynamodb.New(dynamodb.Config{Tables: []dynamodb.Table{{Name: "users", PartitionKey: "id", Stream: "KEYS_ONLY"}}})),
		SecretsManager: must[*secretsmanager.Handler](t)(secretsmanager.New(map[string]string{secretARN: "kept"})),
	}
}

// TestSDKs: each SDK finds its service at one address, which has a path.
func TestSDKs(t *testing.T) {
	address := testtools.Serve(t, http.StripPrefix("/_aws", everything(t))) + "/_aws"
	ctx, keys := t.Context(), credentials.NewStaticCredentialsProvider("test", "test", "")
	tables, err := sdkdynamodb.New(sdkdynamodb.Options{Region: "us-east-1", BaseEndpoint: &address, Credentials: keys}).
		ListTables(ctx, &sdkdynamodb.ListTablesInput{})
	if err != nil || !slices.Equal(tables.TableNames, []string{"users"}) {
		t.Errorf("DynamoDB: %+v, %v", tables, err)
	}
	streams, err := dynamodbstreams.New(dynamodbstreams.Options{Region: "us-east-1", BaseEndpoint: &address, Credentials: keys}).
		ListStreams(ctx, &dynamodbstreams.ListStreamsInput{})
	if err != nil || len(streams.Streams) != 1 {
		t.Errorf("DynamoDB Streams: %+v, %v", streams, err)
	}
	signedIn, err := sdkcognito.New(sdkcognito.Options{Region: "us-east-1", BaseEndpoint: &address}).InitiateAuth(ctx, &sdkcognito.InitiateAuthInput{
		AuthFlow: "USER_PASSWORD_AUTH", ClientId: aws.String(cognito.ClientID), AuthParameters: map[string]string{"USERNAME": "admin", "PASSWORD": cognito.Password},
	})
	if err != nil || signedIn.AuthenticationResult == nil {
		t.Errorf("Cognito: %+v, %v", signedIn, err)
	}
	secret, err := sdksecrets.New(sdksecrets.Options{Region: "us-east-1", BaseEndpoint: &address, Credentials: keys}).
		GetSecretValue(ctx, &sdksecrets.GetSecretValueInput{SecretId: aws.String("client")})
	if err != nil || *secret.SecretString != "kept" {
		t.Errorf("Secrets Manager: %v", err)
	}
	client := sdkapigateway.New(sdkapigateway.Options{Region: "us-east-1", BaseEndpoint: &address, Credentials: keys})
	made, err := client.CreateApiKey(ctx, &sdkapigateway.CreateApiKeyInput{Name: aws.String("ann"), Enabled: true})
	if err != nil || *made.Name != "ann" {
		t.Errorf("API Gateway: %v", err)
	}
}

// asked is a request and what an answer to it must be.
type asked struct {
	name, method, path string
	header             http.Header
	body               string

	status int
	media  string
	want   string // in the body
}

func (a asked) check(t *testing.T, address string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), a.method, address+a.path, strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range a.header {
		request.Header[name] = values
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if media := response.Header.Get("Content-Type"); response.StatusCode != a.status || media != a.media || !strings.Contains(string(body), a.want) {
		t.Errorf("%s: %d %s\n%s\nwant %d %s\n%s", a.name, response.StatusCode, media, body, a.status, a.media, a.want)
	}
	if allowed := response.Header.Values("Access-Control-Allow-Origin"); len(allowed) > 0 {
		t.Errorf("%s: lets pages of %q in", a.name, allowed)
	}
}

func target(name, media string) http.Header {
	return http.Header{"X-Amz-Target": {name}, "Content-Type": {media}}
}

const (
	json10, json11, rest = "application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json"
	form                 = "application/x-www-form-urlencoded"
	all                  = "There are: apigateway CreateApiKey, apigateway CreateUsagePlan, "
)

// TestUnknown: what is not here is named, in the form that its client reads.
func TestUnknown(t *testing.T) {
	address := testtools.Serve(t, everything(t))
	for _, test := range []asked{
		{"an operation of DynamoDB's", "POST", "/", target("DynamoDB_20120810.DescribeLimits", json10), "{}", 400, json10,
			`"message":"There is no operation DescribeLimits here. There are: BatchGetItem, BatchWriteItem, `},
		{"an operation of DynamoDB Streams'", "POST", "/", target("DynamoDBStreams_20120810.Query", json10), "{}", 400, json10,
			`"message":"There is no operation Query here. There are: DescribeStream, GetRecords, GetShardIterator, ListStreams"`},
		{"an operation of Cognito's", "POST", "/", target("AWSCognitoIdentityProviderService.CreateUserPool", json11), "{}", 400, json11,
			`"message":"There is no operation CreateUserPool here. There are: AddUserPoolClientSecret, AdminAddUserToGroup, AdminConfirmSignUp, `},
		{"an operation of Secrets Manager's", "POST", "/", target("secretsmanager.ListSecrets", json11), "{}", 400, json11,
			`"Message":"There is no operation ListSecrets here. There are: GetSecretValue"`},
		{"an operation of API Gateway's", "PUT", "/apikeys", nil, "{}", 404, rest,
			`"message":"There is no operation PUT /apikeys here. There are: CreateApiKey, `},
		{"a service of JSON 1.1", "POST", "/", target("AmazonSSM.GetParameter", json11), "{}", 400, json11,
			`{"__type":"UnknownOperationException","message":"There is no operation AmazonSSM.GetParameter here. ` + all},
		{"a service of JSON 1.0", "POST", "/", target("AWSStepFunctions.StartExecution", json10), "{}", 400, json10,
			`{"__type":"UnknownOperationException","message":"There is no operation AWSStepFunctions.StartExecution here. ` + all},
		{"a service whose name begins as another's", "POST", "/", target("DynamoDBStreams_20200101.ListStreams", json10), "{}", 400, json10, all},
		{"a target without a service", "POST", "/", target("GetSecretValue", json11), "{}", 400, json11, all},
		{"a target beside a path of API Gateway's", "POST", "/apikeys", target("AmazonSSM.GetParameter", json11), "{}", 400, json11, all},
		{"a service of REST", "GET", "/2015-03-31/functions/", nil, "", 404, rest,
			`{"message":"There is no operation GET /2015-03-31/functions/ here. ` + all},
		{"a path that begins as API Gateway's", "GET", "/apikeysets", nil, "", 404, rest, all},
		{"nothing", "GET", "/", nil, "", 404, rest, `There is no operation GET / here. ` + all},
		{"nothing, and what Cognito has", "GET", "/", nil, "", 404, rest, ", cognito-idp GetTokensFromRefreshToken, "},
		{"nothing, and what DynamoDB has", "GET", "/", nil, "", 404, rest, ", dynamodb BatchGetItem, "},
		{"nothing, and what DynamoDB Streams has", "GET", "/", nil, "", 404, rest, ", dynamodbstreams DescribeStream, "},
		{"nothing, and what Secrets Manager has", "GET", "/", nil, "", 404, rest, `, secretsmanager GetSecretValue"}`},
		{"a service of Query", "POST", "/", http.Header{"Content-Type": {form + "; charset=utf-8"}}, "Action=GetCallerIdentity&Version=2011-06-15", 400, "text/xml",
			`<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>There is no operation GetCallerIdentity here. ` + all},
		{"a form without an action", "POST", "/?Action=GetCallerIdentity", http.Header{"Content-Type": {form}}, "Version=2011-06-15", 404, rest, all},
	} {
		test.check(t, address)
	}
}

// TestServicesThatAreNotHere: a service that is nil is answered for, and not named among those that are.
func TestServicesThatAreNotHere(t *testing.T) {
	none := testtools.Serve(t, &emulators.Mux{})
	one := testtools.Serve(t, &emulators.Mux{SecretsManager: everything(t).SecretsManager})
	const only = ` here. There are: secretsmanager GetSecretValue"}`
	for _, test := range []asked{
		{"DynamoDB", "POST", "/", target("DynamoDB_20120810.ListTables", json10), "{}", 400, json10, `There is no operation DynamoDB_20120810.ListTables` + only},
		{"DynamoDB Streams", "POST", "/", target("DynamoDBStreams_20120810.ListStreams", json10), "{}", 400, json10, only},
		{"Cognito", "POST", "/", target("AWSCognitoIdentityProviderService.GetUser", json11), "{}", 400, json11, only},
		{"API Gateway", "GET", "/apikeys", nil, "", 404, rest, `There is no operation GET /apikeys` + only},
		{"Secrets Manager", "POST", "/", target("secretsmanager.GetSecretValue", json11), `{"SecretId":"client"}`, 200, json11, `"SecretString":"kept"`},
	} {
		test.check(t, one)
	}
	asked{"Secrets Manager, alone missing", "POST", "/", target("secretsmanager.GetSecretValue", json11), `{"SecretId":"client"}`, 400, json11,
		`There is no operation secretsmanager.GetSecretValue here. There are none."}`}.check(t, none)
}

// TestPages: a page may do nothing here, with or without asking first.
func TestPages(t *testing.T) {
	m := everything(t)
	address := testtools.Serve(t, m)
	page := func(more ...string) http.Header {
		h := http.Header{"Origin": {"http://127.0.0.1:8080"}}
		for i := 0; i < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		return h
	}
	const no = `{"message":"Pages are not let in."}`
	for _, test := range []asked{
		{"makes a key", "POST", "/apikeys", page("Content-Type", "text/plain"), `{"name":"a"}`, 403, rest, no},
		{"reads keys", "GET", "/apikeys?includeValues=true", page(), "", 403, rest, no},
		{"makes a plan", "POST", "/usageplans", page(), `{"name":"a"}`, 403, rest, no},
		{"of no origin", "POST", "/apikeys", http.Header{"Origin": {"null"}}, `{"name":"a"}`, 403, rest, no},
		{"asks for API Gateway", "OPTIONS", "/apikeys", page("Access-Control-Request-Method", "DELETE"), "", 403, rest, no},
		{"asks for a target", "OPTIONS", "/", page("Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-amz-target"), "", 404, rest, all},
		{"signs in", "POST", "/", page("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth", "Content-Type", json11), "{}", 400, json11, "clientId"},
	} {
		test.check(t, address)
	}
	asked{"a program reads what there is", "GET", "/apikeys", nil, "", 200, rest, `{"item":[]}`}.check(t, address)
}
