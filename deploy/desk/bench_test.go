package desk_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"portcullis/deploy/desk"
)

// startBenchmark runs a desk, and makes a user. It gives what a request for that user is, as it is sent.
func startBenchmark(b *testing.B) (address string, request []byte) {
	b.Helper()
	b.Setenv("USERS_TABLE", "")
	d := start(b, desk.Config{Stderr: discard{}, Modes: []string{"testdata/peer/modes/rest-token.yaml"}}) // whose throttle is never reached
	token := accessToken(b, d.url, "admin")
	createUser(b, d.url, token)
	address = strings.TrimPrefix(d.url, "http://")
	return address, fmt.Appendf(nil, "GET /rest-token/users/7 HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", address, token)
}

// BenchmarkGetUser is GET /users/{id} in the mode rest-token with a cached policy, over one connection of loopback, logs
// included.
func BenchmarkGetUser(b *testing.B) {
	address, request := startBenchmark(b)
	b.ReportAllocs()
	b.ResetTimer()
	left := atomic.Int64{}
	left.Store(int64(b.N))
	if err := callAgain(address, request, &left); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLoad is the same over 32 connections at a time, with their client in this process. It
// gives the requests a second, and by how many bytes the heap has grown for each request at the end. An answer other
// than 200 fails it.
func BenchmarkLoad(b *testing.B) {
	address, request := startBenchmark(b)
	var left atomic.Int64
	left.Store(int64(b.N))
	before := heap()
	b.ResetTimer()
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			if err := callAgain(address, request, &left); err != nil {
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
