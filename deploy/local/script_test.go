package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/parts"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"local": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
			defer stop()
			os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
		},
	})
}

// TestScripts runs testdata/script, each once with the handlers in process and once with -exec.
func TestScripts(t *testing.T) {
	for _, flag := range []string{"-exec=false", "-exec"} {
		t.Run(flag, func(t *testing.T) { runScripts(t, "testdata/script", "EXEC="+flag) })
	}
}

// TestDynamoDB runs testdata/dynamodb against a real server.
func TestDynamoDB(t *testing.T) {
	endpoint := parts.Moto(t)
	for flag, table := range map[string]string{"-exec=false": "users-called", "-exec": "users-driven"} {
		t.Run(flag, func(t *testing.T) {
			runScripts(t, "testdata/dynamodb", "EXEC="+flag, "ENDPOINT="+endpoint, "TABLE="+table)
		})
	}
}

// runScripts runs the scripts of a folder. Each has a free port in $PORT, the module's root in $ROOT, and what
// the go command needs to build functions.
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
	testscript.Run(t, testscript.Params{
		Dir: folder,
		Setup: func(e *testscript.Env) error {
			for name, value := range settings {
				e.Setenv(name, value)
			}
			e.Vars = append(e.Vars, env...)
			port, err := freePort()
			e.Vars = append(e.Vars, "ROOT="+root, "PORT="+port, "URL=http://127.0.0.1:"+port)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready": ready, "signin": signIn, "call": call, "create-table": createTable,
		},
	})
}

// freePort finds a port below those that systems give to whoever asks for any (RFC 6335, section 6, and
// Linux's 32768), so that no other test gets it before a script listens.
func freePort() (string, error) {
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(12000))
		if listener, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			return port, listener.Close()
		}
	}
	return "", errors.New("no free port")
}

// ready waits until the server of $URL answers: ready
func ready(ts *testscript.TestScript, neg bool, args []string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if response, err := http.Get(ts.Getenv("URL")); err == nil {
			response.Body.Close()
			return
		}
	}
	ts.Fatalf("nothing answers at %s", ts.Getenv("URL"))
}

// signIn signs an account in and keeps its tokens in $ACCESS, $ID and $REFRESH: signin USERNAME
func signIn(ts *testscript.TestScript, neg bool, args []string) {
	body := fmt.Sprintf(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"local-client","AuthParameters":{"USERNAME":%q,"PASSWORD":"Passw0rd!"}}`, args[0])
	request, err := http.NewRequest("POST", ts.Getenv("URL")+"/_cognito", strings.NewReader(body))
	ts.Check(err)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	var answer struct {
		AuthenticationResult struct{ AccessToken, IdToken, RefreshToken string }
	}
	ts.Check(json.NewDecoder(response.Body).Decode(&answer))
	if answer.AuthenticationResult.AccessToken == "" {
		ts.Fatalf("%s cannot sign in: status %d", args[0], response.StatusCode)
	}
	ts.Setenv("ACCESS", answer.AuthenticationResult.AccessToken)
	ts.Setenv("ID", answer.AuthenticationResult.IdToken)
	ts.Setenv("REFRESH", answer.AuthenticationResult.RefreshToken)
}

// call sends a request and prints status, headers (names in lower case) and body: call METHOD PATH [HEADER: VALUE]... [BODY]
func call(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: call METHOD PATH [HEADER:VALUE]... [BODY]")
	}
	header, body := http.Header{}, ""
	for _, arg := range args[2:] {
		name, value, isHeader := strings.Cut(arg, ": ")
		if isHeader && !strings.ContainsAny(name, "{ ") {
			header.Add(name, value)
		} else {
			body = arg
		}
	}
	request, err := http.NewRequest(args[0], ts.Getenv("URL")+args[1], strings.NewReader(body))
	ts.Check(err)
	request.Header = header
	response, err := http.DefaultTransport.RoundTrip(request)
	ts.Check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	ts.Check(err)
	var out bytes.Buffer
	fmt.Fprintln(&out, response.StatusCode)
	for name, values := range response.Header {
		fmt.Fprintf(&out, "%s: %s\n", strings.ToLower(name), strings.Join(values, ", "))
	}
	fmt.Fprintf(&out, "\n%s\n", text)
	ts.Stdout().Write(out.Bytes())
}
