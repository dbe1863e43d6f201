package key_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
)

// How a proxy lets an operation fail.
const (
	refused = "refuse" // with status 400; it is not done
	absent  = "absent" // with status 404; it is not done
	broken  = "break"  // with status 500; it is not done
	lost    = "lose"   // with status 500; it is done
	held    = "hold"   // it is done, and answered never
)

// moto's requests are done one after the other: it keeps no locks.
var oneByOne sync.Mutex

// proxy stands in front of moto, and lets the operations fail that it is told to.
type proxy struct {
	*httptest.Server
	target *httputil.ReverseProxy
	mu     sync.Mutex
	modes  map[string]string // operation -> mode
	once   map[string]func() // operation -> what happens before the next one of it
	done   chan struct{}     // takes something when an operation is held
}

func newProxy(endpoint string) (*proxy, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	p := &proxy{target: httputil.NewSingleHostReverseProxy(target), modes: map[string]string{}, once: map[string]func(){}, done: make(chan struct{}, 1)}
	p.Server = httptest.NewServer(p)
	return p, nil
}

// fail lets the operations fail that are given as NAME or NAME=MODE, and no others. The default is broken.
func (p *proxy) fail(operations ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.modes)
	for _, operation := range operations {
		name, mode, given := strings.Cut(operation, "=")
		if !given {
			mode = broken
		}
		p.modes[name] = mode
	}
}

// before lets something happen before the next one of an operation, once.
func (p *proxy) before(operation string, happens func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.once[operation] = happens
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := operationOf(r)
	p.mu.Lock()
	mode, happens := p.modes[operation], p.once[operation]
	delete(p.once, operation)
	p.mu.Unlock()
	if happens != nil {
		happens()
	}
	switch mode {
	case "":
		p.forward(w, r)
	case refused:
		amazonError(w, http.StatusBadRequest, "AccessDeniedException")
	case absent:
		amazonError(w, http.StatusNotFound, "NotFoundException")
	case lost:
		p.forward(httptest.NewRecorder(), r)
		amazonError(w, http.StatusInternalServerError, "InternalServerError")
	case held:
		p.forward(httptest.NewRecorder(), r)
		p.done <- struct{}{}
		<-r.Context().Done() // the client has gone
	default:
		_, _ = io.Copy(io.Discard, r.Body)
		amazonError(w, http.StatusInternalServerError, "InternalServerError")
	}
}

func (p *proxy) forward(w http.ResponseWriter, r *http.Request) {
	oneByOne.Lock()
	defer oneByOne.Unlock()
	p.target.ServeHTTP(w, r)
}

// operationOf is the name that AWS has for what a request asks for.
func operationOf(r *http.Request) string {
	if _, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return name
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case r.Method == http.MethodPost && len(parts) == 1 && parts[0] == "apikeys":
		return "CreateApiKey"
	case r.Method == http.MethodPost && len(parts) == 3 && parts[2] == "keys":
		return "CreateUsagePlanKey"
	case r.Method == http.MethodDelete && parts[0] == "apikeys":
		return "DeleteApiKey"
	case r.Method == http.MethodGet && parts[0] == "apikeys":
		return "GetApiKeys"
	case r.Method == http.MethodGet && len(parts) == 1 && parts[0] == "usageplans":
		return "GetUsagePlans"
	}
	return r.Method + " " + r.URL.Path
}

// amazonError answers as both AWS services do.
func amazonError(w http.ResponseWriter, status int, name string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amzn-Errortype", name)
	w.WriteHeader(status)
	_, _ = io.Copy(w, bytes.NewReader([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#`+name+`","message":"made by a test"}`)))
}
