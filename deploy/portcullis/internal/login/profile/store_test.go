package profile_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/deploy/portcullis/internal/login/profile"
)

func newStore(t *testing.T) (*profile.Store, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "a", "login")
	s, err := profile.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return s, folder
}

func lock(t *testing.T, s *profile.Store, name string) *profile.Locked {
	t.Helper()
	l, err := s.Lock(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Unlock)
	return l
}

// full is a profile with everything that one at a pool can have.
func full() profile.Profile {
	return profile.Profile{
		Place:    profile.Place{Pool: "eu-west-1_AbC", Client: "app", Secret: "SECRET-c", Endpoint: "http://127.0.0.1:1/x"},
		Username: "ann",
		Tokens:   &profile.Tokens{Access: "SECRET-a", ID: "SECRET-i", Refresh: "SECRET-r", Expires: time.Unix(1_900_000_000, 0).UTC()},
	}
}

func TestSaveAndLoad(t *testing.T) {
	for name, p := range map[string]profile.Profile{
		"full": full(), "api": {Place: profile.Place{API: "https://api.example.com/prod"}, Username: "ü"},
	} {
		s, folder := newStore(t)
		if got, err := s.Load(name); err != nil || !reflect.DeepEqual(got, profile.Profile{}) {
			t.Errorf("%s before: %v, %v", name, got, err)
		}
		l := lock(t, s, name)
		for range 2 { // one takes the place of the other
			if err := l.Save(p); err != nil {
				t.Fatal(err)
			}
		}
		l.Unlock()
		if got, err := s.Load(name); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		wantModes(t, folder, map[string]fs.FileMode{".": 0o700, name + ".json": 0o600, name + ".lock": 0o600})
		l = lock(t, s, name)
		for _, there := range []bool{true, false} {
			if found, err := l.Delete(); found != there || err != nil {
				t.Errorf("%s: %v, %v", name, found, err)
			}
		}
		l.Unlock()
		wantModes(t, folder, map[string]fs.FileMode{".": 0o700})
		if got, err := s.Load(name); err != nil || !reflect.DeepEqual(got, profile.Profile{}) {
			t.Errorf("%s deleted: %v, %v", name, got, err)
		}
	}
}

// wantModes wants these files in a folder, and no others.
func wantModes(t *testing.T, folder string, want map[string]fs.FileMode) {
	t.Helper()
	got := map[string]fs.FileMode{}
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		name, _ := filepath.Rel(folder, path)
		got[name] = info.Mode().Perm()
		return err
	})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

// TestBadFiles: what is no profile is an error that names the file, and nothing of what is in it.
func TestBadFiles(t *testing.T) {
	const place = `"version":1,"api":"https://a.example.com"`
	for name, text := range map[string]string{
		"empty": ``, "text": `SECRET`, "half": `{"version":1,"username":"SECRET`, "list": `["SECRET"]`, "null": `null`,
		"wrong type": `{"version":1,"username":{"x":"SECRET"}}`, "number": `{"version":1,"username":31337}`,
		"unknown member": `{` + place + `,"SECRET":1}`, "more behind it": `{` + place + `} SECRET`, "no version": `{"api":"https://a.example.com"}`,
		"other version": `{"version":2}`, "no place": `{"version":1,"username":"ann"}`, "two places": `{` + place + `,"pool":"eu_x","client":"c"}`,
		"plain http": `{"version":1,"api":"http://SECRET.example.com"}`, "no pool": `{"version":1,"pool":"SECRET","client":"c"}`,
		"no access token": `{` + place + `,"tokens":{"refresh":"SECRET","expires":"2027-01-01T00:00:00Z"}}`,
		"no time":         `{` + place + `,"tokens":{"access":"SECRET","refresh":"SECRET","expires":"SECRET"}}`,
		"a late time":     `{` + place + `,"tokens":{"access":"a","id":"i","refresh":"SECRET","expires":"9999-12-31T23:59:59-23:00"}}`,
		"zeros":           strings.Repeat("\x00", 300), "large": `{"x":"` + strings.Repeat("x", 1<<19) + `"}`,
	} {
		s, _ := newStore(t)
		write(t, s.Path("p"), text, 0o600)
		got, err := s.Load("p")
		wrong := (*profile.FileError)(nil)
		if !errors.As(err, &wrong) || wrong.Path != s.Path("p") || !reflect.DeepEqual(got, profile.Profile{}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if err != nil && (strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), "31337") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// TestModes: a file that others can read or write is refused with what to do, and so is a folder that others can write to.
func TestModes(t *testing.T) {
	for mode, good := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o700: true, 0o640: false, 0o604: false, 0o644: false, 0o620: false, 0o602: false, 0o601: false, 0o666: false} {
		s, _ := newStore(t)
		write(t, s.Path("p"), `{"version":1,"api":"https://a.example.com"}`, mode)
		_, err := s.Load("p")
		if (err == nil) != good || err != nil && !strings.Contains(err.Error(), "chmod 600 "+s.Path("p")) {
			t.Errorf("file %04o: %v", mode, err)
		}
	}
	for mode, good := range map[fs.FileMode]bool{0o700: true, 0o755: true, 0o770: false, 0o707: false, 0o777: false} {
		folder := t.TempDir()
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
		_, err := profile.Open(folder)
		if (err == nil) != good || err != nil && !strings.Contains(err.Error(), "chmod 700 "+folder) {
			t.Errorf("folder %04o: %v", mode, err)
		}
	}
}

// TestNoRegularFiles: links, folders and pipes are refused, and what a link leads to is left alone.
func TestNoRegularFiles(t *testing.T) {
	for _, ending := range []string{".json", ".lock"} {
		for name, place := range map[string]func(path, target string) error{
			"link":          func(path, target string) error { return os.Symlink(target, path) },
			"dangling link": func(path, target string) error { return os.Symlink(target+"-none", path) },
			"folder":        func(path, _ string) error { return os.Mkdir(path, 0o700) },
		} {
			s, folder := newStore(t)
			target := filepath.Join(t.TempDir(), "target")
			write(t, target, `{"version":1,"api":"https://a.example.com"}`, 0o600)
			if err := place(filepath.Join(folder, "p"+ending), target); err != nil {
				t.Fatal(err)
			}
			_, err := s.Load("p")
			if ending == ".lock" {
				_, err = s.Lock(t.Context(), "p")
			}
			if wrong := (*profile.FileError)(nil); !errors.As(err, &wrong) || wrong.Path != filepath.Join(folder, "p"+ending) {
				t.Errorf("%s as %s: %v", name, ending, err)
			}
			if _, err := os.Lstat(target + "-none"); err == nil {
				t.Errorf("%s as %s: its target was made", name, ending)
			}
		}
	}
}

// TestUnwritable: what cannot be written is an error before there is something to write.
func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "", 0o600)
	for _, folder := range []string{file, filepath.Join(file, "below")} {
		if _, err := profile.Open(folder); !errors.As(err, new(*profile.FileError)) {
			t.Errorf("%s: %v", folder, err)
		}
	}
	s, folder := newStore(t)
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(t.Context(), "p"); !errors.As(err, new(*profile.FileError)) || !strings.Contains(err.Error(), folder) {
		t.Errorf("a folder that went away: %v", err)
	}
}

// TestForbidden: a folder in which not even root can make files.
func TestForbidden(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("there is no /proc")
	}
	s, err := profile.Open("/proc/self")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(t.Context(), "p"); !errors.As(err, new(*profile.FileError)) || !strings.HasPrefix(err.Error(), "/proc/self/p.lock: ") {
		t.Errorf("Lock: %v", err)
	}
}

// TestLockWaits: one has the profile at a time, whoever waits gives up when told to, and other profiles are free.
func TestLockWaits(t *testing.T) {
	s, folder := newStore(t)
	first := lock(t, s, "p")
	lock(t, s, "other")
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer cancel()
	if _, err := s.Lock(ctx, "p"); !errors.As(err, new(*profile.BusyError)) || !strings.Contains(err.Error(), filepath.Join(folder, "p.lock")) {
		t.Fatalf("locked twice: %v", err)
	}
	first.Unlock()
	first.Unlock()
	lock(t, s, "p")
}

// TestLockOfNone: those who want a profile that is not there take turns too, and leave nothing.
func TestLockOfNone(t *testing.T) {
	s, folder := newStore(t)
	var inside atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				l, err := s.Lock(t.Context(), "p")
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two have it")
				}
				runtime.Gosched()
				inside.Add(-1)
				l.Unlock()
			}
		})
	}
	all.Wait()
	wantModes(t, folder, map[string]fs.FileMode{".": 0o700})
}

// TestLeftovers: what a program left that was ended midway is cleared away, and nothing else.
func TestLeftovers(t *testing.T) {
	s, folder := newStore(t)
	for _, name := range []string{"p.1.pending", "p.2.pending", "pp.3.pending", "p_q.4.pending", "q.json"} {
		write(t, filepath.Join(folder, name), "x", 0o600)
	}
	l := lock(t, s, "p")
	if err := l.Save(full()); err != nil {
		t.Fatal(err)
	}
	l.Unlock()
	wantModes(t, folder, map[string]fs.FileMode{".": 0o700, "p.json": 0o600, "p.lock": 0o600, "pp.3.pending": 0o600, "p_q.4.pending": 0o600, "q.json": 0o600})
}

func TestNames(t *testing.T) {
	for name, good := range map[string]bool{"default": true, "a": true, "A-b_9": true, "": false, ".": false, "..": false, "a/b": false, "-a": false, "_a": false, "a-": true, "9": true, "a:b": false, "[": false, "`": false, "{": false, "@": false, "a\xffb": false, "a.b": false, "a b": false, "ü": false, "a\n": false, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false} {
		if profile.ValidName(name) != good {
			t.Errorf("%q: %v", name, !good)
		}
	}
}

func TestProfilesPrintNoSecret(t *testing.T) {
	p := full()
	for _, verb := range []string{"%v", "%+v", "%s"} {
		if text := fmt.Sprintf(verb, p.Place) + fmt.Sprintf(verb, *p.Tokens); strings.Contains(text, "SECRET") {
			t.Errorf("%s: %s", verb, text)
		}
	}
}
