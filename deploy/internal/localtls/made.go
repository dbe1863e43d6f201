package localtls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	lifetime = 2 * 365 * 24 * time.Hour // less than the 825 days that some clients take a certificate for (https://support.apple.com/en-us/103769)
	renewal  = 30 * 24 * time.Hour      // before its end it is made anew
	earlier  = time.Hour                // that it begins, for the clocks of containers and virtual machines
)

// names are the hosts that a certificate is for beside those that all are for, in order.
type names []string

// The hosts that all made certificates are for. There is no wildcard for names below localhost: curl and browsers take none that is so wide.
var (
	commonNames     = []string{"localhost", "host.docker.internal"}
	commonAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
)

// furtherOf are the hosts among some that not all certificates are for. The error is one host that no certificate is made for.
func furtherOf(hosts ...string) (names, error) {
	var all names
	for _, host := range hosts {
		if address, err := netip.ParseAddr(host); err == nil {
			if address.IsUnspecified() || address.Zone() != "" {
				return nil, fmt.Errorf("no certificate is for the address %s, which no client calls: want the one by which clients call it", host)
			}
			if slices.ContainsFunc(commonAddresses, net.ParseIP(host).Equal) {
				continue
			}
		} else if !isName(host) {
			return nil, fmt.Errorf("no certificate is made for the host %.100q: want a name of letters, digits, dots and hyphens", host)
		}
		if !slices.Contains(commonNames, host) {
			all = append(all, host)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// isName tells whether a text is a host's name in small letters (RFC 1123, section 2.1, and names of containers with underscores).
func isName(text string) bool {
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return len(text) <= 253
}

// apart gives names, and addresses, with those that all certificates are for.
func (n names) apart() (dns []string, addresses []net.IP) {
	dns, addresses = slices.Clone(commonNames), slices.Clone(commonAddresses)
	for _, host := range n {
		if ip := net.ParseIP(host); ip != nil {
			addresses = append(addresses, ip)
		} else {
			dns = append(dns, host)
		}
	}
	return dns, addresses
}

// authority is what an authority for the names may speak for: these alone. A name stands for those below it, too, which no certificate
// is for.
func (n names) authority(now time.Time) *x509.Certificate {
	dns, addresses := n.apart()
	about := "this machine"
	if len(n) > 0 {
		about = strings.Join(n, ", ")
	}
	a := &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"Portcullis"}, CommonName: shortened(fmt.Sprintf("Portcullis %s on %s", now.UTC().Format(time.DateOnly), about))},
		NotBefore: now.Add(-earlier), NotAfter: now.Add(lifetime), SerialNumber: serial(),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		PermittedDNSDomainsCritical: true,
	}
	a.PermittedDNSDomains = dns
	for _, ip := range addresses {
		a.PermittedIPRanges = append(a.PermittedIPRanges, alone(ip))
	}
	return a
}

// shortened is a name of at most the 64 characters that a common name may have (RFC 5280, appendix A.1).
func shortened(name string) string { return name[:min(len(name), 64)] }

// alone is the range of one address.
func alone(ip net.IP) *net.IPNet {
	if v4 := ip.To4(); v4 != nil {
		return &net.IPNet{IP: v4, Mask: net.CIDRMask(32, 32)}
	}
	return &net.IPNet{IP: ip, Mask: net.CIDRMask(128, 128)}
}

// server is what the server's certificate says.
func (n names) server(a *x509.Certificate) *x509.Certificate {
	dns, addresses := n.apart()
	return &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"Portcullis"}, CommonName: shortened(slices.Concat([]string(n), dns)[0])},
		NotBefore: a.NotBefore, NotAfter: a.NotAfter, SerialNumber: serial(), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: dns, IPAddresses: addresses,
	}
}

// serial is a random number of 126 bits, which is never 0 (RFC 5280, section 4.1.2.2).
func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		panic(err) // rand.Reader never fails
	}
	return n.Add(n, big.NewInt(1))
}

// make makes an authority, and the key and the certificate of a server, as PEM. Of the authority's key nothing is left.
func (n names) make(now time.Time) (server, ca []byte, err error) {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	root := n.authority(now)
	authority, err := signed(root, root, signer.Public(), signer)
	if err != nil {
		return nil, nil, err
	}
	leaf, err := signed(n.server(authority), authority, key.Public(), signer)
	if err != nil {
		return nil, nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	ca = pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: authority.Raw})
	server = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	server = append(server, pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: leaf.Raw})...)
	return append(server, ca...), ca, nil
}

// signed is a certificate that a key has signed in the name of a parent.
func signed(c, parent *x509.Certificate, of crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, c, parent, of, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
