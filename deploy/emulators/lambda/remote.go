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

// Remote is a function that runs at an address: in a container with the Lambda Runtime Interface Emulator, in a
// debugger, or written in any language. It gets each event as a POST. Its answer is the body of a 2xx response.
//
// It says that it failed as Lambda's Invoke does: by the header X-Amz-Function-Error, which may hold anything, and a JSON
// object with errorMessage and errorType as the body. The emulator leaves the header out
// (https://github.com/aws/aws-lambda-runtime-interface-emulator/issues/20), so an object in which both are texts is a
// failure without it too.
type Remote struct {
	name   string
	url    string
	client *http.Client
}

// NewRemote makes the function at an absolute http or https URL. One without a path means the emulator's own.
func NewRemote(name, address string) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, fmt.Errorf("function %s: want an http or https URL without user and fragment, got %q", name, address)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = invocationsPath
	}
	client := &http.Client{
		Timeout:       remoteTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Remote{name, u.String(), client}, nil
}

// Invoke has the function handle event. What the function reports is an [*Error], and so is a response that is not 2xx or
// larger than 6 MB; where no response comes, the error is the HTTP client's.
func (r *Remote) Invoke(ctx context.Context, event []byte) ([]byte, error) {
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
