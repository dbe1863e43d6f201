package ws_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/api/tokens"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
	"portcullis/deploy/testtools/scripttest"
)

func TestMain(m *testing.M) { scripttest.Main(m, "./deploy/portcullis") }

// TestScripts runs testdata/script, each script with a scene of its own: $PEER and $API are what URLs begin with, and $TOKEN is one
// that the API accepts. Commands of theirs:
//
//	no COMMAND            the command's exit status is 1
//	fails COMMAND         the command's exit status is 2
//	keep PROFILE TOKEN    the profile has the token, and it is good for an hour
//	line FILE N [TEXT]    the file is a line of N letters x, and one of the text
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			s, err := newScene()
			if err != nil {
				return err
			}
			e.Defer(s.Close)
			e.Vars = append(e.Vars, environment(e.WorkDir)...)
			e.Vars = append(e.Vars, "PEER="+s.peer, "API="+s.api, "TOKEN="+s.token(), scripttest.NoWait)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"no": exits(cli.StatusNo), "fails": exits(cli.StatusFailed), "keep": keep, "line": line,
		},
	})
}

// exits wants a command to end with a status.
func exits(status int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		ended := (*exec.ExitError)(nil)
		if err := ts.Exec(args[0], args[1:]...); !errors.As(err, &ended) || ended.ExitCode() != status {
			ts.Fatalf("it did not end with status %d: %v", status, err)
		}
	}
}

func keep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(keepToken(ts.Getenv("XDG_CONFIG_HOME"), args[0], args[1]))
}

// keepToken makes a profile below a configuration folder.
func keepToken(config, name, token string) error {
	store, err := profile.Open(filepath.Join(config, "portcullis", "login"))
	if err != nil {
		return err
	}
	locked, err := store.Lock(context.Background(), name)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	return locked.Save(profile.Profile{
		Place: profile.Place{API: "https://api.example.com/prod"}, Username: "ann",
		Tokens: &profile.Tokens{Access: tokens.Secret(token), ID: "a.b.c", Refresh: "d", Expires: time.Now().Add(time.Hour)},
	})
}

func line(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := append(bytes.Repeat([]byte("x"), n), '\n')
	for _, more := range args[2:] {
		text = append(text, more+"\n"...)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}
