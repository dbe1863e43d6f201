package lambda

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// maxPayload is the size limit of events and answers: 6 MB.
// Source: AWS Lambda developer guide, "Lambda quotas".
const maxPayload = 6 << 20

// runtimeAPI is the Lambda Runtime API, version 2018-06-01, and as much of the Extensions API as functions use themselves.
// Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes".
func (e *environment) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", e.serveNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", e.serveResponse)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", e.serveError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", e.serveInitError)
	mux.HandleFunc("POST /2020-01-01/extension/register", e.serveRegister)
	mux.HandleFunc("GET /2020-01-01/extension/event/next", e.serveEvents)
	return mux
}

// serveNext waits for an invocation, as long as that takes.
func (e *environment) serveNext(w http.ResponseWriter, r *http.Request) {
	e.polledOnce.Do(func() { close(e.polled) })
	select {
	case <-r.Context().Done():
	case i := <-e.next:
		e.mu.Lock()
		e.current = i
		e.mu.Unlock()
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", i.arn)
		h.Set("Lambda-Runtime-Trace-Id", i.traceID)
		w.Write(i.event)
	}
}

func (e *environment) serveResponse(w http.ResponseWriter, r *http.Request) {
	if !e.handles(r.PathValue("id")) {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	answer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		failure := responseTooLarge()
		e.settle(outcome{err: failure})
		refuse(w, http.StatusRequestEntityTooLarge, failure.Type, failure.Message)
		return
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "Runtime.TruncatedResponse", err.Error())
		return
	}
	if failure := failedHalfway(r.Trailer); failure != nil {
		e.settle(outcome{err: failure})
	} else {
		e.settle(outcome{answer: answer})
	}
	accept(w)
}

func (e *environment) serveError(w http.ResponseWriter, r *http.Request) {
	if !e.handles(r.PathValue("id")) {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	e.settle(outcome{err: reported(w, r)})
	accept(w)
}

func (e *environment) serveInitError(w http.ResponseWriter, r *http.Request) {
	failure := reported(w, r)
	e.mu.Lock()
	e.initError = failure
	e.mu.Unlock()
	accept(w)
}

func (e *environment) handles(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.current != nil && e.current.id == id
}

// settle gives the current invocation its outcome: the first one counts.
func (e *environment) settle(o outcome) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current != nil {
		e.current.outcome <- o
		e.current = nil
	}
}

// reported reads the error that a runtime client posts.
func reported(w http.ResponseWriter, r *http.Request) *Error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if err != nil {
		return responseTooLarge()
	}
	return parseError(body, r.Header.Get("Lambda-Runtime-Function-Error-Type"))
}

// failedHalfway is the error of a streamed answer that broke off: clients can report it in the
// trailer only.
func failedHalfway(trailer http.Header) *Error {
	kind := trailer.Get("Lambda-Runtime-Function-Error-Type")
	if kind == "" {
		return nil
	}
	body, _ := base64.StdEncoding.DecodeString(trailer.Get("Lambda-Runtime-Function-Error-Body"))
	return parseError(body, kind)
}

func parseError(body []byte, kind string) *Error {
	var report struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(body, &report); err != nil {
		return &Error{Type: kind, Message: "the function reported an error that is not JSON"}
	}
	if report.Type == "" {
		report.Type = kind
	}
	return &Error{Type: report.Type, Message: report.Message}
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"errorType": kind, "errorMessage": message})
}
