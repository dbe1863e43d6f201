// Package listen has commands listen where people tell them to, and says what is in the way as people would.
package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// Host gives the host of an address to listen at, HOST:PORT. The error says what is wrong with its form, and names no address.
func Host(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", errors.New("want HOST:PORT")
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return host, fmt.Errorf("want a port from 0 to 65535, got %.20q", port)
	}
	return host, nil
}

// TCP listens at an address for which [Host] has no error. The error names no address either.
func TCP(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if failure, ok := errors.AsType[*net.OpError](err); ok {
		err = failure.Err
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, errors.New("the address is in use; with the port 0 it is one that is free")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, errors.New("the host is at no interface of this machine")
	case err != nil:
		return nil, err
	}
	return listener, nil
}
