package desk_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/deploy/desk"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/scripttest"
)

// running is a desk that runs in this process.
type running struct {
	url      string
	greeting string
	stop     context.CancelFunc // is the first interrupt
	cut      context.CancelFunc // is the second
	ended    chan error
	stderr   *lockedBuffer
}

// start runs a desk until the test ends, on a free port and with the environment of this process where c says no other.
func start(t testing.TB, c desk.Config) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	hardStop, cut := context.WithCancel(context.Background())
	out, in := io.Pipe()
	d := &running{stop: cancel, cut: cut, ended: make(chan error, 1), stderr: &lockedBuffer{}}
	c.Addr, c.Stdout = cmp.Or(c.Addr, "127.0.0.1:0"), in
	if c.Stderr == nil {
		c.Stderr = d.stderr
	}
	if c.Environ == nil {
		c.Environ = os.Environ()
	}
	go func() {
		d.ended <- desk.Run(ctx, hardStop, c)
		in.Close()
	}()
	t.Cleanup(cut)
	t.Cleanup(cancel)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		d.greeting += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "Ctrl-C") {
			break
		}
	}
	if _, err := fmt.Sscanf(d.greeting, "Portcullis at %s", &d.url); err != nil {
		t.Fatalf("greeting %q, stderr %s", d.greeting, d.stderr)
	}
	d.url = strings.TrimSuffix(d.url, "/")
	return d
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// TestPrintedCommands pastes what the greeting prints into a shell, from top to bottom, with each of its ways to sign in.
func TestPrintedCommands(t *testing.T) {
	testtools.Command(t, "curl", "install curl, the printed commands use it")
	t.Setenv("AWS_REGION", "eu-west-1") // what is printed signs for the region that the gateway has
	d := start(t, desk.Config{})
	commands := slices.DeleteFunc(printedCommands(d.greeting), func(command string) bool {
		return strings.HasPrefix(command, "npx ") || strings.Contains(command, " ID")
	})
	if left := slices.IndexFunc(commands, func(command string) bool { return strings.HasPrefix(command, "export ") }); left >= 0 {
		t.Errorf("%q stays in the shell, and other commands there would ask the desk for AWS", commands[left])
	}
	once := []string{"200 OK", "200 OK", "201 Created", "200 OK", "200 OK", "200 OK", "200 OK", "200 OK"} // listed, shown, made for the feed, signed out, and listed in a mode of each of the other kinds
	for _, way := range []struct {
		signIn string
		want   []string
	}{
		{"login", slices.Insert(once, 0, "201 Created")},
		{"curl", slices.Insert(slices.Insert(once, 3, "200 OK"), 0, "409 Conflict")}, // and renewed
		{"aws", slices.Insert(once, 0, "409 Conflict")},
	} {
		t.Run(way.signIn, func(t *testing.T) {
			if way.signIn == "aws" {
				testtools.AWSCLI(t)
			}
			time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) // tokens of the second of a sign-out are revoked
			got, output := paste(t, with(way.signIn, commands))
			if !slices.Equal(got, way.want) {
				t.Errorf("%q, want %q, of\n%s", got, way.want, output)
			}
			if !strings.Contains(output, `{"action":"whoami","sub":"a0000000-0000-4000-8000-000000000001"`) {
				t.Errorf("no answer to the message, of\n%s", output)
			}
		})
	}
}

// with are the commands with one way to sign in, and without what only others need.
func with(signIn string, commands []string) []string {
	ways := map[string]string{"login": "portcullis login ", "curl": "ANSWER", "aws": "$(aws "}
	return slices.DeleteFunc(slices.Clone(commands), func(command string) bool {
		for name, mark := range ways {
			if name != signIn && strings.Contains(command, mark) {
				return true
			}
		}
		return false
	})
}

var statusLine = regexp.MustCompile(`HTTP/1\.1 (\d.*?)\r`)

// paste has a shell do the commands, and gives the statuses of their answers. What they have the go command build is built as the test is,
// which shares with it what is compiled.
func paste(t *testing.T, commands []string) (statuses []string, output string) {
	t.Helper()
	goEnv, err := exec.Command("go", "env", "GOENV", "GOFLAGS").Output()
	if err != nil {
		t.Fatal(err)
	}
	file, flags, _ := strings.Cut(string(goEnv), "\n")
	flags = strings.Join(append(testtools.BuildFlags(), strings.TrimSpace(flags)), " ")
	shell := exec.Command(testtools.Command(t, "sh", "a POSIX shell is needed to paste the printed commands"), "-e", "-c", strings.Join(commands, "\n"))
	shell.Dir = "../.."
	shell.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "GOENV="+strings.TrimSpace(file), "GOFLAGS="+flags, scripttest.NoWait)
	answers, err := shell.Output()
	if err != nil {
		t.Errorf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	for _, match := range statusLine.FindAllSubmatch(answers, -1) {
		statuses = append(statuses, string(match[1]))
	}
	return statuses, strings.Join(commands, "\n") + "\n" + string(answers)
}

// printedCommands gives the commands of the greeting, which are what is indented and no table.
func printedCommands(greeting string) []string {
	var commands []string
	for line := range strings.Lines(greeting) {
		if command, indented := strings.CutPrefix(line, "  "); indented && strings.ContainsAny(command, "=-") && !strings.Contains(command, "   ") {
			commands = append(commands, strings.TrimSpace(command))
		}
	}
	return commands
}

// TestInterrupts interrupts the desk while a request's body is on its way: once, and it finishes; twice, and it is cut.
// Both leave no file behind.
func TestInterrupts(t *testing.T) {
	for _, exec := range []bool{false, true} {
		for _, twice := range []bool{false, true} {
			t.Run(fmt.Sprintf("exec=%t,twice=%t", exec, twice), func(t *testing.T) {
				temporary := t.TempDir()
				t.Setenv("TMPDIR", temporary)
				d := start(t, desk.Config{Exec: exec})
				rest, answered := sendSlowly(t, d)
				d.stop()
				waitForRefusal(t, d)
				wantAnswer, wantError := "", "requests in flight were cut"
				if twice {
					d.cut()
				} else {
					wantAnswer, wantError = "201 Created", "<nil>"
					io.WriteString(rest, `"Ada"}`)
					rest.Close()
				}
				if err := <-d.ended; fmt.Sprint(err) != wantError {
					t.Errorf("error %v, want %s; stderr %s", err, wantError, d.stderr)
				}
				rest.Close() // the client waits for its own body before it says that it was cut
				if got := <-answered; got != wantAnswer {
					t.Errorf("the request in flight: %q, want %q", got, wantAnswer)
				}
				if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
					t.Errorf("left behind: %v, error %v", left, err)
				}
			})
		}
	}
}

// sendSlowly sends a request until the gateway waits for the rest of its body, and gives the status of the answer; "":
// there was none.
func sendSlowly(t *testing.T, d *running) (rest io.WriteCloser, answered <-chan string) {
	t.Helper()
	body, rest := io.Pipe()
	request, err := http.NewRequest("POST", d.url+"/rest-token/users", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+accessToken(t, d.url, "admin"))
	status := make(chan string, 1)
	go func() {
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			status <- ""
			return
		}
		response.Body.Close()
		status <- response.Status
	}()
	io.WriteString(rest, `{"name":`)
	waitForLog(t, d, `"decision":"policy"`) // the gateway is past the authorizer
	return rest, status
}

func accessToken(t testing.TB, url, username string) string {
	t.Helper()
	request, err := http.NewRequest("POST", url+"/_cognito", strings.NewReader(fmt.Sprintf(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"local-client","AuthParameters":{"USERNAME":%q,"PASSWORD":"Passw0rd!"}}`, username)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(string(text), `"AccessToken":"`)
	token, _, found := strings.Cut(token, `"`)
	if !found {
		t.Fatalf("sign-in: %s", text)
	}
	return token
}

func waitForLog(t *testing.T, d *running, text string) {
	t.Helper()
	waitForLogs(t, d, text, 1)
}

// waitForLogs waits until a text was logged so often.
func waitForLogs(t *testing.T, d *running, text string, times int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); strings.Count(d.stderr.String(), text) < times; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not %d times %s in\n%s", times, text, d.stderr)
		}
	}
}

// waitForRefusal waits until the program takes no more connections.
func waitForRefusal(t *testing.T, d *running) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		response, err := client.Get(d.url)
		if err != nil {
			return
		}
		response.Body.Close()
	}
	t.Fatal("the program goes on taking connections")
}
