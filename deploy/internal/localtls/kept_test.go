package localtls_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/deploy/internal/localtls"
)

// load loads what is kept in a folder for hosts.
func load(t *testing.T, folder string, hosts ...string) *localtls.Identity {
	t.Helper()
	i, err := localtls.Load(localtls.Options{Folder: folder, Host: hosts[0], More: hosts[1:]})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// shown is the certificate that clients are shown.
func shown(t *testing.T, i *localtls.Identity) *x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(i.Config().Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// authority is the certificate that clients are to trust.
func authority(t *testing.T, i *localtls.Identity) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(i.Trust)
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(text)
	if block == nil || len(rest) > 0 {
		t.Fatalf("%s holds %s", i.Trust, text)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verifies tells whether who trusts what is to be trusted takes the certificate for a host.
func verifies(t *testing.T, i *localtls.Identity, host string) error {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(authority(t, i))
	if _, err := netip.ParseAddr(host); err == nil {
		host = "[" + host + "]"
	}
	_, err := shown(t, i).Verify(x509.VerifyOptions{Roots: roots, DNSName: host})
	return err
}

// TestMadeIsForHosts: clients take what is made for the hosts that are common and those that are asked for, and for nobody else.
func TestMadeIsForHosts(t *testing.T) {
	common := []string{"localhost", "host.docker.internal", "127.0.0.1", "::1"}
	for _, test := range []struct{ hosts, folder, not string }{
		{"127.0.0.1", "", "127.0.0.2 desk.example example.com a.localhost docker.internal 0.0.0.0"},
		{"localhost", "", "desk.example"},
		{"::1 host.docker.internal LOCALHOST.", "", "desk.example a.localhost"},
		{"127.0.0.2", "127.0.0.2", "127.0.0.3 desk.example"},
		{"127.0.0.1 Desk.example", "desk.example", "a.desk.example example"},
		{"desk.example 192.0.2.7 2001:db8::1", "192.0.2.7+2001_db8__1+desk.example", "192.0.2.8 2001:db8::2 other.example"},
		{"a.localhost", "a.localhost", "b.localhost a.a.localhost"},
	} {
		folder := t.TempDir()
		hosts := strings.Fields(test.hosts)
		i := load(t, folder, hosts...)
		if want := filepath.Join(folder, test.folder, "ca.pem"); i.Trust != want || i.Note != "" || !strings.EqualFold(i.Host+".", strings.TrimSuffix(hosts[0], ".")+".") {
			t.Errorf("%s: %+v, want %s", test.hosts, i, want)
		}
		for _, host := range append(hosts, common...) {
			if err := verifies(t, i, strings.TrimSuffix(host, ".")); err != nil {
				t.Errorf("%s: not for %s: %v", test.hosts, host, err)
			}
		}
		for _, host := range strings.Fields(test.not) {
			if verifies(t, i, host) == nil {
				t.Errorf("%s: it is for %s too", test.hosts, host)
			}
		}
	}
}

// TestManyNames: names that are too long for a folder's have one all the same, each their own.
func TestManyNames(t *testing.T) {
	folder := t.TempDir()
	long := strings.Repeat("a", 60) + "." + strings.Repeat("b", 60) + ".example"
	one, other := load(t, folder, long), load(t, folder, "b"+long[1:])
	if one.Trust == other.Trust || verifies(t, one, long) != nil || verifies(t, other, long) == nil {
		t.Errorf("%s and %s", one.Trust, other.Trust)
	}
}

// TestNoCertificateFor: hosts that no certificate is made for, of which none becomes a path.
func TestNoCertificateFor(t *testing.T) {
	for _, host := range []string{"", "..", "../up", "a/b", `a\b`, "*", "*.example", "a..b", "a b", "bücher.example", "0.0.0.0", "::", "fe80::1%lo", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "aa"} {
		folder := t.TempDir()
		_, err := localtls.Load(localtls.Options{Folder: folder, Host: host})
		if problems, only := localtls.Problems(err); !only || len(problems) != 1 || problems[0].Option != "--tls" || !strings.Contains(err.Error(), "no certificate is") {
			t.Errorf("%q: %v", host, err)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("%q: %v, %v", host, left, err)
		}
	}
}

// TestAuthorityIsHarmless: it may speak for the hosts alone, for servers alone, and its key is nowhere.
func TestAuthorityIsHarmless(t *testing.T) {
	folder := t.TempDir()
	i := load(t, folder, "127.0.0.1", "desk.example", "192.0.2.7")
	a := authority(t, i)
	var ranges []string
	for _, r := range a.PermittedIPRanges {
		ranges = append(ranges, r.String())
	}
	got := strings.Join(append(a.PermittedDNSDomains, ranges...), " ")
	if want := "localhost host.docker.internal desk.example 127.0.0.1/32 ::1/128 192.0.2.7/32"; got != want || !a.PermittedDNSDomainsCritical {
		t.Errorf("it speaks for %s, critical: %t", got, a.PermittedDNSDomainsCritical)
	}
	if !a.IsCA || !a.MaxPathLenZero || a.KeyUsage != x509.KeyUsageCertSign || len(a.ExtKeyUsage) != 1 || a.ExtKeyUsage[0] != x509.ExtKeyUsageServerAuth {
		t.Errorf("%+v", a)
	}
	if life := a.NotAfter.Sub(a.NotBefore); life > 825*24*time.Hour {
		t.Errorf("it is good for %s", life)
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
			key, unread := x509.ParsePKCS8PrivateKey(block.Bytes)
			if unread == nil && key.(*ecdsa.PrivateKey).PublicKey.Equal(a.PublicKey) {
				t.Errorf("%s holds the authority's key", path)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	leaf := shown(t, i)
	if leaf.IsCA || leaf.KeyUsage != x509.KeyUsageDigitalSignature || len(i.Config().Certificates[0].Certificate) != 1 {
		t.Errorf("the server's %+v", leaf)
	}
}

// TestKept: the next start, and those at the same time, have the same; only its owner may read the key.
func TestKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "not", "there")
	var all sync.WaitGroup
	made := make([]*localtls.Identity, 8)
	for n := range made {
		all.Go(func() { made[n], _ = localtls.Load(localtls.Options{Folder: folder, Host: "localhost"}) })
	}
	all.Wait()
	for _, i := range made {
		if i == nil || !shown(t, i).Equal(shown(t, made[0])) || verifies(t, i, "localhost") != nil || i.Note != "" {
			t.Fatalf("%+v", i)
		}
	}
	for name, want := range map[string]fs.FileMode{"": 0o700, "server.pem": 0o600, "lock": 0o600, "ca.pem": 0o644} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 3 {
		t.Errorf("left: %v, %v", entries, err)
	}
	other := load(t, t.TempDir(), "localhost")
	if shown(t, other).Equal(shown(t, made[0])) || authority(t, other).Equal(authority(t, made[0])) {
		t.Error("another folder has the same")
	}
}

// TestMadeAnew: what cannot be used, or not for long, is made anew, and it is told that and why.
func TestMadeAnew(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name   string
		after  time.Duration
		change func(server string) error
		want   string // of the note; "": it stays
	}{
		{"the next day", day, nil, ""},
		{"a month before its end", 2*365*day - 30*day - time.Minute, nil, ""},
		{"less than a month before its end", 2*365*day - 30*day + time.Minute, nil, "ends at "},
		{"after its end", 3 * 365 * day, nil, "ends at "},
		{"before it begins", -365 * day, nil, "was not good: "},
		{"just before it begins", -2 * time.Hour, nil, "was not good: "},
		{"read by others", 0, func(server string) error { return os.Chmod(server, 0o640) }, "others may have read "},
		{"a link", 0, func(server string) error {
			return errors.Join(os.Rename(server, server+"-"), os.Symlink(server+"-", server))
		}, "was no regular file"},
		{"garbage", 0, func(server string) error { return os.WriteFile(server, []byte("garbage"), 0o600) }, "was no key with its certificate"},
		{"empty", 0, func(server string) error { return os.Truncate(server, 0) }, "was no key with its certificate"},
		{"without the authority", 0, func(server string) error {
			text, err := os.ReadFile(server)
			return errors.Join(err, os.WriteFile(server, text[:bytes.LastIndex(text, []byte("-----BEGIN"))], 0o600))
		}, "was no key with its certificate"},
		{"of other hosts", 0, func(server string) error {
			other := filepath.Join(filepath.Dir(server), "desk.example", "server.pem")
			_, err := localtls.Load(localtls.Options{Folder: filepath.Dir(server), Host: "desk.example"})
			return errors.Join(err, os.Rename(other, server))
		}, "had an authority for other names"},
		{"not there, but what clients trust", 0, os.Remove, ""},
		{"another authority for clients", 0, func(server string) error {
			return os.WriteFile(filepath.Join(filepath.Dir(server), "ca.pem"), []byte("garbage"), 0o600)
		}, ""},
		{"a link in the place of the authority for clients", 0, func(server string) error {
			ca := filepath.Join(filepath.Dir(server), "ca.pem")
			return errors.Join(os.Rename(ca, ca+".moved"), os.Symlink(ca+".moved", ca))
		}, ""},
		{"no authority for clients", 0, func(server string) error { return os.Remove(filepath.Join(filepath.Dir(server), "ca.pem")) }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			before := load(t, folder, "localhost")
			if test.change != nil {
				if err := test.change(filepath.Join(folder, "server.pem")); err != nil {
					t.Fatal(err)
				}
			}
			now := time.Now().Add(test.after)
			after, err := localtls.Load(localtls.Options{Folder: folder, Host: "localhost", Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			anew := !shown(t, after).Equal(shown(t, before))
			removed := strings.HasPrefix(test.name, "not there")
			if anew != (test.want != "" || removed) || !strings.Contains(after.Note, test.want) || (after.Note == "") != (test.want == "") {
				t.Errorf("anew: %t, note %q", anew, after.Note)
			}
			if after.Note != "" && !strings.Contains(after.Note, after.Trust+" has to be trusted again") {
				t.Errorf("note %q", after.Note)
			}
			if info, err := os.Lstat(after.Trust); err != nil || !info.Mode().IsRegular() {
				t.Errorf("clients are to trust what is no file: %v, error %v", info, err)
			}
			roots := x509.NewCertPool()
			roots.AddCert(authority(t, after))
			if _, err := shown(t, after).Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now}); err != nil {
				t.Error(err)
			}
			if again, err := localtls.Load(localtls.Options{Folder: folder, Host: "localhost", Now: func() time.Time { return now }}); err != nil || again.Note != "" || !shown(t, again).Equal(shown(t, after)) {
				t.Errorf("the start after that: %v, %+v", err, again)
			}
		})
	}
}

// TestCannotBeKept: the error names the folder and the variable.
func TestCannotBeKept(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such permissions")
	}
	shared := t.TempDir()
	if err := os.Chmod(shared, 0o1777); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	locked := t.TempDir()
	if err := os.Mkdir(filepath.Join(locked, "lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]string{locked: filepath.Join(locked, "lock") + " is no regular file", shared: "others may write in " + shared, file: "not a directory", filepath.Join(file, "below"): "not a directory"} {
		_, err := localtls.Load(localtls.Options{Folder: folder, Host: "localhost"})
		if problems, only := localtls.Problems(err); !only || len(problems) != 1 || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), localtls.Variable) {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// TestFolder: the variable comes first, and a path of it is not taken from where the program is at another time.
func TestFolder(t *testing.T) {
	t.Setenv("HOME", "/home/ann")
	t.Setenv("XDG_CONFIG_HOME", "/home/ann/config")
	folder, err := localtls.Folder(func(string) string { return "" })
	if config, wrong := os.UserConfigDir(); err != nil || wrong != nil || folder != filepath.Join(config, "portcullis", "tls") {
		t.Errorf("%s, %v", folder, err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if folder, err := localtls.Folder(func(name string) string { return map[string]string{"PORTCULLIS_TLS_DIR": "tls"}[name] }); err != nil || folder != filepath.Join(here, "tls") {
		t.Errorf("%s, %v", folder, err)
	}
}

// TestKeyIsNotWritten: however an identity is written, its key is not.
func TestKeyIsNotWritten(t *testing.T) {
	i := load(t, t.TempDir(), "localhost")
	raw, err := i.Config().Certificates[0].PrivateKey.(*ecdsa.PrivateKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	secret := new(big.Int).SetBytes(raw)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("i", "pointer", i, "value", *i)
	slog.New(slog.NewTextHandler(&log, nil)).Info("i", "pointer", i, "value", *i)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		fmt.Fprintf(&log, format+" "+format+"\n", i, *i)
	}
	if got := log.String(); strings.Contains(got, secret.String()) || strings.Contains(got, secret.Text(16)) || !strings.Contains(got, "[certificate for localhost, signed by Portcullis ") {
		t.Error(got)
	}
}

// TestConfig: nothing older than TLS 1.2 is spoken, and no HTTP/2.
func TestConfig(t *testing.T) {
	c := load(t, t.TempDir(), "localhost").Config()
	if c.MinVersion != tls.VersionTLS12 || strings.Join(c.NextProtos, " ") != "http/1.1" {
		t.Errorf("%+v", c)
	}
}
