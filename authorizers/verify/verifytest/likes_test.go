package verifytest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jws"

	"portcullis/authorizers/verify/verifytest"
)

var update = flag.Bool("update", false, "write testdata/likes.txt anew")

// TestLikes: each shape's header and claims stand in testdata/likes.txt, beside what its provider documents; ids that are made
// anew for each token are written as *.
func TestLikes(t *testing.T) {
	const file = "testdata/likes.txt"
	issuer := verifytest.New("https://id.example/realm")
	o := verifytest.Options{
		Subject: "subject", Username: "ada", Email: "ada@example.com", ClientID: "app", Audience: []string{"api"}, Groups: []string{"g"}, Roles: []string{"r"},
		Scopes: []string{"a/b", "c"}, IssuedAt: time.Unix(1000, 0), Lifetime: time.Minute, Extra: map[string]any{"extra": true},
	}
	var got strings.Builder
	for _, like := range verifytest.Likes() {
		token := issuer.Token(like, o)
		header, claims := part(t, token, 0), part(t, token, 1)
		forget(header, "kid", "x5t")
		forget(claims, "jti", "uti", "sid", "uid", "origin_jti", "event_id")
		got.WriteString("# " + string(like) + "\n" + indented(t, header) + "\n" + indented(t, claims) + "\n\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Split(string(want), "\n\n")
	shapes := strings.Split(got.String(), "\n\n")
	for k, shape := range shapes {
		if k >= len(known) || known[k] != shape {
			t.Errorf("%s does not have\n%s", file, shape)
		}
	}
	if len(known) != len(shapes) {
		t.Errorf("%s has %d shapes, want %d", file, len(known)-1, len(shapes)-1)
	}
}

// forget writes * for the values of members that differ from token to token, at any depth.
func forget(object map[string]any, names ...string) {
	for name, value := range object {
		if below, ok := value.(map[string]any); ok {
			forget(below, names...)
		}
		for _, random := range names {
			if text, ok := value.(string); ok && name == random && text != "subject" {
				object[name] = "*"
			}
		}
	}
}

func indented(t *testing.T, v any) string {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(text.String())
}

// TestLikesVerify: the token of every shape is signed with a published key, iss is the issuer, and Extra is written last.
func TestLikesVerify(t *testing.T) {
	issuer := newServer(t)
	set := keySet(t, issuer)
	for _, like := range verifytest.Likes() {
		named := issuer.HeaderLike(like)["kid"] != nil
		if _, err := jws.Verify([]byte(issuer.Token(like, verifytest.Options{})), jws.WithKeySet(set, jws.WithRequireKid(named))); err != nil {
			t.Errorf("%s: does not verify with its issuer's keys", like)
		}
		o := verifytest.Options{Extra: map[string]any{"iss": "https://other.example", "exp": nil}}
		if claims := issuer.Claims(like, verifytest.Options{}); claims["iss"] != issuer.URL || claims["exp"] == nil || claims["iat"] == nil {
			t.Errorf("%s: %v", like, claims)
		}
		if claims := issuer.Claims(like, o); claims["iss"] != "https://other.example" || claims["exp"] != nil {
			t.Errorf("%s: Extra is not written last: %v", like, claims)
		}
	}
}

func TestUnknownLike(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, `"entra-v3"`) || !strings.Contains(text, "entra-v1") {
			t.Errorf("panic %q", text)
		}
	}()
	verifytest.New("https://idp.example").Token("entra-v3", verifytest.Options{})
}
