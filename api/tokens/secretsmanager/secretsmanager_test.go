package secretsmanager_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"portcullis/api/tokens"
	ours "portcullis/api/tokens/secretsmanager"
	"portcullis/deploy/testtools"
)

func clientAt(address string) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &address, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		RetryMaxAttempts: 1,
	})
}

// wire answers each call with the next status and body, the last one again and again, and counts the calls.
func wire(t *testing.T, answers ...string) (client *secretsmanager.Client, calls *atomic.Int32) {
	t.Helper()
	calls = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer := answers[min(int(calls.Add(1)), len(answers))-1]
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if strings.Contains(answer, "__type") {
			w.WriteHeader(http.StatusBadRequest)
		}
		w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	return clientAt(server.URL), calls
}

// TestGet asks an emulator: the secret is fetched once, and again after it was forgotten, which is not done all the time.
func TestGet(t *testing.T) {
	address, err := url.Parse(testtools.Moto(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(address)
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		proxy.ServeHTTP(w, r)
	}))
	defer server.Close()
	made, err := clientAt(address.String()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("client"), SecretString: aws.String("first")})
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Unix(1_800_000_000, 0)
	secret := ours.New(clientAt(server.URL), *made.ARN, func() time.Time { return clock })
	want := func(value tokens.Secret, asked int32) {
		t.Helper()
		if got, err := secret.Get(t.Context()); err != nil || got != value || calls.Load() != asked {
			t.Errorf("%q, %v after %d calls, want %q after %d", string(got), err, calls.Load(), string(value), asked)
		}
	}
	want("first", 1)
	if _, err := clientAt(address.String()).PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: made.ARN, SecretString: aws.String("second")}); err != nil {
		t.Fatal(err)
	}
	want("first", 1)
	secret.Forget("another")
	want("first", 1)
	clock = clock.Add(ours.Believed - 1)
	secret.Forget("first")
	want("first", 1)
	clock = clock.Add(1)
	secret.Forget("first")
	want("second", 2)
	secret.Forget("second")
	want("second", 2)
}

// TestFailures: whatever is wrong is unavailable and says what, and the next call asks again.
func TestFailures(t *testing.T) {
	const good = `{"SecretString":"the-secret"}`
	for name, failure := range map[string]struct{ answer, says string }{
		"missing":   {`{"__type":"ResourceNotFoundException","message":"no such secret"}`, "ResourceNotFoundException"},
		"forbidden": {`{"__type":"AccessDeniedException","message":"not authorized"}`, "not authorized"},
		"throttled": {`{"__type":"ThrottlingException","message":"slow down"}`, "ThrottlingException"},
		"binary":    {`{"SecretBinary":"aGlkZGVu"}`, "has 0 bytes"},
		"empty":     {`{"SecretString":""}`, "has 0 bytes"},
		"long":      {`{"SecretString":"` + strings.Repeat("hidden", 200) + `"}`, "has 1200 bytes"},
		"no JSON":   {`hidden`, "of status 200, cannot be read"},
		"list":      {`{"SecretString":["hidden"]}`, "of status 200, cannot be read"},
	} {
		client, calls := wire(t, failure.answer, good)
		secret := ours.New(client, "arn", nil)
		value, err := secret.Get(t.Context())
		if !errors.As(err, new(*tokens.UnavailableError)) || value != "" || !strings.Contains(err.Error(), failure.says) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %q, %v", name, string(value), err)
		}
		if value, err := secret.Get(t.Context()); err != nil || value != "the-secret" || calls.Load() != 2 {
			t.Errorf("%s, again: %q, %v after %d calls", name, string(value), err, calls.Load())
		}
	}
}

// TestOneFetch: however many ask at once, one asks Secrets Manager.
func TestOneFetch(t *testing.T) {
	client, calls := wire(t, `{"SecretString":"the-secret"}`)
	secret := ours.New(client, "arn", nil)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if value, err := secret.Get(t.Context()); err != nil || value != "the-secret" {
				t.Errorf("%q, %v", string(value), err)
			}
		})
	}
	all.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// TestPatience: who waits for another's fetch waits as long as their context lasts.
func TestPatience(t *testing.T) {
	asked, stop := make(chan struct{}, 1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-stop
	}))
	defer server.Close()
	secret := ours.New(clientAt(server.URL), "arn", nil)
	first, giveUp := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := secret.Get(first)
		done <- err
	}()
	<-asked
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := secret.Get(ended); !errors.Is(err, context.Canceled) || !errors.As(err, new(*tokens.UnavailableError)) {
		t.Errorf("waiting: %v", err)
	}
	giveUp()
	if err := <-done; !errors.As(err, new(*tokens.UnavailableError)) {
		t.Errorf("fetching: %v", err)
	}
	close(stop)
}
