package rest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
)

// integrate answers from the cache, or with what the function behind the method gives.
func (a *API) integrate(x *stage.Exchange) {
	kept := a.of[x.Method].cache
	if kept == nil {
		if answer := a.call(x); answer != nil {
			a.answer(x, answer)
		}
		return
	}
	key := kept.key(x)
	known, r := kept.find(x, key)
	if r != nil {
		a.refuse(x, r)
		return
	}
	if known == nil {
		if known = a.call(x); known == nil {
			return
		}
		kept.keep(key, known)
	}
	a.answer(x, known)
}

// call calls the function. It gives nil after it has answered itself, where the function failed.
func (a *API) call(x *stage.Exchange) *lambda.ProxyAnswer {
	output, err := x.Invoke(a.event, a.timeout)
	switch {
	case errors.Is(err, lambda.ErrTimedOut):
		a.refuse(x, refuse(integrationTimeout))
	case errors.Is(err, lambda.ErrEventTooLarge):
		a.refuse(x, refuse(requestTooLarge))
	case err != nil:
		a.refuse(x, refuse(integrationFailed))
	default:
		answer, err := lambda.ParseProxyAnswer(output)
		if err == nil {
			x.Answered(answer.Status)
			return answer
		}
		x.Malformed(err)
		a.refuse(x, refuse(integrationFailed))
	}
	return nil
}

func (a *API) answer(x *stage.Exchange, answer *lambda.ProxyAnswer) {
	body, err := a.media.decode(x, answer)
	if err != nil {
		x.Malformed(err)
		a.refuse(x, refuse(misconfigured))
		return
	}
	header := x.Header()
	for name, values := range answer.Headers {
		header[lambda.Remapped(name)] = values
	}
	x.KeepContentType(answer.Headers, "application/json")
	identify(x)
	header["X-Amzn-Trace-Id"] = []string{x.TraceID}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	x.Send(answer.Status, body)
}

// mediaTypes are those that an API takes for binary, such as image/png, image/* or */*.
type mediaTypes []string

// has tells whether a media type is a binary one. What has no slash is none, but for "": nothing was said, which is what */* is for; and
// a list's */png stands for nothing.
func (m mediaTypes) has(mediaType string) bool {
	main, _, slash := strings.Cut(mediaType, "/")
	if !slash && mediaType != "" {
		return false
	}
	return slices.ContainsFunc(m, func(binary string) bool {
		if strings.HasPrefix(binary, "*/") {
			return binary == "*/*"
		}
		return strings.EqualFold(binary, mediaType) || strings.EqualFold(binary, main+"/*")
	})
}

// decode gives the body's bytes. Base64 is decoded only where the first media type that the client accepts is a binary one; the error says
// that it is none.
func (m mediaTypes) decode(x *stage.Exchange, answer *lambda.ProxyAnswer) ([]byte, error) {
	first, _, _ := strings.Cut(x.HTTP.Header.Get("Accept"), ",")
	first, _, _ = strings.Cut(first, ";")
	if !answer.IsBase64 || !m.has(strings.TrimSpace(first)) {
		return []byte(answer.Body), nil
	}
	decoded, err := base64.StdEncoding.DecodeString(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("body is no base64, which isBase64Encoded says: %w", err)
	}
	return decoded, nil
}
