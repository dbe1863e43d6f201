package desk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/desk"
	"portcullis/deploy/testtools"
)

// socket is a client's connection to a mode of a desk.
type socket struct{ *websocket.Conn }

// connect connects as admin, by a header.
func connect(t *testing.T, d *running, mode string) socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), socketTimeout)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(d.url, "http")+"/"+mode, &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + accessToken(t, d.url, "admin")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return socket{c}
}

// say sends a text.
func (c socket) say(t *testing.T, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), socketTimeout)
	defer cancel()
	if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		t.Error(err)
	}
}

// hears makes sure of what comes next: a text that begins so, or the status of the connection's end.
func (c socket) hears(t *testing.T, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), socketTimeout)
	defer cancel()
	_, text, err := c.Read(ctx)
	got := string(text)
	if closed, is := errors.AsType[websocket.CloseError](err); is {
		got = fmt.Sprint("closed: ", int(closed.Code), " ", closed.Reason)
	} else if err != nil {
		got = err.Error()
	}
	if !strings.HasPrefix(got, want) {
		t.Errorf("%q comes, want %q", got, want)
	}
}

const goesAway = "closed: 1001 Going away"

// socketsContract is ordersContract with a WebSocket API, whose routes are those given beside $default.
func socketsContract(routes ...string) string {
	text := ordersContract + `x-websocket:
  connect: {function: orders, security: [bearer: []]}
  routes:
    $default: {function: orders, security: [], reply: {}}
`
	for _, route := range routes {
		text += "    " + route + ": {function: orders, security: [], reply: {}}\n"
	}
	return text
}

const socketsMode = "name: sockets\ngateway: WEBSOCKET\nauthorization: REQUEST\nauthorizer: {function: request}\n"

// startSockets starts a desk that watches, in a folder of its own, whose function is at an address or in a file.
func startSockets(t *testing.T, function string) *running {
	t.Helper()
	write(t, "contract.yaml", socketsContract())
	write(t, "sockets.yaml", socketsMode)
	return start(t, desk.Config{
		Name: "local", Watch: true, Contract: "contract.yaml", Modes: []string{"sockets.yaml"}, Functions: []desk.Function{{Name: "orders", Where: function}},
	})
}

// TestWatchKeepsSockets: connections stay while contracts come and go, each of their messages is answered, and by the contract that there
// is then.
func TestWatchKeepsSockets(t *testing.T) {
	t.Chdir(t.TempDir())
	routeKey := regexp.MustCompile(`"routeKey":"([^"]+)"`)
	orders := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, _ := io.ReadAll(r.Body)
		found := routeKey.FindSubmatch(event)
		if found == nil {
			found = [][]byte{nil, []byte("a request")}
		}
		fmt.Fprintf(w, `{"statusCode":200,"body":%q}`, found[1])
	}))
	defer orders.Close()
	d := startSockets(t, orders.URL)
	var done atomic.Bool
	var all sync.WaitGroup
	for range 4 {
		c := connect(t, d, "sockets")
		all.Go(func() {
			for !done.Load() && !t.Failed() {
				c.say(t, "hello")
				c.hears(t, "$default")
			}
		})
	}
	c := connect(t, d, "sockets")
	for i := range 5 {
		route := fmt.Sprint("route", i)
		message := fmt.Sprintf(`{"action":%q}`, route)
		c.say(t, message)
		c.hears(t, "$default")
		write(t, "contract.yaml", socketsContract(route))
		for strings.Count(d.stderr.String(), "local: reloaded contract.yaml\n") < i+1 && t.Context().Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		c.say(t, message)
		c.hears(t, route)
	}
	done.Store(true)
	all.Wait()

	// The stage is no WebSocket API's any more.
	write(t, "sockets.yaml", strings.Replace(ordersMode, "name: own", "name: sockets", 1))
	c.hears(t, goesAway)
	waitForLog(t, d, "local: reloaded sockets.yaml\n")
	expect(t, d, "/sockets/orders", 200, "a request")
}

// TestWatchLetsMessagesFinish: a message in flight is answered by the function that it began with, which ends then, though the connection
// does not.
func TestWatchLetsMessagesFinish(t *testing.T) {
	t.Chdir(t.TempDir())
	buildOrders(t, "one")
	d := startSockets(t, "bootstrap")
	c := connect(t, d, "sockets")
	c.say(t, "hello")
	c.hears(t, "one")
	c.say(t, "/held")
	waitForFile(t, "taken")
	buildOrders(t, "two")
	waitForLog(t, d, "local: reloaded bootstrap\n")
	c.say(t, "hello")
	c.hears(t, "two")
	write(t, "go", "")
	c.hears(t, "one")
	text, err := os.ReadFile("taken")
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(id)
	for err == nil && t.Context().Err() == nil {
		err = process.Signal(syscall.Signal(0))
		time.Sleep(5 * time.Millisecond)
	}
	c.say(t, "hello")
	c.hears(t, "two")
}

// TestWatchOfModes: a mode that goes closes its connections, and nobody else's; one that comes is served.
func TestWatchOfModes(t *testing.T) {
	copyModule(t, t.TempDir())
	const file = "deploy/modes/websocket.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, "deploy/modes/other.yaml", strings.Replace(string(text), "name: websocket", "name: other", 1))
	d := start(t, desk.Config{Watch: true})
	c, other := connect(t, d, "websocket"), connect(t, d, "other")
	os.Remove(file)
	c.hears(t, goesAway)
	waitForLog(t, d, "local: reloaded "+file+"\n")
	expect(t, d, "/websocket", 403, `{"message":"Forbidden"}`)
	other.say(t, `{"action":"ping","id":"here"}`)
	other.hears(t, `{"action":"ping","id":"here"}`)
	write(t, file, string(text))
	for strings.Count(d.stderr.String(), "local: reloaded "+file+"\n") < 2 && t.Context().Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
	c = connect(t, d, "websocket")
	c.say(t, `{"action":"ping"}`)
	c.hears(t, `{"action":"ping"}`)
}

// TestInterruptEndsSockets: clients are told that the desk goes away, and their functions that they have gone.
func TestInterruptEndsSockets(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	clients := []socket{connect(t, d, "websocket"), connect(t, d, "websocket"), connect(t, d, "websocket")}
	d.stop()
	for _, c := range clients {
		c.hears(t, goesAway)
	}
	if err := <-d.ended; err != nil {
		t.Error(err)
	}
	if got := strings.Count(d.stderr.String(), `"msg":"disconnected"`); got != len(clients) {
		t.Errorf("the function is told of %d ends", got)
	}
}

// TestInterruptsOfMessages: a message in flight is waited for, and cut by the second interrupt. Its client is told at once that the desk
// goes away.
func TestInterruptsOfMessages(t *testing.T) {
	for _, twice := range []bool{false, true} {
		t.Run(fmt.Sprint("twice=", twice), func(t *testing.T) {
			t.Chdir(t.TempDir())
			buildOrders(t, "one")
			d := startSockets(t, "bootstrap")
			c := connect(t, d, "sockets")
			c.say(t, "/held")
			waitForFile(t, "taken")
			d.stop()
			c.hears(t, goesAway)
			waitForLog(t, d, "local: waiting for ")
			want := "<nil>"
			if twice {
				d.cut()
				want = "requests in flight were cut"
			} else {
				write(t, "go", "")
			}
			if err := <-d.ended; fmt.Sprint(err) != want {
				t.Errorf("error %v, want %s", err, want)
			}
		})
	}
}

// TestPrintedSigned: the URL that is printed for AWS_IAM opens a connection by itself.
func TestPrintedSigned(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "contract.yaml", socketsContract())
	write(t, "signed.yaml", `name: signed
gateway: WEBSOCKET
authorization: AWS_IAM
localCallers:
  - accessKeyId: AKIALOCALADMIN000001
    secretAccessKey: local-admin-secret-not-secret
    arn: arn:aws:iam::123456789012:user/admin
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "execute-api:Invoke", Resource: "*"}]}
`)
	buildOrders(t, "one")
	d := start(t, desk.Config{Contract: "contract.yaml", Modes: []string{"signed.yaml"}, Functions: []desk.Function{{Name: "orders", Where: "bootstrap"}}, Environ: append(os.Environ(), "AWS_REGION=eu-west-1")})
	printed := regexp.MustCompile(`(?m)^  npx wscat -c '(ws:[^']+)'$`).FindStringSubmatch(d.greeting)
	if printed == nil {
		t.Fatal(d.greeting)
	}
	for url, want := range map[string]int{printed[1]: 101, strings.Replace(printed[1], "Signature=", "Signature=0", 1): 403} {
		c, response, err := websocket.Dial(t.Context(), url, nil)
		if response == nil || response.StatusCode != want {
			t.Errorf("%s: %v, error %v", url, response, err)
		}
		if err == nil {
			c.CloseNow()
		}
	}
}

// TestPrintedPost pastes the command by which a backend sends to a connection.
func TestPrintedPost(t *testing.T) {
	t.Parallel()
	testtools.AWSCLI(t)
	d := start(t, desk.Config{Environ: append(os.Environ(), "AWS_REGION=eu-west-1")})
	c := connect(t, d, "websocket")
	connected := regexp.MustCompile(`"connectionId":"([^"]+)"`)
	waitForLog(t, d, `"eventType":"CONNECT"`)
	id := connected.FindStringSubmatch(d.stderr.String())[1]
	printed := regexp.MustCompile(`(?m)^  (echo .* post-to-connection .*) ID$`).FindStringSubmatch(d.greeting)
	if printed == nil {
		t.Fatal(d.greeting)
	}
	if output, err := exec.Command(testtools.Command(t, "sh", "a POSIX shell is needed to paste the printed commands"), "-c", printed[1]+" "+id).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}
	c.hears(t, `{"hello":"you"}`)
}

// TestWatchPlansOfSockets changes the usage plan of a WebSocket API: it counts who connects, and its keys are as the file says.
func TestWatchPlansOfSockets(t *testing.T) {
	t.Chdir(t.TempDir())
	buildOrders(t, "one")
	write(t, "contract.yaml", socketsContract())
	mode := func(limit int, key string) string {
		return strings.Replace(fmt.Sprintf(countedMode, limit, key), "gateway: REST", "gateway: WEBSOCKET", 1)
	}
	write(t, "counted.yaml", mode(1, "local-demo-key-one-not-secret"))
	d := start(t, desk.Config{Watch: true, Contract: "contract.yaml", Modes: []string{"counted.yaml"}, Functions: []desk.Function{{Name: "orders", Where: "bootstrap"}}})
	connects := func(key string, want int) {
		t.Helper()
		c, response, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(d.url, "http")+"/counted", &websocket.DialOptions{HTTPHeader: http.Header{"X-Api-Key": {key}}})
		if response == nil || response.StatusCode != want {
			t.Errorf("%s: %v, error %v, want %d", key, response, err, want)
		}
		if err == nil {
			c.CloseNow()
		}
	}
	connects("local-demo-key-one-not-secret", 101)
	connects("local-demo-key-one-not-secret", 429)
	write(t, "counted.yaml", mode(2, "local-demo-key-two-not-secret"))
	waitForLogs(t, d, "local: reloaded counted.yaml\n", 1)
	connects("local-demo-key-one-not-secret", 403)
	connects("local-demo-key-two-not-secret", 101)
	connects("local-demo-key-two-not-secret", 101)
	connects("local-demo-key-two-not-secret", 429)
	write(t, "counted.yaml", mode(3, "local-demo-key-two-not-secret"))
	waitForLogs(t, d, "local: reloaded counted.yaml\n", 2)
	connects("local-demo-key-two-not-secret", 101)
	connects("local-demo-key-two-not-secret", 429)
}
