package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// invocationsPath is where the Lambda Runtime Interface Emulator, which the base images hold, takes events.
const invocationsPath = "/2015-03-31/functions/function/invocations"

// remoteTimeout bounds an invocation at an address, whatever its context: Lambda's own bound.
const remoteTimeout = 15 * time.Minute

// maxWaiting is how many events wait for an address at most: as many as all functions of an account handle at once, unless it has more.
// See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const maxWaiting = 1000

// Remote is a function that runs at an address: in a container with the Lambda Runtime Interface Emulator, in a
// debugger, or written in any language. It gets each event as a POST. Its answer is the body of a 2xx response.
//
// It says that it failed as Lambda's Invoke does: by the header X-Amz-Function-Error, which may hold anything, and a JSON
// object with errorMessage and errorType as the body. The emulator leaves the header out
// (https://github.com/aws/aws-lambda-runtime-interface-emulator/issues/20), so an object in which both are texts is a
// failure without it too.
//
// The emulator is one environment, which ends where an event comes while it handles another
// (https://github.com/aws/aws-lambda-runtime-interface-emulator/issues/97), so it gets one at a time.
type Remote struct {
	name   string
	url    string
	client *http.Client
	*queue
}

// queue is who is at an address, and who waits to be.
type queue struct {
	slots   chan struct{} // one for each event that is there; nil: there may be any number
	waiting chan struct{} // one for each that waits
}

// RemoteConfig says where a function is.
type RemoteConfig struct {
	Name   string // the function's name, for errors
	URL    string // absolute, http or https; one without a path means the Runtime Interface Emulator's own
	AtOnce int    // how many events it may get at once, but for the emulator's path, which gets one; 0: any number
}

// NewRemote makes the function at an address.
func NewRemote(c RemoteConfig) (*Remote, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, fmt.Errorf("function %s: want an http or https URL without user and fragment, got %q", c.Name, c.URL)
	}
	if c.AtOnce < 0 {
		return nil, fmt.Errorf("function %s: want a number of events at once, or 0 for any, got %d", c.Name, c.AtOnce)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = invocationsPath
	}
	if u.Path == invocationsPath {
		c.AtOnce = 1
	}
	q := &queue{waiting: make(chan struct{}, maxWaiting)}
	if c.AtOnce > 0 {
		q.slots = make(chan struct{}, c.AtOnce)
	}
	client := &http.Client{
		Timeout:       remoteTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Remote{c.Name, u.String(), client, q}, nil
}

// URL is where events go: with the path of the emulator where the address had none.
func (r *Remote) URL() string { return r.url }

// Named is the same function under another name, with which it shares how many events may be there at once.
func (r *Remote) Named(name string) *Remote { return &Remote{name, r.url, r.client, r.queue} }

// Invoke has the function handle event. What the function reports is an [*Error], and so is a response that is not 2xx or
// larger than 6 MB; where no response comes, the error is the HTTP client's.
//
// Where only so many events may be there at once, others wait, in the time of their own contexts, and one that is there keeps its place
// until the function has answered, also when its context has ended: the function does not know of that.
func (r *Remote) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	if r.slots == nil {
		return r.post(ctx, event)
	}
	if err := r.enter(ctx); err != nil {
		return nil, err
	}
	done := make(chan outcome, 1)
	go func() {
		answer, err := r.post(context.WithoutCancel(ctx), bytes.Clone(event)) // which may outlive the caller's wait
		<-r.slots
		done <- outcome{answer, err}
	}()
	select {
	case o := <-done:
		return o.answer, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// enter waits for a slot.
func (r *Remote) enter(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case r.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case r.waiting <- struct{}{}:
	default:
		return &Error{"Remote.Busy", fmt.Sprintf("function %s: %d events wait for %s already, which takes %d at once", r.name, maxWaiting, r.url, cap(r.slots))}
	}
	defer func() { <-r.waiting }()
	select {
	case r.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// post sends an event, and reads what comes of it.
func (r *Remote) post(ctx context.Context, event []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(event))
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", r.name, err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", r.name, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxPayload+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("function %s: %w", r.name, err)
	case response.StatusCode < 200 || response.StatusCode > 299:
		return nil, &Error{"Remote.Status", fmt.Sprintf("function %s: %s answers %s", r.name, r.url, response.Status)}
	case len(body) > maxPayload:
		return nil, responseTooLarge()
	}
	if failure := failureOf(response.Header, body); failure != nil {
		return nil, failure
	}
	return body, nil
}

// failureOf is the failure that a response tells of, or nil.
func failureOf(header http.Header, body []byte) *Error {
	var failure struct {
		Message *string `json:"errorMessage"`
		Type    *string `json:"errorType"`
	}
	err := json.Unmarshal(body, &failure)
	kind := header.Get("X-Amz-Function-Error")
	switch {
	case err == nil && failure.Message != nil && (kind != "" || failure.Type != nil):
		if failure.Type != nil {
			kind = *failure.Type
		}
		return &Error{kind, *failure.Message}
	case kind != "":
		return &Error{kind, "the function failed without an errorMessage"}
	}
	return nil
}
