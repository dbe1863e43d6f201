//go:build unix

package login_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"

	"portcullis/deploy/portcullis/internal/cli"
)

// typist is somebody at a terminal, at which a command runs whose stdout is a pipe, as in $(login).
type typist struct {
	*testing.T
	terminal, tty *os.File
	before        term.State
	command       *exec.Cmd
	stdout        bytes.Buffer

	mu     sync.Mutex
	screen []byte // what the terminal was sent, with the echo
	seen   int    // up to where await has looked
}

// at starts a command at a terminal of its own, with lines of so many columns; 0: it does not tell.
func at(t *testing.T, columns uint16, c *exec.Cmd) *typist {
	t.Helper()
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 50, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	p := &typist{T: t, terminal: terminal, tty: tty, before: *before, command: c}
	c.Stdin, c.Stdout, c.Stderr = tty, &p.stdout, tty
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go p.watch()
	t.Cleanup(func() { terminal.Close(); tty.Close(); _ = c.Process.Kill() })
	return p
}

func (p *typist) watch() {
	some := make([]byte, 1000)
	for {
		n, err := p.terminal.Read(some)
		p.mu.Lock()
		p.screen = append(p.screen, some[:n]...)
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// await waits for a text on the screen, behind the one before.
func (p *typist) await(text string) {
	p.Helper()
	found := poll(func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		i := bytes.Index(p.screen[p.seen:], []byte(text))
		if i >= 0 {
			p.seen += i + len(text)
		}
		return i >= 0
	})
	if !found {
		p.Fatalf("there is no %q on the screen: %q", text, p.shown())
	}
}

func (p *typist) shown() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.screen)
}

// types types keys when a prompt is there.
func (p *typist) types(prompt, keys string) {
	p.Helper()
	p.await(prompt)
	if _, err := p.terminal.WriteString(keys); err != nil {
		p.Fatal(err)
	}
}

// ends waits for the end, and wants the terminal to be as it was. It gives the command's state.
func (p *typist) ends() *os.ProcessState {
	p.Helper()
	_ = p.command.Wait()
	after, err := term.GetState(int(p.tty.Fd()))
	if err != nil || *after != p.before {
		p.Errorf("the terminal is not as it was: %v", err)
	}
	return p.command.ProcessState
}

// TestNoEcho: passwords and the app client's secret are not shown, whatever the terminal; the token goes to stdout alone.
func TestNoEcho(t *testing.T) {
	u := newUser(t)
	u.variables = append(u.variables, "AWS_ENDPOINT_URL="+u.cognito)
	p := at(t, 300, u.command(t, "login", "--pool", "us-east-1_local", "--client", "secretive", "--client-secret-stdin"))
	p.types("Secret of app client secretive: ", "secret-of-the-client\r")
	p.types("Username: ", "newcomer\r")
	p.types("Password of newcomer at user pool us-east-1_local, app client secretive at "+u.cognito+": ", "Passx\x7fw0rd!\r")
	p.types("New password: ", "An0ther-password\r")
	p.types("New password again: ", "An0ther-passwort\r")
	p.types("New password: ", "short-1\r")
	p.types("New password again: ", "short-1\r")
	p.types("Your name: ", "Ann\r")
	p.types("answer.newPassword is not as the user pool's password policy asks", "")
	p.types("New password: ", "An0ther-password\r")
	p.types("New password again: ", "An0ther-password\r")
	p.types("Your name: ", "Ann\r")
	state := p.ends()
	if state.ExitCode() != 0 || claimsOf(strings.TrimSpace(p.stdout.String()))["username"] != "newcomer" {
		t.Errorf("%s, stdout %q, screen %q", state, p.stdout.String(), p.shown())
	}
	for _, secret := range []string{"secret-of", "w0rd!", "An0ther", "short", "eyJ"} {
		if strings.Contains(p.shown(), secret) {
			t.Errorf("%q was shown: %q", secret, p.shown())
		}
	}
	if !strings.Contains(p.shown(), "newcomer\r\n") {
		t.Errorf("the username was not shown: %q", p.shown())
	}
}

// TestSecondFactor: a factor is chosen, and a wrong code can be mended.
func TestSecondFactor(t *testing.T) {
	u := newUser(t)
	p := at(t, 0, u.command(t, "login", "--api", u.apis["local-client"], "--username", "choice"))
	p.types("Password of choice at ", "Passw0rd!\r")
	p.await("Second factor, 1 for a code by SMS (SMS_MFA), 2 for ")
	p.types("(EMAIL_OTP):", "3\r")
	p.types("(EMAIL_OTP):", "2\r")
	p.types("Code that was sent to c***@e***: ", "1\r")
	p.types("the answer is not accepted, or came too late", "")
	p.await("Code that was sent to c***@e***: ")
	code := u.code("choice")
	p.types("", code[:3]+" "+code[3:]+"\r")
	state := p.ends()
	if state.ExitCode() != 0 || claimsOf(strings.TrimSpace(p.stdout.String()))["username"] != "choice" {
		t.Errorf("%s, screen %q", state, p.shown())
	}
}

// TestChoice: a way to sign in is chosen, at an API and at the user pool, and a code takes the password's place.
func TestChoice(t *testing.T) {
	u := newUser(t)
	u.variables = append(u.variables, "AWS_ENDPOINT_URL="+u.cognito)
	for _, place := range [][]string{{"--api", u.apis["local-client"]}, {"--pool", "us-east-1_local", "--client", "local-client"}} {
		for choice, asked := range map[string]string{"1": "", "2": "p***@e***", "SMS_otp": "+*******0100"} {
			p := at(t, 300, u.command(t, append([]string{"login", "--force", "--with", "choice", "--username", "phoned"}, place...)...))
			p.await("Sign in with, 1 for a password (PASSWORD), 2 for a code by email (EMAIL_OTP), 3 for a code by SMS (SMS_OTP): ")
			p.types("", choice+"\r")
			if asked == "" {
				p.types("Password of phoned: ", "Passw0rd!\r")
			} else {
				p.await("Code that was sent to " + asked + ": ")
				p.types("", u.code("phoned")+"\r")
			}
			state := p.ends()
			if state.ExitCode() != 0 || claimsOf(strings.TrimSpace(p.stdout.String()))["username"] != "phoned" || strings.Contains(p.shown(), "Passw0rd!") {
				t.Errorf("%v, %s: %s, screen %q", place, choice, state, p.shown())
			}
		}
		p := at(t, 300, u.command(t, append([]string{"login", "--force", "--with", "sms", "--username", "phoned"}, place...)...))
		p.await("Code that was sent to +*******0100: ")
		p.types("", u.code("phoned")+"\r")
		if state := p.ends(); state.ExitCode() != 0 {
			t.Errorf("%v: %s, screen %q", place, state, p.shown())
		}
	}
}

// TestEndAtPrompt: Ctrl-C, Ctrl-D and signals end a prompt, and leave the terminal as it was.
func TestEndAtPrompt(t *testing.T) {
	u := newUser(t)
	for _, key := range []string{"\x03", "\x04", "TERM", "HUP"} {
		for _, prompt := range []string{"Username: ", "Password of member at "} {
			args := []string{"login", "--api", u.apis["local-client"]}
			if prompt != "Username: " {
				args = append(args, "--username", "member")
			}
			p := at(t, 300, u.command(t, args...))
			p.await(prompt)
			switch key {
			case "TERM":
				_ = p.command.Process.Signal(syscall.SIGTERM)
			case "HUP":
				_ = p.command.Process.Signal(syscall.SIGHUP)
			default:
				p.types("", "abc"+key)
				if key == "\x04" { // it is none behind other letters
					p.types("", "\x15\x04")
				}
			}
			status := p.ends().Sys().(syscall.WaitStatus)
			if !status.Signaled() || status.Signal() != syscall.SIGINT || p.stdout.Len() > 0 {
				t.Errorf("%q at %q: %v, stdout %q", key, prompt, p.command.ProcessState, p.stdout.String())
			}
			p.await("portcullis login: interrupted")
		}
	}
	if _, err := os.Stat(u.file("default")); err == nil || len(u.takeCalls()) > 0 {
		t.Error("something was kept or called")
	}
}

// TestInterruptedCommandLine: Ctrl-C at the prompt ends the command line that wants the token, so that it does not go on
// without one.
func TestInterruptedCommandLine(t *testing.T) {
	u := newUser(t)
	login := u.command(t, "login", "--api", u.apis["local-client"], "--username", "member")
	for _, name := range []string{"sh", "bash"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		args := append([]string{name, "-c", `echo token "$("$0" "$@")"; echo went on`, login.Path}, login.Args[1:]...)
		p := at(t, 80, &exec.Cmd{Path: path, Args: args, Env: login.Env})
		p.types("Password of member at ", "abc\x03")
		state := p.ends()
		if p.stdout.Len() > 0 || state.Success() {
			t.Errorf("%s: %s, stdout %q", name, state, p.stdout.String())
		}
	}
}

// TestPasswordStdinAtTerminal: a password is not read where it would be shown.
func TestPasswordStdinAtTerminal(t *testing.T) {
	u := newUser(t)
	p := at(t, 300, u.command(t, "login", "--api", u.apis["local-client"], "--username", "member", "--password-stdin"))
	if state := p.ends(); state.ExitCode() != cli.StatusFailed {
		t.Errorf("%s", state)
	}
	p.await("portcullis login: --password-stdin with a terminal as stdin: leave it out to be asked without echo")
}

// TestSteeredPrompt: what a server says in a prompt does not steer the terminal.
func TestSteeredPrompt(t *testing.T) {
	u := hostile(t, `{"ChallengeName":"EMAIL_OTP","Session":"s","ChallengeParameters":{"CODE_DELIVERY_DESTINATION":"a\u001b[2J\u0007b"}}`)
	p := at(t, 300, u.command(t, "login", "--pool", "us-east-1_x", "--client", "c", "--username", "ann"))
	p.types("Password of ann at ", "hunter2\r")
	p.types("Code that was sent to a[2Jb: ", "\x03")
	p.ends()
	if strings.Contains(p.shown(), "\x1b[2J") || strings.Contains(p.shown(), "\a") {
		t.Errorf("%q", p.shown())
	}
}

// TestEndedSignIn: when the refresh token is good for nothing any more, somebody is asked.
func TestEndedSignIn(t *testing.T) {
	u := newUser(t)
	u.signIn(t, "rotating")
	text, err := os.ReadFile(u.file("default"))
	if err != nil {
		t.Fatal(err)
	}
	if r := u.run(t, "", "logout"); r.status != 0 {
		t.Fatalf("%+v", r)
	}
	if err := os.WriteFile(u.file("default"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	u.age(t)
	p := at(t, 300, u.command(t, "login"))
	p.await("portcullis login: the sign-in has ended")
	p.types("Password of member at ", "Passw0rd!\r")
	if state := p.ends(); state.ExitCode() != 0 || claimsOf(strings.TrimSpace(p.stdout.String())) == nil {
		t.Errorf("%s, screen %q", state, p.shown())
	}
}
