package verify

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
)

// The schemes of key sets that are read once, without a network. Schemes are case-insensitive (RFC 3986, section 3.1).
const (
	fileScheme = "file:"
	dataScheme = "data:"
)

func hasScheme(address, scheme string) bool {
	return len(address) >= len(scheme) && strings.EqualFold(address[:len(scheme)], scheme)
}

// checkStaticSet tells whether the address of a key set is a file or holds the set itself, and what is wrong with it
// then, or nothing.
func checkStaticSet(address string) (static bool, reason string) {
	var err error
	switch {
	case hasScheme(address, fileScheme):
		_, err = pathOf(address)
	case hasScheme(address, dataScheme):
		_, err = dataOf(address)
	default:
		return false, ""
	}
	if err != nil {
		return true, err.Error()
	}
	return true, ""
}

// readStaticSet reads the keys of an address that checkStaticSet let pass, one of which at least must be for one of the
// issuer's algorithms, and have an id where tokens have to name it.
func readStaticSet(address string, issuers []*algorithm, named bool) (keysByID, error) {
	name, read := "the key set in the data URL", dataOf
	if hasScheme(address, fileScheme) {
		name, read = short(address), readFile
	}
	data, err := read(address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, &fetchError{err})
	}
	keys, err := parseKeys(data, issuers)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, &fetchError{err})
	}
	found := false
	for id, all := range keys {
		if slices.ContainsFunc(all, func(k *key) bool { return slices.Contains(issuers, k.algorithm) }) {
			if found = true; id != "" || !named {
				return keys, nil
			}
		}
	}
	if found {
		return nil, fmt.Errorf(`%s: no key has a kid, which tokens have to name; where they name none, write "kid":%q in the entry`, name, KeyIDOptional)
	}
	return nil, fmt.Errorf("%s: no key is for an algorithm of the issuer's", name)
}

func readFile(address string) ([]byte, error) {
	path, err := pathOf(address)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("want a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxAnswer+1))
	if err == nil && len(data) > maxAnswer {
		err = fmt.Errorf("the file has more than %d bytes", maxAnswer)
	}
	return data, err
}

// pathOf is the path of a file URL (RFC 8089, section 2), which is absolute and on this machine.
func pathOf(address string) (string, error) {
	u, err := url.Parse(address)
	local := err == nil && (u.Host == "" || strings.EqualFold(u.Host, "localhost"))
	if !local || u.User != nil || strings.ContainsAny(address, "?#") || !strings.HasPrefix(u.Path, "/") || strings.ContainsRune(u.Path, 0) {
		return "", fmt.Errorf("want a file by its absolute path, as in file:///opt/keys.json, got %q", withoutUser(address))
	}
	return u.Path, nil
}

// dataOf is what a data URL holds (RFC 2397).
func dataOf(address string) ([]byte, error) {
	if len(address) > 2*maxAnswer {
		return nil, fmt.Errorf("want a data URL of at most %d bytes", 2*maxAnswer)
	}
	kind, text, found := strings.Cut(address[len(dataScheme):], ",")
	kind, isBase64 := strings.CutSuffix(kind, ";base64")
	if !found || kind != "application/json" && kind != "application/jwk-set+json" {
		return nil, errors.New("want a key set as data:application/json,… or data:application/json;base64,…")
	}
	if strings.Contains(text, "#") {
		return nil, errors.New("want the number sign in a data URL written as %23")
	}
	text, err := url.PathUnescape(text)
	if err != nil {
		return nil, errors.New("want a percent sign in a data URL written as %25")
	}
	if !isBase64 {
		return []byte(text), nil
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("want standard base64, with padding, behind ;base64, in a data URL")
	}
	return data, nil
}
