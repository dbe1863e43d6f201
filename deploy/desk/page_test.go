package desk_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/desk"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/cognito/cognitotest"
	"portcullis/deploy/testtools"
)

// TestPage looks at the page with a real browser: it shows what runs, and a call from it reaches the API.
func TestPage(t *testing.T) {
	browser := testtools.Chromium(t)
	d := start(t, desk.Config{})
	for _, test := range []struct{ query, want string }{
		{"", "rest-token"},
		{"?as=admin", "200 OK"},
		{"?as=nobody", "401 Unauthorized\n{\"message\":\"Unauthorized\"}"},
		{"?as=stranger", "401 Unauthorized\n{\"error\":\"Invalid credentials\"}"},
		{"?as=newcomer", "NEW_PASSWORD_REQUIRED"},
	} {
		wantOnPage(t, browser, d.url+"/"+test.query, test.want)
	}
}

// TestPageOfOwnAPI: where the API has no POST /tokens, the page signs in at the issuer.
func TestPageOfOwnAPI(t *testing.T) {
	browser := testtools.Chromium(t)
	contract := filepath.Join(t.TempDir(), "api.yaml")
	text := "openapi: 3.1.0\nx-function: users\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\n" +
		"paths: {/users: {get: {security: [{bearer: [users/read]}]}}}\n"
	if err := os.WriteFile(contract, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, desk.Config{Contract: contract, Modes: []string{"../modes/rest-token.yaml"}})
	wantOnPage(t, browser, d.url+"/?as=admin", "200 OK\n{\"users\":[]}")
	wantOnPage(t, browser, d.url+"/?as=stranger", "400 Bad Request\n{\"__type\":\"NotAuthorizedException\"")
	wantOnPage(t, browser, d.url+"/?as=newcomer", "NEW_PASSWORD_REQUIRED")
}

// wantOnPage looks for a text in what the page shows.
func wantOnPage(t *testing.T, browser, address, want string) {
	t.Helper()
	body, _, _ := strings.Cut(lookAt(t, browser, address), "<script>")
	if !strings.Contains(body, want) {
		t.Errorf("%s: no %q in the page\n%s", address, want, body)
	}
}

// TestPageSignIn signs in, renews and signs out on the page, by what its forms offer.
func TestPageSignIn(t *testing.T) {
	browser := testtools.Chromium(t)
	d := start(t, desk.Config{})
	secret := cognito.Demo()[1].TOTPSecret
	for name, steps := range map[string]string{
		"wrong password": `
			await enter("admin", "guessed", "401 Unauthorized\n{\"error\":\"Invalid credentials\"}");
			await press("try", "401 Unauthorized");
			await enter("admin", "Passw0rd!", "accessToken");
			await press("try", "200 OK");`,
		"new password": `
			await enter("newcomer", "Passw0rd!", "NEW_PASSWORD_REQUIRED");
			await answer("newPassword", "short", "400 Bad Request");
			await answer("newPassword", "Passw0rd!2", "accessToken");
			await press("try", "403 Forbidden");`,
		"software token": `
			await enter("mfa", "Passw0rd!", "SOFTWARE_TOKEN_MFA");
			await answer("code", "none", "400 Bad Request");
			await answer("code", "` + cognitotest.TOTP(secret, time.Now()) + `", "accessToken");
			await press("try", "403 Forbidden");`,
		"life of a token": `
			$("mode").selectedIndex = 1;
			await enter("reader", "Passw0rd!", "refreshToken");
			await press("refresh", "200 OK");
			await press("try", "200 OK");
			await press("sign-out", "200 OK");
			await press("refresh", "401 Unauthorized");`,
	} {
		t.Run(name, func(t *testing.T) {
			wantDone(t, lookAt(t, browser, drive(t, d.url, steps)))
		})
	}
}

// TestPageSockets connects on the page, sends, and sees what comes in.
func TestPageSockets(t *testing.T) {
	browser := testtools.Chromium(t)
	tests := []struct {
		name   string
		config desk.Config
		steps  string
	}{
		{"nobody", desk.Config{}, `await press("connect", "refused;", "frames");`},
		{"who is not connected", desk.Config{}, `await press("send", "not connected", "frames");`},
		{"who signed in", desk.Config{}, `
			await enter("reader", "Passw0rd!", "accessToken");
			await press("connect", "connected, by the subprotocol token", "frames");
			await press("send", '> {"action":"whoami"}\n< {"action":"whoami","sub":"a0000000-0000-4000-8000-000000000002"', "frames");
			$("message").value = "hello";
			await press("send", '< {"message": "Forbidden"', "frames");
			await press("close", "closed: 1000", "frames");
			await press("send", "not connected", "frames");`},
		{"twice", desk.Config{}, `
			await enter("admin", "Passw0rd!", "accessToken");
			await press("connect", "connected", "frames");
			await press("connect", "closed: 1000", "frames");
			await until("closed: 1000 \nconnected, by", "frames");
			await press("send", '"sub":"a0000000-0000-4000-8000-000000000001"', "frames");`},
		{"another subprotocol", desk.Config{Modes: []string{"../modes/websocket.yaml"}, Environ: append(os.Environ(), "TOKEN_SOURCES=bearer,protocol:bearer-token")}, `
			await enter("admin", "Passw0rd!", "AccessToken");
			await press("connect", "connected, by the subprotocol bearer-token", "frames");`},
		{"no subprotocol", desk.Config{Environ: append(os.Environ(), "TOKEN_SOURCES=bearer")}, `if ($("connect")) throw new Error("the page offers to connect");`},
		{"a WebSocket API alone", desk.Config{Modes: []string{"../modes/websocket.yaml"}}, `
			await enter("admin", "Passw0rd!", "AccessToken");
			await press("connect", "connected, by the subprotocol token", "frames");
			await press("send", '"sub":"a0000000-0000-4000-8000-000000000001"', "frames");`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := start(t, test.config)
			wantDone(t, lookAt(t, browser, drive(t, d.url, test.steps)))
		})
	}
}

// wantDone makes sure that all steps of a page were gone through.
func wantDone(t *testing.T, page string) {
	t.Helper()
	if !strings.Contains(page, "<title>done</title>") {
		body, _, _ := strings.Cut(page, "<script>")
		t.Errorf("the steps do not lead to the end:\n%s", body)
	}
}

// lookAt gives the page as a browser has it when everything on it has run.
func lookAt(t *testing.T, browser, address string, more ...string) string {
	t.Helper()
	page, err := testtools.Browser(t.Context(), t, browser, append(more, "--virtual-time-budget=20000", "--dump-dom", address)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// driver does what a person does: it fills in and presses, and waits for the answer. The title tells
// what went wrong.
const driver = `
	let errors = "";
	for (const kind of ["error", "unhandledrejection"]) addEventListener(kind, e => { document.title = errors += e.message || e.reason; });
	async function until(want, where) {
		for (let i = 0; i < 500; i++, await new Promise(next => setTimeout(next, 20))) {
			if ($(where).textContent.includes(want)) return;
			await fetch("/?again=" + i); // the browser's clock goes on while it waits for a connection, and stands while it fetches
		}
		throw new Error("no " + want + " but " + $(where).textContent);
	}
	async function press(id, want, where = "result") {
		$(where).textContent = "";
		const pressed = $(id);
		if (pressed.hidden || pressed.disabled) throw new Error(id + " cannot be used");
		pressed.requestSubmit ? pressed.requestSubmit() : pressed.click();
		await until(want, where);
	}
	async function enter(username, password, want) {
		$("username").value = username;
		$("password").value = password;
		await press("sign-in", want);
	}
	async function answer(name, value, want) {
		$("challenge").elements[name].value = value;
		await press("challenge", want);
	}
`

// drive serves the site with a page that goes through the steps, and gives the address.
func drive(t *testing.T, site, steps string) string {
	t.Helper()
	return driveOver(t, http.DefaultTransport, site, steps)
}

// driveOver is drive with a transport to the site. The page is served over https where the site is.
func driveOver(t *testing.T, transport http.RoundTripper, site, steps string) string {
	t.Helper()
	to, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf(`<script>%s(async () => {%s
		document.title = errors || "done"; })();</script>`, driver, steps)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.Transport = transport
	proxy.ModifyResponse = func(response *http.Response) error {
		if response.Request.URL.Path != "/" {
			return nil
		}
		page, err := io.ReadAll(response.Body)
		page = append(page, script...)
		response.Body = io.NopCloser(bytes.NewReader(page))
		response.Header.Set("Content-Length", strconv.Itoa(len(page)))
		return err
	}
	server := httptest.NewUnstartedServer(proxy)
	if to.Scheme == "https" {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server.URL
}
