package desk

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// hosts are the names under which the program is served besides those that are always this machine's.
type hosts []string

// guard refuses requests for any other host. A page on the network that has its own name resolved to this machine is of one
// origin with what answers there, and could read passwords and make API keys (DNS rebinding). The status is that of RFC 9110,
// section 15.5.20. Who started the program is told too: the caller may be a program that hides what it is answered.
func (h hosts) guard(next http.Handler, note func(string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.serves(r.Host) {
			refusal := fmt.Sprintf("the host %.100q is not served here: call it localhost or by its address, or start with --host NAME", r.Host)
			note("a request is refused: " + refusal)
			http.Error(w, refusal, http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serves tells whether a Host header, with or without a port, names this program. No page can leave it out.
func (h hosts) serves(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	address := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	switch {
	case name == "", isAddress(address):
		return true
	case name == "localhost", strings.HasSuffix(name, ".localhost"), name == "host.docker.internal":
		return true
	}
	return slices.Contains(h, name)
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// parseHost reads a name of --host.
func parseHost(name string) (string, error) {
	lower := strings.ToLower(strings.TrimSuffix(name, "."))
	if lower == "" || strings.ContainsAny(lower, "/:@*? \t[]") {
		return "", errors.New("want a host's name without a port, such as desk.example")
	}
	return lower, nil
}
