package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
)

// response is what the client of an HTTP API gets from the function behind a route. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
type response struct {
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
func (a *API) integrate(x *stage.Exchange) {
	answer, r := a.call(x)
	if r != nil {
		a.refuse(x, r)
		return
	}
	header := x.Header()
	for name, values := range answer.headers {
		if !a.cors.isCORSHeader(name) {
			header[lambda.Remapped(name)] = values
		}
	}
	x.KeepContentType(answer.headers, answer.mediaType)
	a.send(x, answer.status, "", answer.body)
}

// call calls the function.
func (a *API) call(x *stage.Exchange) (*response, *refusal) {
	if err := x.ReadBody(); err != nil {
		return nil, bodyRefusal(err)
	}
	output, err := x.Invoke(a.format.event(x), a.timeout)
	switch {
	case errors.Is(err, lambda.ErrTimedOut):
		return nil, refuse(serviceUnavailable)
	case errors.Is(err, lambda.ErrEventTooLarge):
		return nil, refuse(entityTooLarge)
	case err != nil:
		return nil, refuse(internalServerError)
	}
	answer, err := a.format.parse(output)
	if err != nil {
		x.Malformed(err)
		return nil, refuse(internalServerError)
	}
	x.Answered(answer.status)
	return answer, nil
}

// parseAnswerV1 reads an answer of payload format 1.0, which is a REST API's but for its body: base64 is always
// decoded.
func parseAnswerV1(output []byte) (*response, error) {
	answer, err := lambda.ParseProxyAnswer(output)
	if err != nil {
		return nil, err
	}
	body, err := bodyBytes(answer.Body, answer.IsBase64)
	return &response{answer.Status, answer.Headers, body, plainType}, err
}

// parseAnswer reads an answer of payload format 2.0. What is no object with a statusCode is itself the body.
func parseAnswer(output []byte) (*response, error) {
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
	return &response{status: http.StatusOK, body: body, mediaType: inferredType}, nil
}

// parseStructured reads an answer by its members. Others than its own are passed over, so that a function can answer
// both formats at once; that is a choice.
func parseStructured(members map[string]json.RawMessage) (*response, error) {
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
	code, err := lambda.ParseStatus(status)
	if err != nil {
		return nil, err
	}
	answer := &response{status: code, mediaType: plainType}
	if answer.headers, err = lambda.MergeHeaders(headers, nil); err != nil {
		return nil, err
	}
	for _, cookie := range cookies {
		if err := lambda.AddHeader(answer.headers, "Set-Cookie", cookie); err != nil {
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
