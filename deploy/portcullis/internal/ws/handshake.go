package ws

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portcullis/deploy/portcullis/internal/cli"
)

// handshake is what is sent to connect.
type handshake struct {
	url          *url.URL
	header       http.Header
	host         string // in the place of the URL's; "": that one
	subprotocols []string
}

// handshake makes it of the command line, a profile and stdin. What is wrong with the command line is found before anything is asked.
func (r *run) handshake(ctx context.Context, text string, in *input) (*handshake, error) {
	u, err := parseAddress(text)
	if err != nil {
		return nil, err
	}
	h := &handshake{url: u, header: http.Header{}}
	for _, line := range r.headers {
		if err := h.add(line); err != nil {
			return nil, err
		}
	}
	for _, name := range r.subprotocols {
		if !cli.IsToken(name) || slices.Contains(h.subprotocols, name) {
			return nil, cli.Usage("--subprotocol: want names without spaces and commas, each once (RFC 6455, section 4.1)")
		}
		h.subprotocols = append(h.subprotocols, name)
	}
	if err := r.check(h); err != nil {
		return nil, err
	}
	return h, r.addCredentials(ctx, h, in)
}

// check says what cannot stand together.
func (r *run) check(h *handshake) error {
	switch {
	case r.profile != "" && h.header.Get("Authorization") != "":
		return cli.Usage("--profile and --header Authorization: want one of them")
	case r.apiKeyStdin && h.header.Get("X-Api-Key") != "":
		return cli.Usage("--api-key-stdin and --header X-Api-Key: want one of them")
	case r.apiKeyStdin && r.AtTerminal():
		return cli.Usage("--api-key-stdin with a terminal as stdin, which would show the key: pipe it in")
	case isExposed(h.url) && (r.profile != "" || r.apiKeyStdin || h.mayHoldCredentials()):
		return cli.Usage("a credential without TLS, which others on the way could read: want wss://, or a loopback host; the query and headers count as credentials")
	}
	for _, message := range r.messages {
		if err := checkMessage(message); err != nil {
			return cli.Usage("--send: %w", err)
		}
	}
	return nil
}

// addCredentials adds those that are kept elsewhere.
func (r *run) addCredentials(ctx context.Context, h *handshake, in *input) error {
	if r.apiKeyStdin {
		key, err := cli.Await(ctx, in.key)
		if err != nil {
			return err
		}
		h.header.Set("X-Api-Key", key)
	}
	if r.profile == "" {
		return nil
	}
	token, err := r.token(ctx, r.Session, r.command, r.profile)
	if err != nil {
		return err
	}
	h.header.Set("Authorization", "Bearer "+string(token))
	return nil
}

// ownHeaders are those that a handshake has itself.
var ownHeaders = []string{"Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Sec-Websocket-Key", "Sec-Websocket-Version",
	"Sec-Websocket-Extensions", "Sec-Websocket-Protocol", "Sec-Websocket-Accept"}

// add adds a header, given as its line. The error repeats no more of it than the names of ownHeaders.
func (h *handshake) add(line string) error {
	name, value, found := strings.Cut(line, ":")
	value = strings.Trim(value, " \t")
	if !found || !cli.IsToken(name) || !cli.IsHeaderValue(value) {
		return cli.Usage("--header: want 'NAME: VALUE'")
	}
	name = http.CanonicalHeaderKey(name)
	switch {
	case name == "Sec-Websocket-Protocol":
		return cli.Usage("--header %s: --subprotocol offers subprotocols", name)
	case slices.Contains(ownHeaders, name):
		return cli.Usage("--header %s: the handshake has its own", name)
	case name == "Host":
		h.host = value
	default:
		h.header.Add(name, value)
	}
	return nil
}

// mayHoldCredentials tells whether there is anything that may be one. Of opaque texts nobody knows, so that all but what is known to
// be none counts.
func (h *handshake) mayHoldCredentials() bool {
	for name := range h.header {
		if name != "Origin" && name != "User-Agent" {
			return true
		}
	}
	return h.url.RawQuery != "" || slices.ContainsFunc(h.subprotocols, func(name string) bool { return cli.Redact(name) != name })
}

// leastSecret is the length from which on a text is looked for in what the server says: shorter ones are in words.
const leastSecret = 8

// conceal takes what was sent as a credential out of what a server says.
func (h *handshake) conceal(text string) string {
	var secrets []string
	for _, values := range h.header {
		for _, value := range values {
			secrets = append(append(secrets, value), strings.Fields(value)...)
		}
	}
	for _, values := range h.url.Query() {
		for _, value := range values {
			secrets = append(secrets, value, url.QueryEscape(value))
		}
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range secrets {
		if len(secret) >= leastSecret {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}
