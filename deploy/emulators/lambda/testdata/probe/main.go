// Program probe is a Lambda function that does what its event says.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do   string
	Text string
	N    int
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broke off") }

func main() {
	switch os.Getenv("PROBE_INIT") {
	case "exit":
		fmt.Fprintln(os.Stderr, "USERS_TABLE is not set")
		os.Exit(3)
	case "end":
		return
	case "report":
		body := bytes.NewReader([]byte(`{"errorType":"Config","errorMessage":"no such table"}`))
		http.Post("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01/runtime/init/error", "application/json", body)
		os.Exit(1)
	case "hang":
		time.Sleep(time.Hour)
	case "hang once":
		// The first process hangs, and leaves a file by which the next ones do not, but take their time.
		if _, err := os.Stat(os.Getenv("PROBE_ONCE")); err != nil {
			os.WriteFile(os.Getenv("PROBE_ONCE"), nil, 0o600)
			time.Sleep(time.Hour)
		}
		time.Sleep(300 * time.Millisecond)
	}
	if file := os.Getenv("PROBE_FAREWELL"); file != "" {
		lambda.StartWithOptions(handle, lambda.WithEnableSIGTERM(func() {
			for os.WriteFile(file, []byte("bye"), 0o600) != nil {
				time.Sleep(time.Millisecond)
			}
			os.Exit(0)
		}))
	}
	lambda.Start(handle)
}

func handle(ctx context.Context, e event) (any, error) {
	switch e.Do {
	case "echo":
		return e.Text, nil
	case "print":
		fmt.Println("out:", e.Text)
		fmt.Fprintln(os.Stderr, "err:", e.Text)
		return nil, nil
	case "write":
		_, err := os.Stdout.WriteString(e.Text)
		return nil, err
	case "write in parts":
		return writeInParts(e)
	case "pid":
		return os.Getpid(), nil
	case "fail":
		return nil, errors.New(e.Text)
	case "panic":
		panic(e.Text)
	case "exit":
		os.Exit(e.N)
	case "exit after answer":
		go func() {
			time.Sleep(50 * time.Millisecond)
			os.Exit(e.N)
		}()
		return os.Getpid(), nil
	case "large":
		return strings.Repeat("x", e.N), nil
	case "break off":
		return brokenReader{}, nil
	case "hold":
		return hold(e)
	case "meet":
		return meet(e)
	case "register":
		return register(e)
	case "environment":
		return environment(ctx)
	}
	return nil, fmt.Errorf("probe cannot %q", e.Do)
}

// hold writes its process id to the file Text.pid, and answers it once the file Text is there.
func hold(e event) (int, error) {
	if err := os.WriteFile(e.Text+".pid", fmt.Append(nil, os.Getpid()), 0o600); err != nil {
		return 0, err
	}
	for {
		if _, err := os.Stat(e.Text); err == nil {
			return os.Getpid(), nil
		}
		time.Sleep(time.Millisecond)
	}
}

// meet answers once N processes are in the folder Text.
func meet(e event) (int, error) {
	if err := os.WriteFile(filepath.Join(e.Text, fmt.Sprint(os.Getpid())), nil, 0o600); err != nil {
		return 0, err
	}
	for {
		if here, err := os.ReadDir(e.Text); err != nil || len(here) >= e.N {
			return os.Getpid(), err
		}
		time.Sleep(time.Millisecond)
	}
}

// writeInParts writes a line and the beginning of another, each part when N processes wrote theirs before it.
func writeInParts(e event) (any, error) {
	for i, part := range []string{"one ", "two ", "three\n", "end"} {
		os.Stdout.WriteString(part)
		folder := filepath.Join(e.Text, fmt.Sprint(i))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
		if _, err := meet(event{Text: folder, N: e.N}); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// register asks for the events of an extension, and answers the status.
func register(e event) (int, error) {
	request, err := http.NewRequest("POST", "http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2020-01-01/extension/register", strings.NewReader(e.Text))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Lambda-Extension-Name", "probe")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

func environment(ctx context.Context) (any, error) {
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	folder, err := os.Getwd()
	variables := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		variables[name] = value
	}
	return map[string]any{
		"variables": variables, "folder": folder, "request": lc.AwsRequestID, "arn": lc.InvokedFunctionArn,
		"deadline": deadline.UnixMilli(), "now": time.Now().UnixMilli(), "name": lambdacontext.FunctionName,
	}, err
}
