//go:build unix

package localtls_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"portcullis/deploy/internal/localtls"
)

// TestPipes: nothing is waited for that a pipe in the place of a file would have to say.
func TestPipes(t *testing.T) {
	for _, test := range []struct{ file, err, note string }{
		{"lock", "is no regular file, which is to be locked; PORTCULLIS_TLS_DIR names another folder", ""},
		{"server.pem", "", "was no regular file"},
		{"ca.pem", "", ""},
	} {
		folder := t.TempDir()
		load(t, folder, "localhost")
		path := filepath.Join(folder, test.file)
		if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
			t.Fatal(err)
		}
		i, err := localtls.Load(localtls.Options{Folder: folder, Host: "localhost"})
		if test.err != "" {
			if err == nil || !strings.HasSuffix(err.Error(), path+" "+test.err) {
				t.Errorf("%s: %v", test.file, err)
			}
			continue
		}
		if err != nil || !strings.Contains(i.Note, test.note) || (i.Note == "") != (test.note == "") {
			t.Errorf("%s: %v, %+v", test.file, err, i)
		}
	}
}

// foreignFolder is the variable of the environment by which TestForeignFolder has itself run by another user.
const foreignFolder = "FOREIGN_FOLDER"

// TestForeignFolder: what another user than root keeps is neither shown to clients nor trusted, whatever its permissions are.
func TestForeignFolder(t *testing.T) {
	if folder := os.Getenv(foreignFolder); folder != "" {
		_, err := localtls.Load(localtls.Options{Folder: folder, Host: "localhost"})
		roots := localtls.Roots(func(string) string { return folder })
		t.Logf("error %v, roots %t", err, roots != nil)
		return
	}
	if os.Getuid() != 0 {
		t.Skip("it takes root to be two users")
	}
	const owner, user = 65533, 65534
	place, err := os.MkdirTemp("/tmp", "portcullis-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(place) })
	folder, program := filepath.Join(place, "tls"), filepath.Join(place, "program")
	load(t, folder, "localhost")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, text, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{place, folder} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		owner int
		want  string
	}{
		{owner, "is another user's, who may put a key there; PORTCULLIS_TLS_DIR names another folder, roots false"},
		{0, "permission denied; PORTCULLIS_TLS_DIR names another folder, roots true"}, // nothing but what root let be
		{user, "error <nil>, roots true"},
	} {
		for _, path := range []string{folder, filepath.Join(folder, "ca.pem"), filepath.Join(folder, "server.pem"), filepath.Join(folder, "lock")} {
			if err := os.Chown(path, test.owner, test.owner); err != nil {
				t.Fatal(err)
			}
		}
		other := exec.CommandContext(t.Context(), program, "-test.run=^TestForeignFolder$", "-test.v")
		other.Dir, other.Env = place, []string{foreignFolder + "=" + folder}
		other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		if said, err := other.CombinedOutput(); err != nil || !strings.Contains(string(said), test.want) {
			t.Errorf("the folder of user %d: error %v: %s", test.owner, err, said)
		}
		load(t, folder, "localhost") // root has them all
	}
}
