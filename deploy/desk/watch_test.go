package desk_test

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/desk"
)

const ordersContract = `openapi: 3.1.0
x-function: orders
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths:
  /held: {get: {security: []}}
  /orders: {get: {security: []}}
  /guarded: {get: {security: [bearer: [orders/read]]}}
`

const ordersMode = `name: own
gateway: REST
authorization: TOKEN
authorizer: {function: token, identitySource: method.request.header.Authorization}
`

// ordersFunction answers with its version. For /held it makes the file "taken" with the id of its process, and answers when "go" is there.
const ordersFunction = `package main

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			os.Exit(1)
		}
		event, _ := io.ReadAll(next.Body)
		for held := strings.Contains(string(event), "/held"); held; time.Sleep(10 * time.Millisecond) {
			os.WriteFile("taken", []byte(strconv.Itoa(os.Getpid())), 0o644)
			_, err := os.Stat("go")
			held = err != nil
		}
		http.Post(api+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", strings.NewReader(%[1]q))
	}
}
`

// startOrders starts a desk that watches in a folder of its own, with a function that answers "one".
func startOrders(t *testing.T) *running {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, "contract.yaml", ordersContract)
	write(t, "own.yaml", ordersMode)
	buildOrders(t, "one")
	return start(t, desk.Config{Name: "portcullis local", Watch: true, Contract: "contract.yaml", Modes: []string{"own.yaml"}, Functions: []desk.Function{{Name: "orders", Where: "bootstrap"}}})
}

// TestWatchLetsRequestsFinish: a request in flight is answered by the function that it began with.
func TestWatchLetsRequestsFinish(t *testing.T) {
	d := startOrders(t)
	expect(t, d, "/own/orders", 200, "one")
	held := make(chan string, 1)
	go func() {
		status, body := get(t, d, "/own/held")
		held <- fmt.Sprint(status, body)
	}()
	waitForFile(t, "taken")
	buildOrders(t, "two")
	waitForLog(t, d, "local: reloaded bootstrap\n")
	expect(t, d, "/own/orders", 200, "two")
	write(t, "go", "")
	if got := <-held; got != "200one" {
		t.Errorf("the request in flight: %s", got)
	}
}

// TestWatch changes everything that is watched while the program runs: it reloads what is right, and keeps what it had
// where something is wrong.
func TestWatch(t *testing.T) {
	d := startOrders(t)
	wrong := func(file, text, reason string) {
		t.Helper()
		before := d.stderr.String()
		write(t, file, text)
		waitForLog(t, d, "portcullis local: "+reason)
		told := strings.TrimPrefix(d.stderr.String(), before)
		if line, _, _ := strings.Cut(told[strings.Index(told, "portcullis local: "):], "\n"); !strings.HasSuffix(line, "; what was there before stays") {
			t.Errorf("%s: %s", file, line)
		}
		expect(t, d, "/own/orders", 200, "one")
		expect(t, d, "/own/guarded", 401, `{"message":"Unauthorized"}`)
	}
	wrong("own.yaml", "name: own\ngateway: REST\nauthorisation: TOKEN\n", "own.yaml:3: authorisation: a mode has no such member")
	wrong("own.yaml", ordersMode+"throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /nowhere: {rateLimit: 1, burstLimit: 1}}}\n", "own.yaml:5: throttle.methods.GET /nowhere: want an operation of contract.yaml, which has none such")
	write(t, "own.yaml", ordersMode+"gatewayResponses: {MISSING_AUTHENTICATION_TOKEN: {statusCode: 404}}\n")
	waitForLog(t, d, "portcullis local: reloaded own.yaml\n")
	expect(t, d, "/own/nowhere", 404, `{"message":"Missing Authentication Token"}`)

	wrong("contract.yaml", strings.Replace(ordersContract, "security: []", "tags: []", 1), "contract.yaml:5: GET /held: no `security`")
	const grant = "grant_type=client_credentials&client_id=local-machine&client_secret=local-machine-secret&scope=orders/more"
	if status, body := send(t, d, "POST", "/_cognito/oauth2/token", grant, formType); status != 400 {
		t.Errorf("a scope that the contract does not have yet: %d %s", status, body)
	}
	write(t, "contract.yaml", ordersContract+"  /more: {get: {security: []}}\n  /most: {get: {security: [bearer: [orders/more]]}}\n")
	waitForLog(t, d, "local: reloaded contract.yaml\n")
	expect(t, d, "/own/more", 200, "one")
	_, answer := send(t, d, "POST", "/_cognito/oauth2/token", grant, formType)
	_, token, _ := strings.Cut(answer, `"access_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	if status, body := send(t, d, "GET", "/own/most", "", "Authorization: Bearer "+token); status != 200 {
		t.Errorf("a new scope: %d %s, %s", status, body, answer)
	}

	os.Remove("bootstrap")
	wrong("bootstrap", "#!/bin/sh\nexit 3\n", `--function "orders=bootstrap": `)
}

const countedMode = `name: counted
gateway: REST
authorization: NONE
apiKeyRequired: true
usagePlan:
  quota: {limit: %d, period: MONTH}
  localKeys: [{name: demo, value: %s}]
`

// TestWatchPlans changes a mode's usage plan: keys that clients made stay with what they have used, and local ones are as
// the file says.
func TestWatchPlans(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "contract.yaml", strings.Replace(ordersContract, "{get: {security: []}}", "{get: {security: [bearer: [orders/read]]}}", 2))
	write(t, "counted.yaml", fmt.Sprintf(countedMode, 1, "local-demo-key-one-not-secret"))
	orders := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `{"statusCode":200}`) }))
	defer orders.Close()
	d := start(t, desk.Config{Watch: true, Contract: "contract.yaml", Modes: []string{"counted.yaml"}, Functions: []desk.Function{{Name: "orders", Where: orders.URL}}})
	call := func(key string, want int) {
		t.Helper()
		if status, body := send(t, d, "GET", "/counted/orders", "", "X-Api-Key: "+key); status != want {
			t.Errorf("%s: %d %s, want %d", key, status, body, want)
		}
	}
	const made = "a-key-that-a-client-made"
	status, body := send(t, d, "POST", "/_aws/apikeys", `{"name":"made","value":"`+made+`","enabled":true}`)
	_, id, _ := strings.Cut(body, `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	if joined, answer := send(t, d, "POST", "/_aws/usageplans/counted/keys", `{"keyId":"`+id+`","keyType":"API_KEY"}`); status != 201 || joined != 201 {
		t.Fatal(status, body, joined, answer)
	}
	for _, key := range []string{made, "local-demo-key-one-not-secret"} {
		call(key, 200)
		call(key, 429)
	}
	write(t, "counted.yaml", fmt.Sprintf(countedMode, 2, "local-demo-key-two-not-secret"))
	waitForLog(t, d, "local: reloaded counted.yaml\n")
	call(made, 200)
	call(made, 429)
	call("local-demo-key-one-not-secret", 403)
	call("local-demo-key-two-not-secret", 200)

	// A key of the file cannot have the value of one that a client made: nothing changes, not even what is used.
	call("local-demo-key-two-not-secret", 200)
	call("local-demo-key-two-not-secret", 429)
	write(t, "counted.yaml", fmt.Sprintf(countedMode, 3, made))
	waitForLog(t, d, "local: mode counted: the key demo: usage: API key: API Key already exists; what was there before stays\n")
	call(made, 429)
	call("local-demo-key-two-not-secret", 429)
	write(t, "counted.yaml", fmt.Sprintf(countedMode, 4, "local-demo-key-two-not-secret"))
	waitForLogs(t, d, "local: reloaded counted.yaml\n", 2)
	call("local-demo-key-two-not-secret", 200)
	call(made, 200)

	// The plan stays, and a key of the file has another value.
	write(t, "counted.yaml", fmt.Sprintf(countedMode, 4, "local-demo-key-three-not-secret"))
	waitForLogs(t, d, "local: reloaded counted.yaml\n", 3)
	call("local-demo-key-two-not-secret", 403)
	call("local-demo-key-three-not-secret", 200)
}

// TestWatchBuilds changes the module's sources: the functions are built anew, and users stay.
func TestWatchBuilds(t *testing.T) {
	copyModule(t, t.TempDir())
	d := start(t, desk.Config{Exec: true, Watch: true, Modes: []string{"deploy/modes/rest-api-key.yaml"}})
	create := func(id, want string) {
		t.Helper()
		if status, body := send(t, d, "POST", "/rest-api-key/users", `{"id":"`+id+`","name":"Ada"}`, demoKey); status != 201 || !strings.Contains(body, want) {
			t.Errorf("%d %s, want %q", status, body, want)
		}
	}
	create("7", "User created")
	source := "api/users/operations.go"
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	write(t, source, strings.ReplaceAll(string(text), "User created", "User made"))
	waitForLog(t, d, "local: reloaded "+source+"\n")
	create("8", "User made")
	if status, body := send(t, d, "GET", "/rest-api-key/users/7", "", demoKey); status != 200 {
		t.Errorf("the user from before the change: %d %s", status, body)
	}
	write(t, source, string(text)+"}")
	waitForLog(t, d, "local: build users: ")
	waitForLog(t, d, "operations.go:")
	create("9", "User made")
}

func waitForFile(t *testing.T, file string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not come", file)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// buildOrders puts a function that answers with a text in the place of the one that is there.
func buildOrders(t *testing.T, answer string) {
	t.Helper()
	write(t, "main.go", fmt.Sprintf(ordersFunction, fmt.Sprintf(`{"statusCode":200,"body":%q}`, answer)))
	if output, err := exec.Command("go", "build", "-o", "next", "main.go").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if err := os.Rename("next", "bootstrap"); err != nil {
		t.Fatal(err)
	}
}

// copyModule goes to a folder with what of the module the functions are built from.
func copyModule(t *testing.T, folder string) {
	t.Helper()
	for _, part := range []string{"go.mod", "go.sum", "api", "authorizers", "policy", "deploy/modes"} {
		err := filepath.WalkDir(filepath.Join("../..", part), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			copied := filepath.Join(folder, strings.TrimPrefix(path, "../../"))
			if err := os.MkdirAll(filepath.Dir(copied), 0o755); err != nil {
				return err
			}
			return os.WriteFile(copied, text, 0o644)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(folder)
}

// expect makes a call whose answer is known.
func expect(t *testing.T, d *running, path string, status int, body string) {
	t.Helper()
	if gotStatus, gotBody := get(t, d, path); gotStatus != status || gotBody != body {
		t.Errorf("%s: %d %s, want %d %s", path, gotStatus, gotBody, status, body)
	}
}

func get(t *testing.T, d *running, path string) (int, string) { return send(t, d, "GET", path, "") }

const formType = "Content-Type: application/x-www-form-urlencoded"

const demoKey = "X-Api-Key: local-demo-key-not-secret"

func send(t *testing.T, d *running, method, path, body string, header ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, d.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return response.StatusCode, string(text)
}

// TestWatchFiles changes a file that the contract refers to: what is wrong there is told with its name, and what is right is served.
func TestWatchFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "contract.yaml", strings.Replace(ordersContract, "{get: {security: [bearer: [orders/read]]}}", "{$ref: paths/guarded.yaml}", 1))
	const guarded = "get: {security: [bearer: [orders/read]]}\n"
	if err := os.Mkdir("paths", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, "paths/guarded.yaml", guarded)
	write(t, "own.yaml", ordersMode)
	orders := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `{"statusCode":200,"body":"one"}`) }))
	defer orders.Close()
	d := start(t, desk.Config{Name: "portcullis local", Watch: true, Contract: "contract.yaml", Modes: []string{"own.yaml"}, Functions: []desk.Function{{Name: "orders", Where: orders.URL}}})
	expect(t, d, "/own/guarded", 401, `{"message":"Unauthorized"}`)

	const stays = "; what was there before stays\n"
	write(t, "paths/guarded.yaml", "\nget: {securty: []}\n")
	waitForLog(t, d, `paths/guarded.yaml:2: GET /guarded: "securty" is no member that a contract has there; did you mean security?`+stays)
	expect(t, d, "/own/guarded", 401, `{"message":"Unauthorized"}`)
	if err := os.Remove("paths/guarded.yaml"); err != nil {
		t.Fatal(err)
	}
	waitForLog(t, d, `contract.yaml:7: $ref: "paths/guarded.yaml": there is no paths/guarded.yaml`+stays)
	expect(t, d, "/own/guarded", 401, `{"message":"Unauthorized"}`)
	write(t, "paths/guarded.yaml", "get: {security: []}\n")
	waitForLog(t, d, "portcullis local: reloaded paths/guarded.yaml\n")
	expect(t, d, "/own/guarded", 200, "one")
}
