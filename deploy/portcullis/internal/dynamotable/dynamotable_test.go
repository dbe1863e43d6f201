package dynamotable_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/dynamotable"
	"portcullis/deploy/testtools"
)

// serveDesk tells of a desk with a table of API keys, "": without one, and gives its URL.
func serveDesk(t *testing.T, keys string) string {
	t.Helper()
	sum := sha256.Sum256(nil)
	told, err := json.Marshal(about.Desk{
		Version: about.Version, Region: "eu-west-1", Issuers: json.RawMessage("[]"), Contract: about.Contract{SHA256: hex.EncodeToString(sum[:])},
		Tables: about.Tables{APIKeys: keys},
	})
	if err != nil {
		t.Fatal(err)
	}
	return testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(told)
	}))
}

// TestFlag: a line a case: the command line, what the variable of the table and the region's have, and the table that is
// opened or what is said. DESK is a desk with a table, and BARE one without.
func TestFlag(t *testing.T) {
	desks := strings.NewReplacer("DESK", serveDesk(t, "theirs"), "BARE", serveDesk(t, ""))
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, os.DevNull)
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		t.Setenv(name, "test")
	}
	for _, test := range []struct{ args, variable, region, want string }{
		{"list", "keys", "eu-west-1", "keys"},
		{"list --table mine", "keys", "eu-west-1", "mine"},
		{"--table mine list", "", "eu-west-1", "mine"},
		{"list", "", "eu-west-1", "tool list: API_KEYS_TABLE: is not set; want the name of the DynamoDB table of the API keys, or --table\n"},
		{"list --table=", "keys", "eu-west-1", "tool list: --table: want the name of the DynamoDB table of the API keys\n"},
		{"list", "a/b", "eu-west-1", "tool list: API_KEYS_TABLE: want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, got \"a/b\"\n"},
		{"list --table a/b", "keys", "eu-west-1", "tool list: --table: want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -, got \"a/b\"\n"},
		{"list", "keys", "", "tool list: AWS_REGION: is not set; want the region of the table, such as eu-west-1\n"},
		{"list --table mine", "keys", "", "tool list: AWS_REGION: is not set; want the region of the table, such as eu-west-1\n"},
		{"list --desk DESK", "keys", "", "theirs"},
		{"list --desk DESK --table mine", "keys", "", "mine"},
		{"list --desk BARE", "keys", "", "tool list: --desk BARE: that desk has no table of the API keys, since it serves none or that is elsewhere\n"},
		{"list --desk BARE --table mine", "", "", "mine"},
		{"list --desk DESK --table=", "keys", "", "tool list: --table: want the name of the DynamoDB table of the API keys\n"},
		{"list --desk http://desk.example", "keys", "", "tool list: --desk \"http://desk.example\": want http://HOST:PORT with a loopback host, such as http://127.0.0.1:8080, or https://HOST:PORT of this machine\n"},
	} {
		t.Setenv("AWS_REGION", test.region)
		variables := map[string]string{environ.APIKeysTable: test.variable, "OTHER": "other"}
		var stdout, stderr strings.Builder
		s := &cli.Session{Getenv: func(name string) string { return variables[name] }, Stdin: os.Stdin, Stdout: &stdout, Stderr: &stderr, Now: time.Now}
		root := &cobra.Command{Use: "tool"}
		table := dynamotable.Add(root, s, environ.APIKeysTable, "API keys")
		root.AddCommand(&cobra.Command{Use: "list", RunE: func(c *cobra.Command, _ []string) error {
			var named, other string
			_, err := dynamotable.Open(c.Context(), table, func(ctx context.Context, getenv func(string) string, options ...func(*config.LoadOptions) error) (apikey.Store, error) {
				named, other = getenv(environ.APIKeysTable), getenv("OTHER")
				return tables.OpenKeys(ctx, getenv, options...)
			})
			if err != nil {
				return err
			}
			if other != "other" {
				return errors.New("another variable is not as it was")
			}
			return s.Print(named)
		}})
		status := s.Run(t.Context(), root, strings.Fields(desks.Replace(test.args)))
		if got := stdout.String() + stderr.String(); got != desks.Replace(test.want) || (status == cli.StatusDone) != (stderr.Len() == 0) || status == cli.StatusNo {
			t.Errorf("tool %s, %q: status %d, %q, want %q", test.args, test.variable, status, got, test.want)
		}
	}
}
