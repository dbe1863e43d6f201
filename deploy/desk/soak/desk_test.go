package soak_test

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portcullis/deploy/testtools"
)

// The modes that are called: of two the gateway keeps the policies, as deployed, and in the third the function is asked for each request.
var modes = []string{"rest-token", "http-lambda", "rest-request"}

// functionOf are the functions of the modes.
var functionOf = map[string]string{"rest-token": "token", "http-lambda": "jwt", "rest-request": "request"}

// program is the desk as a program; the functions are programs of their own, or part of it.
type program struct {
	address string // host and port
	pid     int
	log     *logs
}

// startProgram starts a desk with modes whose throttles are never reached.
func startProgram(t *testing.T, variables ...string) *program {
	t.Helper()
	args := []string{"--addr", "127.0.0.1:0"}
	if !*inProcess {
		args = append(args, "--exec")
	}
	for _, mode := range modes {
		args = append(args, "--mode", filepath.Join("..", "testdata", "peer", "modes", mode+".yaml"))
	}
	command := exec.Command(testtools.PlainProgram(t, "./deploy/local"), args...)
	command.Env = append(append(os.Environ(), "USERS_TABLE=", "AWS_REGION="+testtools.Region), variables...)
	p := &program{log: &logs{decisions: map[string]*decisions{}}}
	for _, function := range functionOf {
		p.log.decisions[function] = &decisions{}
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var read sync.WaitGroup
	read.Go(func() { p.log.read(stderr) })
	t.Cleanup(func() {
		command.Process.Signal(syscall.SIGTERM)
		read.Wait()
		command.Wait()
	})
	p.pid = command.Process.Pid
	greeting := bufio.NewReader(out)
	first, err := greeting.ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(first), "http://")
	if err != nil || !found {
		t.Fatalf("it greets with %q, %v\n%s", first, err, strings.Join(p.log.others(), "\n"))
	}
	read.Go(func() { io.Copy(io.Discard, greeting) })
	p.address = strings.TrimSuffix(address, "/")
	return p
}

// logs count what the desk and its functions write.
type logs struct {
	decisions map[string]*decisions // by function

	mu    sync.Mutex
	other []string // the first lines that tell of something else than of calls, decisions and starts
}

// decisions count those of a function.
type decisions struct {
	all, remembered, keys, keysRemembered atomic.Int64
}

const keptLines = 40

func (l *logs) read(from io.Reader) {
	lines := bufio.NewReaderSize(from, 1<<20)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
		l.count(line)
	}
}

func (l *logs) count(line []byte) {
	switch {
	case bytes.Contains(line, []byte(`"msg":"decision"`)):
		l.decisions[member(line, "function")].count(line)
		if bytes.Contains(line, []byte(`"decision":"cannot-tell"`)) {
			l.keep(line)
		}
	case bytes.Contains(line, []byte(`"level":"WARN"`)), bytes.Contains(line, []byte(`"level":"ERROR"`)), !bytes.HasPrefix(line, []byte("{")):
		l.keep(line)
	}
}

func (d *decisions) count(line []byte) {
	isKey, remembered := bytes.Contains(line, []byte(`"scheme":"apiKey"`)), bytes.Contains(line, []byte(`"remembered":true`))
	all, known := &d.all, &d.remembered
	if isKey {
		all, known = &d.keys, &d.keysRemembered
	}
	all.Add(1)
	if remembered {
		known.Add(1)
	}
}

// member gives the text of a member of a line that has no escapes in it.
func member(line []byte, name string) string {
	_, rest, _ := bytes.Cut(line, []byte(`"`+name+`":"`))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(value)
}

func (l *logs) keep(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.other) < keptLines {
		l.other = append(l.other, time.Now().UTC().Format("15:04:05 ")+string(bytes.TrimSpace(line)))
	}
}

func (l *logs) others() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.other...)
}
