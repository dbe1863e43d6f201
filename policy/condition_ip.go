package policy

import (
	"net/netip"
	"strings"
)

// addressIn tells whether an address is in a network, which the policy writes in CIDR notation, or is the
// single address that it writes. Addresses with a zone and IPv4 addresses written as IPv6 networks are not
// understood.
func addressIn(got, want string) outcome {
	address, err := netip.ParseAddr(got)
	if err != nil || address.Zone() != "" {
		return unclear
	}
	network, ok := parseNetwork(want)
	if !ok || network.Addr().Is4In6() {
		return unclear
	}
	return outcomeOf(network.Contains(address.Unmap()))
}

func parseNetwork(text string) (netip.Prefix, bool) {
	if strings.Contains(text, "/") {
		network, err := netip.ParsePrefix(text)
		return network, err == nil
	}
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(address, address.BitLen()), true
}
