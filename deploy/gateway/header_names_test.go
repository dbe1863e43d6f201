package gateway_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway"
)

// wire is a connection to a stage that keeps header names.
type wire struct {
	net.Conn
	answers *bufio.Reader
	stage   *stage
}

// newWire starts the server of a stage, and connects to it.
func newWire(t *testing.T, change func(*http.Server)) *wire {
	t.Helper()
	s := newStage(t, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s.handler}
	if change != nil {
		change(server)
	}
	go server.Serve(gateway.KeepHeaderNames(server, listener))
	t.Cleanup(func() { server.Close() })
	c, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute)) // an answer that never comes fails the test
	return &wire{c, bufio.NewReader(c), s}
}

// newSecureWire is newWire with a listener that speaks TLS.
func newSecureWire(t *testing.T) *wire {
	t.Helper()
	s := newStage(t, nil)
	other := httptest.NewTLSServer(nil) // whose certificate is for 127.0.0.1
	t.Cleanup(other.Close)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: other.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s.handler}
	go server.Serve(gateway.KeepHeaderNames(server, listener))
	t.Cleanup(func() { server.Close() })
	roots := x509.NewCertPool()
	roots.AddCert(other.Certificate())
	c, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return &wire{c, bufio.NewReader(c), s}
}

// TestKeepHeaderNamesBehindTLS: names are kept where the listener speaks TLS, and functions are told of it.
func TestKeepHeaderNamesBehindTLS(t *testing.T) {
	w := newSecureWire(t)
	for range 2 {
		w.send(t, "GET /test/open HTTP/1.1\nHost: a.example\nx-LOWER: 1\nX-Upper: 2\n\n")
		w.answer(t, http.StatusOK)
		if proto := w.stage.things.last(t)["headers"].(map[string]any)["X-Forwarded-Proto"]; proto != "https" {
			t.Errorf("X-Forwarded-Proto is %v", proto)
		}
		if single, _ := w.sent(t); single["x-LOWER"] != "1" || single["X-Upper"] != "2" {
			t.Errorf("%v", single)
		}
	}
}

// send writes text, its lines ended with CR and LF.
func (w *wire) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(w, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
}

// answer reads an answer, of which it checks the status.
func (w *wire) answer(t *testing.T, status int) {
	t.Helper()
	answer, err := http.ReadResponse(w.answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != status {
		t.Fatalf("%s %s, %v; want %d", answer.Status, body, err, status)
	}
}

// sent are the headers and multiValueHeaders of the function's last event, without those that AWS adds.
func (w *wire) sent(t *testing.T) (single, multi map[string]any) {
	t.Helper()
	event := w.stage.things.last(t)
	single, multi = event["headers"].(map[string]any), event["multiValueHeaders"].(map[string]any)
	for _, added := range []string{"Host", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"} {
		if single[added] == nil || multi[added] == nil {
			t.Errorf("no %s in %v", added, single)
		}
		delete(single, added)
		delete(multi, added)
	}
	return single, multi
}

// expect compares the headers of the function's last event, given as JSON.
func (w *wire) expect(t *testing.T, what, single, multi string) {
	t.Helper()
	gotSingle, gotMulti := w.sent(t)
	for _, test := range []struct {
		got  map[string]any
		want string
	}{{gotSingle, single}, {gotMulti, multi}} {
		var want map[string]any
		if err := json.Unmarshal([]byte(test.want), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(test.got, want) {
			t.Errorf("%s: %v\nwant %v", what, test.got, want)
		}
	}
}

// TestHeaderNames: requests on one connection, one after the other, each with the headers of its event.
func TestHeaderNames(t *testing.T) {
	tests := []struct{ name, request, single, multi string }{
		{"mixed case", "GET /test/open HTTP/1.1\nhost: a.example\nX-cUstom: a\n\n", `{"X-cUstom":"a"}`, `{"X-cUstom":["a"]}`},
		{"canonical", "GET /test/open HTTP/1.1\nHost: a.example\nX-Custom: a\n\n", `{"X-Custom":"a"}`, `{"X-Custom":["a"]}`},
		{"lower and upper", "GET /test/open HTTP/1.1\nHOST: a.example\nuser-agent:me\nACCEPT: */*\n\n", `{"user-agent":"me","ACCEPT":"*/*"}`, `{"user-agent":["me"],"ACCEPT":["*/*"]}`},
		{"two casings", "GET /test/open HTTP/1.1\nHost: a.example\nx-a: 1\nX-a: 2\n\n", `{"X-a":"2"}`, `{"X-a":["1","2"]}`},
		{"names in values", "GET /test/open HTTP/1.1\nHost: a.example\nX-A: x-b: 1\nX-B: x-a: 2\n\n", `{"X-A":"x-b: 1","X-B":"x-a: 2"}`, `{"X-A":["x-b: 1"],"X-B":["x-a: 2"]}`},
		{"one name in another", "GET /test/open HTTP/1.1\nHost: a.example\nx-ab: 1\nX-A: 2\nab: 3\n\n", `{"x-ab":"1","X-A":"2","ab":"3"}`, `{"x-ab":["1"],"X-A":["2"],"ab":["3"]}`},
		{"punctuation", "GET /test/open HTTP/1.1\nHost: a.example\nx_a^b|c: 1\nX_A~B: 2\n\n", `{"x_a^b|c":"1","X_A~B":"2"}`, `{"x_a^b|c":["1"],"X_A~B":["2"]}`},
		{"continued line", "GET /test/open HTTP/1.1\nHost: a.example\nx-a: 1\n X-B: 2\n\n", `{"x-a":"1 X-B: 2"}`, `{"x-a":["1 X-B: 2"]}`},
		{"query", "GET /test/open?a=b%20c HTTP/1.1\nHost: a.example\nx-a: 1\n\n", `{"x-a":"1"}`, `{"x-a":["1"]}`},
		{"absolute target", "GET http://a.example/test/open HTTP/1.1\nHost: a.example\nx-a: 1\n\n", `{"x-a":"1"}`, `{"x-a":["1"]}`},
		{"AWS's own", "GET /test/open HTTP/1.1\nHost: a.example\nx-forwarded-proto: ftp\nx-forwarded-port: 1\nx-amzn-trace-id: x\n\n", `{}`, `{}`},
		{"with a body", "PUT /test/things HTTP/1.1\nHost: a.example\nauthorization: Bearer all\ncontent-length: 4\ncontent-type: text/plain\n\nbody",
			`{"authorization":"Bearer all","content-type":"text/plain"}`, `{"authorization":["Bearer all"],"content-type":["text/plain"]}`},
		{"with a body that looks like a head", "PUT /test/things HTTP/1.1\nHost: a.example\nauthorization: Bearer all\nCONTENT-TYPE: text/plain\nContent-Length: 50\n\nPUT /test/things HTTP/1.1\nAUTHORIZATION: none\n\n",
			`{"authorization":"Bearer all","CONTENT-TYPE":"text/plain"}`, `{"authorization":["Bearer all"],"CONTENT-TYPE":["text/plain"]}`},
		{"after a body", "GET /test/open HTTP/1.1\nHost: a.example\nx-a: 1\n\n", `{"x-a":"1"}`, `{"x-a":["1"]}`},
		{"chunked", "PUT /test/things HTTP/1.1\nHost: a.example\nauthorization: Bearer all\ntransfer-encoding: chunked\nContent-type: text/plain\n\n4\nbody\n0\n\n",
			`{"authorization":"Bearer all","Content-type":"text/plain"}`, `{"authorization":["Bearer all"],"Content-type":["text/plain"]}`},
		{"after chunks", "GET /test/open HTTP/1.1\nHost: a.example\nX-a: 1\n\n", `{"X-a":"1"}`, `{"X-a":["1"]}`},
		{"a large body", "PUT /test/things HTTP/1.1\nHost: a.example\nauthorization: Bearer all\ncontent-type: text/plain\ncontent-length: 100000\n\n" + strings.Repeat("x", 100_000),
			`{"authorization":"Bearer all","content-type":"text/plain"}`, `{"authorization":["Bearer all"],"content-type":["text/plain"]}`},
		{"a large head", "GET /test/open HTTP/1.1\nHost: a.example\nx-long: " + strings.Repeat("x", 9000) + "\nx-a: 1\n\n",
			`{"x-long":"` + strings.Repeat("x", 9000) + `","x-a":"1"}`, `{"x-long":["` + strings.Repeat("x", 9000) + `"],"x-a":["1"]}`},
		{"an empty line before", "\nGET /test/open HTTP/1.1\nHost: a.example\nx-a: 1\n\n", `{"x-a":"1"}`, `{"x-a":["1"]}`},
	}
	w := newWire(t, nil)
	for _, test := range tests {
		if test.name == "an empty line before" { // net/http takes it after a POST only
			w.send(t, "POST /test/things HTTP/1.1\nHost: a.example\nContent-Length: 0\n\n")
			w.answer(t, 401)
		}
		w.send(t, test.request)
		w.answer(t, 200)
		w.expect(t, test.name, test.single, test.multi)
	}
}

// TestHeaderNamesInPieces: a head that comes in a byte at a time, and a body that the server has to ask for.
func TestHeaderNamesInPieces(t *testing.T) {
	w := newWire(t, nil)
	for i := range 3 {
		for _, c := range fmt.Sprintf("GET /test/open HTTP/1.1\nHost: a.example\nx-Piece: %d\n\n", i) {
			w.send(t, string(c))
		}
		w.answer(t, 200)
		w.expect(t, "in pieces", fmt.Sprintf(`{"x-Piece":"%d"}`, i), fmt.Sprintf(`{"x-Piece":["%d"]}`, i))

		w.send(t, "PUT /test/things HTTP/1.1\nHost: a.example\nauthorization: Bearer all\ncontent-Type: text/plain\nexpect: 100-continue\ncontent-length: 4\n\n")
		if line, err := w.answers.ReadString('\n'); err != nil || !strings.Contains(line, " 100 ") {
			t.Fatalf("%q, %v; want 100 Continue", line, err)
		}
		w.answers.ReadString('\n')
		w.send(t, "body")
		w.answer(t, 200)
		w.expect(t, "asked for", `{"authorization":"Bearer all","content-Type":"text/plain"}`,
			`{"authorization":["Bearer all"],"content-Type":["text/plain"]}`)
	}
}

// TestHeaderNamesOfPipelines: of requests that do not wait for an answer the first is known, and none has another one's
// headers. Afterwards names are known again.
func TestHeaderNamesOfPipelines(t *testing.T) {
	w := newWire(t, nil)
	w.send(t, "GET /test/open HTTP/1.1\nHost: a.example\nx-first: 1\n\nGET /test/open HTTP/1.1\nHost: a.example\nx-second: 2\n\nGET /test/open HTTP/1.1\nHost: a.example\nx-third: 3\n\n")
	for range 3 {
		w.answer(t, 200)
	}
	w.stage.things.mu.Lock()
	events := w.stage.things.events
	w.stage.things.mu.Unlock()
	for i, want := range []string{`"x-first":"1"`, `"X-Second":"2"`, `"X-Third":"3"`} {
		if !strings.Contains(events[i], want) || strings.Count(strings.ToLower(events[i]), `"x-first"`) != 2*max(1-i, 0) {
			t.Errorf("event %d: %s, want %s", i, events[i], want)
		}
	}
	w.send(t, "GET /test/open HTTP/1.1\nHost: a.example\nx-fourth: 4\n\n")
	w.answer(t, 200)
	w.expect(t, "afterwards", `{"x-fourth":"4"}`, `{"x-fourth":["4"]}`)
}

// TestHeaderNamesOfEarlyRequests: net/http reads the first byte of a request that comes while another one is handled.
func TestHeaderNamesOfEarlyRequests(t *testing.T) {
	w := newWire(t, nil)
	called, sent := make(chan bool), make(chan bool)
	w.stage.things.code = func([]byte) (string, error) {
		called <- true
		<-sent
		time.Sleep(10 * time.Millisecond) // so that the byte mostly is read; what is expected does not depend on it
		return `{"statusCode":200}`, nil
	}
	w.send(t, "GET /test/open HTTP/1.1\nHost: a.example\nx-number: 0\n\n")
	for i := range 5 {
		<-called
		w.expect(t, "early", fmt.Sprintf(`{"x-number":"%d"}`, i), fmt.Sprintf(`{"x-number":["%d"]}`, i))
		w.send(t, fmt.Sprintf("GET /test/open HTTP/1.1\nHost: a.example\nx-number: %d\n\n", i+1))
		sent <- true
		w.answer(t, 200)
	}
	<-called
	sent <- true
	w.answer(t, 200)
}

// TestHeaderNamesAreOfNoConsequence: what an authorizer's identity source is does not depend on the case.
func TestHeaderNamesAreOfNoConsequence(t *testing.T) {
	w := newWire(t, nil)
	for _, name := range []string{"authorization", "AUTHORIZATION", "aUTHORIZATION"} {
		w.send(t, "GET /test/things HTTP/1.1\nHost: a.example\n"+name+": Bearer all\n\n")
		w.answer(t, 200)
		w.expect(t, name, fmt.Sprintf(`{%q:"Bearer all"}`, name), fmt.Sprintf(`{%q:["Bearer all"]}`, name))
		w.send(t, "GET /test/things HTTP/1.1\nHost: a.example\n"+name+": Bearer all\nAuthorization: Bearer deny\n\n")
		w.answer(t, 401) // there are two
	}
}

// TestCanonicalNames: where the client's spelling cannot be known, names are in the canonical case.
func TestCanonicalNames(t *testing.T) {
	s := newStage(t, nil)
	r := httptest.NewRequest("GET", "/test/open", nil)
	r.Header["X-Custom"] = []string{"a"}
	s.handler.ServeHTTP(httptest.NewRecorder(), r)
	if headers := s.things.last(t)["headers"].(map[string]any); headers["X-Custom"] != "a" {
		t.Errorf("without a connection: %v", headers)
	}
	server := httptest.NewUnstartedServer(s.handler)
	server.Listener = gateway.KeepHeaderNames(server.Config, server.Listener)
	server.StartTLS()
	defer server.Close()
	request, err := http.NewRequest("GET", server.URL+"/test/open", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header["x-custom"] = []string{"a"}
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if headers := s.things.last(t)["headers"].(map[string]any); headers["X-Custom"] != "a" {
		t.Errorf("with TLS: %v", headers)
	}
}
