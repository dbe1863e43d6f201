package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"portcullis/deploy/desk/internal/functions"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/gateway"
	"portcullis/deploy/internal/inquiry"
)

// Path is below what the page asks of its desk, and "/" is where it is.
const Path = "/_console/"

// Desk is what a desk serves, as the files were at one time.
type Desk struct {
	Base     string // http://HOST:PORT, or https://HOST:PORT
	Command  string // portcullis, as people run it
	Protocol string // the subprotocol behind which pages send a token; "": they cannot
	Ours     bool   // the API is this module's own
	Services *services.Services
	Project  *project.Project
	Gateways map[string]*gateway.Gateway // by their modes' names
	Feed     services.Feed

	Handler   http.Handler         // answers as the desk's address does
	Written   func(*gateway.Trace) // is told of the way of each request beside the console; nil: nobody is
	ClockSkew time.Duration        // by which tokens' times may differ
	MaxToken  int                  // the largest token that authorizers take, in bytes

	once                 sync.Once
	operations, messages json.RawMessage
	unread               error

	Checks    *functions.Checks // of credentials; nil: none can be checked
	Unchecked string            // why

	surface func() (*inquiry.Surface, error) // the contract as questions are asked about it
}

// Console serves the page of a desk. It is made by [New], and outlives what the desk serves.
type Console struct {
	mux     *http.ServeMux
	live    live
	adviser atomic.Pointer[adviser] // of what is shown

	mu   sync.RWMutex
	desk *Desk // nil: it is not there yet
}

// New makes a console that has nothing to show yet.
func New() *Console {
	c := &Console{mux: http.NewServeMux()}
	c.live.begin()
	c.mux.HandleFunc("GET /{$}", serveIndex)
	c.mux.HandleFunc("GET "+Path+"web/{file}", serveFile)
	c.mux.HandleFunc("GET "+Path+"desk", c.serveDesk)
	c.mux.HandleFunc("POST "+Path+"keys", c.serveKeys)
	c.mux.HandleFunc("POST "+Path+"sign", c.serveSign)
	c.mux.HandleFunc("GET "+Path+"broken", c.serveKinds)
	c.mux.HandleFunc("POST "+Path+"broken", c.serveBroken)
	c.mux.HandleFunc("POST "+Path+"credential", c.serveCredential)
	c.mux.HandleFunc("POST "+Path+"access", c.serveAccess)
	c.mux.HandleFunc("POST "+Path+"explain", c.serveExplain)
	c.mux.HandleFunc("GET "+Path+"live", c.serveLive)
	c.mux.HandleFunc("GET "+Path+"state", c.serveState)
	c.mux.HandleFunc("POST "+Path+"flush", c.serveFlush)
	return c
}

// Show has the console show what a desk serves from now on.
func (c *Console) Show(d *Desk) {
	c.mu.Lock()
	if d.surface == nil {
		d.surface = sync.OnceValues(func() (*inquiry.Surface, error) { return inquiry.NewSurface(d.Project.Contract, nil) })
	}
	c.desk = d
	c.mu.Unlock()
	c.adviser.Store(newAdviser(d))
	c.live.reloaded()
}

// shown is what the desk serves.
func (c *Console) shown() *Desk {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.desk
}

// ServeHTTP answers the page, and what it asks. Other origins get no answer: what is told here holds passwords, and keys can be made.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); strings.HasPrefix(r.URL.Path, Path) && site != "" && site != "same-origin" && site != "none" {
		refuse(w, http.StatusForbidden, "this is for the desk's own page")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	c.mux.ServeHTTP(w, r)
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(value)
}

// refuse says what is wrong with a request.
func refuse(w http.ResponseWriter, status int, why string) {
	answer(w, status, map[string]string{"error": why})
}

// mostAsked is how many bytes a question may have: a token of the longest, and a body.
const mostAsked = 16 << 20

// read reads what the page asks. It has to say that it is JSON, which no form of another origin's page can say without being asked
// whether it may (Fetch, CORS-safelisted request-header), which it is not.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if r.Header.Get("Content-Type") != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "want application/json")
		return false
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostAsked))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return false
	}
	return true
}
