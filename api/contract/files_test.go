package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
