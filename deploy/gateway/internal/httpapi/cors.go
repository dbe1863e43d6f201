package httpapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
)

// cors is an HTTP API's CORS configuration. Nil is none. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html.
type cors struct {
	plan.CORS
}

// newCORS gives nil where the plan has none.
func newCORS(s *stage.Stage) (*cors, error) {
	if s.Plan.HTTP.CORS == nil {
		return nil, nil
	}
	c := &cors{*s.Plan.HTTP.CORS}
	if len(c.AllowOrigins) == 0 {
		c.AllowOrigins = s.Config.AllowedOrigins
	}
	if c.AllowCredentials && slices.Contains(c.AllowOrigins, "*") {
		return nil, stage.Misconfigured(`mode %s: cors.allowCredentials: want AllowedOrigins without "*": API Gateway does not allow both`, s.Plan.Name)
	}
	return c, nil
}

// preflight tells whether a request asks what another may do (Fetch standard, "CORS-preflight request").
func (c *cors) preflight(x *stage.Exchange) bool {
	return c != nil && x.HTTP.Method == http.MethodOptions &&
		x.HTTP.Header.Get("Origin") != "" && x.HTTP.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight tells what the page may do; one of an origin that is not allowed gets no CORS header.
func (a *API) answerPreflight(x *stage.Exchange) {
	if _, allowed := a.cors.origin(x.HTTP.Header.Get("Origin")); allowed {
		header := x.Header()
		setList(header, "Access-Control-Allow-Methods", a.cors.AllowMethods)
		setList(header, "Access-Control-Allow-Headers", a.cors.AllowHeaders)
		if a.cors.MaxAge != 0 {
			header.Set("Access-Control-Max-Age", strconv.Itoa(a.cors.MaxAge))
		}
	}
	a.send(x, http.StatusNoContent, "", nil)
}

// add adds what every answer to a page of another origin has. Where it depends on the origin, caches are told so.
func (c *cors) add(header http.Header, origin string) {
	if c == nil {
		return
	}
	if !slices.Contains(c.AllowOrigins, "*") {
		header.Add("Vary", "Origin")
	}
	allow, allowed := c.origin(origin)
	if !allowed {
		return
	}
	header.Set("Access-Control-Allow-Origin", allow)
	setList(header, "Access-Control-Expose-Headers", c.ExposeHeaders)
	if c.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}
}

// origin gives the Access-Control-Allow-Origin for a request's origin, and whether it is allowed.
func (c *cors) origin(origin string) (string, bool) {
	if origin == "" {
		return "", false
	}
	if slices.Contains(c.AllowOrigins, "*") {
		return "*", true
	}
	return origin, slices.ContainsFunc(c.AllowOrigins, func(pattern string) bool {
		switch pattern {
		case "https://*", "http://*":
			return strings.HasPrefix(origin, strings.TrimSuffix(pattern, "*"))
		}
		return pattern == origin
	})
}

// isCORSHeader tells whether a function's header is one that the gateway sets in its place.
func (c *cors) isCORSHeader(name string) bool {
	return c != nil && strings.HasPrefix(strings.ToLower(name), "access-control-")
}

func setList(header http.Header, name string, values []string) {
	if len(values) > 0 {
		header.Set(name, strings.Join(values, ","))
	}
}
