package rest

import (
	"net/http"
	"slices"

	"portcullis/deploy/gateway/internal/stage"
)

// cors is what browsers of other origins are told.
type cors struct {
	origins []string
}

// answerMock answers as a MOCK integration does: with headers and nothing else.
func (a *API) answerMock(x *stage.Exchange, headers map[string]string) {
	header := x.Header()
	for name, value := range headers {
		header.Set(name, value)
	}
	a.cors.allow(header, x.HTTP.Header.Get("Origin"))
	identify(x)
	x.Send(http.StatusNoContent, nil)
}

// allow names the origin that may read the answer: the only one or, of several, the request's own where it is
// among them, and else the first.
func (c *cors) allow(header http.Header, origin string) {
	if len(c.origins) > 1 {
		header.Set("Vary", "Origin")
	}
	if !slices.Contains(c.origins, origin) {
		origin = c.origins[0]
	}
	header.Set("Access-Control-Allow-Origin", origin)
}

// addToError names who may read a gateway response: its headers cannot depend on the request's origin, so with several
// origins every one may read an error, which says nothing that is secret.
func (c *cors) addToError(header http.Header) {
	origin := "*"
	if len(c.origins) == 1 {
		origin = c.origins[0]
	}
	header.Set("Access-Control-Allow-Origin", origin)
}
