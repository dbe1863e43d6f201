package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/coder/websocket"

	"portcullis/deploy/testtools"
)

// newManagedChat starts a stage by the clock that SDKs sign by, and connects to it. It gives the connection and its id.
func newManagedChat(t *testing.T) (s *chat, c socket, id string) {
	t.Helper()
	s = newChat(t, managedChatMode, func(c *setting) { c.Now = time.Now })
	s.now = time.Now()
	c, err := s.dial("/test?token=this", &websocket.DialOptions{HTTPHeader: http.Header{"User-Agent": {"Mozilla/5.0"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return s, c, s.next(t, "CONNECT").RequestContext.ConnectionID
}

// heard makes sure that the client gets a text.
func (c socket) heard(t *testing.T, want string) {
	t.Helper()
	if got, err := c.hear(); err != nil || got != want {
		t.Errorf("the client gets %.40q (%d bytes), error %v; want %.40q", got, len(got), err, want)
	}
}

// as is the SDK's client of a caller.
func (s *chat) as(who signing) *management.Client {
	return management.New(management.Options{
		BaseEndpoint: aws.String(s.url + "/test"), Region: "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: who.key, SecretAccessKey: who.secret, SessionToken: who.session}, nil
		}),
	})
}

// TestSDKManagement: what functions do with connections by the SDK for Go, and the errors that it makes of refusals.
func TestSDKManagement(t *testing.T) {
	s, c, id := newManagedChat(t)
	admin, reader, stranger := s.as(asAdmin), s.as(asReader), s.as(signing{key: asAdmin.key, secret: "another-secret-0000"})
	post := func(by *management.Client, id, data string) error {
		_, err := by.PostToConnection(t.Context(), &management.PostToConnectionInput{ConnectionId: &id, Data: []byte(data)})
		return err
	}
	for _, text := range []string{"hello", `{"from":"é"}`, strings.Repeat("a", 128<<10)} {
		if err := post(admin, id, text); err != nil {
			t.Errorf("%.20s: %v", text, err)
		}
		c.heard(t, text)
	}

	for name, test := range map[string]struct {
		err    error
		is     any // the type of the error
		status int
		code   string
	}{
		"128 KB and a byte": {post(admin, id, strings.Repeat("a", 128<<10+1)), new(*types.PayloadTooLargeException), 413, "PayloadTooLargeException"},
		"who may only look": {post(reader, id, "hello"), new(*types.ForbiddenException), 403, "ForbiddenException"},
		"a wrong secret":    {post(stranger, id, "hello"), new(smithy.APIError), 403, "InvalidSignatureException"},
		"never there":       {post(admin, "R0oXAdfD0kwCH6w=", "hello"), new(*types.GoneException), 410, "GoneException"},
		"no id":             {post(admin, "a/b?c", "hello"), new(smithy.APIError), 400, "BadRequestException"},
	} {
		refused, response := smithy.APIError(nil), (*smithyhttp.ResponseError)(nil)
		if !errors.As(test.err, test.is) || !errors.As(test.err, &refused) || !errors.As(test.err, &response) {
			t.Errorf("%s: %v", name, test.err)
		} else if refused.ErrorCode() != test.code || response.HTTPStatusCode() != test.status {
			t.Errorf("%s: %v", name, test.err)
		}
	}

	got, err := reader.GetConnection(t.Context(), &management.GetConnectionInput{ConnectionId: &id})
	if err != nil {
		t.Fatal(err)
	}
	since := time.Since(*got.ConnectedAt)
	if *got.Identity.SourceIp != "127.0.0.1" || *got.Identity.UserAgent != "Mozilla/5.0" || since < 0 || since > time.Hour || got.LastActiveAt.Before(*got.ConnectedAt) {
		t.Errorf("%v, %v, %+v", got.ConnectedAt, got.LastActiveAt, got.Identity)
	}

	if _, err := admin.DeleteConnection(t.Context(), &management.DeleteConnectionInput{ConnectionId: &id}); err != nil {
		t.Error(err)
	}
	if _, err := c.hear(); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the client gets %v", err)
	}
	s.next(t, "DISCONNECT")
	_, err = admin.GetConnection(t.Context(), &management.GetConnectionInput{ConnectionId: &id})
	if !errors.As(err, new(*types.GoneException)) || !errors.As(post(admin, id, "hello"), new(*types.GoneException)) {
		t.Errorf("%v", err)
	}
}

// TestAWSCLIManagement: the same by the AWS CLI.
func TestAWSCLIManagement(t *testing.T) {
	cli := testtools.AWSCLI(t)
	s, c, id := newManagedChat(t)
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return "fileb://" + path
	}
	run := func(who signing, arguments ...string) (string, string) {
		command := exec.CommandContext(t.Context(), cli, append([]string{"apigatewaymanagementapi"}, arguments...)...)
		command.Args = append(command.Args, "--endpoint-url", s.url+"/test", "--region", "us-east-1", "--output", "json", "--connection-id", id)
		command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_ACCESS_KEY_ID=" + who.key, "AWS_SECRET_ACCESS_KEY=" + who.secret}
		var out, wrong bytes.Buffer
		command.Stdout, command.Stderr = &out, &wrong
		command.Run() // its standard error tells of failures
		return out.String(), wrong.String()
	}
	for _, test := range []struct{ name, data, want string }{
		{"hello", file("hello", "hello\n"), ""},
		{"128 KB and a byte", file("large", strings.Repeat("a", 128<<10+1)), "An error occurred (PayloadTooLargeException) when calling the PostToConnection operation"},
	} {
		if out, wrong := run(asAdmin, "post-to-connection", "--data", test.data); !strings.Contains(wrong, test.want) || out != "" || test.want == "" && wrong != "" {
			t.Errorf("%s: %s%s", test.name, out, wrong)
		}
	}
	c.heard(t, "hello\n")

	out, wrong := run(asAdmin, "get-connection")
	var got struct {
		ConnectedAt, LastActiveAt time.Time
		Identity                  struct{ SourceIP, UserAgent string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Identity.UserAgent != "Mozilla/5.0" || time.Since(got.ConnectedAt) > time.Hour || got.LastActiveAt.Before(got.ConnectedAt) {
		t.Errorf("%s%s: %v", out, wrong, err)
	}
	for _, test := range []struct {
		who  signing
		want string
	}{
		{signing{key: asAdmin.key, secret: "another-secret-0000"}, "(InvalidSignatureException) when calling the DeleteConnection operation"},
		{asAdmin, ""},
		{asAdmin, "(GoneException) when calling the DeleteConnection operation"},
	} {
		if out, wrong := run(test.who, "delete-connection"); !strings.Contains(wrong, test.want) || out != "" || test.want == "" && wrong != "" {
			t.Errorf("%s%s; want %s", out, wrong, test.want)
		}
		if test.want == "" {
			if _, err := c.hear(); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
				t.Errorf("the client gets %v", err)
			}
			s.next(t, "DISCONNECT")
		}
	}
}
