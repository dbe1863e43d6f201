package dynamodb_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/scripttest"
)

// TestKeyCommand runs the command portcullis key, as it is built, against this server: nothing tells it that DynamoDB is not
// Amazon's but AWS_ENDPOINT_URL_DYNAMODB. The script's command capture VAR REGEXP sets VAR to what the first group matches
// in stdout.
func TestKeyCommand(t *testing.T) {
	folder := filepath.Dir(testtools.Program(t, "./deploy/portcullis"))
	url := testtools.Serve(t, handler(t, dynamodb.Table{Name: "keys", PartitionKey: "id", TimeToLive: "expiresAt"}))
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", folder+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
			e.Setenv("API_KEYS_TABLE", "keys")
			e.Setenv("AWS_REGION", "eu-west-1")
			e.Setenv("AWS_ACCESS_KEY_ID", "test")
			e.Setenv("AWS_SECRET_ACCESS_KEY", "test")
			e.Vars = append(e.Vars, scripttest.NoWait)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"capture": capture},
	})
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	match := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if match == nil {
		ts.Fatalf("stdout does not match %s", args[1])
	}
	ts.Setenv(args[0], match[1])
}
