package users_test

import (
	"strings"
	"testing"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/users"
)

var kinds = proxytest.Kinds

// call is a request as a client sends it.
type call struct {
	method string
	path   string // /users or /users/<percent-encoded segment>, with the query
	body   string
	header map[string][]string
}

type answer = proxytest.Answer

// eventOf makes the event of a call.
func eventOf(t testing.TB, kind string, c call) []byte {
	t.Helper()
	sent := proxytest.Call{Method: c.method, Path: c.path, Body: c.body, Header: c.header}
	path, _, _ := strings.Cut(c.path, "?")
	if segment, single := strings.CutPrefix(path, "/users/"); single {
		sent.Route, sent.Parameters = "/users/{id}", map[string]string{"id": segment}
	}
	return proxytest.Event(t, kind, sent)
}

func invoke(t testing.TB, h *users.Handler, event []byte) answer {
	t.Helper()
	return proxytest.Invoke(t, h, event)
}
