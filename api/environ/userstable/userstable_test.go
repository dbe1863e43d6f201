package userstable_test

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"portcullis/api/environ"
	"portcullis/api/environ/userstable"
	"portcullis/api/users"
)

// desk sets the AWS SDK's variables so that nothing of this machine's own configuration counts.
func desk(t testing.TB) {
	t.Helper()
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
}

// usersWith makes the handler with these variables.
func usersWith(t *testing.T, env map[string]string) (*users.Handler, error) {
	t.Helper()
	getenv := func(name string) string { return env[name] }
	handler, _, err := userstable.Users(t.Context(), getenv, slog.New(slog.DiscardHandler))
	return handler, err
}

func TestBadVariables(t *testing.T) {
	desk(t)
	cases := []struct {
		table, origins, region string
		name, value            string // of the variable that is named
	}{
		{"", "", "eu-west-1", "USERS_TABLE", ""},
		{"ab", "", "eu-west-1", "USERS_TABLE", "ab"},
		{"my table", "", "eu-west-1", "USERS_TABLE", "my table"},
		{":Memory:", "", "eu-west-1", "USERS_TABLE", ":Memory:"},
		{" :memory:", "", "eu-west-1", "USERS_TABLE", " :memory:"},
		{strings.Repeat("a", 256), "", "eu-west-1", "USERS_TABLE", strings.Repeat("a", 256)},
		{"users", "", "", "AWS_REGION", ""},
		{":memory:", "app.example.com", "eu-west-1", "ALLOWED_ORIGINS", "app.example.com"},
		{":memory:", "https://a.example,https://b.example/", "eu-west-1", "ALLOWED_ORIGINS", "https://b.example/"},
		{":memory:", "https://a.example,", "eu-west-1", "ALLOWED_ORIGINS", ""},
		{":memory:", "*,https://a.example", "eu-west-1", "ALLOWED_ORIGINS", "*"},
		{"users", "null", "eu-west-1", "ALLOWED_ORIGINS", "null"},
	}
	for _, c := range cases {
		t.Setenv("AWS_REGION", c.region)
		handler, err := usersWith(t, map[string]string{"USERS_TABLE": c.table, "ALLOWED_ORIGINS": c.origins})
		var bad *environ.Error
		if !errors.As(err, &bad) || bad.Variable != c.name || bad.Value != c.value || bad.Want == "" {
			t.Errorf("%+v: %v, want an *environ.Error that names %s and %q", c, err, c.name, c.value)
		}
		if handler != nil {
			t.Errorf("%+v: there is a handler", c)
		}
	}
}

// TestNoCredentials: a table cannot be read as nobody, and users in memory can.
func TestNoCredentials(t *testing.T) {
	desk(t)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	for table, variable := range map[string]string{"users": "AWS_ACCESS_KEY_ID", ":memory:": ""} {
		_, err := usersWith(t, map[string]string{"USERS_TABLE": table})
		var bad *environ.Error
		if errors.As(err, &bad) != (variable != "") || bad != nil && bad.Variable != variable {
			t.Errorf("%s: %v, want an *environ.Error that names %q", table, err, variable)
		}
	}
}

// TestOptions: what is said by options is asked of no variable.
func TestOptions(t *testing.T) {
	desk(t)
	t.Setenv("AWS_REGION", "")
	getenv := func(name string) string { return map[string]string{"USERS_TABLE": "users"}[name] }
	var asked []string // operations
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("X-Amz-Target"))
		io.WriteString(w, `{"Items":[]}`)
	}))
	defer server.Close()
	_, store, err := userstable.Users(t.Context(), getenv, slog.New(slog.DiscardHandler),
		config.WithRegion("eu-west-1"), config.WithBaseEndpoint(server.URL),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret", "")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.List(t.Context(), 1, ""); err != nil || len(asked) != 1 {
		t.Errorf("%v; asked %v", err, asked)
	}
}

func TestGoodVariables(t *testing.T) {
	desk(t)
	cases := []struct {
		table, origins, allowed string
	}{
		{":memory:", "", "*"},
		{":memory:", "*", "*"},
		{":memory:", "https://a.example", "https://a.example"},
		{":memory:", "http://localhost:3000 , https://a.example", "https://a.example"},
		{":memory:", "https://b.example", ""},
		{"users.table_1-2", "", "*"},
	}
	const event = `{"httpMethod":"DELETE","resource":"/users","headers":{"Origin":"https://a.example"}}`
	for _, c := range cases {
		handler, err := usersWith(t, map[string]string{"USERS_TABLE": c.table, "ALLOWED_ORIGINS": c.origins})
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		out, err := handler.Invoke(t.Context(), []byte(event))
		var answer struct {
			StatusCode int
			Headers    map[string]string
		}
		if err != nil || json.Unmarshal(out, &answer) != nil || answer.Headers["Access-Control-Allow-Origin"] != c.allowed {
			t.Errorf("%+v: %s, %v, want the origin %q", c, out, err, c.allowed)
		}
	}
}
