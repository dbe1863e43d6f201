package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// integrate calls the function behind the method, and answers with what it gives.
func (x *exchange) integrate() {
	event, err := x.event()
	if err != nil {
		x.fail(integrationFailed, "")
		return
	}
	ctx, cancel := context.WithTimeout(x.r.Context(), x.config.Timeout)
	defer cancel()
	output, err := x.method.integrates.Invoke(ctx, event)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		x.fail(integrationTimeout, "")
		return
	}
	if err != nil {
		x.fail(integrationFailed, "")
		return
	}
	answer, err := parseProxyAnswer(output)
	if err != nil {
		x.fail(integrationFailed, "")
		return
	}
	x.answer(answer)
}

// proxyAnswer is what a function behind a proxy integration answers.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
type proxyAnswer struct {
	status  int
	headers http.Header // names in the function's casing
	body    string
}

func (x *exchange) answer(answer *proxyAnswer) {
	header := x.w.Header()
	for name, values := range answer.headers {
		header[remapped(name)] = values
	}
	if !hasHeader(answer.headers, "Content-Type") {
		header.Set("Content-Type", "application/json")
	} else if _, canonical := header["Content-Type"]; !canonical {
		header["Content-Type"] = nil // or net/http would add one of its own to the function's
	}
	x.identify(header)
	header["X-Amzn-Trace-Id"] = []string{x.traceID}
	header.Set("Content-Length", strconv.Itoa(len(answer.body)))
	x.status = answer.status
	x.w.WriteHeader(answer.status)
	io.WriteString(x.w, answer.body)
}

func hasHeader(headers http.Header, name string) bool {
	for given := range headers {
		if strings.EqualFold(given, name) {
			return true
		}
	}
	return false
}

// remapped is the name under which a function's header reaches the client: API Gateway keeps some for itself.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html.
func remapped(name string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Connection", "Content-Length", "Content-Md5", "Date", "Expect", "Host", "Max-Forwards",
		"Proxy-Authenticate", "Server", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Www-Authenticate":
		return "x-amzn-Remapped-" + name
	}
	return name
}

// parseProxyAnswer reads a function's answer. It refuses members that are not its own, as API Gateway does.
func parseProxyAnswer(output []byte) (*proxyAnswer, error) {
	var raw struct {
		StatusCode        any             `json:"statusCode"`
		Headers           map[string]any  `json:"headers"`
		MultiValueHeaders map[string]any  `json:"multiValueHeaders"`
		Body              *string         `json:"body"`
		IsBase64Encoded   json.RawMessage `json:"isBase64Encoded"` // no media type is binary: bodies pass as they are
	}
	if err := decodeObject(output, &raw, "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"); err != nil {
		return nil, fmt.Errorf("gateway: the function's answer: %w", err)
	}
	status, err := parseStatus(raw.StatusCode)
	if err != nil {
		return nil, err
	}
	headers, err := mergeHeaders(raw.Headers, raw.MultiValueHeaders)
	if err != nil {
		return nil, err
	}
	answer := &proxyAnswer{status: status, headers: headers}
	if raw.Body != nil {
		answer.body = *raw.Body
	}
	return answer, nil
}

// decodeObject decodes a JSON object that has nothing behind it and no members but the known ones: the decoder
// alone would take names in any case for its own.
func decodeObject(text []byte, into any, known ...string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	if members == nil {
		return errors.New("want an object, got null")
	}
	for name := range members {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%.60q is no member of it", name)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// parseStatus takes a number, or a text that is one; without any it is 200.
func parseStatus(value any) (int, error) {
	if value == nil {
		return http.StatusOK, nil
	}
	text, _ := scalarText(value)
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 {
		return 0, errors.New("gateway: the function's statusCode is no final HTTP status")
	}
	return status, nil
}

// mergeHeaders puts the values of both maps under one name: those of multiValueHeaders first, in its casing,
// then that of headers unless it is there already.
func mergeHeaders(single, multi map[string]any) (http.Header, error) {
	headers, casing := http.Header{}, map[string]string{}
	for name, value := range multi {
		list, ok := value.([]any)
		if !ok {
			return nil, fmt.Errorf("gateway: the function's multiValueHeaders: %q is no list", name)
		}
		casing[strings.ToLower(name)] = name
		for _, item := range list {
			text, ok := scalarText(item)
			if !ok {
				return nil, fmt.Errorf("gateway: the function's multiValueHeaders: %q holds no texts", name)
			}
			headers[name] = append(headers[name], text)
		}
	}
	for name, value := range single {
		text, ok := scalarText(value)
		if !ok {
			return nil, fmt.Errorf("gateway: the function's headers: %q is no text", name)
		}
		if as, both := casing[strings.ToLower(name)]; both {
			name = as
		}
		if !slices.Contains(headers[name], text) {
			headers[name] = append(headers[name], text)
		}
	}
	return headers, nil
}
