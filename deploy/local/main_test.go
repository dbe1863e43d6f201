package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"portcullis/deploy/desk"
)

// TestOptions: what a command line says, with one dash or two.
func TestOptions(t *testing.T) {
	tests := []struct {
		line string
		want desk.Config
	}{
		{"", desk.Config{Addr: "127.0.0.1:8080"}},
		{"--addr :0", desk.Config{Addr: ":0"}},
		{"-host a.example --host=b.example", desk.Config{Addr: "127.0.0.1:8080", Hosts: []string{"a.example", "b.example"}}},
		{"--exec --watch --verbose", desk.Config{Addr: "127.0.0.1:8080", Exec: true, Watch: true, Verbose: true}},
		{"-exec=false -watch=true", desk.Config{Addr: "127.0.0.1:8080", Watch: true}},
		{"--contract a.yaml --mode b.yaml -mode c.yaml", desk.Config{Addr: "127.0.0.1:8080", Contract: "a.yaml", Modes: []string{"b.yaml", "c.yaml"}}},
		{"--function a=b=c -function d=http://127.0.0.1:1", desk.Config{Addr: "127.0.0.1:8080", Functions: []desk.Function{{Name: "a", Where: "b=c"}, {Name: "d", Where: "http://127.0.0.1:1"}}}},
		{"--function a", desk.Config{Addr: "127.0.0.1:8080", Functions: []desk.Function{{Name: "a"}}}},
	}
	for _, test := range tests {
		got, err := parseOptions(strings.Fields(test.line))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, error %v", test.line, got, err)
		}
	}
}

// TestRefusedOptions: one line that says what, and the exit status 1.
func TestRefusedOptions(t *testing.T) {
	tests := []struct{ line, want string }{
		{"--port 80", "local: flag provided but not defined: -port; -h lists the flags\n"},
		{"now", "local: unexpected argument \"now\"; -h lists the flags\n"},
		{"--mode", "local: flag needs an argument: -mode; -h lists the flags\n"},
		{"--contract a.yaml --contract b.yaml", "local: invalid value \"b.yaml\" for flag -contract: want the file of one contract; -h lists the flags\n"},
		{"--contract=", "local: invalid value \"\" for flag -contract: want the file of one contract; -h lists the flags\n"},
		{"--addr nowhere", "local: --addr \"nowhere\": want HOST:PORT\n"},
		{"--function a", "local: --function \"a=\": want NAME=URL or NAME=BINARY\n"},
	}
	for _, test := range tests {
		var stderr bytes.Buffer
		if status := run(t.Context(), t.Context(), strings.Fields(test.line), io.Discard, &stderr); status != 1 || stderr.String() != test.want {
			t.Errorf("%s: status %d, %q", test.line, status, &stderr)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, flag := range []string{"-h", "--help"} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), t.Context(), []string{"--exec", flag}, &stdout, &stderr)
		if status != 0 || !strings.Contains(stdout.String(), "\n  --addr HOST:PORT  ") || stderr.Len() > 0 {
			t.Errorf("%s: status %d, %s%s", flag, status, &stdout, &stderr)
		}
	}
}

// TestServes: the program serves until it is interrupted.
func TestServes(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	status := make(chan int, 1)
	go func() { status <- run(ctx, t.Context(), []string{"--addr", "127.0.0.1:0"}, in, io.Discard) }()
	var url string
	if _, err := fmt.Fscanf(out, "Portcullis at %s", &url); err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out)
	stop()
	if got := <-status; got != 0 {
		t.Errorf("status %d", got)
	}
}

// TestInterruptsEndContexts: the first signal ends one context, and the second one the other.
func TestInterruptsEndContexts(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	ctx, hardStop := interrupts()
	for _, ends := range []context.Context{ctx, hardStop} {
		if hardStop.Err() != nil {
			t.Fatal("hardStop ends with the first")
		}
		if err := self.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		<-ends.Done()
	}
}
