package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	apienviron "portcullis/api/cmd/environ"
	"portcullis/api/users"
	"portcullis/authorizers/cmd/environ"
	"portcullis/authorizers/verify"
	"portcullis/deploy/build/functions"
	"portcullis/deploy/local/cognito"
	"portcullis/deploy/local/function"
	"portcullis/deploy/local/gateway"
)

// functionSet is the Lambda functions by name, and how to stop them.
type functionSet struct {
	byName map[string]gateway.Invoker
	stop   []func() // the last one first
}

func (s *functionSet) close() {
	for _, stop := range slices.Backward(s.stop) {
		stop()
	}
}

// startFunctions makes the functions ready, in this process or as binaries, after it made sure that their
// configuration is good and the users' table can be read.
func startFunctions(ctx context.Context, options options, project *project, site *site, log *slog.Logger, stderr io.Writer) (*functionSet, error) {
	environment, err := functionEnvironment(project, site.pool)
	if err != nil {
		return nil, err
	}
	for name, value := range environment {
		if strings.HasPrefix(name, "AWS_") {
			os.Setenv(name, value) // the SDK reads its variables from the process
		}
	}
	getenv := func(name string) string {
		if value, ours := environment[name]; ours {
			return value
		}
		return os.Getenv(name)
	}
	handler, store, err := apienviron.Users(ctx, getenv, log)
	if err != nil {
		return nil, err
	}
	if err := checkStore(ctx, store, environment[apienviron.UsersTable]); err != nil {
		return nil, err
	}
	site.store = describeStore(environment[apienviron.UsersTable])
	token, err := environ.Token(getenv, log)
	if err != nil {
		return nil, err
	}
	if options.exec {
		return startBinaries(ctx, project, environment, stderr)
	}
	return &functionSet{byName: map[string]gateway.Invoker{"token": token, "users": handler}}, nil
}

// defaultGroupScopes are the scopes of the built-in issuer's groups.
const defaultGroupScopes = `{"admins":["users/read","users/write"],"readers":["users/read"],"members":["users/self"]}`

// functionEnvironment is what the functions' environment has beyond this process's own.
func functionEnvironment(project *project, pool *cognito.Pool) (map[string]string, error) {
	issuers := []verify.Issuer{{Issuer: pool.Issuer(), Audience: []string{cognito.ClientID}, TokenUse: []string{verify.UseAccess}}}
	if text := os.Getenv(environ.Issuers); text != "" {
		further, err := verify.ParseIssuers(text)
		if err != nil {
			return nil, &environ.Error{Variable: environ.Issuers, Err: err}
		}
		issuers = append(issuers, further...)
	}
	list, err := json.Marshal(issuers)
	if err != nil {
		return nil, err
	}
	contract, err := filepath.Abs(project.contract.Name)
	if err != nil {
		return nil, err
	}
	environment := map[string]string{
		environ.Contract:      contract,
		environ.Issuers:       string(list),
		environ.GroupScopes:   cmp.Or(os.Getenv(environ.GroupScopes), defaultGroupScopes),
		apienviron.UsersTable: cmp.Or(os.Getenv(apienviron.UsersTable), apienviron.Memory),
		"AWS_REGION":          cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), "us-east-1"),
	}
	if isLoopbackURL(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")) && os.Getenv("AWS_ACCESS_KEY_ID") == "" && os.Getenv("AWS_PROFILE") == "" {
		// An emulator takes any credentials, and the SDK sends nothing without some.
		environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	}
	return environment, nil
}

func isLoopbackURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && isLoopback(u.Hostname())
}

// describeStore says where the users are.
func describeStore(table string) string {
	if table == apienviron.Memory {
		return "in memory, and end with this program"
	}
	return fmt.Sprintf("in the DynamoDB table %s at %s", table, cmp.Or(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"), os.Getenv("AWS_ENDPOINT_URL"), "AWS"))
}

// checkStore reads from the store once, so that a table that is not there is known before the first request.
func checkStore(ctx context.Context, store users.Store, table string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := store.List(ctx, 1, ""); err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		return fmt.Errorf("%s %s: %s", apienviron.UsersTable, table, reason)
	}
	return nil
}

// functionTimeout is how long an invocation of a binary may take.
const functionTimeout = 10 * time.Second

// served are the functions that the modes call.
var served = []string{"token", "users"}

// startBinaries builds the functions for this machine and starts each as Lambda would.
func startBinaries(ctx context.Context, project *project, environment map[string]string, stderr io.Writer) (*functionSet, error) {
	folder, err := os.MkdirTemp("", "portcullis-")
	if err != nil {
		return nil, err
	}
	set := &functionSet{byName: map[string]gateway.Invoker{}}
	set.stop = append(set.stop, func() { os.RemoveAll(folder) })
	for _, name := range served {
		fmt.Fprintf(stderr, "building %s\n", name)
		if err := set.start(ctx, name, folder, project.folder, environment, stderr); err != nil {
			set.close()
			return nil, err
		}
	}
	return set, nil
}

func (s *functionSet) start(ctx context.Context, name, folder, moduleDir string, environment map[string]string, stderr io.Writer) error {
	binary := filepath.Join(folder, name, "bootstrap")
	if err := functions.Build(ctx, moduleDir, name, runtime.GOOS, runtime.GOARCH, binary); err != nil {
		return err
	}
	config := function.Config{
		Name: name, Binary: binary, Timeout: functionTimeout, Stderr: stderr, Env: withOurs(environment),
		ARN: fmt.Sprintf("arn:aws:lambda:%s:123456789012:function:%s", environment["AWS_REGION"], name),
	}
	if environment[apienviron.UsersTable] == apienviron.Memory {
		config.MaxEnvironments = 1 // what one process remembers no other one knows
	}
	started, err := function.Start(ctx, config)
	if err != nil {
		return err
	}
	s.byName[name] = started
	s.stop = append(s.stop, func() {
		finish, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		started.Close(finish)
	})
	return nil
}

// withOurs is this process's environment with the functions' own variables.
func withOurs(environment map[string]string) []string {
	all := os.Environ()
	for name, value := range environment {
		all = append(all, name+"="+value)
	}
	return all
}
