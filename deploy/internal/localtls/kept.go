package localtls

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// The files of a folder.
const (
	caFile     = "ca.pem"
	serverFile = "server.pem"
	lockFile   = "lock"
)

// lockTimeout is how long another program may take to make what is made.
const lockTimeout = 10 * time.Second

// kept finds or makes a certificate for the hosts of the options.
func (o Options) kept() (*Identity, error) {
	hosts, err := furtherOf(append([]string{o.Host}, o.More...)...)
	if err != nil {
		return nil, &Problem{optionTLS, "", fmt.Errorf("%w, or a certificate of your own with %s and %s", err, optionCert, optionKey)}
	}
	s := store{folder: hosts.folder(o.Folder), hosts: hosts, now: o.Now()}
	made, err := s.open()
	if err != nil {
		return nil, &Problem{optionTLS, "", fmt.Errorf("cannot keep its certificate: %w; %s names another folder", err, Variable)}
	}
	made.Host = o.Host
	return made, nil
}

// folder is that of an authority for the names.
func (n names) folder(root string) string {
	if len(n) == 0 {
		return root
	}
	name := strings.ReplaceAll(strings.Join(n, "+"), ":", "_") // of addresses
	if len(name) > 100 {
		sum := sha256.Sum256([]byte(name))
		name = hex.EncodeToString(sum[:16])
	}
	return filepath.Join(root, name)
}

// store is a folder with what was made for some hosts.
type store struct {
	folder string
	hosts  names
	now    time.Time
}

// open gives what is kept, or makes it. Programs that do so at once get the same.
func (s store) open() (*Identity, error) {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return nil, err
	}
	switch info, err := os.Stat(s.folder); {
	case err != nil:
		return nil, err
	case isForeign(info):
		return nil, fmt.Errorf("%s is another user's, who may put a key there", s.folder)
	case mayOthers(info, 0o022):
		return nil, fmt.Errorf("others may write in %s, and put a key of theirs there, unless it gets chmod go-w", s.folder)
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockTimeout)
	defer cancel()
	lock := flock.New(s.path(lockFile), flock.SetPermissions(0o600))
	if info, err := os.Lstat(lock.Path()); err == nil && !info.Mode().IsRegular() { // a pipe would be waited for
		return nil, fmt.Errorf("%s is no regular file, which is to be locked", lock.Path())
	}
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return nil, fmt.Errorf("%s: %w", lock.Path(), err)
	}
	defer lock.Close()
	found, err := s.read()
	if err == nil || errors.Is(err, fs.ErrNotExist) && found == nil {
		if err == nil {
			return found, nil
		}
		return s.make("")
	}
	return s.make(fmt.Sprintf("made a certificate anew, since %v: %s has to be trusted again", err, s.path(caFile)))
}

func (s store) path(name string) string { return filepath.Join(s.folder, name) }

// make makes all anew.
func (s store) make(note string) (*Identity, error) {
	server, ca, err := s.hosts.make(s.now)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(write(s.path(serverFile), server, 0o600), write(s.path(caFile), ca, 0o644)); err != nil {
		return nil, err
	}
	made, err := s.read()
	if err != nil {
		return nil, err
	}
	made.Note = note
	return made, nil
}

// write writes a file as a whole: others may be reading it.
func write(path string, text []byte, mode fs.FileMode) error {
	next, err := os.CreateTemp(filepath.Dir(path), ".new-*") // which only its owner may read
	if err != nil {
		return err
	}
	defer os.Remove(next.Name())
	_, err = next.Write(text)
	if err := errors.Join(err, next.Chmod(mode), next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), path)
}

// readPlain reads a file, and nothing that a link leads to, or that would be waited for, such as a pipe.
func readPlain(path string) ([]byte, fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s was no regular file", path)
	}
	text, err := os.ReadFile(path)
	return text, info, err
}

// read gives what is kept. The error says why it cannot be used, and is [fs.ErrNotExist] where nothing is there.
func (s store) read() (*Identity, error) {
	path := s.path(serverFile)
	text, info, err := readPlain(path)
	if err != nil {
		return nil, err
	}
	if mayOthers(info, 0o077) {
		return nil, fmt.Errorf("others may have read %s", path)
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil || len(pair.Certificate) != 2 {
		return nil, fmt.Errorf("%s was no key with its certificate and its authority's", path)
	}
	authority, err := x509.ParseCertificate(pair.Certificate[1])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := s.check(pair.Leaf, authority); err != nil {
		return nil, fmt.Errorf("that of %s %w", path, err)
	}
	pair.Certificate = pair.Certificate[:1] // clients have the authority, or else do not take it
	identity := &Identity{Trust: s.path(caFile), certificate: pair, made: true, signer: authority.Subject.CommonName}
	return identity, s.publish(authority)
}

// publish has the authority that clients are to trust in its file, whatever became of that.
func (s store) publish(authority *x509.Certificate) error {
	want := pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: authority.Raw})
	if got, _, err := readPlain(s.path(caFile)); err == nil && bytes.Equal(got, want) {
		return nil
	}
	return write(s.path(caFile), want, 0o644)
}

// check says why a certificate and its authority are not, or not for long, what would be made.
func (s store) check(leaf, authority *x509.Certificate) error {
	want := s.hosts.authority(s.now)
	same := slices.Equal(authority.PermittedDNSDomains, want.PermittedDNSDomains) && authority.PermittedDNSDomainsCritical &&
		slices.Equal(texts(authority.PermittedIPRanges), texts(want.PermittedIPRanges))
	if !same {
		return errors.New("had an authority for other names")
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	for _, at := range []time.Time{s.now, s.now.Add(renewal)} {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: at}); err != nil {
			if at.After(leaf.NotAfter) {
				return fmt.Errorf("ends at %s", leaf.NotAfter.UTC().Format(time.DateOnly))
			}
			return fmt.Errorf("was not good: %w", err)
		}
	}
	dns, addresses := s.hosts.apart()
	for _, ip := range addresses {
		dns = append(dns, ip.String())
	}
	for _, host := range dns {
		if err := leaf.VerifyHostname(host); err != nil {
			return fmt.Errorf("was not for %s", host)
		}
	}
	return nil
}

func texts[T fmt.Stringer](all []T) (list []string) {
	for _, one := range all {
		list = append(list, one.String())
	}
	return list
}
