package lambda

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"portcullis/deploy/internal/process"
)

// serveRegister registers a process as its own extension, which is how a function asks for SIGTERM before its end
// (aws-lambda-go's WithEnableSIGTERM). No events are sent, and who asks for some is refused.
// Source: AWS Lambda developer guide, "Using the Lambda Extensions API to create extensions".
func (e *environment) serveRegister(w http.ResponseWriter, r *http.Request) {
	var wish struct{ Events []string }
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPayload)).Decode(&wish)
	if err != nil || r.Header.Get("Lambda-Extension-Name") == "" || len(wish.Events) > 0 {
		refuse(w, http.StatusBadRequest, "Extension.InvalidRequest", "want the header Lambda-Extension-Name, and no events: none are sent here")
		return
	}
	e.mu.Lock()
	e.registered = true
	e.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Lambda-Extension-Identifier", uuid.NewString())
	io.WriteString(w, `{"functionName":"`+e.config.Name+`","functionVersion":"$LATEST","handler":"bootstrap"}`)
}

// serveEvents sends no event, for as long as the process lives.
func (e *environment) serveEvents(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// end ends an idle process: one that has asked for it gets SIGTERM, and some time, before. Source: AWS Lambda developer guide,
// "Lambda execution environment lifecycle", shutdown phase of a function with internal extensions.
func (e *environment) end() {
	e.mu.Lock()
	asked := e.registered
	e.mu.Unlock()
	if asked && !e.over() && process.Terminate(e.cmd) == nil {
		select {
		case <-e.ended:
		case <-time.After(e.config.ShutdownTimeout):
		}
	}
	e.kill()
}
