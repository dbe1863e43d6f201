package listen_test

import (
	"fmt"
	"net"
	"testing"

	"portcullis/deploy/internal/listen"
)

// TestHost: a line a case.
func TestHost(t *testing.T) {
	for _, test := range []struct{ address, host, err string }{
		{"127.0.0.1:8080", "127.0.0.1", "<nil>"},
		{"[::1]:0", "::1", "<nil>"},
		{":8080", "", "<nil>"},
		{"localhost:http", "localhost", "<nil>"},
		{"localhost", "", "want HOST:PORT"},
		{"::1:80", "", "want HOST:PORT"},
		{"", "", "want HOST:PORT"},
		{"127.0.0.1:99999", "127.0.0.1", `want a port from 0 to 65535, got "99999"`},
		{"127.0.0.1:-1", "127.0.0.1", `want a port from 0 to 65535, got "-1"`},
		{"127.0.0.1:80x", "127.0.0.1", `want a port from 0 to 65535, got "80x"`},
	} {
		if host, err := listen.Host(test.address); host != test.host || fmt.Sprint(err) != test.err {
			t.Errorf("%q: %q, %v, want %q, %s", test.address, host, err, test.host, test.err)
		}
	}
}

// TestTCP: what is in the way is told without Go's words for it.
func TestTCP(t *testing.T) {
	first, err := listen.TCP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	const documentation = "192.0.2.1:0" // which nobody has (RFC 5737)
	for address, want := range map[string]string{
		first.Addr().String(): "the address is in use; with the port 0 it is one that is free",
		documentation:         "the host is at no interface of this machine",
	} {
		listener, err := listen.TCP(t.Context(), address)
		if fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
		if listener != net.Listener(nil) {
			t.Errorf("%s: a listener beside the error", address)
		}
	}
}
