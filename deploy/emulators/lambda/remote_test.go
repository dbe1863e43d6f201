package lambda_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portcullis/deploy/emulators/lambda"
)

// TestRemote: what an address answers, and what the function's caller gets of it.
func TestRemote(t *testing.T) {
	tests := []struct {
		name, header, body string
		status             int
		answer, err        string
	}{
		{"an answer", "", `{"statusCode":200}`, 200, `{"statusCode":200}`, ""},
		{"an answer that is no JSON", "", `hello`, 200, "hello", ""},
		{"another 2xx", "", `{}`, 202, "{}", ""},
		{"a message alone is an answer", "", `{"errorMessage":"Unauthorized"}`, 200, `{"errorMessage":"Unauthorized"}`, ""},
		{"a failure", "Unhandled", `{"errorMessage":"no table","errorType":"errorString"}`, 200, "", "no table"},
		{"unauthorized, to the letter", "Unhandled", `{"errorMessage":"Unauthorized","errorType":"errorString"}`, 200, "", "Unauthorized"},
		{"the emulator's failure, without the header", "", `{"errorType":"Error","errorMessage":"Unauthorized","trace":[]}`, 200, "", "Unauthorized"},
		{"a failure without a type", "Unhandled", `{"errorMessage":"Unauthorized"}`, 200, "", "Unauthorized"},
		{"a failure without a message", "Unhandled", `oh`, 200, "", "the function failed without an errorMessage"},
		{"a message that is no text", "Unhandled", `{"errorMessage":1}`, 200, "", "the function failed without an errorMessage"},
		{"a status is no answer", "", `{"statusCode":200}`, 500, "", "answers 500 Internal Server Error"},
		{"a status is not 401 either", "", `Unauthorized`, 401, "", "answers 401 Unauthorized"},
		{"a redirection is not followed", "", ``, 307, "", "answers 307 Temporary Redirect"},
		{"too large", "", strings.Repeat("x", 6<<20+1024), 200, "", "exceeded maximum allowed payload size"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if test.header != "" {
					w.Header().Set("X-Amz-Function-Error", test.header)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			answer, err := invokeRemote(t, address+"/orders")
			if string(answer) != test.answer || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("%.80q, %v", answer, err)
			}
			if test.err == "Unauthorized" && err.Error() != "Unauthorized" {
				t.Errorf("%v", err)
			}
			if err != nil && !errors.As(err, new(*lambda.Error)) {
				t.Errorf("%T", err)
			}
		})
	}
}

// TestRemoteGetsTheEvent: as a POST, at the address or at the emulator's path.
func TestRemoteGetsTheEvent(t *testing.T) {
	for path, want := range map[string]string{
		"":             "/2015-03-31/functions/function/invocations",
		"/":            "/2015-03-31/functions/function/invocations",
		"/orders?a=%2": "/orders?a=%2",
		"/a/":          "/a/",
	} {
		var got string
		address := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = r.Method + " " + r.RequestURI + " " + string(body)
		})
		if _, err := invokeRemote(t, address+path); err != nil {
			t.Error(err)
		}
		if got != "POST "+want+` {"a":1}` {
			t.Errorf("%q: %s", path, got)
		}
	}
}

func TestRemoteRefuses(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:9000", "ftp://example.com", "http://", "http://user:secret@example.com/", "http://example.com/#a", "://"} {
		if _, err := lambda.NewRemote(lambda.RemoteConfig{Name: "orders", URL: address}); err == nil || !strings.Contains(err.Error(), "function orders: want an http or https URL") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestRemoteThatIsGone: nobody there is neither an answer nor a refusal.
func TestRemoteThatIsGone(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if answer, err := invokeRemote(t, server.URL); err == nil || errors.As(err, new(*lambda.Error)) {
		t.Errorf("%s, %v", answer, err)
	}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func invokeRemote(t *testing.T, address string) ([]byte, error) {
	t.Helper()
	remote, err := lambda.NewRemote(lambda.RemoteConfig{Name: "orders", URL: address})
	if err != nil {
		t.Fatal(err)
	}
	return remote.Invoke(context.Background(), []byte(`{"a":1}`))
}
