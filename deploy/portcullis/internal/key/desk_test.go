package key_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"portcullis/deploy/desk/about"
	emulator "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/testtools"
)

// TestRefusedWithin: a line a case: when a key that is no longer good is dead, and one that is enabled is taken, is what the desk tells, whatever the environment has;
// where neither says it, the default with its condition.
func TestRefusedWithin(t *testing.T) {
	h, err := emulator.New(emulator.Config{Tables: []emulator.Table{{Name: "keys", PartitionKey: "id"}, {Name: "audit", PartitionKey: "id"}}})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(nil)
	told := about.Desk{
		Version: about.Version, Region: testtools.Region, Issuers: json.RawMessage("[]"), Contract: about.Contract{SHA256: hex.EncodeToString(sum[:])},
		Tables: about.Tables{APIKeys: "keys", Audit: "audit"}, Endpoints: about.Endpoints{DynamoDB: testtools.Serve(t, h)},
	}
	url := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(told)
	}))
	for _, test := range []struct{ desk, variable, want string }{
		{"1h0m0s", "", "within 1h0m0s by the authorizers, as the desk tells"},
		{"1h0m0s", "5s", "within 1h0m0s by the authorizers, as the desk tells"},
		{"", "5s", "within 5s by the authorizers, if theirs is this API_KEYS_REMEMBERED"},
		{"", "", "within 1m0s by the authorizers, unless they are given another API_KEYS_REMEMBERED"},
	} {
		told.APIKeysRemembered = test.desk
		t.Setenv("API_KEYS_REMEMBERED", test.variable)
		created := runIn(t, create("--desk", url)...)
		id := strings.Split(created.stdout+"__", "_")[1]
		refused, accepted := " is refused "+test.want+", and by policies that the gateway keeps", " is accepted "+test.want+"\n"
		for _, act := range []struct{ act, want string }{{"rotate --overlap 0s", refused}, {"disable", refused}, {"enable", accepted}, {"delete --yes", refused}} {
			got := runIn(t, append(strings.Fields(act.act), id, "--desk", url)...)
			if got.status != cli.StatusDone || !strings.Contains(got.stderr, id+act.want) || strings.Contains(got.stderr, "nobody records") {
				t.Errorf("%+v: %s: %+v", test, act.act, got)
			}
		}
	}
	told.APIKeysRemembered = "2h"
	if got := runIn(t, "list", "--desk", url); got.status != cli.StatusFailed || !strings.Contains(got.stderr, "API_KEYS_REMEMBERED: want a duration") {
		t.Errorf("%+v", got)
	}
}
