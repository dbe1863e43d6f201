package desk

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"portcullis/deploy/gateway"
)

// benchmarked is the site with a user and a token, without an access log.
type benchmarked struct {
	*site
	token string
}

func startBenchmark(b *testing.B) *benchmarked {
	b.Helper()
	b.Setenv("USERS_TABLE", "")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	options := options{addr: "127.0.0.1:0"}
	project, err := readProject(options)
	if err != nil {
		b.Fatal(err)
	}
	s, err := newSite(listener.Addr(), options)
	if err != nil {
		b.Fatal(err)
	}
	d, err := newDeployer(b.Context(), options, project, s, discard{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(d.close)
	if err := d.deploy(b.Context(), project); err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: s}
	go server.Serve(gateway.KeepHeaderNames(server, listener))
	b.Cleanup(func() { server.Close() })
	m := &benchmarked{s, accessToken(b, s.base, "admin")}
	if status := m.send("POST", "/rest-token/users", `{"id":"7","name":"Ada"}`); status != 201 {
		b.Fatal(status)
	}
	return m
}

// send sends a request past the network, and gives the status.
func (m *benchmarked) send(method, path, body string) int {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+m.token)
	answer := httptest.NewRecorder()
	m.ServeHTTP(answer, request)
	return answer.Code
}

// BenchmarkGetUser is GET /users/{id} in the mode rest-token with a cached policy, from the request at the
// gateway to the answer, logs included, without a network.
func BenchmarkGetUser(b *testing.B) {
	m := startBenchmark(b)
	b.ReportAllocs()
	for b.Loop() {
		if status := m.send("GET", "/rest-token/users/7", ""); status != 200 {
			b.Fatal(status)
		}
	}
}

// BenchmarkLoad is the same over real connections of loopback, 32 at a time, with their client in this process. It
// gives the requests a second, and by how many bytes the heap has grown for each request at the end. An answer other
// than 200 fails it.
func BenchmarkLoad(b *testing.B) {
	m := startBenchmark(b)
	request := []byte(fmt.Sprintf("GET /rest-token/users/7 HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer %s\r\n\r\n", m.token))
	var left atomic.Int64
	left.Store(int64(b.N))
	before := heap()
	b.ResetTimer()
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			if err := callAgain(strings.TrimPrefix(m.base, "http://"), request, &left); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric((heap()-before)/float64(b.N), "heap-B/op")
}

// callAgain sends a request over one connection, and again when it is answered, while some are left.
func callAgain(address string, request []byte, left *atomic.Int64) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	answers := bufio.NewReader(connection)
	for left.Add(-1) >= 0 {
		if _, err := connection.Write(request); err != nil {
			return err
		}
		if err := readAnswer(answers); err != nil {
			return err
		}
	}
	return nil
}

// readAnswer reads an answer with a Content-Length, at less cost than net/http's client.
func readAnswer(r *bufio.Reader) error {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("answer %q", status)
	}
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	_, err = io.CopyN(io.Discard, r, int64(length))
	return err
}

// heap is how many bytes are in use, garbage aside.
func heap() float64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

// discard takes what is written, as a file would, without keeping it.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
