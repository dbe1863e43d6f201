package lambdaproxy

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// CORS is what answers say to browsers of other origins (https://fetch.spec.whatwg.org/#http-cors-protocol).
// Its zero value allows no origin.
type CORS struct {
	// Methods, Headers and Exposed are the methods, the request's headers and the answer's headers that scripts may
	// use, separated by commas.
	Methods, Headers, Exposed string

	any     bool
	origins []string
}

// Allow adds the origins whose scripts may read answers: "*" alone, or a list of scheme://host[:port] as browsers send
// them. Anything else is an [*OriginError].
func (c CORS) Allow(origins []string) (CORS, error) {
	if len(origins) == 1 && origins[0] == "*" {
		c.any = true
		return c, nil
	}
	for _, origin := range origins {
		if origin == "*" {
			return CORS{}, &OriginError{origin, "* alone, or a list of origins without it"}
		}
		if !isOrigin(origin) {
			return CORS{}, &OriginError{origin, "* or scheme://host[:port] as browsers send it: " +
				"in lower case, without the scheme's default port, without a path"}
		}
	}
	c.origins = slices.Clone(origins)
	return c, nil
}

// Allows tells whether an origin is among those that were added.
func (c CORS) Allows(origin string) bool { return c.any || slices.Contains(c.origins, origin) }

var defaultPorts = map[string]string{"http": "80", "https": "443"}

// isOrigin reports whether s is a serialized tuple origin (RFC 6454, section 6.2). What differs from it only in
// spelling is refused, because it would never match.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Hostname() == "" || s != strings.ToLower(s) {
		return false
	}
	return s == u.Scheme+"://"+u.Host && isOriginPort(u) && !strings.ContainsAny(u.Host, "*, ")
}

func isOriginPort(u *url.URL) bool {
	port := u.Port()
	if port == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == port && defaultPorts[u.Scheme] != port
}

// apply adds the headers to an answer for a request with these Origin header values.
func (c CORS) apply(headers map[string]string, origin []string) {
	headers["Access-Control-Allow-Methods"] = c.Methods
	headers["Access-Control-Allow-Headers"] = c.Headers
	headers["Access-Control-Expose-Headers"] = c.Exposed
	headers["Access-Control-Max-Age"] = "86400"
	if c.any {
		headers["Access-Control-Allow-Origin"] = "*"
		return
	}
	headers["Vary"] = "Origin"
	if len(origin) == 1 && c.Allows(origin[0]) {
		headers["Access-Control-Allow-Origin"] = origin[0]
	}
}
