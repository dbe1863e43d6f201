package project

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portcullis/api/contract"
)

// Watched gives the files whose changes change what is served, as they are at each call: those of contract and modes, the binaries that
// are given and, with Build, this module's Go sources. It is for one goroutine.
func (s Source) Watched() func() []string {
	read := &contractFiles{}
	return func() []string { return s.watched(read) }
}

func (s Source) watched(read *contractFiles) []string {
	var files []string
	if file := s.contractFile(); file != "" {
		files = append(files, read.of(file)...)
	}
	if modes, err := s.modeFiles(); err == nil {
		for _, m := range modes {
			if m.embedded == "" {
				files = append(files, m.file)
			}
		}
	}
	for _, where := range s.Functions {
		if !IsURL(where) {
			files = append(files, where)
		}
	}
	if folder, err := Checkout(); err == nil && s.Build {
		files = append(files, GoSources(shortPath(folder))...)
	}
	return files
}

// contractFiles finds out which files a contract is in, anew where one of them has changed.
type contractFiles struct {
	files  []string
	stamps map[string]Stamp // from before the files were read; nil: they are to be read
}

func (c *contractFiles) of(own string) []string {
	if c.files == nil {
		c.files = []string{own}
	}
	for range 3 {
		now := StampsOf(c.files)
		if c.stamps != nil && maps.Equal(now, c.stamps) {
			return c.files
		}
		files, err := contract.Reads(own)
		if err != nil { // what is wrong may be in the way of finding others
			files = append(files, c.files...)
			slices.Sort(files)
			files = slices.Compact(files)
		}
		if c.stamps = nil; slices.Equal(files, c.files) {
			c.stamps = now
			return files
		}
		c.files = files
	}
	return c.files // which somebody is writing
}

// GoSources are the files of a module that a build may read: no tests, and nothing in folders that the go command
// passes over.
func GoSources(folder string) []string {
	var files []string
	filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fs.SkipDir // what went meanwhile, or cannot be read, is not built from
		}
		switch name := entry.Name(); {
		case entry.IsDir() && path != folder && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"), path == filepath.Join(folder, "go.mod"):
			files = append(files, path)
		}
		return nil
	})
	return files
}

// Stamp tells versions of a file apart. The zero Stamp is of a file that is not there.
type Stamp struct {
	modified time.Time
	size     int64
}

// StampOf looks at a file.
func StampOf(file string) Stamp {
	info, err := os.Stat(file)
	if err != nil {
		return Stamp{}
	}
	return Stamp{info.ModTime(), info.Size()}
}

// StampsOf looks at files; the stamps are by their names.
func StampsOf(files []string) map[string]Stamp {
	stamps := make(map[string]Stamp, len(files))
	for _, file := range files {
		stamps[file] = StampOf(file)
	}
	return stamps
}

// Watcher finds out which files change, by looking. It is for one goroutine.
type Watcher struct {
	files func() []string  // that count now
	taken map[string]Stamp // what was told of last
	seen  map[string]Stamp // at the last look
}

// NewWatcher makes a watcher for files that are read after this call. What files gives is asked anew at each look.
func NewWatcher(files func() []string) *Watcher {
	now := StampsOf(files())
	return &Watcher{files, now, now}
}

// Changed are the files that came, went or changed since the last call that told of any. They are told of only when they
// are the same in two calls after another, so that nobody reads what is still being written.
func (w *Watcher) Changed() []string {
	now := StampsOf(w.files())
	quiet := maps.Equal(now, w.seen)
	w.seen = now
	if !quiet || maps.Equal(now, w.taken) {
		return nil
	}
	var changed []string
	for file := range union(now, w.taken) {
		_, counts := now[file]
		unread := !counts && StampOf(file) == w.taken[file] // it is there as before, and nothing refers to it
		if now[file] != w.taken[file] && !unread {
			changed = append(changed, file)
		}
	}
	w.taken = now
	slices.Sort(changed)
	return changed
}

func union(a, b map[string]Stamp) map[string]Stamp {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
