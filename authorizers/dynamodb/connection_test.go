package dynamodb_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/authorizers"
	"portcullis/authorizers/dynamodb"
	"portcullis/deploy/testtools/faults"
)

// TestEndpoint: without an endpoint the region's is called.
func TestEndpoint(t *testing.T) {
	for name, want := range map[string]string{
		"eu-west-1": "https://dynamodb.eu-west-1.amazonaws.com", "us-gov-west-1": "https://dynamodb.us-gov-west-1.amazonaws.com",
		"cn-north-1": "https://dynamodb.cn-north-1.amazonaws.com.cn",
	} {
		got := ""
		client := &http.Client{Transport: faults.Transport(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return nil, net.ErrClosed
		})}
		table := open(t, "", func(c *dynamodb.Config) { c.Region, c.Client = name, client })
		if _, err := table.BatchGet(t.Context(), []string{"user"}); err == nil || got != want {
			t.Errorf("%s: calls %s, error %v", name, got, err)
		}
	}
}

// TestCredentials: credentials that cannot be had are an error, and nothing is sent.
func TestCredentials(t *testing.T) {
	endpoint, requests := faults.Serve(t, found(nil))
	table := open(t, endpoint, func(c *dynamodb.Config) {
		c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, errors.New("none here")
		})
	})
	if _, err := table.BatchGet(t.Context(), []string{"user"}); err == nil || !strings.Contains(err.Error(), "credentials: none here") || requests.Load() != 0 {
		t.Errorf("%d requests, error %v", requests.Load(), err)
	}
}

// TestConfig: what cannot be read from is refused at once.
func TestConfig(t *testing.T) {
	tests := []struct {
		field  string
		change func(*dynamodb.Config)
	}{
		{"Table", func(c *dynamodb.Config) { c.Table = "" }},
		{"Table", func(c *dynamodb.Config) { c.Table = "arn:aws:dynamodb:eu-west-1:1:table/x" }},
		{"Region", func(c *dynamodb.Config) { c.Region = "" }},
		{"Region", func(c *dynamodb.Config) { c.Region = "eu-west-1.example.com/" }},
		{"Region", func(c *dynamodb.Config) { c.Region = "EU" }},
		{"Region", func(c *dynamodb.Config) { c.Region = "eu-" }},
		{"Region", func(c *dynamodb.Config) { c.Region = "-eu" }},
		{"Region", func(c *dynamodb.Config) { c.Region = "eu--west" }},
		{"Region", func(c *dynamodb.Config) { c.Region = "eu-west-1\n" }},
		{"Credentials", func(c *dynamodb.Config) { c.Credentials = nil }},
		{"Endpoint", func(c *dynamodb.Config) { c.Endpoint = "127.0.0.1:8080" }},
		{"Endpoint", func(c *dynamodb.Config) { c.Endpoint = "ftp://127.0.0.1" }},
		{"Endpoint", func(c *dynamodb.Config) { c.Endpoint = "https://" }},
		{"Endpoint", func(c *dynamodb.Config) { c.Endpoint = "https://user:password@dynamodb.example.com" }},
	}
	for i, test := range tests {
		config := dynamodb.Config{Table: "revocations", Region: region, Credentials: aws.CredentialsProviderFunc(keyPair)}
		test.change(&config)
		var wrong *authorizers.ConfigError
		if _, err := dynamodb.Open(config); !errors.As(err, &wrong) || wrong.Field != test.field || strings.Contains(err.Error(), "password") {
			t.Errorf("%d: %v, want an error about %s", i, err, test.field)
		}
	}
}

// TestReusesConnections: reads one after the other need one connection.
func TestReusesConnections(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(found(nil))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	table := open(t, server.URL, nil)
	for range 20 {
		if _, err := table.BatchGet(t.Context(), []string{"user"}); err != nil {
			t.Fatal(err)
		}
	}
	if connections.Load() != 1 {
		t.Errorf("%d connections", connections.Load())
	}
}

// TestDeadConnections: connections that all died since they were used last cost no attempt.
func TestDeadConnections(t *testing.T) {
	const connections = 4
	var arrived sync.WaitGroup
	arrived.Add(connections)
	var used sync.Map
	var fresh atomic.Int32
	endpoint, _ := faults.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, again := used.LoadOrStore(r.RemoteAddr, true); again {
			faults.HangsUp(w, r)
		}
		if fresh.Add(1) <= connections {
			arrived.Done()
			arrived.Wait() // so that each has a connection of its own
		}
		found(nil)(w, r)
	})
	table := open(t, endpoint, nil)
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			if _, err := table.BatchGet(t.Context(), []string{"user"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if _, err := table.BatchGet(t.Context(), []string{"user"}); err != nil {
		t.Errorf("after the connections died: %v", err)
	}
}

// TestOnce: a write that would find itself is not done again after a broken connection, an old one too, and is after a throttle.
func TestOnce(t *testing.T) {
	throttled := refuses(400, "ThrottlingException", "slow down")
	good := faults.Says(200, "{}")
	for _, test := range []struct {
		name     string
		answers  []http.HandlerFunc // to the first write, which is as others, and to the one that is looked at
		once     bool
		good     bool
		requests int32
	}{
		{"hung up", []http.HandlerFunc{good, faults.HangsUp, good}, true, false, 2},
		{"internal", []http.HandlerFunc{good, refuses(500, "InternalServerError", "x"), good}, true, false, 2},
		{"throttled", []http.HandlerFunc{good, throttled, good}, true, true, 3},
		{"no JSON", []http.HandlerFunc{good, faults.Says(200, "<html>"), good}, true, false, 2},
		{"hung up, and may be done twice", []http.HandlerFunc{good, faults.HangsUp, good}, false, true, 3},
		{"internal, and may be done twice", []http.HandlerFunc{good, refuses(500, "InternalServerError", "x"), good}, false, true, 3},
	} {
		endpoint, requests := faults.Serve(t, test.answers...)
		table := open(t, endpoint, nil)
		if err := table.Put(t.Context(), items("x")[0], dynamodb.Condition{}); err != nil {
			t.Fatal(err)
		}
		err := table.Put(t.Context(), items("y")[0], dynamodb.Condition{Once: test.once})
		if (err == nil) != test.good || requests.Load() != test.requests {
			t.Errorf("%s: %d requests, error %v", test.name, requests.Load(), err)
		}
	}
}
