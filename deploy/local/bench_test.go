package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkGetUser is GET /users/{id} in the mode rest-token with a cached policy, from the request at the
// gateway to the answer, logs included, without a network.
func BenchmarkGetUser(b *testing.B) {
	b.Setenv("USERS_TABLE", "")
	project, err := readProject()
	if err != nil {
		b.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	options := options{addr: "127.0.0.1:0"}
	s, err := newSite(listener.Addr(), options, project)
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.NewJSONHandler(discard{}, nil))
	set, err := startFunctions(context.Background(), options, project, s, log, discard{})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.addGateways(project, set, log); err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: s}
	go server.Serve(listener)
	defer server.Close()
	token := accessToken(b, s.base, "admin")
	send := func(method, path, body string) int {
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, request)
		return answer.Code
	}
	if status := send("POST", "/rest-token/users", `{"id":"7","name":"Ada"}`); status != 201 {
		b.Fatal(status)
	}
	b.ReportAllocs()
	for b.Loop() {
		if status := send("GET", "/rest-token/users/7", ""); status != 200 {
			b.Fatal(status)
		}
	}
}

// discard takes what is written, as a file would, without keeping it.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
