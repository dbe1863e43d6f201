package desk_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/scripttest"
)

// TestScripts runs testdata/script, each once with the handlers in process and once with --exec.
func TestScripts(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--exec=false", "--exec"} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			runScripts(t, "testdata/script", "EXEC="+flag)
		})
	}
}

// TestOwnAPI runs testdata/own, outside of the module's folder.
func TestOwnAPI(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/own")
}

// TestDynamoDB runs testdata/dynamodb against a real server.
func TestDynamoDB(t *testing.T) {
	t.Parallel()
	endpoint := testtools.Moto(t)
	for flag, table := range map[string]string{"--exec=false": "users-called", "--exec": "users-driven"} {
		t.Run(flag, func(t *testing.T) {
			runScripts(t, "testdata/dynamodb", "EXEC="+flag, "ENDPOINT="+endpoint, "TABLE="+table)
		})
	}
}

// runScripts runs the scripts of a folder. Each has a free port in $PORT, the module's root in $ROOT, the commands local
// and portcullis in $PATH, and what the go command needs to build functions.
func runScripts(t *testing.T, folder string, env ...string) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	goEnv, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOTOOLCHAIN").Output()
	if err != nil {
		t.Fatal(err)
	}
	var settings map[string]string
	if err := json.Unmarshal(goEnv, &settings); err != nil {
		t.Fatal(err)
	}
	var path []string
	for _, command := range []string{"./deploy/local", "./deploy/portcullis"} {
		path = append(path, filepath.Dir(testtools.Program(t, command)))
	}
	testscript.Run(t, testscript.Params{
		Dir: folder,
		Setup: func(e *testscript.Env) error {
			for name, value := range settings {
				e.Setenv(name, value)
			}
			e.Setenv("XDG_CACHE_HOME", filepath.Dir(settings["GOCACHE"])) // for built functions, as HOME is none
			e.Vars = append(append(e.Vars, scripttest.NoWait), env...)
			e.Setenv("PATH", strings.Join(append(path, e.Getenv("PATH")), string(filepath.ListSeparator)))
			e.Values[socketsKey{}] = map[string]*websocket.Conn{}
			port, err := freePort()
			e.Vars = append(e.Vars, "ROOT="+root, "PORT="+port, "URL=http://127.0.0.1:"+port)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready": ready, "signin": signIn, "machine": machine, "call": call, "signed-call": signedCall, "becomes": becomes, "answers": answers, "capture": scripttest.Capture,
			"dial": dial, "say": say, "hear": hear, "hang-up": hangUp,
			"serve-check": serveCheck, "serve-issuer": serveIssuer, "create-table": createTable, "create-pool": createPool,
		},
	})
}

// freePort finds a port below those that systems give to whoever asks for any (RFC 6335, section 6, and
// Linux's 32768), so that no other test gets it before a script listens. No two scripts get the same one.
func freePort() (string, error) {
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(12000))
		if _, had := handedOut.LoadOrStore(port, true); had {
			continue
		}
		if listener, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			return port, listener.Close()
		}
	}
	return "", errors.New("no free port")
}

// handedOut are the ports that scripts got.
var handedOut sync.Map
