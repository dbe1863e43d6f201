package lookup_test

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

	"portcullis/authorizers/revocation/lookup"
)

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// TestTableEndpoint: without an endpoint the region's is called.
func TestTableEndpoint(t *testing.T) {
	for name, want := range map[string]string{
		"eu-west-1": "https://dynamodb.eu-west-1.amazonaws.com", "us-gov-west-1": "https://dynamodb.us-gov-west-1.amazonaws.com",
		"cn-north-1": "https://dynamodb.cn-north-1.amazonaws.com.cn",
	} {
		got := ""
		client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return nil, net.ErrClosed
		})}
		table := open(t, "", func(c *lookup.TableConfig) { c.Region, c.Client = name, client })
		if _, err := table.Read(t.Context(), []string{theUser.ID()}); err == nil || got != want {
			t.Errorf("%s: calls %s, error %v", name, got, err)
		}
	}
}

// TestTableCredentials: credentials that cannot be had are an error, and nothing is sent.
func TestTableCredentials(t *testing.T) {
	endpoint, requests := answering(t, found(nil))
	table := open(t, endpoint, func(c *lookup.TableConfig) {
		c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, errors.New("none here")
		})
	})
	if _, err := table.Read(t.Context(), []string{theUser.ID()}); err == nil || !strings.Contains(err.Error(), "credentials: none here") || requests.Load() != 0 {
		t.Errorf("%d requests, error %v", requests.Load(), err)
	}
}

// TestTableConfig: what cannot be read from is refused at once.
func TestTableConfig(t *testing.T) {
	tests := []struct {
		field  string
		change func(*lookup.TableConfig)
	}{
		{"Name", func(c *lookup.TableConfig) { c.Name = "" }},
		{"Name", func(c *lookup.TableConfig) { c.Name = "arn:aws:dynamodb:eu-west-1:1:table/x" }},
		{"Region", func(c *lookup.TableConfig) { c.Region = "" }},
		{"Region", func(c *lookup.TableConfig) { c.Region = "eu-west-1.example.com/" }},
		{"Region", func(c *lookup.TableConfig) { c.Region = "EU" }},
		{"Region", func(c *lookup.TableConfig) { c.Region = "eu-" }},
		{"Region", func(c *lookup.TableConfig) { c.Region = "-eu" }},
		{"Region", func(c *lookup.TableConfig) { c.Region = "eu--west" }},
		{"Region", func(c *lookup.TableConfig) { c.Region = "eu-west-1\n" }},
		{"Credentials", func(c *lookup.TableConfig) { c.Credentials = nil }},
		{"Endpoint", func(c *lookup.TableConfig) { c.Endpoint = "127.0.0.1:8080" }},
		{"Endpoint", func(c *lookup.TableConfig) { c.Endpoint = "ftp://127.0.0.1" }},
		{"Endpoint", func(c *lookup.TableConfig) { c.Endpoint = "https://" }},
		{"Endpoint", func(c *lookup.TableConfig) { c.Endpoint = "https://user:password@dynamodb.example.com" }},
	}
	for i, test := range tests {
		config := lookup.TableConfig{Name: "revocations", Region: region, Credentials: aws.CredentialsProviderFunc(keyPair)}
		test.change(&config)
		var wrong *lookup.ConfigError
		if _, err := lookup.NewTable(config); !errors.As(err, &wrong) || wrong.Field != test.field || strings.Contains(err.Error(), "password") {
			t.Errorf("%d: %v, want an error about %s", i, err, test.field)
		}
	}
}

// TestTableReusesConnections: reads one after the other need one connection.
func TestTableReusesConnections(t *testing.T) {
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
		if _, err := table.Read(t.Context(), []string{theUser.ID()}); err != nil {
			t.Fatal(err)
		}
	}
	if connections.Load() != 1 {
		t.Errorf("%d connections", connections.Load())
	}
}

// TestTableDeadConnections: connections that all died since they were used last cost no attempt.
func TestTableDeadConnections(t *testing.T) {
	const connections = 4
	var arrived sync.WaitGroup
	arrived.Add(connections)
	var used sync.Map
	var fresh atomic.Int32
	endpoint, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if _, again := used.LoadOrStore(r.RemoteAddr, true); again {
			hangsUp(w, r)
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
			if _, err := table.Read(t.Context(), []string{theUser.ID()}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if _, err := table.Read(t.Context(), []string{theUser.ID()}); err != nil {
		t.Errorf("after the connections died: %v", err)
	}
}
