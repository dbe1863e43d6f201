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
	output, err := x.Invoke(a.format.event, a.timeout)
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

// parseAnswerV1 reads an answer of payload format 1.0. Unlike a REST API's it has to have a statusCode, others than its own members are
// passed over, base64Encoded too, and base64 is always decoded. See
// https://github.com/aws/aws-sam-cli/blob/develop/samcli/local/apigw/local_apigw_service.py.
func parseAnswerV1(output []byte) (*response, error) {
	if answer, plain := lambda.ParsePlainAnswer(output); plain {
		return plainResponse(answer)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(output, &members); err != nil {
		return nil, fmt.Errorf("the function's answer: %w", lambda.Misfit("", output, err))
	}
	var s structured
	if err := s.read(members, map[string]any{"multiValueHeaders": &s.multiValueHeaders}); err != nil {
		return nil, err
	}
	return s.response()
}

// parseAnswer reads an answer of payload format 2.0. What is no object with a statusCode is itself the body.
func parseAnswer(output []byte) (*response, error) {
	if answer, plain := lambda.ParsePlainAnswer(output); plain {
		return plainResponse(answer)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(output, &members); err == nil && members["statusCode"] != nil {
		var s structured
		if err := s.read(members, map[string]any{"cookies": &s.cookies}); err != nil {
			return nil, err
		}
		return s.response()
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, output); err != nil {
		return nil, fmt.Errorf("the function's answer: %w", lambda.Misfit("", output, err))
	}
	body := compact.Bytes()
	var text *string
	if err := json.Unmarshal(body, &text); err == nil && text != nil {
		body = []byte(*text)
	}
	return &response{status: http.StatusOK, body: body, mediaType: inferredType}, nil
}

// plainResponse is what a plain answer stands for.
func plainResponse(answer *lambda.ProxyAnswer) (*response, error) {
	body, err := bodyBytes(answer.Body, answer.IsBase64)
	return &response{status: answer.Status, headers: answer.Headers, body: body, mediaType: plainType}, err
}

// structured is an answer by its members.
type structured struct {
	status            any
	headers           map[string]any
	multiValueHeaders map[string]any // of format 1.0
	cookies           []string       // of format 2.0
	body              string
	isBase64          any
}

// read reads the members that both formats have, and those of one. Others are passed over, so that a function can answer both formats at
// once.
func (s *structured) read(members map[string]json.RawMessage, own map[string]any) error {
	for name, into := range map[string]any{"statusCode": &s.status, "headers": &s.headers, "body": &s.body, "isBase64Encoded": &s.isBase64} {
		own[name] = into
	}
	for name, into := range own {
		if members[name] == nil {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(members[name]))
		decoder.UseNumber()
		if err := decoder.Decode(into); err != nil {
			return lambda.Misfit(name, members[name], err)
		}
	}
	return nil
}

func (s *structured) response() (*response, error) {
	if s.status == nil {
		return nil, errors.New("statusCode is missing or null")
	}
	code, err := lambda.ParseStatus(s.status)
	if err != nil {
		return nil, err
	}
	answer := &response{status: code, mediaType: plainType}
	if answer.headers, err = lambda.MergeHeaders(s.headers, s.multiValueHeaders); err != nil {
		return nil, err
	}
	for _, cookie := range s.cookies {
		if err := lambda.AddHeader(answer.headers, "Set-Cookie", cookie); err != nil {
			return nil, err
		}
	}
	isBase64, err := lambda.ParseIsBase64(s.isBase64)
	if err != nil {
		return nil, err
	}
	answer.body, err = bodyBytes(s.body, isBase64)
	return answer, err
}

// bodyBytes gives a body's bytes.
func bodyBytes(body string, isBase64 bool) ([]byte, error) {
	if !isBase64 {
		return []byte(body), nil
	}
	decoded, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return nil, fmt.Errorf("body is no base64, which isBase64Encoded says: %w", err)
	}
	return decoded, nil
}
