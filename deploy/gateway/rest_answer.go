package gateway

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// integrate answers from the cache, or with what the function behind the method gives.
func (a *restAPI) integrate(x *exchange) {
	kept := a.of[x.method].cache
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
func (a *restAPI) call(x *exchange) *proxyAnswer {
	output, err := x.invoke(a.event(x), a.timeout)
	switch {
	case errors.Is(err, errTimedOut):
		a.refuse(x, refuse(integrationTimeout))
	case errors.Is(err, errEventTooLarge):
		a.refuse(x, refuse(requestTooLarge))
	case err != nil:
		a.refuse(x, refuse(integrationFailed))
	default:
		answer, err := parseProxyAnswer(output)
		if err == nil {
			return answer
		}
		x.malformed(err)
		a.refuse(x, refuse(integrationFailed))
	}
	return nil
}

func (a *restAPI) answer(x *exchange, answer *proxyAnswer) {
	header := x.header()
	for name, values := range answer.headers {
		header[remapped(name)] = values
	}
	x.keepContentType(answer.headers, "application/json")
	identifyREST(x)
	header["X-Amzn-Trace-Id"] = []string{x.traceID}
	body := a.media.decode(x, answer)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	x.send(answer.status, body)
}

// mediaTypes are those that an API takes for binary, such as image/png, image/* or */*.
type mediaTypes []string

func (m mediaTypes) has(mediaType string) bool {
	main, _, _ := strings.Cut(mediaType, "/")
	return slices.ContainsFunc(m, func(binary string) bool {
		return binary == "*/*" || strings.EqualFold(binary, mediaType) || strings.EqualFold(binary, main+"/*")
	})
}

// decode gives the body's bytes. Base64 is decoded only where the first media type that the client accepts is a
// binary one; what is no base64 stays as it is.
func (m mediaTypes) decode(x *exchange, answer *proxyAnswer) []byte {
	first, _, _ := strings.Cut(x.r.Header.Get("Accept"), ",")
	first, _, _ = strings.Cut(first, ";")
	if answer.isBase64 && m.has(strings.TrimSpace(first)) {
		if decoded, err := base64.StdEncoding.DecodeString(answer.body); err == nil {
			return decoded
		}
	}
	return []byte(answer.body)
}
