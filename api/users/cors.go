package users

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// cors is what answers say to browsers of other origins (https://fetch.spec.whatwg.org/#http-cors-protocol).
// Its zero value allows no origin.
type cors struct {
	any     bool
	origins []string
}

func newCORS(origins []string) (cors, error) {
	if len(origins) == 1 && origins[0] == "*" {
		return cors{any: true}, nil
	}
	for _, origin := range origins {
		if origin == "*" {
			return cors{}, &OriginError{origin, "* alone, or a list of origins without it"}
		}
		if !isOrigin(origin) {
			return cors{}, &OriginError{origin, "* or scheme://host[:port] as browsers send it: " +
				"in lower case, without the scheme's default port, without a path"}
		}
	}
	return cors{origins: slices.Clone(origins)}, nil
}

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
func (c cors) apply(headers map[string]string, origin []string) {
	headers["Access-Control-Allow-Methods"] = "GET,POST,PUT,DELETE,OPTIONS"
	headers["Access-Control-Allow-Headers"] = "Content-Type,Authorization,X-Amz-Date,X-Api-Key"
	headers["Access-Control-Expose-Headers"] = "ETag,Location,Retry-After"
	headers["Access-Control-Max-Age"] = "86400"
	if c.any {
		headers["Access-Control-Allow-Origin"] = "*"
		return
	}
	headers["Vary"] = "Origin"
	if len(origin) == 1 && slices.Contains(c.origins, origin[0]) {
		headers["Access-Control-Allow-Origin"] = origin[0]
	}
}
