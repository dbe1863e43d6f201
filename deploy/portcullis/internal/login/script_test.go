package login_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/testtools/scripttest"
)

func TestMain(m *testing.M) { scripttest.Main(m, "./deploy/portcullis") }

// TestScripts runs testdata/script, each script with a scene of its own: $COGNITO is the pool's endpoint, $API and
// $ROTATING are APIs, and $SOCKET is a WebSocket API. $DEVICES and $REMEMBERING are those of a pool that remembers devices. Profiles are in $FOLDER. Commands of theirs:
//
//	no COMMAND                the command's exit status is 1
//	fails COMMAND             the command's exit status is 2
//	input LINE...             the next command's stdin has these lines
//	token USER USE [CLIENT]   stdout is a token and nothing else
//	age PROFILE               the access token in a profile has expired
//	mode FILE MODE            the file has this mode
//	called OPERATION...       these operations of Cognito were called since the last time, and no others
//	fail OPERATION            this operation of Cognito fails, and no other
//	totp VAR                  VAR is the code of an authenticator app
//	capture VAR               VAR is the last stdout
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			s, err := newScene()
			if err != nil {
				return err
			}
			e.Defer(s.Close)
			e.Values["scene"] = s
			e.Vars = append(e.Vars, "COGNITO="+s.cognito, "API="+s.apis["local-client"], "ROTATING="+s.apis["rotating"], "REMEMBERING="+s.apis["remembering"], "DEVICES="+s.devices, "SOCKET="+s.socket)
			e.Vars = append(e.Vars, configFolder(e.WorkDir)...)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"no": exits(cli.StatusNo), "fails": exits(cli.StatusFailed),
			"input": input, "token": wantToken, "age": age, "mode": wantMode, "called": called, "fail": fail, "totp": totp, "capture": capture,
		},
	})
}

// configFolder are variables that put the user's configuration into a folder, and $FOLDER of its profiles.
func configFolder(home string) []string {
	folder := filepath.Join(home, "config")
	return []string{"HOME=" + home, "XDG_CONFIG_HOME=" + folder, "FOLDER=" + filepath.Join(folder, "portcullis", "login"), scripttest.NoWait}
}

func sceneOf(ts *testscript.TestScript) *scene { return ts.Value("scene").(*scene) }

// exits wants a command to end with a status.
func exits(status int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		ended := (*exec.ExitError)(nil)
		if err := ts.Exec(args[0], args[1:]...); !errors.As(err, &ended) || ended.ExitCode() != status {
			ts.Fatalf("it did not end with status %d: %v", status, err)
		}
	}
}

func input(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs("input")
	ts.Check(os.WriteFile(path, []byte(strings.Join(args, "\n")+"\n"), 0o600))
	ts.Setenv("INPUT", path)
}

func wantToken(ts *testscript.TestScript, _ bool, args []string) {
	got := claimsOf(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"))
	username := got["username"]
	if args[1] == "id" {
		username = got["cognito:username"]
	}
	if got["token_use"] != args[1] || username != args[0] {
		ts.Fatalf("stdout is no %s token of %s: %v", args[1], args[0], got)
	}
	if len(args) > 2 && got["client_id"] != args[2] {
		ts.Fatalf("the token is of app client %v", got["client_id"])
	}
}

// claimsOf are those of a JWT; nil for what is none.
func claimsOf(token string) (claims map[string]any) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || strings.ContainsAny(token, " \n") {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return nil
	}
	return claims
}

func age(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ageFile(filepath.Join(ts.Getenv("FOLDER"), args[0]+".json")))
}

var expires = regexp.MustCompile(`"expires": "[^"]*"`)

// ageFile lets the access token in a profile's file expire.
func ageFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	aged := expires.ReplaceAll(text, []byte(`"expires": "2025-01-01T00:00:00Z"`))
	if string(aged) == string(text) {
		return fmt.Errorf("%s has no tokens, or is aged", path)
	}
	return os.WriteFile(path, aged, 0o600)
}

func wantMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Lstat(ts.MkAbs(args[0]))
	ts.Check(err)
	want, err := strconv.ParseUint(args[1], 8, 32)
	ts.Check(err)
	if info.Mode().Perm() != fs.FileMode(want) {
		ts.Fatalf("%s has mode %04o", args[0], info.Mode().Perm())
	}
}

func called(ts *testscript.TestScript, _ bool, args []string) {
	if got := sceneOf(ts).takeCalls(); strings.Join(got, " ") != strings.Join(args, " ") {
		ts.Fatalf("called were %v", got)
	}
}

func fail(ts *testscript.TestScript, _ bool, args []string) { sceneOf(ts).fail(args[0]) }

// totp is RFC 6238.
func totp(ts *testscript.TestScript, _ bool, args []string) {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(totpSecret)
	ts.Check(err)
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30)))
	sum := mac.Sum(nil)
	ts.Setenv(args[0], fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[len(sum)-1]&0xf:])&0x7fffffff%1_000_000))
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}
