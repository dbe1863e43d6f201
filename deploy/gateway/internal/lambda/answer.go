package lambda

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ProxyAnswer is what a function behind a proxy integration answers.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
type ProxyAnswer struct {
	Status   int         // from 200 to 599
	Headers  http.Header // names in the function's casing
	Body     string      // as the function wrote it
	IsBase64 bool        // Body is in base64
}

// Remapped is the name under which a function's header reaches the client: API Gateway keeps some for itself.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html.
func Remapped(name string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Connection", "Content-Length", "Content-Md5", "Date", "Expect", "Host", "Max-Forwards",
		"Proxy-Authenticate", "Server", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Www-Authenticate":
		return "x-amzn-Remapped-" + name
	}
	return name
}

// ParseProxyAnswer reads a function's answer. It refuses members that are not its own, as API Gateway does. Of the two members that say
// whether the body is in base64 the first one that is no null counts: base64Encoded is not documented, but was seen to be
// (https://github.com/aws/aws-sam-cli/blob/develop/samcli/local/apigw/local_apigw_service.py).
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
func ParseProxyAnswer(output []byte) (*ProxyAnswer, error) {
	if answer, plain := ParsePlainAnswer(output); plain {
		return answer, nil
	}
	var raw struct {
		StatusCode        any            `json:"statusCode"`
		Headers           map[string]any `json:"headers"`
		MultiValueHeaders map[string]any `json:"multiValueHeaders"`
		Body              *string        `json:"body"`
		Base64Encoded     any            `json:"base64Encoded"`
		IsBase64Encoded   any            `json:"isBase64Encoded"`
	}
	if err := DecodeObject(output, &raw, "statusCode", "headers", "multiValueHeaders", "body", "base64Encoded", "isBase64Encoded"); err != nil {
		return nil, fmt.Errorf("the function's answer: %w", err)
	}
	status, err := ParseStatus(raw.StatusCode)
	if err != nil {
		return nil, err
	}
	headers, err := MergeHeaders(raw.Headers, raw.MultiValueHeaders)
	if err != nil {
		return nil, err
	}
	if raw.Base64Encoded == nil {
		raw.Base64Encoded = raw.IsBase64Encoded
	}
	isBase64, err := ParseIsBase64(raw.Base64Encoded)
	if err != nil {
		return nil, err
	}
	answer := &ProxyAnswer{Status: status, Headers: headers, IsBase64: isBase64}
	if raw.Body != nil {
		answer.Body = *raw.Body
	}
	return answer, nil
}

// ParseStatus takes a number, or a text that is one; without any it is 200.
func ParseStatus(value any) (int, error) {
	if value == nil {
		return http.StatusOK, nil
	}
	text, _ := ScalarText(value)
	status, err := strconv.Atoi(text)
	if err != nil || status < leastStatus || status > greatestStatus {
		return 0, fmt.Errorf("statusCode is %s: want a final HTTP status, %d to %d", Shown(value), leastStatus, greatestStatus)
	}
	return status, nil
}

// ParseIsBase64 takes a boolean, or a text that is one in the writing of JSON or Python; without any it is false.
func ParseIsBase64(value any) (bool, error) {
	switch value {
	case nil, false, "false", "False":
		return false, nil
	case true, "true", "True":
		return true, nil
	}
	return false, fmt.Errorf("isBase64Encoded is %s: want true or false", Shown(value))
}

// MergeHeaders puts the values of both maps under one name: those of multiValueHeaders first, in its casing,
// then that of headers unless it is there already.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
func MergeHeaders(single, multi map[string]any) (http.Header, error) {
	headers, casing := http.Header{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(multi)) {
		list, ok := multi[name].([]any)
		if !ok {
			return nil, fmt.Errorf("multiValueHeaders: %q is %s: want a list", name, Shown(multi[name]))
		}
		casing[strings.ToLower(name)] = name
		for _, item := range list {
			if err := AddHeader(headers, name, item); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(single)) {
		as := name
		if multi, both := casing[strings.ToLower(name)]; both {
			as = multi
		}
		if text, _ := ScalarText(single[name]); slices.Contains(headers[as], text) {
			continue
		}
		if err := AddHeader(headers, as, single[name]); err != nil {
			return nil, err
		}
	}
	return headers, nil
}

// AddHeader adds a value, which may be any scalar, under a name in the casing that it has. What is no header
// (RFC 9110, section 5) is refused.
func AddHeader(headers http.Header, name string, value any) error {
	text, ok := ScalarText(value)
	if !ok {
		return fmt.Errorf("the header %q is %s: want text", name, Shown(value))
	}
	if !isToken(name) || strings.ContainsAny(text, "\r\n\x00") {
		return fmt.Errorf("the header %q has a name or a value that is none (RFC 9110, section 5)", name)
	}
	headers[name] = append(headers[name], text)
	return nil
}

// isToken tells whether a text can be a header's name (RFC 9110, section 5.6.2).
func isToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
