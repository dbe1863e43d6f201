package revoke_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/authorizers"
	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
	emulator "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/scripttest"
)

func TestMain(m *testing.M) { scripttest.Main(m, "./deploy/portcullis") }

// table is an empty table that the command uses.
type table struct {
	endpoint string
	reader   *dynamo.Store
}

func newTable(t *testing.T) *table {
	t.Helper()
	h, err := emulator.New(emulator.Config{Tables: []emulator.Table{{Name: "revocations", PartitionKey: dynamodb.Key, TimeToLive: dynamo.TimeToLive}}})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := testtools.Serve(t, h)
	opened, err := dynamodb.Open(dynamodb.Config{Table: "revocations", Region: testtools.Region, Endpoint: endpoint, Credentials: testtools.Credentials})
	if err != nil {
		t.Fatal(err)
	}
	return &table{endpoint, dynamo.New(opened)}
}

// environment are the variables that make the command use the table.
func (b *table) environment() []string {
	return append(testtools.MotoEnv(b.endpoint), "REVOCATION_TABLE=revocations")
}

// TestScripts runs testdata/script, each script with a table of its own. Commands of theirs:
//
//	capture VAR REGEXP     sets VAR to what the first group matches in stdout
//	token FILE CLAIM=VALUE...   writes a token with these claims; of exp and iat the VALUE is how long it is from now
//	[!] refused CLAIM=VALUE...  authorizers refuse a token with these claims
//	break ID               leaves nothing of the entry's item but its id
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			b := newTable(t)
			e.Values["table"] = b
			for _, variable := range b.environment() {
				name, value, _ := strings.Cut(variable, "=")
				e.Setenv(name, value)
			}
			e.Vars = append(e.Vars, scripttest.NoWait)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"capture": scripttest.Capture, "token": writeToken, "refused": refused, "break": breakItem,
		},
	})
}

// claimsOf are the claims of arguments.
func claimsOf(args []string) (map[string]any, error) {
	all := map[string]any{"iss": "https://issuer.example.com"}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		all[name] = value
		if name == "exp" || name == "iat" {
			from, err := time.ParseDuration(value)
			if err != nil {
				return nil, err
			}
			all[name] = time.Now().Add(from).Unix()
		}
	}
	return all, nil
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// tokenOf is a token with these claims, which nobody signed.
func tokenOf(claims string) string {
	return encode(`{"alg":"RS256"}`) + "." + encode(claims) + "." + encode("signature")
}

func writeToken(ts *testscript.TestScript, _ bool, args []string) {
	all, err := claimsOf(args[1:])
	ts.Check(err)
	text, err := json.Marshal(all)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(tokenOf(string(text))+"\n"), 0o600))
}

func refused(ts *testscript.TestScript, neg bool, args []string) {
	all, err := claimsOf(args)
	ts.Check(err)
	text := func(name string) string { value, _ := all[name].(string); return value }
	c := &authorizers.Claims{Issuer: text("iss"), Subject: text("sub"), TokenID: text("jti"), OriginTokenID: text("origin_jti")}
	if seconds, said := all["iat"].(int64); said {
		c.IssuedAt = time.Unix(seconds, 0)
	}
	err = revocation.InTable(ts.Value("table").(*table).reader).Check(context.Background(), "", c)
	if (err != nil) == neg {
		ts.Fatalf("%v: %v", slices.Sorted(maps.Keys(all)), err)
	}
}

func breakItem(ts *testscript.TestScript, _ bool, args []string) {
	client := testtools.DynamoDB(ts.Value("table").(*table).endpoint)
	_, err := client.PutItem(context.Background(), &sdk.PutItemInput{
		TableName: aws.String("revocations"), Item: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: args[0]}},
	})
	ts.Check(err)
}

// someToken is a good one of the given lifetime.
func someToken(life time.Duration) string {
	return tokenOf(fmt.Sprintf(`{"iss":"https://issuer.example.com","jti":"a","origin_jti":"b","sub":"ann","exp":%d}`, time.Now().Add(life).Unix()))
}
