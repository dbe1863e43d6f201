//go:build unix

package ws_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/creack/pty"

	"portcullis/deploy/portcullis/internal/cli"
)

// process is the command as it runs, with pipes.
type process struct {
	*testing.T
	*exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Scanner
	stderr *screen
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	c := exec.Command("portcullis", append([]string{"ws"}, args...)...)
	c.Env = environment(t.TempDir())
	p := &process{T: t, Cmd: c, stderr: &screen{}}
	var err1, err2 error
	p.stdin, err1 = c.StdinPipe()
	out, err2 := c.StdoutPipe()
	c.Stderr = p.stderr
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	p.stdout = bufio.NewScanner(out)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	return p
}

// ask sends a line, and gives the next one.
func (p *process) ask(line string) string {
	p.Helper()
	if _, err := io.WriteString(p.stdin, line+"\n"); err != nil {
		p.Fatal(err)
	}
	if !p.stdout.Scan() {
		p.Fatalf("%s: no answer; %s", line, p.stderr.shown())
	}
	return p.stdout.Text()
}

// screen is what was written, as it grows.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// await waits until a text was written.
func (s *screen) await(t *testing.T, text string) {
	t.Helper()
	if !poll(func() bool { return strings.Contains(s.shown(), text) }) {
		t.Fatalf("there is no %q in %q", text, s.shown())
	}
}

func openScene(t *testing.T) *scene {
	t.Helper()
	s, err := newScene()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestAPI: a caller connects to the contract's own API, asks who it is, and is told what the rules and the models do not let through.
func TestAPI(t *testing.T) {
	s := openScene(t)
	p := start(t, s.api, "--header", "Authorization: Bearer "+s.token(), "--wait", "0")
	var who struct{ Action, Sub string }
	if text := p.ask(`{"action":"whoami"}`); json.Unmarshal([]byte(text), &who) != nil || !strings.Contains(text, "expires") {
		t.Errorf("%s", text)
	}
	if text := p.ask(`{"action":"nothing"}`); !strings.HasPrefix(text, `{"message": "Forbidden", "connectionId":"`) {
		t.Errorf("%s", text)
	}
	// More than a frame of API Gateway's, in one message.
	if text := p.ask(`{"action":"ping","more":"` + strings.Repeat("x", 100_000) + `"}`); !strings.HasPrefix(text, `{"message" : "Bad request body", "connectionId": "`) {
		t.Errorf("%s", text)
	}
	p.stdin.Close()
	if err := p.Wait(); err != nil || strings.Contains(p.stderr.shown(), "eyJ") {
		t.Errorf("%v: %s", err, p.stderr.shown())
	}
	for _, test := range []struct {
		args []string
		want string // behind "the handshake was refused with "; "": it connects
	}{
		{[]string{s.api}, "401 Unauthorized (UnauthorizedException)"},
		{[]string{s.api, "--header", "Authorization: Bearer x.y.z"}, "401 Unauthorized"},
		{[]string{s.api + "?token=" + s.token()}, ""},
		{[]string{s.api, "--subprotocol", "token", "--subprotocol", s.token()}, ""},
		{[]string{s.api + "?token=" + s.token(), "--header", "Origin: https://app.example.com"}, ""},
		{[]string{s.api + "?token=" + s.token(), "--header", "Origin: https://evil.example.com"}, "403 Forbidden (ForbiddenException)"},
		{[]string{strings.TrimSuffix(s.api, "/websocket") + "/other"}, "403 Forbidden (ForbiddenException)"},
	} {
		p := start(t, append(test.args, "--wait", "0")...)
		p.stdin.Close()
		_ = p.Wait()
		want, status := "portcullis ws: the handshake was refused with "+test.want, cli.StatusNo
		if test.want == "" {
			want, status = "portcullis ws: connected to "+s.api, cli.StatusDone
		}
		if p.ProcessState.ExitCode() != status || !strings.HasPrefix(p.stderr.shown(), want) || strings.Contains(p.stderr.shown(), "eyJ") {
			t.Errorf("%s: %s, want %s", p.ProcessState, p.stderr.shown(), want)
		}
	}
}

// TestInterrupt: an interrupt closes the connection, or ends the handshake.
func TestInterrupt(t *testing.T) {
	s := openScene(t)
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		p := start(t, s.peer+"/echo", "--wait", "1h")
		if text := p.ask("hello"); text != "hello" {
			t.Errorf("%s", text)
		}
		_ = p.Process.Signal(signal)
		_ = p.Wait()
		if status := p.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT ||
			!strings.HasSuffix(p.stderr.shown(), "portcullis ws: closed with 1000\nportcullis ws: interrupted\n") {
			t.Errorf("%s: %s, %s", signal, p.ProcessState, p.stderr.shown())
		}
		if code := <-s.closes; code != websocket.StatusNormalClosure {
			t.Errorf("the server was told %d", code)
		}
	}
	p := start(t, s.peer+"/stuck")
	<-s.arrived
	_ = p.Process.Signal(os.Interrupt)
	_ = p.Wait()
	if status := p.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || p.stderr.shown() != "portcullis ws: interrupted\n" {
		t.Errorf("%s, %q", p.ProcessState, p.stderr.shown())
	}
}

// TestClosedPipe: a stdout that nobody reads is a failure.
func TestClosedPipe(t *testing.T) {
	s := openScene(t)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer writer.Close()
	var stderr bytes.Buffer
	c := exec.Command("portcullis", "ws", s.peer+"/echo", "--send", "hello", "--wait", "1h")
	c.Env, c.Stdout, c.Stderr = environment(t.TempDir()), writer, &stderr
	_ = c.Run()
	if c.ProcessState.ExitCode() != cli.StatusFailed || !strings.Contains(stderr.String(), "portcullis ws: stdout: ") {
		t.Errorf("%s, %s", c.ProcessState, &stderr)
	}
}

// TestTerminal: at a terminal it goes on until Ctrl-D or Ctrl-C, and nothing that comes steers the terminal.
func TestTerminal(t *testing.T) {
	s := openScene(t)
	for _, key := range []string{"\x04", "\x03"} {
		terminal, tty, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		shows := &screen{}
		go io.Copy(shows, terminal)
		c := exec.Command("portcullis", "ws", s.peer+"/echo", "--send", "a\x1b[2J\u202e\U000e0001\u00e9\tb\nc\r", "--wait", "1h")
		c.Env, c.Stdin, c.Stdout, c.Stderr = environment(t.TempDir()), tty, tty, tty
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		shows.await(t, "/echo; each line is a message, Ctrl-D closes")
		shows.await(t, `a\u001b[2J\u202e\udb40\udc01é`+"\t"+"b\r\n"+`c\u000d`)
		io.WriteString(terminal, "typed\r")
		shows.await(t, "typed\r\ntyped\r\n") // the echo of the terminal, and that of the server
		io.WriteString(terminal, key)
		late := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
		_ = c.Wait()
		late.Stop()
		status := c.ProcessState.Sys().(syscall.WaitStatus)
		if key == "\x04" && status.ExitStatus() != cli.StatusDone || key == "\x03" && status.Signal() != syscall.SIGINT {
			t.Errorf("%q: %s", key, c.ProcessState)
		}
		if code := <-s.closes; code != websocket.StatusNormalClosure {
			t.Errorf("the server was told %d", code)
		}
		shows.await(t, "closed with 1000")
		terminal.Close()
		tty.Close()
	}
	if terminal, tty, err := pty.Open(); err != nil {
		t.Fatal(err)
	} else {
		defer terminal.Close()
		defer tty.Close()
		var stderr bytes.Buffer
		c := exec.Command("portcullis", "ws", s.peer+"/echo", "--api-key-stdin")
		c.Env, c.Stdin, c.Stderr = environment(t.TempDir()), tty, &stderr
		_ = c.Run()
		if c.ProcessState.ExitCode() != cli.StatusFailed || !strings.HasPrefix(stderr.String(), "portcullis ws: --api-key-stdin with a terminal as stdin") {
			t.Errorf("%s, %s", c.ProcessState, &stderr)
		}
	}
}
