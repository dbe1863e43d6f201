package desk_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/desk"
	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/testtools"
)

// startSecure starts a desk that speaks https, and gives a client that trusts it.
func startSecure(t *testing.T, c desk.Config) (*running, *http.Client) {
	t.Helper()
	t.Setenv(localtls.Variable, t.TempDir())
	c.TLS = true
	d := start(t, c)
	if !strings.HasPrefix(d.url, "https://127.0.0.1:") {
		t.Fatal(d.greeting)
	}
	return d, &http.Client{Transport: localtls.Transport(os.Getenv)}
}

// TestPrintedCommandsTrust pastes what the greeting of a desk that speaks https prints into a shell that trusts nothing yet.
func TestPrintedCommandsTrust(t *testing.T) {
	testtools.Command(t, "curl", "install curl, the printed commands use it")
	d, _ := startSecure(t, desk.Config{})
	if strings.Contains(strings.ReplaceAll(d.greeting, "called by http://", ""), "http://") || strings.Contains(d.greeting, "ws://") {
		t.Errorf("not all is https:\n%s", d.greeting)
	}
	for _, part := range []string{"| AWS_ACCESS_KEY_ID=", " aws --ca-bundle ", "npx wscat --ca ", " -c wss://127.0.0.1:"} {
		if !strings.Contains(d.greeting, part) {
			t.Errorf("no %q in\n%s", part, d.greeting)
		}
	}
	os.Unsetenv(localtls.Variable) // the commands say it
	commands := slices.DeleteFunc(printedCommands(d.greeting), func(command string) bool {
		return strings.HasPrefix(command, "npx ") || strings.Contains(command, " ID")
	})
	want := []string{"201 Created", "200 OK", "200 OK", "201 Created", "200 OK", "200 OK", "200 OK", "200 OK", "200 OK"}
	for _, signIn := range []string{"login", "aws"} {
		t.Run(signIn, func(t *testing.T) {
			if signIn == "aws" {
				testtools.AWSCLI(t)
				want[0] = "409 Conflict"
			}
			time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) // tokens of the second of a sign-out are revoked
			got, output := paste(t, with(signIn, commands))
			if !slices.Equal(got, want) {
				t.Errorf("%q, want %q, of\n%s", got, want, output)
			}
			if !strings.Contains(output, `{"action":"whoami","sub":"a0000000-0000-4000-8000-000000000001"`) {
				t.Errorf("no answer to the message, of\n%s", output)
			}
		})
	}
}

// TestNodeClients: openid-client and aws-jwt-verify, which insist on https, work with a desk as they are.
func TestNodeClients(t *testing.T) {
	testtools.NodeModule(t, "openid-client", "6")
	node, env := testtools.NodeModule(t, "aws-jwt-verify", "5")
	d, _ := startSecure(t, desk.Config{})
	client := exec.Command(node, "testdata/client/openid-client.cjs", d.url+"/_cognito/us-east-1_local", "users/read")
	client.Env = append(env, "NODE_EXTRA_CA_CERTS="+filepath.Join(os.Getenv(localtls.Variable), "ca.pem"))
	if output, err := client.CombinedOutput(); err != nil || string(output) != "users/read\nJwtInvalidSignatureError\n" {
		t.Errorf("%v, %s", err, output)
	}
}

// TestSecureHeaders: functions get headers as clients wrote them.
func TestSecureHeaders(t *testing.T) {
	contract := filepath.Join(t.TempDir(), "api.yaml")
	if err := os.WriteFile(contract, []byte("openapi: 3.1.0\npaths: {/echo: {get: {security: []}}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	events := make(chan string, 1)
	function := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, _ := io.ReadAll(r.Body)
		events <- string(event)
		io.WriteString(w, `{"statusCode":200}`)
	}))
	d, client := startSecure(t, desk.Config{Contract: contract, Modes: []string{"../modes/rest-api-key.yaml"}, Functions: []desk.Function{{Where: function + "/"}}})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+"/rest-api-key/echo", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header["x-CUSTOM-name"] = []string{"a"}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	event := <-events
	for _, part := range []string{`"x-CUSTOM-name":"a"`, `"X-Forwarded-Proto":"https"`} {
		if !strings.Contains(event, part) {
			t.Errorf("no %s in %s", part, event)
		}
	}
}

// fetchingFunction answers with the status of the key set of the first issuer, and how many authorities its files hold.
const fetchingFunction = `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
)

func main() {
	var issuers []struct{ JWKSURI string }
	json.Unmarshal([]byte(os.Getenv("ISSUERS")), &issuers)
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			os.Exit(1)
		}
		told := issuers[0].JWKSURI
		if answer, err := http.Get(told); err != nil {
			told += ": " + err.Error()
		} else {
			told += " " + answer.Status
		}
		for _, variable := range []string{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"} {
			text, _ := os.ReadFile(os.Getenv(variable))
			told += fmt.Sprint(" ", strings.Count(string(text), "BEGIN CERTIFICATE"))
		}
		body, _ := json.Marshal(map[string]any{"statusCode": 200, "body": told})
		http.Post(api+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", strings.NewReader(string(body)))
	}
}
`

// TestGivenFunctionsTrust: a function of others that the desk starts fetches keys from it over https, and trusts all that it trusted before.
func TestGivenFunctionsTrust(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Go takes the variable on Linux and BSDs")
	}
	t.Chdir(t.TempDir())
	write(t, "main.go", fetchingFunction)
	if output, err := exec.Command("go", "build", "-o", "bootstrap", "main.go").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	write(t, "api.yaml", ordersContract)
	write(t, "own.yaml", ordersMode)
	const two = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
	write(t, "system.pem", two)
	write(t, "node.pem", two+two)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", filepath.Join(here, "system.pem"))
	t.Setenv("NODE_EXTRA_CA_CERTS", filepath.Join(here, "node.pem"))
	t.Setenv("REQUESTS_CA_BUNDLE", filepath.Join(here, "system.pem"))
	d, client := startSecure(t, desk.Config{Contract: "api.yaml", Modes: []string{"own.yaml"}, Functions: []desk.Function{{Name: "orders", Where: "bootstrap"}}})
	answer, err := client.Get(d.url + "/own/orders")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if want := d.url + "/_cognito/us-east-1_local/.well-known/jwks.json 200 OK 3 3 5"; err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
}

// TestSecureRefused: all that is wrong with options is told at once, before anything is made or served.
func TestSecureRefused(t *testing.T) {
	other := t.TempDir()
	if _, err := localtls.Load(localtls.Options{Folder: other, Host: "localhost"}); err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(other, "server.pem") // with its key
	folder := filepath.Join(t.TempDir(), "made")
	t.Setenv(localtls.Variable, folder)
	for _, test := range []struct {
		c    desk.Config
		want []string
	}{
		{desk.Config{TLSCert: "cert.pem", Addr: "127.0.0.1:0"}, []string{`--tls-cert "cert.pem": no such file or directory`, "--tls-key: is not there, and --tls-cert is"}},
		{desk.Config{TLSKey: "key.pem", TLS: true, Addr: "0.0.0.1:1", Hosts: []string{"a/b"}}, []string{"--addr", "--host", `--tls-key "key.pem": no such file`, "--tls-cert: is not there"}},
		{desk.Config{TLS: true, Addr: "127.0.0.1:0", Hosts: []string{"bücher.example"}}, []string{`--tls: no certificate is made for the host "bücher.example"`}},
		{desk.Config{TLS: true, Addr: "nowhere"}, []string{"--addr"}},
		{desk.Config{TLSCert: good, TLSKey: good, Addr: "nowhere", Hosts: []string{"a/b"}}, []string{"--addr", "--host"}},
		{desk.Config{TLSCert: good, TLSKey: good, Addr: "nowhere", Hosts: []string{"other.example"}}, []string{"--addr", "--tls-cert"}},
	} {
		c := test.c
		c.Environ = os.Environ()
		err := desk.Run(t.Context(), t.Context(), c)
		if !errors.As(err, new(*desk.OptionError)) {
			t.Errorf("%+v: %v", test.c, err)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != len(test.want) {
			t.Errorf("%q, want %q", lines, test.want)
		}
		for _, part := range test.want {
			if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, part) }) {
				t.Errorf("no %q in %q", part, lines)
			}
		}
		if _, err := os.Stat(folder); err == nil {
			t.Error("something was made")
		}
	}
}

// TestOwnCertificateNames: a desk calls itself by the host that its certificate is for: that of --addr, or else the first further one.
func TestOwnCertificateNames(t *testing.T) {
	t.Parallel()
	other := httptest.NewTLSServer(nil) // whose certificate is for 127.0.0.1 and *.example.com
	t.Cleanup(other.Close)
	pair := other.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		addr string
		more []string
		want string
	}{
		{"127.0.0.1:0", nil, "https://127.0.0.1:"},
		{":0", []string{"a.example.com"}, "https://127.0.0.1:"},
		{"localhost:0", []string{"A.example.com", "b.example.com"}, "https://a.example.com:"},
	} {
		d := start(t, desk.Config{Addr: test.addr, Hosts: test.more, TLSCert: certFile, TLSKey: keyFile})
		if !strings.HasPrefix(d.url, test.want) {
			t.Errorf("%s %s: %s, want %s", test.addr, test.more, d.url, test.want)
		}
		port := d.url[strings.LastIndex(d.url, ":"):]
		transport := other.Client().Transport.(*http.Transport).Clone()
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", "localhost"+port)
		}
		answer, err := (&http.Client{Transport: transport}).Get(d.url + "/_cognito/us-east-1_local/.well-known/openid-configuration")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if want := fmt.Sprintf(`"issuer":"%s/_cognito/us-east-1_local"`, d.url); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s, %v", want, text, err)
		}
		if want := "Its certificate is signed by nobody but itself. Programs trust it by what goes before them in a shell:"; !strings.Contains(d.greeting, want) {
			t.Errorf("no %s in %s", want, d.greeting)
		}
		if command := "SSL_CERT_FILE=" + certFile + " go run ./deploy/portcullis login "; !strings.Contains(d.greeting, command) {
			t.Errorf("no %s in %s", command, d.greeting)
		}
	}
}
