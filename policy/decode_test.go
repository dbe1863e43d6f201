package policy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"portcullis/policy"
)

func readFile(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// TestBrokenFiles: a line of testdata/rules.broken.txt is what stands once in the file of the users API, or nothing for the
// whole of it; what to put in its place; and the member that the error then names, a colon, and how it goes on. They
// are separated by tabs, and a backslash stands before what would not be seen.
func TestBrokenFiles(t *testing.T) {
	file := readFile(t, usersFile)
	visible := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\0`, "\x00", `\xff`, "\xff", `\xef\xbb\xbf`, "\xef\xbb\xbf")
	for line := range strings.Lines(readFile(t, "testdata/rules.broken.txt")) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(parts) != 3 || strings.Count(file, visible.Replace(parts[0])) != 1 && parts[0] != "" {
			t.Errorf("%q: want what stands there once, what to put in its place, and the error", line)
			continue
		}
		text := visible.Replace(parts[1])
		if parts[0] != "" {
			text = strings.Replace(file, visible.Replace(parts[0]), text, 1)
		}
		rules, source, err := policy.DecodeRules([]byte(text))
		refused := (*policy.RulesError)(nil)
		if !errors.As(err, &refused) || rules != nil || source != (policy.Source{}) {
			t.Errorf("%s: %v, %v, want a RulesError", line, source, err)
			continue
		}
		member, reason, _ := strings.Cut(parts[2], ": ")
		if refused.Member != member || !strings.HasPrefix(refused.Reason, reason) || reason == "" ||
			!strings.HasSuffix(err.Error(), `; want a file made by "portcullis build" or "portcullis access compile"`) {
			t.Errorf("%serror  %v (of %q)", line, err, refused.Member)
		}
	}
	if _, _, err := policy.DecodeRules(make([]byte, policy.MaxRulesFile+1)); err == nil || !strings.Contains(err.Error(), "has 8388609 bytes, and 8388608 are the most") {
		t.Errorf("error %v for a file that is too large", err)
	}
	spaced := file + strings.Repeat(" ", policy.MaxRulesFile-len(file))
	if _, _, err := policy.DecodeRules([]byte(spaced)); err != nil {
		t.Errorf("error %v for one that is as large as can be", err)
	}
}

// TestLoadRules: what a file holds is what DecodeRules reads of it, and errors name the file.
func TestLoadRules(t *testing.T) {
	rules, source, err := policy.LoadRules(usersFile)
	if err != nil || source != aSource {
		t.Fatalf("%v, %v", source, err)
	}
	if text, err := rules.Encode(source); err != nil || string(text) != readFile(t, usersFile) {
		t.Errorf("%s, %v", text, err)
	}
	folder := t.TempDir()
	large, openAPI := filepath.Join(folder, "large"), filepath.Join(folder, "openapi")
	if err := errors.Join(os.WriteFile(large, make([]byte, policy.MaxRulesFile+1), 0o600), os.WriteFile(openAPI, []byte("openapi: 3.1.0\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(folder, "none"): "no such file or directory",
		folder:                        "is a directory",
		large:                         "has 8388609 bytes, and 8388608 are the most",
		openAPI:                       "is an OpenAPI document, and no rules made of one",
	} {
		rules, source, err := policy.LoadRules(file)
		refused := (*policy.RulesError)(nil)
		if !errors.As(err, &refused) || refused.File != file || rules != nil || source != (policy.Source{}) ||
			err.Error() != "policy: "+file+": "+want+`; want a file made by "portcullis build" or "portcullis access compile"` {
			t.Errorf("%s: error %v, want %q", file, err, want)
		}
		if missing := filepath.Base(file) == "none"; errors.Is(err, fs.ErrNotExist) != missing {
			t.Errorf("%s: the cause is %v", file, errors.Unwrap(err))
		}
	}
}

// conflicting are the rules of an API with two conflicts.
var conflicting = []policy.Rule{rule("GET", "/{p+}", bearer("all")), rule("GET", "/a/{x}/c", bearer("c")), rule("GET", "/a/{x}/{y}/c", bearer("all"))}

// TestEveryEditIsFound: the file with any byte taken out or changed, or any line taken out, doubled or exchanged with the next,
// is refused, or says the same.
func TestEveryEditIsFound(t *testing.T) {
	for _, file := range [][]byte{[]byte(readFile(t, usersFile)), encoded(t, newRules(t, conflicting, nil))} {
		same := 0
		check := func(edited []byte) {
			rules, source, err := policy.DecodeRules(edited)
			if err != nil {
				return
			}
			if text, err := rules.Encode(source); err != nil || !bytes.Equal(text, file) {
				t.Fatalf("%s\nis taken for\n%s, %v", edited, text, err)
			}
			same++
		}
		for i := range file {
			check(slices.Delete(slices.Clone(file), i, i+1))
			for _, c := range []byte("\x00 \",0[]{}\\aA\xff") {
				edited := slices.Clone(file)
				edited[i] = c
				check(edited)
			}
		}
		lines := bytes.SplitAfter(file, []byte("\n"))
		for i := range lines {
			check(slices.Concat(slices.Delete(slices.Clone(lines), i, i+1)...))
			check(slices.Concat(slices.Insert(slices.Clone(lines), i, lines[i])...))
			if i > 0 {
				swapped := slices.Clone(lines)
				swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
				check(slices.Concat(swapped...))
			}
		}
		if same == 0 || same > len(file) {
			t.Errorf("%d edits of %d bytes change nothing: want those of white space", same, len(file))
		}
	}
}

// TestFormDoesNotMatter: a file that was indented otherwise says the same; the order of its members does not matter either.
func TestFormDoesNotMatter(t *testing.T) {
	file := readFile(t, usersFile)
	head, tail, _ := strings.Cut(file, `  "operations"`)
	for _, text := range []string{
		strings.ReplaceAll(file, "\n", "\r\n\t"),
		strings.ReplaceAll(strings.ReplaceAll(file, "\n", ""), ": ", ":"),
		"{ \"operations\"" + strings.TrimSuffix(tail, "\n}\n") + "," + strings.TrimSuffix(strings.TrimPrefix(head, "{"), ",\n") + "}",
		strings.ReplaceAll(file, "users", `\u0075sers`),
	} {
		rules, source, err := policy.DecodeRules([]byte(text))
		if err != nil {
			t.Errorf("%v of %s", err, text)
			continue
		}
		if again, err := rules.Encode(source); err != nil || string(again) != file {
			t.Errorf("%s\nis taken for\n%s, %v", text, again, err)
		}
	}
}

// plainReading is what a file says as encoding/json reads it; the order of route keys does not matter.
func plainReading(t *testing.T, text []byte) (file map[string]any) {
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatalf("%v of %s", err, text)
	}
	key := func(routeKey any) string { return routeKey.(map[string]any)["key"].(string) }
	slices.SortFunc(file["routeKeys"].([]any), func(a, b any) int { return strings.Compare(key(a), key(b)) })
	return file
}

// FuzzRules: a text is refused, or the rules that come of it say what encoding/json reads there, no more and no less.
// Each text is tried as it is, and with the digest that it would have if it were in canonical form.
func FuzzRules(f *testing.F) {
	f.Add([]byte(readFile(f, usersFile)))
	f.Add(encoded(f, newRules(f, nil, nil)))
	f.Add(encoded(f, newRules(f, conflicting, nil)))
	for line := range strings.Lines(readFile(f, "testdata/rules.broken.txt")) {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, text := range [][]byte{text, sealed(text)} {
			rules, source, err := policy.DecodeRules(text)
			if err != nil {
				if refused := (*policy.RulesError)(nil); !errors.As(err, &refused) || refused.Reason == "" || rules != nil {
					t.Fatalf("error %v", err)
				}
				continue
			}
			written, err := rules.Encode(source)
			if err != nil {
				t.Fatal(err)
			}
			again, from, err := policy.DecodeRules(written)
			if err != nil || from != source {
				t.Fatal(from, err)
			}
			if twice, err := again.Encode(from); err != nil || !bytes.Equal(twice, written) {
				t.Fatalf("%s\nand then\n%s, %v", written, twice, err)
			}
			if got, want := plainReading(t, written), plainReading(t, text); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s\nis %v, and was taken for\n%s", text, want, written)
			}
		}
	})
}
