package dynamodb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"portcullis/deploy/testtools"
)

// streamsClient is the SDK's client of DynamoDB Streams.
func streamsClient(address string) *dynamodbstreams.Client {
	return dynamodbstreams.New(dynamodbstreams.Options{BaseEndpoint: &address, Region: testtools.Region, Credentials: testtools.Credentials})
}

// TestStreamsSDK reads a stream as a program does that has only a table's name.
func TestStreamsSDK(t *testing.T) {
	c := newClock()
	h := streaming(t, c)
	address := testtools.Serve(t, h)
	tables, client := testtools.DynamoDB(address), streamsClient(address)
	first, start := firstIterator(t, tables, client)
	var wanted []string
	for i := range 5 {
		id := fmt.Sprint("c", i)
		putText(t, h, id, "x")
		wanted = append(wanted, "INSERT "+id)
	}
	putText(t, h, "c1", "y")
	want(t, h, "PutItem", fmt.Sprintf(`{"TableName":"changes","Item":{"id":{"S":"c0"},"ends":{"N":"%d"}}}`, c.now().Unix()))
	c.pass(time.Second)
	h.Sweep()
	wanted = append(wanted, "MODIFY c1", "MODIFY c0", "REMOVE c0 by Service dynamodb.amazonaws.com")

	got := readBySDK(t, client, start, len(wanted))
	if strings.Join(got, ", ") != strings.Join(wanted, ", ") {
		t.Errorf("%v\nwant %v", got, wanted)
	}

	var gone *types.ResourceNotFoundException
	if _, err := client.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(*first.StreamArn + "0")}); !errors.As(err, &gone) {
		t.Errorf("of another stream: %v", err)
	}
	c.pass(16 * time.Minute)
	var expired *types.ExpiredIteratorException
	if _, err := client.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: &start}); !errors.As(err, &expired) {
		t.Errorf("an old iterator: %v", err)
	}
	c.pass(24 * time.Hour)
	first.ShardIteratorType, first.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, aws.String("100000000000000000001")
	var trimmed *types.TrimmedDataAccessException
	if _, err := client.GetShardIterator(t.Context(), first); !errors.As(err, &trimmed) {
		t.Errorf("a day later: %v", err)
	}
}

// firstIterator finds the shard of the table "changes", and an iterator from its beginning.
func firstIterator(t *testing.T, tables *sdk.Client, client *dynamodbstreams.Client) (asked *dynamodbstreams.GetShardIteratorInput, iterator string) {
	t.Helper()
	table, err := tables.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: aws.String("changes")})
	if err != nil || table.Table.StreamSpecification.StreamViewType != tabletypes.StreamViewTypeNewAndOldImages {
		t.Fatalf("%+v, %v", table, err)
	}
	arn := table.Table.LatestStreamArn
	shown, err := client.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	if err != nil || shown.StreamDescription.StreamStatus != types.StreamStatusEnabled || len(shown.StreamDescription.Shards) != 1 {
		t.Fatalf("%+v, %v", shown, err)
	}
	asked = &dynamodbstreams.GetShardIteratorInput{
		StreamArn: arn, ShardId: shown.StreamDescription.Shards[0].ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	out, err := client.GetShardIterator(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	return asked, *out.ShardIterator
}

// readBySDK reads records, two at a time, and says what they tell.
func readBySDK(t *testing.T, client *dynamodbstreams.Client, iterator string, n int) (told []string) {
	t.Helper()
	for next := &iterator; len(told) < n; {
		out, err := client.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: next, Limit: aws.Int32(2)})
		if err != nil || len(out.Records) == 0 || len(out.Records) > 2 {
			t.Fatalf("%d records, %v", len(out.Records), err)
		}
		for _, r := range out.Records {
			text := string(r.EventName) + " " + r.Dynamodb.Keys["id"].(*types.AttributeValueMemberS).Value
			if r.UserIdentity != nil {
				text += " by " + *r.UserIdentity.Type + " " + *r.UserIdentity.PrincipalId
			}
			if r.Dynamodb.ApproximateCreationDateTime.Year() != 2026 || *r.AwsRegion != "local" {
				t.Errorf("%+v", r)
			}
			told = append(told, text)
		}
		next = out.NextShardIterator
	}
	return told
}

// TestQuerySDK queries an index as a program does, through the SDK's paginator.
func TestQuerySDK(t *testing.T) {
	h := streaming(t, newClock())
	for i := range 5 {
		want(t, h, "PutItem", fmt.Sprintf(`{"TableName":"changes","Item":{"id":{"S":"%d"},"kind":{"S":"k%d"}}}`, i, i%2))
	}
	pages := sdk.NewQueryPaginator(testtools.DynamoDB(testtools.Serve(t, h)), &sdk.QueryInput{
		TableName: aws.String("changes"), IndexName: aws.String("by-kind"), Limit: aws.Int32(2),
		KeyConditionExpression: aws.String("kind = :k"), ExpressionAttributeValues: map[string]tabletypes.AttributeValue{":k": &tabletypes.AttributeValueMemberS{Value: "k0"}},
	})
	ids := ""
	for pages.HasMorePages() {
		out, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range out.Items {
			ids += item["id"].(*tabletypes.AttributeValueMemberS).Value
		}
	}
	if ids != "024" {
		t.Errorf("items %s", ids)
	}
}

// TestAWSCLI makes a table with an index and a stream, writes to it, and reads of them, with the AWS CLI, which finds both services by one
// variable.
func TestAWSCLI(t *testing.T) {
	cli := testtools.AWSCLI(t)
	h := handler(t)
	env := append(os.Environ(), testtools.MotoEnv(testtools.Serve(t, h))...)
	env = slices.DeleteFunc(env, func(pair string) bool { return strings.HasPrefix(pair, "AWS_PROFILE=") }) // the CLI looks for an empty one
	run := func(query string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), cli, append(args, "--query", query, "--output", "json")...)
		cmd.Env = env
		out, err := cmd.Output()
		if err != nil {
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				out = exit.Stderr
			}
			t.Fatalf("%v: %v %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	arn := unquoted(t, run("TableDescription.LatestStreamArn", "dynamodb", "create-table", "--table-name", "feed", "--billing-mode", "PAY_PER_REQUEST",
		"--attribute-definitions", "AttributeName=owner,AttributeType=S", "AttributeName=at,AttributeType=N", "AttributeName=kind,AttributeType=S",
		"--key-schema", "AttributeName=owner,KeyType=HASH", "AttributeName=at,KeyType=RANGE",
		"--global-secondary-indexes", "IndexName=by-kind,KeySchema=[{AttributeName=kind,KeyType=HASH},{AttributeName=at,KeyType=RANGE}],Projection={ProjectionType=KEYS_ONLY}",
		"--stream-specification", "StreamEnabled=true,StreamViewType=NEW_IMAGE"))
	run("UnprocessedItems", "dynamodb", "batch-write-item", "--request-items",
		`{"feed":[{"PutRequest":{"Item":{"owner":{"S":"ann"},"at":{"N":"10"},"kind":{"S":"x"}}}}]}`)
	run("@", "dynamodb", "transact-write-items", "--transact-items",
		`[{"Put":{"TableName":"feed","Item":{"owner":{"S":"bob"},"at":{"N":"9"},"kind":{"S":"x"}}}},`+
			`{"ConditionCheck":{"TableName":"feed","Key":{"owner":{"S":"ann"},"at":{"N":"10"}},"ConditionExpression":"attribute_exists(kind)"}}]`)
	owners := run("Items[].owner.S", "dynamodb", "query", "--table-name", "feed", "--index-name", "by-kind",
		"--key-condition-expression", "kind = :k AND #a > :a", "--expression-attribute-names", `{"#a":"at"}`, "--expression-attribute-values", `{":k":{"S":"x"},":a":{"N":"1"}}`)
	shard := unquoted(t, run("StreamDescription.Shards[0].ShardId", "dynamodbstreams", "describe-stream", "--stream-arn", arn))
	iterator := unquoted(t, run("ShardIterator", "dynamodbstreams", "get-shard-iterator", "--stream-arn", arn, "--shard-id", shard, "--shard-iterator-type", "TRIM_HORIZON"))
	told := run("Records[].[eventName, dynamodb.Keys.owner.S, dynamodb.NewImage.at.N]", "dynamodbstreams", "get-records", "--shard-iterator", iterator)
	if got, want := flat(t, owners)+flat(t, told), `["bob","ann"][["INSERT","ann","10"],["INSERT","bob","9"]]`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func unquoted(t *testing.T, text string) (plain string) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &plain); err != nil || plain == "" {
		t.Fatalf("%s is no text: %v", text, err)
	}
	return plain
}

func flat(t *testing.T, text string) string {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return compact(t, value)
}
