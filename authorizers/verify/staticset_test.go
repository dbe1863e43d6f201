package verify_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// noNetwork fails a test that asks for anything.
func noNetwork(t *testing.T) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("a request for %s", r.URL)
		return nil, errors.New("there is no network")
	})}
}

// TestStaticSets: the ways in which a key set can be given, each of which serves for ever and asks nobody.
func TestStaticSets(t *testing.T) {
	issuer := verifytest.New("https://issuer.example.com/pool", "EdDSA")
	set := strings.TrimSpace(keySet(issuer))
	file := filepath.Join(t.TempDir(), "the keys.json")
	if err := os.WriteFile(file, []byte(set), 0o600); err != nil {
		t.Fatal(err)
	}
	escaped := strings.ReplaceAll(file, " ", "%20")
	encoded := base64.StdEncoding.EncodeToString([]byte(set))
	for name, address := range map[string]string{
		"file":                           "file://" + escaped,
		"file without an authority":      "file:" + escaped,
		"file on this machine":           "file://localhost" + escaped,
		"file with a space":              "file://" + file,
		"file, in capitals":              "FILE://" + escaped,
		"data":                           "data:application/json," + url.PathEscape(set),
		"data, not escaped":              "data:application/json," + set,
		"data of the type of key sets":   "data:application/jwk-set+json," + set,
		"data in base64":                 "data:application/json;base64," + encoded,
		"data in base64 that is escaped": "data:application/json;base64," + url.QueryEscape(encoded),
		"data, in capitals":              "Data:application/json;base64," + encoded,
	} {
		s := &scene{t: t, issuer: issuer}
		s.verifier = newVerifier(t, issuer, func(c *verify.Config) {
			c.Client, c.Now = noNetwork(t), s.now
			c.Issuers[0].Algorithms, c.Issuers[0].JWKSURI = []string{"EdDSA"}, address
		})
		stranger := verifytest.New(issuer.URL, "EdDSA")
		checks := func(when string) {
			s.check(name+", good, "+when, s.token(), "")
			s.check(name+", of another key, "+when, s.tokenOf("other"), string(authorizers.CodeKeyUnknown))
			s.check(name+", forged, "+when, stranger.SignHeader(issuer.Header(), issuer.CognitoAccessClaims(verifytest.Options{IssuedAt: s.now()})), string(authorizers.CodeSignature))
			if err := s.verifier.Prefetch(t.Context()); err != nil {
				t.Errorf("%s: prefetch %s: %v", name, when, err)
			}
		}
		checks("at once")
		for _, later := range []time.Duration{recheckEvery, 30 * 24 * time.Hour, 20 * 365 * 24 * time.Hour, -80 * 365 * 24 * time.Hour} {
			s.advance(later)
			checks("after " + later.String())
		}
		s.verifier.Close()
		checks("after Close")
	}
}

// TestStaticSetIsReadOnce: New reads it, and nobody after that.
func TestStaticSetIsReadOnce(t *testing.T) {
	issuer := verifytest.New("https://issuer.example.com/pool", "EdDSA")
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, []byte(keySet(issuer)), 0o600); err != nil {
		t.Fatal(err)
	}
	rules := func(c *verify.Config) {
		c.Client = noNetwork(t)
		c.Issuers[0].Algorithms, c.Issuers[0].JWKSURI = []string{"EdDSA"}, "file://"+file
	}
	v := newVerifier(t, issuer, rules)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	config := verify.Config{Issuers: []verify.Issuer{{Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseID}}}}
	rules(&config)
	other, err := v.Sharing(config.Issuers[0])
	if err != nil {
		t.Fatal(err)
	}
	for token, v := range map[string]*verify.Verifier{issuer.CognitoAccess(extra(nil)): v, issuer.CognitoID(extra(nil)): other} {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Error(err)
		}
	}
	if _, err := verify.New(config); err == nil {
		t.Error("a file that is no longer there is read")
	}
}

// TestStaticSetsThatAreRefused: row by row an address, and what New says of it.
func TestStaticSetsThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return "file://" + file
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	good := strings.TrimSpace(keySet(verifytest.New("https://issuer.example.com", "EdDSA")))
	weak := `{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}`
	elliptic := strings.TrimSpace(keySet(verifytest.New("https://issuer.example.com", "ES256")))
	const absolute, media = "want a file by its absolute path, as in file:///opt/keys.json", "want a key set as data:application/json,"
	tests := []struct{ address, want string }{
		{"file:keys.json", absolute},
		{"file:./keys.json", absolute},
		{"file://keys.json", absolute},
		{"file://host/keys.json", absolute},
		{"file:", absolute},
		{"file://", absolute},
		{"file:///keys.json?x", absolute},
		{"file:///keys.json#x", absolute},
		{"file://user@localhost/keys.json", absolute},
		{"file:///%zz", absolute},
		{"file:///a%00b", absolute},
		{"file://" + dir + "/missing.json", "missing.json: no such file"},
		{"file://" + dir, "want a regular file"},
		{"file://" + pipe, "want a regular file"},
		{"file:///dev/zero", "want a regular file"},
		{write("large.json", good+strings.Repeat(" ", 1<<20)), "more than 1048576 bytes"},
		{write("text.json", "<html>"), "text.json: not a key set"},
		{write("list.json", "[]"), "not a key set"},
		{write("none.json", `{"keys":[]}`), "none.json: the key set has no usable key"},
		{write("weak.json", weak), "weak.json: the key set has no usable key"},
		{write("elliptic.json", elliptic), "elliptic.json: no key is for an algorithm of the issuer's"},
		{write("nameless.json", strings.Replace(good, `"kid"`, `"x-kid"`, 1)), `nameless.json: no key has a kid, which tokens have to name; where they name none, write "kid":"optional"`},
		{"data:application/json," + strings.Replace(good, `"kid"`, `"x-kid"`, 1), "no key has a kid"},
		{"file://ann:the-secret@host/keys.json", `got "…@host/keys.json"`},
		{"ftp://ann:the-secret@host/keys.json", `got "…@host/keys.json"`},
		{"https://ann:the-secret @host/keys.json", `got "…@host/keys.json"`},
		{"http://ann:the-secret@localhost/keys.json", "want a URL without user"},
		{"data:", media},
		{"data:application/json", media},
		{"data:," + good, media},
		{"data:text/plain," + good, media},
		{"data:application/json;charset=utf-8," + good, media},
		{"data:application/json;base64;base64," + good, media},
		{"data:application/json," + weak, "the key set in the data URL: the key set has no usable key"},
		{"data:application/json," + strings.Replace(good, "{", "{ #", 1), "%23"},
		{"data:application/json,%zz", "%25"},
		{"data:application/json;base64,e30", "base64"},
		{"data:application/json;base64," + good, "base64"},
		{"data:application/json," + strings.Repeat(" ", 2<<20), "at most"},
		{"data:application/json,", "the key set in the data URL: not a key set"},
		{"files:///keys.json", "want an https URL"},
	}
	for _, test := range tests {
		_, err := verify.New(verify.Config{Issuers: []verify.Issuer{{Issuer: "https://a.example", Audience: []string{"app"}, Algorithms: []string{"EdDSA"}, JWKSURI: test.address}}})
		wrong := (*verify.ConfigError)(nil)
		if !errors.As(err, &wrong) || wrong.Field != "jwksUri" || wrong.Issuer != "https://a.example" || !strings.Contains(wrong.Reason, test.want) {
			t.Errorf("%.80s: error %v, want one with %q", test.address, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "the-secret") {
			t.Errorf("%.80s: the error %v has the password", test.address, err)
		}
		if err != nil && len(err.Error()) > 700 {
			t.Errorf("%.80s: an error of %d bytes", test.address, len(fmt.Sprint(err)))
		}
	}
}
