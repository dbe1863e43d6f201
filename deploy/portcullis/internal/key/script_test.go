package key_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/scripttest"
)

func TestMain(m *testing.M) { scripttest.Main(m, "./deploy/portcullis") }

// TestScripts runs testdata/script, each script with a table and a usage plan ($PLAN) of its own. Commands of theirs:
//
//	capture VAR REGEXP     sets VAR to what the first group matches in stdout
//	fail [OPERATION[=MODE]]...   lets operations of AWS fail, and no others; see proxy.fail
//	put VAR OWNER AGO LIFE [USAGEKEY]   writes a record, and sets VAR to its id; =ID is the usage key of another
//	fill N                 writes N records
//	records N              there are so many records
//	[!] gateway ID [USER]  the gateway has an API key of that name, one, in the plan, whose value the record USER (or ID; - for none) has
//	ungateway ID           deletes the API key of the gateway
//	unrecord ID            deletes the record
//	ends ID DURATION       the key ends so long from now, give or take a minute
func TestScripts(t *testing.T) {
	moto := testtools.Moto(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			s, err := newScene(context.Background(), moto)
			if err != nil {
				return err
			}
			e.Defer(s.Close)
			e.Values["scene"] = s
			s.setenv(e.Setenv)
			e.Vars = append(e.Vars, scripttest.NoWait)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"capture": scripttest.Capture, "fail": fail, "put": put, "fill": fill, "records": records, "gateway": gatewayHas,
			"ungateway": ungateway, "unrecord": unrecord, "ends": ends,
		},
	})
}

func sceneOf(ts *testscript.TestScript) *scene { return ts.Value("scene").(*scene) }

func fail(ts *testscript.TestScript, _ bool, args []string) { sceneOf(ts).fail(args...) }

func put(ts *testscript.TestScript, _ bool, args []string) {
	ago, err := cli.ParseDuration(args[2])
	ts.Check(err)
	life, err := cli.ParseDuration(args[3])
	ts.Check(err)
	usageKey := ""
	if len(args) > 4 {
		usageKey = args[4]
	}
	if id, shared := strings.CutPrefix(usageKey, "="); shared {
		other, err := sceneOf(ts).store.Get(context.Background(), id)
		ts.Check(err)
		usageKey = other.UsageKey
	}
	r, err := sceneOf(ts).put(context.Background(), args[1], usageKey, ago, life)
	ts.Check(err)
	ts.Setenv(args[0], r.ID)
}

func fill(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	for i := range n {
		_, err := sceneOf(ts).put(context.Background(), "owner-"+strconv.Itoa(i), "", time.Hour, 0)
		ts.Check(err)
	}
}

func records(ts *testscript.TestScript, _ bool, args []string) {
	found, err := sceneOf(ts).records(context.Background())
	ts.Check(err)
	if strconv.Itoa(len(found)) != args[0] {
		ts.Fatalf("%d records", len(found))
	}
}

func gatewayHas(ts *testscript.TestScript, neg bool, args []string) {
	s := sceneOf(ts)
	keys, joined, err := s.gatewayKeys(context.Background(), "portcullis-"+args[0])
	ts.Check(err)
	if neg {
		if len(keys) > 0 {
			ts.Fatalf("the gateway has an API key %s", *keys[0].Name)
		}
		return
	}
	if len(keys) != 1 || joined != 1 || !keys[0].Enabled {
		ts.Fatalf("%d API keys of the gateway, %d in the plan", len(keys), joined)
	}
	if args[len(args)-1] == "-" {
		return
	}
	r, err := s.store.Get(context.Background(), args[len(args)-1])
	ts.Check(err)
	if r.UsageKey != *keys[0].Value || len(r.UsageKey) < 20 {
		ts.Fatalf("the record's usage key is not the value of the gateway's API key")
	}
}

func ungateway(ts *testscript.TestScript, _ bool, args []string) {
	s := sceneOf(ts)
	keys, _, err := s.gatewayKeys(context.Background(), "portcullis-"+args[0])
	ts.Check(err)
	for _, key := range keys {
		_, err := s.gateway.DeleteApiKey(context.Background(), &apigateway.DeleteApiKeyInput{ApiKey: key.Id})
		ts.Check(err)
	}
}

func unrecord(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(sceneOf(ts).store.Delete(context.Background(), args[0]))
}

func ends(ts *testscript.TestScript, _ bool, args []string) {
	r, err := sceneOf(ts).store.Get(context.Background(), args[0])
	ts.Check(err)
	want, err := cli.ParseDuration(args[1])
	ts.Check(err)
	if left := time.Until(r.Expires); r.Expires.IsZero() || (left-want).Abs() > time.Minute {
		ts.Fatalf("the key ends %s, in %s", r.Expires, left)
	}
}
