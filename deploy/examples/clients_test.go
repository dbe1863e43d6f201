package examples_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"portcullis/deploy/desk"
	"portcullis/deploy/internal/process"
	"portcullis/deploy/testtools"
)

// startDesk serves the users API on a desk of its own, and gives its address.
func startDesk(t *testing.T) (address string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	greeting, stdout := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- desk.Run(ctx, ctx, desk.Config{Addr: "127.0.0.1:0", Environ: os.Environ(), Stdout: stdout})
		stdout.Close()
	}()
	t.Cleanup(func() { stop(); <-ended })
	if _, err := fmt.Fscanf(greeting, "Portcullis at %s\n", &address); err != nil {
		t.Fatalf("the desk does not start: %v", err)
	}
	go io.Copy(io.Discard, greeting)
	return strings.TrimSuffix(address, "/")
}

// disturbance is an answer that takes the place of the API's, once.
type disturbance struct {
	request string // METHOD PATH
	status  int
}

// disturbed is the API of a desk, whose answers to the first requests of some kinds are others, one after the other. Those that no request
// met fail the test. asked tells how many requests of a kind there were.
func disturbed(t *testing.T, api string, disturbances ...disturbance) (address string, asked func(request string) int) {
	t.Helper()
	all, counts := slices.Clone(disturbances), map[string]int{}
	proxy := testtools.Proxy(t, api)
	var lock sync.Mutex
	address = testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := r.Method + " " + r.URL.Path
		lock.Lock()
		counts[request]++
		at := slices.IndexFunc(all, func(d disturbance) bool { return d.request == request })
		var status int
		if at >= 0 {
			status = all[at].status
			all = slices.Delete(all, at, at+1)
		}
		lock.Unlock()
		if status == 0 {
			proxy.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(status)
		io.WriteString(w, `{"error":"made by a test"}`)
	}))
	t.Cleanup(func() {
		lock.Lock()
		defer lock.Unlock()
		for _, d := range all {
			t.Errorf("%s is not asked again after a refusal", d.request)
		}
	})
	return address, func(request string) int {
		lock.Lock()
		defer lock.Unlock()
		return counts[request]
	}
}

// program makes an example's folder ready, and gives the command for one of its recipes.
type program func(t *testing.T, dir string) (command []string)

// nodeProgram is of one that uses packages, and plainNodeProgram of one that does not.
func nodeProgram(file string) program {
	return func(t *testing.T, dir string) []string { return []string{testtools.NodePackage(t, dir), file} }
}

func plainNodeProgram(file string) program {
	return func(t *testing.T, _ string) []string {
		return []string{testtools.Command(t, "node", "install Node.js"), file}
	}
}

func goProgram(pkg string) program {
	return func(t *testing.T, dir string) []string {
		testtools.GoModules(t, dir)
		return slices.Concat([]string{"go", "run"}, testtools.BuildFlags(), []string{pkg})
	}
}

func pythonProgram(file, howToGet string, modules ...string) program {
	return func(t *testing.T, _ string) []string {
		return []string{testtools.Python(t, howToGet, modules...), file}
	}
}

func shellProgram(file string, parts ...string) program {
	return func(t *testing.T, _ string) []string {
		for _, part := range parts {
			testtools.Command(t, part, "apt-get install "+part)
		}
		return []string{testtools.Command(t, "sh", "a POSIX shell is needed to run the script"), file}
	}
}

// TestClients: the recipes hold against a desk, each from its own copy, and print no token. Through POST /tokens they come again when
// the API asks them to, and renew the tokens when one is not taken any more.
func TestClients(t *testing.T) {
	throttled := []disturbance{{"POST /tokens", http.StatusServiceUnavailable}, {"GET /users", http.StatusTooManyRequests}}
	ended := append(slices.Clone(throttled), disturbance{"GET /users", http.StatusUnauthorized})
	endedForTwo := append(slices.Clone(ended), disturbance{"GET /users/nobody", http.StatusUnauthorized}, disturbance{"GET /users/nobody", http.StatusUnauthorized})
	for _, recipe := range []struct {
		folder, name string
		program      program
		disturbances []disturbance
		challenged   bool // it meets an account that is asked for a new password
		renewals     int  // how often the API is asked to renew tokens; 0: not counted
	}{
		{"node", "tokens", plainNodeProgram("tokens.js"), endedForTwo, true, 6},
		{"node", "cognito", nodeProgram("cognito.js"), nil, true, 0},
		{"python", "tokens", pythonProgram("tokens.py", "apt-get install python3", "urllib.request"), ended, true, 0},
		{"python", "cognito", pythonProgram("cognito.py", "pip install boto3, or apt-get install python3-boto3", "boto3"), nil, false, 0},
		{"go", "tokens", goProgram("./tokens"), ended, true, 0},
		{"go", "cognito", goProgram("./cognito"), nil, false, 0},
		{"shell", "tokens", shellProgram("tokens.sh", "curl", "jq"), throttled, false, 0},
		{"shell", "cognito", shellProgram("cognito.sh", "curl", "jq", "aws"), nil, false, 0},
	} {
		t.Run(recipe.folder+"/"+recipe.name, func(t *testing.T) {
			t.Parallel()
			dir := copied(t, "clients/"+recipe.folder)
			command := recipe.program(t, dir)
			address := startDesk(t)
			api, asked := disturbed(t, address+"/rest-token", recipe.disturbances...)
			output := run(t, dir, []string{
				"API=" + api, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
				"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=" + address + "/_cognito",
			}, command[0], command[1:]...)
			if strings.Count(output, "ok  ") < 5 || strings.Contains(output, "eyJ") {
				t.Errorf("not all is done, or a token is printed:\n%s", output)
			}
			if renewals := asked("POST /tokens/refresh"); recipe.renewals > 0 && renewals != recipe.renewals {
				t.Errorf("tokens were renewed %d times, want %d", renewals, recipe.renewals)
			}
			if challenged.MatchString(output) != recipe.challenged {
				t.Errorf("asked for a new password: %v, want %v\n%s", !recipe.challenged, recipe.challenged, output)
			}
		})
	}
}

// challenged is how recipes say that an account was asked for a new password.
var challenged = regexp.MustCompile(`asked for:? (NEW_PASSWORD_REQUIRED|a new password)`)

// presser fills in the form of the page in the browser's folder, presses a button, waits for the end, and sends what is on the page.
const presser = `<script>onload = async () => {
	const form = document.getElementById("form"), steps = document.getElementById("steps");
	const filledIn = {api: "ADDRESS/rest-token", endpoint: "ADDRESS/_cognito", password: "Passw0rd!"};
	for (const id in filledIn) form.elements[id].value = filledIn[id];
	form.requestSubmit(document.querySelector("button[value=RECIPE]"));
	while (!/WRONG|all as/.test(steps.textContent)) await new Promise(next => setTimeout(next, 20));
	await fetch("/shown", {method: "POST", body: steps.textContent});
};</script>`

// TestBrowser presses both buttons of the page with a real browser, which is on another origin than the desk.
func TestBrowser(t *testing.T) {
	browser := testtools.Chromium(t)
	dir := copied(t, "clients/browser")
	testtools.NodePackage(t, dir)
	run(t, dir, nil, "npm", "run", "build")
	page := content(t, filepath.Join(dir, "index.html"))
	for _, recipe := range []string{"tokens", "amplify"} {
		t.Run(recipe, func(t *testing.T) {
			script := strings.NewReplacer("ADDRESS", startDesk(t), "RECIPE", recipe).Replace(presser)
			shown := make(chan string, 1)
			site := http.NewServeMux()
			site.Handle("GET /", http.FileServer(http.Dir(dir)))
			site.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.Write(append(bytes.Clone(page), script...)) })
			site.HandleFunc("POST /shown", func(_ http.ResponseWriter, r *http.Request) {
				text, _ := io.ReadAll(r.Body)
				shown <- string(text)
			})
			ended := open(t, browser, testtools.Serve(t, site)+"/")
			select {
			case steps := <-shown:
				ended := strings.HasSuffix(steps, "all as it should be\n")
				if !ended || strings.Contains(steps, "eyJ") || challenged.MatchString(steps) != (recipe == "amplify") {
					t.Errorf("the recipe does not get to its end:\n%s", steps)
				}
			case err := <-ended:
				t.Fatalf("the browser has ended: %v", err)
			}
		})
	}
}

// open opens a page in a browser, which ends with the test.
func open(t *testing.T, browser, address string) (ended <-chan error) {
	t.Helper()
	command := testtools.Browser(context.Background(), t, browser, address)
	running, err := process.Start(command)
	if err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- <-running; close(stopped) }()
	t.Cleanup(func() {
		process.Kill(command)
		for range stopped {
		}
	})
	return stopped
}
