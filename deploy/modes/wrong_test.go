package modes_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"portcullis/deploy/modes"
)

// TestWrong: what others find wrong with a mode has the file and the line, where there is one. The mode says which file it is of.
func TestWrong(t *testing.T) {
	m, err := modes.Parse("test.yaml", []byte(bases["cache"]))
	if err != nil {
		t.Fatal(err)
	}
	if made := (&modes.Mode{Name: "a"}); m.File() != "test.yaml" || m.SHA256() != fmt.Sprintf("%x", sha256.Sum256([]byte(bases["cache"]))) || made.File() != "" || made.SHA256() != "" {
		t.Errorf("file %s of digest %s, and of none %q and %q", m.File(), m.SHA256(), made.File(), made.SHA256())
	}
	for want, wrong := range map[string]*modes.Error{
		"test.yaml:3: authorization: is":                                        m.Wrong("is", "authorization"),
		"test.yaml:7: cache.methods.GET /things/{id}/{rest+}.keyParameters: is": m.Wrong("is", "cache", "methods", "GET /things/{id}/{rest+}", "keyParameters"),
		"test.yaml:5: cache.none: is":                                           m.Wrong("is", "cache", "none"), // the nearest that is there
		"test.yaml:1: none: is":                                                 m.Wrong("is", "none"),
		"mode a: gateway: is":                                                   (&modes.Mode{Name: "a"}).Wrong("is", "gateway"),
	} {
		if wrong.Error() != want {
			t.Errorf("%s, want %s", wrong, want)
		}
	}
}
