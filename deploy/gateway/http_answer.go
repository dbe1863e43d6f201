package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// httpAnswer is what the client of an HTTP API gets from the function behind a route. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
type httpAnswer struct {
	status    int
	headers   http.Header // names in the function's casing
	body      []byte
	mediaType string // where headers say none
}

// The media types of answers that say none.
const (
	inferredType = "application/json"
	plainType    = "text/plain; charset=utf-8"
)

// integrate answers with what the function behind the route gives. That it keeps the same headers to itself as a REST
// API does is a choice.
func (a *httpAPI) integrate(x *exchange) {
	answer, r := a.call(x)
	if r != nil {
		a.refuse(x, r)
		return
	}
	header := x.header()
	for name, values := range answer.headers {
		if !a.cors.isCORSHeader(name) {
			header[remapped(name)] = values
		}
	}
	x.keepContentType(answer.headers, answer.mediaType)
	a.send(x, answer.status, "", answer.body)
}

// call calls the function.
func (a *httpAPI) call(x *exchange) (*httpAnswer, *httpRefusal) {
	if err := x.readBody(); err != nil {
		return nil, httpBodyRefusal(err)
	}
	output, err := x.invoke(a.format.event(x), a.timeout)
	switch {
	case errors.Is(err, errTimedOut):
		return nil, refuseHTTP(serviceUnavailable)
	case errors.Is(err, errEventTooLarge):
		return nil, refuseHTTP(entityTooLarge)
	case err != nil:
		return nil, refuseHTTP(internalServerError)
	}
	answer, err := a.format.parse(output)
	if err != nil {
		x.malformed(err)
		return nil, refuseHTTP(internalServerError)
	}
	x.answered(answer.status)
	return answer, nil
}

// parseHTTPAnswerV1 reads an answer of payload format 1.0, which is a REST API's but for its body: base64 is always
// decoded.
func parseHTTPAnswerV1(output []byte) (*httpAnswer, error) {
	answer, err := parseProxyAnswer(output)
	if err != nil {
		return nil, err
	}
	body, err := bodyBytes(answer.body, answer.isBase64)
	return &httpAnswer{answer.status, answer.headers, body, plainType}, err
}

// parseHTTPAnswer reads an answer of payload format 2.0. What is no object with a statusCode is itself the body.
func parseHTTPAnswer(output []byte) (*httpAnswer, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(output, &members); err == nil && members["statusCode"] != nil {
		return parseStructured(members)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, output); err != nil {
		return nil, fmt.Errorf("the function's answer: %w", err)
	}
	body := compact.Bytes()
	var text *string
	if err := json.Unmarshal(body, &text); err == nil && text != nil {
		body = []byte(*text)
	}
	return &httpAnswer{status: http.StatusOK, body: body, mediaType: inferredType}, nil
}

// parseStructured reads an answer by its members. Others than its own are passed over, so that a function can answer
// both formats at once; that is a choice.
func parseStructured(members map[string]json.RawMessage) (*httpAnswer, error) {
	var (
		status   any
		headers  map[string]any
		cookies  []string
		body     string
		isBase64 bool
	)
	for name, into := range map[string]any{"statusCode": &status, "headers": &headers, "cookies": &cookies, "body": &body, "isBase64Encoded": &isBase64} {
		if members[name] == nil {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(members[name]))
		decoder.UseNumber()
		if err := decoder.Decode(into); err != nil {
			return nil, fmt.Errorf("the function's %s: %w", name, err)
		}
	}
	if status == nil {
		return nil, errors.New("the function's statusCode is null")
	}
	code, err := parseStatus(status)
	if err != nil {
		return nil, err
	}
	answer := &httpAnswer{status: code, mediaType: plainType}
	if answer.headers, err = mergeHeaders(headers, nil); err != nil {
		return nil, err
	}
	for _, cookie := range cookies {
		if err := addHeader(answer.headers, "Set-Cookie", cookie); err != nil {
			return nil, err
		}
	}
	answer.body, err = bodyBytes(body, isBase64)
	return answer, err
}

// bodyBytes gives a body's bytes.
func bodyBytes(body string, isBase64 bool) ([]byte, error) {
	if !isBase64 {
		return []byte(body), nil
	}
	decoded, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return nil, fmt.Errorf("the function's body: %w", err)
	}
	return decoded, nil
}
