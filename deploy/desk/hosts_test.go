package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"portcullis/deploy/desk"
)

// TestHosts: a page under a name of its own cannot call what is here, whatever the path and the mode.
func TestHosts(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Hosts: []string{"Desk.example"}})
	tests := []struct {
		host   string
		served bool
	}{
		{"127.0.0.1", true},
		{"127.0.0.1:8080", true},
		{"[::1]:8080", true},
		{"192.0.2.7:80", true},
		{"localhost", true},
		{"LOCALHOST:8080", true},
		{"localhost.", true},
		{"a.b.localhost:1", true},
		{"host.docker.internal:8080", true},
		{"desk.example:8080", true},
		{"DESK.EXAMPLE", true},
		{"evil.example", false},
		{"localhost.evil.example", false},
		{"evillocalhost", false},
		{"127.0.0.1.evil.example", false},
		{"desk.example.evil.example", false},
		{"a.desk.example", false},
		{"docker.internal", false},
		{"1", false},
	}
	for _, test := range tests {
		for _, path := range []string{"/", "/_desk", "/_aws", "/_cognito/oauth2/token", "/rest-token/users"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Host = test.host
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if refused := answer.StatusCode == http.StatusMisdirectedRequest; refused == test.served {
				t.Errorf("%s of the host %s: status %d", path, test.host, answer.StatusCode)
			}
		}
	}
	if want := `a request is refused: the host "evillocalhost" is not served here: call it localhost`; !strings.Contains(d.stderr.String(), want) {
		t.Errorf("nobody is told of what is refused: want %s in\n%s", want, d.stderr.String())
	}
}
