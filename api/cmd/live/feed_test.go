package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/live/connections"
	"portcullis/api/live/connections/dynamo"
	"portcullis/authorizers/revocation"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/binarytest"
)

// gateway is a stage's @connections. It tells what is asked of it.
type gateway chan string

func (g gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil || !strings.Contains(r.Header.Get("Authorization"), "/us-east-1/execute-api/aws4_request"):
		w.WriteHeader(http.StatusForbidden)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	}
	g <- strings.TrimSpace(r.Method + " " + r.URL.Path + " " + string(body))
}

// asked is what was asked of the gateway, once.
func (g gateway) asked(t *testing.T) string {
	t.Helper()
	select {
	case call := <-g:
		return call
	default:
		return "nothing"
	}
}

// TestFeed: over the Lambda Runtime API, by DynamoDB's tables: who subscribes is told of a user, until its token is revoked; the connections that have
// ended are closed, and those that a revocation ends.
func TestFeed(t *testing.T) {
	moto := testtools.MotoDynamoDB(t)
	client := dynamodb.New(dynamodb.Options{BaseEndpoint: &moto, Region: "us-east-1", Credentials: testtools.Credentials}) // where functions run
	kept, revoked := testtools.ConnectionsTable(t, client), testtools.Table(t, client, "")
	stage := make(gateway, 10)
	function := binarytest.Build(t, "live").Start(t, append(testtools.MotoEnv(moto),
		"CONNECTIONS_TABLE="+kept, "CONNECTIONS_ENDPOINT="+testtools.Serve(t, stage)+"/prod", "USERS_TABLE=users", "REVOCATION_TABLE="+revoked)...)
	store, err := dynamo.New(client, kept)
	if err != nil {
		t.Fatal(err)
	}

	now := time.Now().Truncate(time.Second)
	entry := revocation.Entry{Kind: revocation.User, Issuer: "https://issuer.example.com", Value: "7", Before: now, Expires: now.Add(time.Hour)}
	of := func(kind, route, body string) string {
		text, err := json.Marshal(map[string]any{"body": body, "requestContext": map[string]any{
			"connectionId": "a=", "eventType": kind, "routeKey": route, "connectedAt": now.UnixMilli(), "requestId": "r", "authorizer": map[string]any{
				"grant": fmt.Sprintf("1;%d;7;bearer=users/self;", now.Add(time.Hour).Unix()), "revocations": fmt.Sprint(now.Unix()-1, " ", entry.ID()),
			}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	connect, subscribe := of("CONNECT", "$connect", ""), of("MESSAGE", "subscribe", `{"action":"subscribe","users":"7"}`)
	created := strings.ReplaceAll(event(t, "user-created"), `"S": "ann"`, `"S": "7"`)
	const allDone = `{"batchItemFailures":[]}`

	binarytest.Serve(t, function, []binarytest.Step{{connect, `{"statusCode":200}`, ""}, {subscribe, `{"statusCode":200,"body":"{\"action\":\"subscribe\",\"until\":`, ""}, {created, allDone, ""}})
	if got := stage.asked(t); !strings.HasPrefix(got, `POST /prod/@connections/a= {"event":"user.created","id":"7",`) {
		t.Errorf("a user: %s", got)
	}
	binarytest.Serve(t, function, []binarytest.Step{{event(t, "user-created"), allDone, ""}, {event(t, "scheduled"), "null", ""}})
	if got := stage.asked(t); got != "nothing" {
		t.Errorf("of another user, and by the schedule: %s", got)
	}

	over := connections.Connection{ID: "b=", OpenedAt: now.Add(-2 * time.Hour), Ends: now.Add(-time.Second)}
	if err := store.Open(t.Context(), over); err != nil {
		t.Fatal(err)
	}
	binarytest.Serve(t, function, []binarytest.Step{{event(t, "scheduled"), "null", ""}})
	if got := stage.asked(t); got != "DELETE /prod/@connections/b=" {
		t.Errorf("one that has ended: %s", got)
	}

	seconds := func(at time.Time) *types.AttributeValueMemberN {
		return &types.AttributeValueMemberN{Value: fmt.Sprint(at.Unix())}
	}
	text := func(value string) *types.AttributeValueMemberS { return &types.AttributeValueMemberS{Value: value} }
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &revoked, Item: map[string]types.AttributeValue{
		"id": text(entry.ID()), "kind": text(string(entry.Kind)), "issuer": text(entry.Issuer), "value": text(entry.Value), "before": seconds(entry.Before), "expiresAt": seconds(entry.Expires),
	}}); err != nil {
		t.Fatal(err)
	}
	record := strings.NewReplacer("sub-"+strings.Repeat("b", 43), entry.ID(), "1705751600", fmt.Sprint(now.Unix()), "table/revocations/", "table/"+revoked+"/").Replace(event(t, "revoked"))
	binarytest.Serve(t, function, []binarytest.Step{{record, allDone, ""}})
	if got := stage.asked(t); got != "DELETE /prod/@connections/a=" {
		t.Errorf("one that was revoked: %s", got)
	}
	if _, err := store.Get(t.Context(), "a="); !errors.Is(err, connections.ErrNotFound) {
		t.Errorf("one that was revoked is kept: %v", err)
	}
	binarytest.Serve(t, function, []binarytest.Step{{connect, `{"statusCode":403`, ""}, {created, allDone, ""}})
	if got := stage.asked(t); got != "nothing" {
		t.Errorf("when it has gone: %s", got)
	}
}
