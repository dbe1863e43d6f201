//go:build unix

package apigateway_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"

	"portcullis/api/live/manage/apigateway"
)

// asServer is the environment variable by which this program is the other end of the benchmark's calls.
const asServer = "PORTCULLIS_BENCH_SERVER"

// TestMain is the benchmark's server where it is told to be: in a process of its own, so that what it takes of the processor is not counted.
func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "" {
		os.Exit(m.Run())
	}
	s := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
	defer s.Close()
	fmt.Println(s.URL, base64.StdEncoding.EncodeToString(s.Certificate().Raw))
	io.Copy(io.Discard, os.Stdin)
}

// BenchmarkSend says what one call of @connections takes of the client's processor, in user and system time, over TLS and with the SDK's
// signature: what binds how many messages a function sends (api/live/scale).
func BenchmarkSend(b *testing.B) {
	url, roots := startServer(b)
	client := apigatewaymanagementapi.New(apigatewaymanagementapi.Options{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 32}},
	})
	s, err := apigateway.New(client, url+"/live")
	if err != nil {
		b.Fatal(err)
	}
	event := strings.Repeat("x", 300)
	before := processorTime(b)
	for b.Loop() {
		if err := s.Send(b.Context(), "Qyi07eCbtjMCJKw=", event); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// startServer starts the server, and gives its address and whom its certificate is of.
func startServer(b *testing.B) (url string, roots *x509.CertPool) {
	b.Helper()
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), asServer+"=1")
	input, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	output, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { input.Close(); server.Wait() })
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	url, encoded, _ := strings.Cut(strings.TrimSpace(line), " ")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		b.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		b.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(certificate)
	return url, roots
}

// processorTime is what this process has taken of the processor.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
