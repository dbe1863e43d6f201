package modes_test

import (
	"testing"

	"portcullis/deploy/modes"
)

// TestWrong: what others find wrong with a mode has the file and the line, where there is one.
func TestWrong(t *testing.T) {
	m, err := modes.Parse("test.yaml", []byte(bases["cache"]))
	if err != nil {
		t.Fatal(err)
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
