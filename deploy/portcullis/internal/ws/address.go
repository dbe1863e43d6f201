package ws

import (
	"net"
	"net/url"

	"portcullis/deploy/portcullis/internal/cli"
)

// parseAddress reads the URL of a WebSocket API (RFC 6455, section 3), spelled as one or as one of HTTP. The error is a
// [*cli.UsageError], and repeats nothing: a URL may hold credentials.
func parseAddress(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, cli.Usage("the URL cannot be read; want one such as wss://abc.execute-api.eu-west-1.amazonaws.com/prod")
	}
	switch u.Scheme {
	case "https":
		u.Scheme = "wss"
	case "http":
		u.Scheme = "ws"
	}
	switch {
	case u.Scheme != "ws" && u.Scheme != "wss" || u.Hostname() == "":
		return nil, cli.Usage("want a URL such as wss://abc.execute-api.eu-west-1.amazonaws.com/prod, or ws:// of a host on this machine")
	case u.User != nil:
		return nil, cli.Usage("the URL must have no user and password: --header 'Authorization: …' sends what the API asks for")
	case u.Fragment != "":
		return nil, cli.Usage("the URL must have nothing behind a #")
	}
	return u, nil
}

// shown is a URL without its query, which may hold credentials.
func shown(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

// isExposed tells whether others on the way could read what is sent.
func isExposed(u *url.URL) bool {
	host := u.Hostname()
	return u.Scheme == "ws" && host != "localhost" && !net.ParseIP(host).IsLoopback()
}
