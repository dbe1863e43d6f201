package key

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"portcullis/authorizers/apikey"
	"portcullis/deploy/portcullis/internal/cli"
)

// oneID wants one argument, the ID of a key.
func oneID(command *cobra.Command, args []string) error {
	if err := cli.Arguments(1, 1, "the ID of a key")(command, args); err != nil {
		return err
	}
	switch id := args[0]; {
	case strings.HasPrefix(id, "pk_"):
		return cli.Usage("want the ID of a key, which is what stands between pk_ and the next _, and not the key")
	case !apikey.ValidID(id):
		return cli.Usage("%.40q is no ID of a key: want 16 characters out of 0-9 A-Z a-z", id)
	}
	return nil
}

// splitList reads what is separated by spaces or commas.
func splitList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
}

// parseNetworks reads networks and single addresses, separated by commas or spaces. None at all is an error: a key
// without networks may be used from anywhere.
func parseNetworks(text string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, item := range splitList(text) {
		network, err := parseNetwork(item)
		if err != nil {
			return nil, err
		}
		networks = append(networks, network)
	}
	if len(networks) == 0 {
		return nil, errors.New("want networks such as 10.0.0.0/8,2001:db8::/32; leave the flag out for any address")
	}
	return networks, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%.60q is no network such as 10.0.0.0/8 or 2001:db8::/32, and no address", text)
	}
	if network != network.Masked() {
		return netip.Prefix{}, fmt.Errorf("%s has bits set behind its prefix: want %s for the network, or %s for the one address", network, network.Masked(), network.Addr())
	}
	return network, nil
}

// parseExpires reads when a key ends: after a duration, at the beginning of a day in UTC, or at a time. The end is in
// the future.
func parseExpires(text string, now time.Time) (time.Time, error) {
	end, err := parseEnd(text, now)
	if err != nil {
		return time.Time{}, err
	}
	if end = end.UTC().Truncate(time.Second); !end.After(now) {
		return time.Time{}, errors.New("it is not in the future")
	}
	return end, nil
}

func parseEnd(text string, now time.Time) (time.Time, error) {
	if lifetime, err := cli.ParseDuration(text); err == nil {
		return now.Add(lifetime), nil
	}
	if end, err := cli.ParseTime(text); err == nil {
		return end, nil
	}
	return time.Time{}, errors.New("want a duration such as 90d or 12h, a day such as 2027-01-31, or a time such as 2027-01-31T18:00:00Z")
}
