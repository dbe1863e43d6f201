package client

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// AddressError says that nothing secret is sent to an address.
type AddressError struct {
	Address string // without user and password
	Problem string // continues the sentence that the address begins
}

// Error quotes the address, cut to 200 bytes, before the problem.
func (e *AddressError) Error() string { return fmt.Sprintf("address %.200q %s", e.Address, e.Problem) }

// CheckAddress wants https, or http with a loopback host, and nothing behind the path. The error is an [*AddressError].
func CheckAddress(text string) error {
	address, err := url.Parse(text)
	if err != nil {
		return &AddressError{"", "cannot be read as a URL"} // which may have a password where it is wrong
	}
	problem := ""
	switch {
	case address.User != nil:
		problem = "must have no user and password"
	case address.Scheme != "https" && address.Scheme != "http" || address.Hostname() == "" || address.Opaque != "":
		problem = "must be a URL such as https://api.example.com/prod"
	case strings.ContainsAny(text, "?#"):
		problem = "must have nothing behind its path"
	case address.Scheme == "http" && !isLoopback(address.Hostname()):
		problem = "must be https: only a loopback host is called without TLS"
	default:
		return nil
	}
	address.User = nil
	return &AddressError{address.String(), problem}
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
