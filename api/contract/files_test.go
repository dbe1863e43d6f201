package contract_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"portcullis/api/contract"
)

// TestFiles compares what is read of testdata/files/team with the text beside it.
func TestFiles(t *testing.T) {
	const name, golden = "testdata/files/team/openapi.yaml", "testdata/files/team.txt"
	c, err := contract.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, o := range c.Operations {
		fmt.Fprintf(&got, "%s: %s %s %v %v %v", o.Place(), o.Route, o.Function, o.Access, o.KeyHeaders, o.Parameters)
		if o.Body != nil {
			for _, place := range o.Body.Schemas {
				fmt.Fprintf(&got, " %s (%s)", place, c.At(place).Place())
			}
		}
		fmt.Fprintln(&got)
	}
	for _, r := range c.WebSocket.Routes {
		fmt.Fprintf(&got, "%s: %s %v %s (%s) %s (%s) %s\n", r.Place(), r.Key, r.Access, r.Message, c.At(r.Message).Place(), r.Reply, c.At(r.Reply).Place(), r.Schema)
	}
	for _, r := range c.Remarks {
		fmt.Fprintf(&got, "%s: %s\n", r.Place(), r.Text)
	}
	fmt.Fprintln(&got, strings.Join(c.Paths(), "\n"))
	document, err := json.MarshalIndent(c.Document, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got.Write(append(document, '\n'))
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s\nerror %v", got.String(), want, err)
	}
}

// TestFilesRefused goes through testdata/files/refused: the lines before the files are the errors that these must cause, and no others.
func TestFilesRefused(t *testing.T) {
	archives, err := filepath.Glob("testdata/files/refused/*.txt")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives in testdata/files/refused")
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		for _, file := range archive.Files {
			write(t, filepath.Join(folder, file.Name), string(file.Data))
		}
		_, err = contract.Load(filepath.Join(folder, "openapi.yaml"))
		all := (contract.Errors)(nil)
		if !errors.As(err, &all) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		got := strings.ReplaceAll(all.Error(), folder+string(filepath.Separator), "") + "\n"
		if want := string(archive.Comment); got != want {
			t.Errorf("%s: error\n%s\nwant\n%s", name, got, want)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReferencesStayInside: nothing is read but regular files of the folder of the contract's own file, however a reference is written.
func TestReferencesStayInside(t *testing.T) {
	top := t.TempDir()
	folder := filepath.Join(top, "api")
	const item = "get: {security: []}\n"
	for _, name := range []string{"../outside.yaml", "good.yaml", "paths/good.yaml", "a b.yaml", "a:b.yaml", "...yaml", ".hidden/..x.yaml", "%2e.yaml", "api/good.yaml"} {
		write(t, filepath.Join(folder, name), item)
	}
	write(t, filepath.Join(folder, "huge.yaml"), item)
	if err := os.Truncate(filepath.Join(folder, "huge.yaml"), 9<<20); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{
		"inside.yaml": "paths/good.yaml", "out.yaml": "../outside.yaml", "absolute.yaml": filepath.Join(top, "outside.yaml"), "up": "..", "round.yaml": "round.yaml",
		"zero.yaml": "/dev/zero", "back.yaml": "../api/good.yaml", "paths/up.yaml": "../good.yaml",
	} {
		if err := os.Symlink(to, filepath.Join(folder, name)); err != nil {
			t.Skip(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe.yaml"), 0o600); err != nil {
		t.Skip(err)
	}
	const (
		fine     = ""
		out      = "leads out of the folder that the contract's own file is in"
		escapes  = "path escapes from parent"
		from     = "want a path from the folder of the file in which this stands"
		address  = "want the path of a file from the one in which this stands, and no address"
		slashes  = "want / between the names of folders"
		escaped  = "want the path of a file, with only such characters escaped (%20) as names of files have"
		noFolder = "want a file, and no folder"
		network  = "put all into one file first"
	)
	tests := []struct{ reference, want string }{
		{"good.yaml", fine},
		{"./good.yaml", fine},
		{"././paths/../good.yaml", fine},
		{"paths/good.yaml#", fine},
		{"api/good.yaml", fine},
		{"a%20b.yaml", fine},
		{"a b.yaml", fine},
		{"./a:b.yaml", fine},
		{"...yaml", fine},
		{".hidden/..x.yaml", fine},
		{"%252e.yaml", fine},
		{"inside.yaml", fine},
		{"paths/up.yaml", fine},
		{"../outside.yaml", out},
		{"../../etc/passwd", out},
		{"../../../../../../../../../../etc/passwd#/root", out},
		{"paths/../../outside.yaml", out},
		{"./../outside.yaml", out},
		{"../api/good.yaml", out},
		{"%2e%2e/outside.yaml", out},
		{".%2E/outside.yaml", out},
		{"%2e%2e%2foutside.yaml", escaped},
		{"..%2Foutside.yaml", escaped},
		{"..%5coutside.yaml", slashes},
		{"%252e%252e/outside.yaml", "there is no"},
		{"..%c0%af..%c0%afoutside.yaml", "..%c0%af"},
		{`..\outside.yaml`, slashes},
		{`paths\good.yaml`, slashes},
		{`\\server\share\a.yaml`, slashes},
		{"/etc/passwd", from},
		{filepath.Join(folder, "good.yaml"), from},
		{"%2fetc/passwd", escaped},
		{"file:///etc/passwd", address},
		{"FILE:good.yaml", address},
		{"file:good.yaml", address},
		{"a:b.yaml", address},
		{"C:/good.yaml", address},
		{"ftp://example.com/a.yaml", address},
		{"data:application/json,{}", address},
		{"http://127.0.0.1/a.yaml", network},
		{"HTTPS://127.0.0.1/a.yaml", network},
		{"//127.0.0.1/a.yaml", network},
		{"good.yaml?a=b", "without a ?"},
		{"good.yaml%00", escaped},
		{"good.yaml\x01", escaped},
		{"good.yaml%zz", escaped},
		{"good.yaml%0a", escaped},
		{"good.yaml/", noFolder},
		{"paths/", noFolder},
		{"paths/..", noFolder},
		{".", noFolder},
		{"..", noFolder},
		{"paths", "is a folder, and no file"},
		{"good.yaml/good.yaml", "not a directory"},
		{"up/outside.yaml", escapes},
		{"out.yaml", escapes},
		{"absolute.yaml", escapes},
		{"back.yaml", escapes},
		{"zero.yaml", escapes},
		{"round.yaml", "too many levels of symbolic links"},
		{"pipe.yaml", "is no regular file"},
		{"huge.yaml", "the contract has more than 8388608 bytes"},
		{"none.yaml", "there is no"},
	}
	for _, test := range tests {
		name := filepath.Join(folder, "openapi.yaml")
		write(t, name, "openapi: 3.1.0\npaths:\n  /a: {$ref: "+strconv.Quote(test.reference)+"}\n")
		c, err := contract.Load(name)
		all := (contract.Errors)(nil)
		switch errors.As(err, &all); {
		case test.want == fine && (err != nil || len(c.Operations) != 1 || len(c.Files) != 1):
			t.Errorf("%s: error %v", test.reference, err)
		case test.want != fine && (len(all) != 1 || all[0].Name != name || all[0].Line != 3 || !strings.Contains(all[0].Reason, test.want)):
			t.Errorf("%s: error %v, want one with %q", test.reference, err, test.want)
		}
	}
}

// TestOwnFileMayBeALink: where a contract's own file really is does not matter, and its folder is the one that it is named in.
func TestOwnFileMayBeALink(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "kept", "v1.yaml"), "openapi: 3.1.0\npaths: {/a: {$ref: a.yaml}}\n")
	write(t, filepath.Join(folder, "a.yaml"), "get: {security: []}\n")
	link := filepath.Join(folder, "openapi.yaml")
	if err := os.Symlink(filepath.Join("kept", "v1.yaml"), link); err != nil {
		t.Skip(err)
	}
	if _, err := contract.Load(link); err != nil {
		t.Error(err)
	}
	if _, err := contract.Load(filepath.Join(folder, "kept", "v1.yaml")); err == nil {
		t.Error("reads what is in another folder")
	}
}

// TestParseWithoutFiles: a text by itself has no files beside it, and one with files none but these.
func TestParseWithoutFiles(t *testing.T) {
	t.Chdir("testdata/files/team")
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = contract.Parse("openapi.yaml", text); err == nil || strings.Count(err.Error(), contract.Bundle) < 5 || strings.Contains(err.Error(), "there is no") {
		t.Errorf("without files: %v", err)
	}
	itself := []byte("openapi: 3.1.0\npaths: {/a: {get: {security: [], requestBody: {$ref: 'openapi.yaml#/components/requestBodies/B'}}}}\ncomponents: {requestBodies: {B: {content: {a/b: {}}}}}\n")
	if c, err := contract.Parse("api/openapi.yaml", itself); err != nil || len(c.Files) != 0 || len(c.Operations[0].Body.Schemas) != 1 {
		t.Errorf("a text that refers to itself: %v", err)
	}
	read, err := contract.Load("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range read.Files {
		_, err := contract.Parse("openapi.yaml", text, slices.Delete(slices.Clone(read.Files), i, i+1)...)
		if err == nil || !strings.Contains(err.Error(), "there is no "+filepath.FromSlash(file.Name)) {
			t.Errorf("without %s: %v", file.Name, err)
		}
	}
}

// TestDigestIsOfAllFiles: it changes with each file, and with the name of each, is what sha256sum makes of them, and does not change with where they are.
func TestDigestIsOfAllFiles(t *testing.T) {
	read, err := contract.Load("testdata/files/team/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lines := fmt.Sprintf("%x  -\n", sha256.Sum256(read.Text))
	for _, file := range read.Files {
		lines += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(file.Text)), file.Name)
	}
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(lines))); read.SHA256() != want || !slices.IsSortedFunc(read.Files, func(a, b contract.File) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("digest %s of %q, want %s", read.SHA256(), lines, want)
	}
	if elsewhere, err := contract.Parse("other/name.yaml", read.Text, read.Files...); err == nil {
		t.Errorf("%s: the files refer to openapi.yaml, which is none of these", elsewhere.Name)
	}
	if elsewhere, err := contract.Parse("far/away/openapi.yaml", read.Text, read.Files...); err != nil || elsewhere.SHA256() != read.SHA256() {
		t.Errorf("elsewhere: %v", err)
	}
	seen := map[string]bool{read.SHA256(): true}
	for i := range read.Files {
		files := slices.Clone(read.Files)
		files[i].Text += "\n"
		changed, err := contract.Parse("openapi.yaml", read.Text, files...)
		if err != nil || seen[changed.SHA256()] {
			t.Errorf("%s changes, and the digest is %s, error %v", files[i].Name, changed.SHA256(), err)
			continue
		}
		seen[changed.SHA256()] = true
	}
	alone := contract.Contract{Text: read.Text}
	if want := fmt.Sprintf("%x", sha256.Sum256(read.Text)); alone.SHA256() != want {
		t.Errorf("digest %s of one file, want %s", alone.SHA256(), want)
	}
}

// TestBoundsOfFiles: how many files there may be, how deep, how many bytes, and how many of these in the place of references.
func TestBoundsOfFiles(t *testing.T) {
	const head = "openapi: 3.1.0\nsecurity: []\n"
	chain := func(files int) (string, []contract.File) {
		var all []contract.File
		for i := range files {
			all = append(all, contract.File{Name: fmt.Sprintf("%d.yaml", i), Text: fmt.Sprintf("items: {$ref: '%d.yaml'}\n", i+1)})
		}
		all[files-1].Text = "type: string"
		return head + "paths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref: 0.yaml}}}}}}}\n", all
	}
	many := func(files int) (string, []contract.File) {
		var text strings.Builder
		text.WriteString(head + "paths:\n  /a:\n    parameters:\n")
		var all []contract.File
		for i := range files {
			fmt.Fprintf(&text, "    - {$ref: %d.yaml}\n", i)
			all = append(all, contract.File{Name: fmt.Sprintf("%d.yaml", i), Text: fmt.Sprintf("{name: n%d, in: query}", i)})
		}
		return text.String() + "    get: {}\n", all
	}
	sized := func(bytes int) (string, []contract.File) {
		text := head + "paths: {/a: {$ref: a.yaml}, /b: {$ref: b.yaml}, /c: {$ref: c.yaml}}\n"
		all := []contract.File{{Name: "a.yaml", Text: "get: {}\n"}, {Name: "b.yaml", Text: "get: {}\n"}, {Name: "c.yaml", Text: "get: {}\n"}}
		rest := bytes - len(text) - 3*len(all[0].Text)
		all[0].Text += "#" + strings.Repeat("a", rest/2-2) + "\n"
		all[1].Text += "#" + strings.Repeat("b", rest-rest/2-2) + "\n"
		return text, all
	}
	copies := func(paths, size int) (string, []contract.File) {
		text := head + "paths:\n"
		for i := range paths {
			text += fmt.Sprintf("  /%d: {$ref: a.yaml}\n", i)
		}
		return text, []contract.File{{Name: "a.yaml", Text: "get: {description: " + strings.Repeat("a", size) + "}\n"}}
	}
	parts := func(files int) (string, []contract.File) {
		var text strings.Builder
		text.WriteString(head + "paths:\n  /a:\n    get: {}\n    parameters:\n")
		var all []contract.File
		for i := range files {
			var file strings.Builder
			for j := range 1000 {
				fmt.Fprintf(&text, "    - {$ref: '%d.yaml#/n%d'}\n", i, j)
				fmt.Fprintf(&file, "n%d: {name: n%d-%d, in: query}\n", j, i, j)
			}
			all = append(all, contract.File{Name: fmt.Sprintf("%d.yaml", i), Text: file.String()})
		}
		return text.String(), all
	}
	aliases := func(times int) (string, []contract.File) {
		list := strings.Repeat("a, ", 99)
		text := "x-d: [" + strings.Repeat("a, ", 5000) + "]\n" + // not all by aliases
			"x-a: &a [" + list + "]\nx-b: &b [" + strings.Repeat("*a, ", times) + "]\nx-c: *b\nx-e: {get: {}}\n"
		return head + "paths: {/a: {$ref: 'a.yaml#/x-e'}, /b: {$ref: 'b.yaml#/x-e'}}\n", []contract.File{{Name: "a.yaml", Text: text}, {Name: "b.yaml", Text: text}}
	}
	tests := []struct {
		name string
		make func() (string, []contract.File)
		want string
	}{
		{"10000 parts", func() (string, []contract.File) { return parts(10) }, ""},
		{"11000 parts", func() (string, []contract.File) { return parts(11) },
			`openapi.yaml:10007: $ref: "10.yaml#/n0": the contract would have more than 10000 components of parameters, with those of its files`},
		{"100 deep", func() (string, []contract.File) { return chain(100) }, ""},
		{"101 deep", func() (string, []contract.File) { return chain(101) }, `99.yaml:1: $ref: "100.yaml": more than 100 files refer one to the other`},
		{"5000 files", func() (string, []contract.File) { return many(5000) }, ""},
		{"5002 files", func() (string, []contract.File) { return many(5002) }, `openapi.yaml:5006: $ref: "5000.yaml": the contract has more than 5000 files beside its own`},
		{"8 MiB", func() (string, []contract.File) { return sized(8 << 20) }, ""},
		{"8 MiB and a byte", func() (string, []contract.File) { return sized(8<<20 + 1) },
			`openapi.yaml:3: $ref: "c.yaml": with c.yaml the contract has more than 8388608 bytes, the most for all of its files`},
		{"aliases", func() (string, []contract.File) { return aliases(1_200) }, ""},
		{"too many aliases", func() (string, []contract.File) { return aliases(1_300) }, `b.yaml: want fewer aliases: those of the contract stand for more than 500000 values`},
		{"many copies", func() (string, []contract.File) { return copies(300, 100_000) }, ""},
		{"too many copies", func() (string, []contract.File) { return copies(400, 100_000) },
			`openapi.yaml:339: $ref: "a.yaml": with what references lead to in their place, each time, the contract has more than 33554432 bytes`},
	}
	for _, test := range tests {
		text, files := test.make()
		_, err := contract.Parse("openapi.yaml", []byte(text), files...)
		if got := fmt.Sprint(err); err == nil && test.want != "" || err != nil && got != test.want {
			t.Errorf("%s: error %.300s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestReads: what is read and looked for, also where it is not there, or wrong.
func TestReads(t *testing.T) {
	tests := []struct{ name, own, other, want, wrong string }{
		{"one file", "paths: {/a: {get: {}}}", "", "openapi.yaml", ""},
		{"two", "paths: {/a: {$ref: a/b.yaml}}", "get: {}", "openapi.yaml a/b.yaml", ""},
		{"one is absent", "paths: {/a: {$ref: a/b.yaml}, /b: {$ref: c.yaml}}", "get: {}", "openapi.yaml a/b.yaml c.yaml", "there is no c.yaml"},
		{"one cannot be read", "paths: {/a: {$ref: a/b.yaml}}", "get: [", "openapi.yaml a/b.yaml", "a/b.yaml:1: "},
		{"its own cannot be read", "paths: [", "", "openapi.yaml", "openapi.yaml:"},
		{"outside", "paths: {/a: {$ref: ../b.yaml}}", "", "openapi.yaml", "leads out"},
	}
	for _, test := range tests {
		t.Chdir(t.TempDir())
		write(t, "openapi.yaml", "openapi: 3.1.0\n"+test.own)
		write(t, "a/b.yaml", test.other)
		files, err := contract.Reads("openapi.yaml")
		if got := filepath.ToSlash(strings.Join(files, " ")); got != test.want || (err != nil) != (test.wrong != "") || !strings.Contains(fmt.Sprint(err), test.wrong) {
			t.Errorf("%s: %s, error %v; want %s", test.name, got, err, test.want)
		}
	}
	if files, err := contract.Reads("none.yaml"); err == nil || !slices.Equal(files, []string{"none.yaml"}) {
		t.Errorf("%q, error %v", files, err)
	}
}

// TestNamesOfParts: what is put among the components takes no other one's name, nor the name of its model, which has letters and digits only.
func TestNamesOfParts(t *testing.T) {
	const text = `openapi: 3.1.0
security: []
paths:
  /a:
    post:
      requestBody:
        content:
          a/1: {schema: {$ref: "a/user.yaml"}}
          a/2: {schema: {$ref: "b/user.yaml"}}
          a/3: {schema: {$ref: "b/all.json#/us-er"}}
          a/4: {schema: {$ref: "b/all.json#/user_2"}}
          a/5: {schema: {$ref: "b/all.json#/Ünd%20~1x"}}
          a/6: {schema: {$ref: "b/all.json#/…"}}
          a/7: {schema: {$ref: "b/all.json#/own"}}
          a/8: {schema: {$ref: "b/all.json#/given"}}
          a/9: {schema: {$ref: "a/user.yaml#"}}
components: {schemas: {own: {}, other: {$ref: "b/all.json#/given"}}}
`
	all := `{"us-er": {}, "user_2": {}, "Ünd /x": {}, "…": {}, "own": {"type": "string"}, "given": {}}`
	c, err := contract.Parse("openapi.yaml", []byte(text), contract.File{Name: "a/user.yaml", Text: "type: object"}, contract.File{Name: "b/user.yaml", Text: "type: array"}, contract.File{Name: "b/all.json", Text: all})
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct{ Schema map[string]string }
				}
			}
		}
	}
	if err := json.Unmarshal(c.Document, &document); err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range 9 {
		got = append(got, strings.TrimPrefix(document.Paths["/a"].Post.RequestBody.Content[fmt.Sprint("a/", i+1)].Schema["$ref"], "#/components/schemas/"))
	}
	if want := "user user_2 us-er_3 user_2_2 ndx part own_2 other user"; strings.Join(got, " ") != want {
		t.Errorf("names %q, want %s", got, want)
	}
}

// TestDiscriminators: what one maps to is a schema by its name, of the contract's own file or of the one in which it stands, or else a file.
func TestDiscriminators(t *testing.T) {
	const own = `openapi: 3.1.0
security: []
paths: {/a: {post: {requestBody: {content: {application/json: {schema: {discriminator: {mapping: MAPPING}}}}}}}, /b: {post: {requestBody: {content: {application/json: {schema: {$ref: other.yaml}}}}}}}
components: {schemas: {Cat: {}, Dog.yaml: {}, pets: {ant.yaml: {}}}}
`
	tests := []struct{ to, inOwn, inOther string }{
		{"Cat", "Cat", "Cat"},
		{"Dog.yaml", "Dog.yaml", "Dog.yaml"},
		{"Bird", "Bird", "#/components/schemas/Bird"},
		{"Bi%72d", "Bi%72d", "#/components/schemas/Bi72d"},
		{"fish.yml", "#/components/schemas/fish", "#/components/schemas/fish"},
		{"./Cat.json", "#/components/schemas/Cat_2", "#/components/schemas/Cat_2"},
		{"pets/ant.yaml", "#/components/schemas/ant", "#/components/schemas/ant"},
		{"#/components/schemas/Bird", "#/components/schemas/Bird", "#/components/schemas/Bird"},
		{"openapi.yaml#/components/schemas/Cat", "#/components/schemas/Cat", "#/components/schemas/Cat"},
		{"Whale", "Whale", "Whale"},
	}
	for _, test := range tests {
		mapping := "{a: " + strconv.Quote(test.to) + "}"
		c, err := contract.Parse("openapi.yaml", []byte(strings.Replace(own, "MAPPING", mapping, 1)),
			contract.File{Name: "other.yaml", Text: "discriminator: {mapping: " + mapping + "}\ncomponents: {schemas: {Cat: {}, Bird: {}, 'Bi%72d': {}, pets: {ant.yaml: {}}}}\n"},
			contract.File{Name: "fish.yml", Text: "{}"}, contract.File{Name: "Cat.json", Text: "{}"}, contract.File{Name: "pets/ant.yaml", Text: "{}"})
		if err != nil {
			t.Errorf("%s: %v", test.to, err)
			continue
		}
		type schema struct {
			Discriminator struct{ Mapping map[string]string }
		}
		var document struct {
			Paths map[string]struct {
				Post struct {
					RequestBody struct {
						Content map[string]struct{ Schema schema }
					}
				}
			}
			Components struct{ Schemas map[string]schema }
		}
		if err := json.Unmarshal(c.Document, &document); err != nil {
			t.Fatal(err)
		}
		inOwn := document.Paths["/a"].Post.RequestBody.Content["application/json"].Schema.Discriminator.Mapping["a"]
		if inOther := document.Components.Schemas["other"].Discriminator.Mapping["a"]; inOwn != test.inOwn || inOther != test.inOther {
			t.Errorf("%s: %q, in another file %q; want %q, %q", test.to, inOwn, inOther, test.inOwn, test.inOther)
		}
	}
}
