package desk_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"portcullis/deploy/testtools"
)

// BenchmarkPeer has wrk call this program and serverless-offline, one after the other, for the same user behind each mode. The gateway here
// verified the token once and keeps the policy, or in rest-request asks the function each time; it validates, reads the user of its
// DynamoDB, and logs. serverless-offline keeps no policies, and asks an authorizer each time that verifies nothing, and then a function that
// has no store: as it comes, with functions in worker threads (peer), and with its option to call them in its own process (peer-inprocess).
// It gives what each does in a second, in the median of the rounds, and the ratios in the median, at least and at most; the latencies here in
// the median and for 99 of 100 requests; and the memory of this program before and after:
//
//	go test -run - -bench Peer -benchtime 5x ./deploy/desk
func BenchmarkPeer(b *testing.B) {
	wrk := testtools.Wrk(b)
	service := filepath.Join("testdata", "peer", "serverless-offline")
	threads := testtools.ServerlessOffline(b, service, testtools.OfflineHTTP, "IN_PROCESS=false", "BODY="+peerBody)
	inProcess := testtools.ServerlessOffline(b, service, testtools.OfflineHTTP, "IN_PROCESS=true", "BODY="+peerBody)
	here, pid := startProgram(b)
	token := accessToken(b, "http://"+here, "admin")
	createUser(b, "http://"+here, token)
	for _, mode := range []string{"rest-token", "rest-request", "http-lambda"} {
		b.Run(mode, func(b *testing.B) {
			load := func(address string) load { return runLoad(b, wrk, "http://"+address+"/"+mode+"/users/7", token) }
			before := residentMegabytes(b, pid)
			for _, address := range []string{here, threads, inProcess} {
				load(address) // which node compiles by
			}
			var ours, peers, fastPeers, half, most []float64
			for b.Loop() {
				l := load(here)
				ours, half, most = append(ours, l.rate), append(half, l.half), append(most, l.most)
				peers = append(peers, load(threads).rate)
				fastPeers = append(fastPeers, load(inProcess).rate)
			}
			testtools.Compare(b, "requests", "peer", ours, peers)
			testtools.Compare(b, "requests", "peer-inprocess", ours, fastPeers)
			b.ReportMetric(testtools.Median(half), "p50-ms")
			b.ReportMetric(testtools.Median(most), "p99-ms")
			b.ReportMetric(before, "MB-before")
			b.ReportMetric(residentMegabytes(b, pid), "MB-after")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// peerBody is what the function of serverless-offline answers: as long as a user.
const peerBody = `{"id":"7","name":"Ada","createdAt":"2026-01-01T00:00:00.000000Z","updatedAt":"2026-01-01T00:00:00.000000Z","version":1}`

// startProgram starts a desk as a program, with modes whose throttles are never reached, and gives its host and port, and its process.
func startProgram(b *testing.B) (address string, pid int) {
	b.Helper()
	args := []string{"--addr", "127.0.0.1:0"}
	for _, mode := range []string{"rest-token", "rest-request", "http-lambda"} {
		args = append(args, "--mode", filepath.Join("testdata", "peer", "modes", mode+".yaml"))
	}
	command := exec.Command(testtools.PlainProgram(b, "./deploy/local"), args...)
	command.Env = append(os.Environ(), "USERS_TABLE=")
	logs, err := os.Create(filepath.Join(b.TempDir(), "stderr")) // as the peer's are written to a file
	if err != nil {
		b.Fatal(err)
	}
	defer logs.Close()
	command.Stderr = logs
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		command.Process.Signal(syscall.SIGTERM)
		command.Wait()
	})
	greeting := bufio.NewReader(out)
	first, err := greeting.ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	go io.Copy(io.Discard, greeting)
	_, address, found := strings.Cut(strings.TrimSpace(first), "http://")
	if !found {
		b.Fatalf("it greets with %q", first)
	}
	return strings.TrimSuffix(address, "/"), command.Process.Pid
}

// createUser makes the user 7.
func createUser(b *testing.B, url, token string) {
	b.Helper()
	create, err := http.NewRequest(http.MethodPost, url+"/rest-token/users", strings.NewReader(`{"id":"7","name":"Ada"}`))
	if err != nil {
		b.Fatal(err)
	}
	create.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(create)
	if err != nil {
		b.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		b.Fatal(answer.Status)
	}
}

// load is what wrk says of a server.
type load struct {
	rate       float64 // requests a second
	half, most float64 // milliseconds in which half of the requests, and 99 of 100, are answered
}

// runLoad has wrk call a URL over 8 connections for three seconds. That anything else than 200 is answered ends the benchmark.
func runLoad(b *testing.B, wrk, url, token string) load {
	b.Helper()
	output, err := exec.Command(wrk, "-t1", "-c8", "-d3s", "--latency", "-H", "Authorization: Bearer "+token, url).CombinedOutput()
	failed := strings.Contains(string(output), "Non-2xx") || strings.Contains(string(output), "Socket errors") && !strings.Contains(string(output), "connect 0, read 0, write 0")
	if err != nil || failed {
		b.Fatalf("%s: %v\n%s", url, err, output)
	}
	figure := func(before, pattern string) string {
		found := regexp.MustCompile(before + `\s+(` + pattern + `)`).FindSubmatch(output)
		if found == nil {
			b.Fatalf("no %q in\n%s", before, output)
		}
		return string(found[1])
	}
	rate, err := strconv.ParseFloat(figure("Requests/sec:", `[0-9.]+`), 64)
	if err != nil {
		b.Fatal(err)
	}
	latency := func(of string) float64 {
		d, err := time.ParseDuration(figure(of, `[0-9.]+(us|ms|s|m)`))
		if err != nil {
			b.Fatal(err)
		}
		return float64(d.Microseconds()) / 1000
	}
	return load{rate, latency("50%"), latency("99%")}
}

// residentMegabytes is how much memory of a process is in RAM; 0 where the system does not say it as Linux does.
func residentMegabytes(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.ParseFloat(kilobytes, 64)
	if err != nil {
		b.Fatal(err)
	}
	return n / 1024
}
