package profile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Store is a folder of profiles, which only its owner may change.
type Store struct {
	folder string
}

// Open makes the folder if it is not there, with mode 0700. One that others may write to is refused: they could
// have put there where a password goes. The error is a [*FileError].
func Open(folder string) (*Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fileError(folder, err)
	}
	info, err := os.Stat(folder)
	switch {
	case err != nil:
		return nil, fileError(folder, err)
	case !info.IsDir():
		return nil, fileError(folder, errors.New("is no folder"))
	}
	return &Store{folder}, checkMode(folder, info.Mode(), 0o022, "700")
}

// checkMode refuses what others can do with a file or folder. Windows has no such modes.
func checkMode(path string, mode, refused fs.FileMode, want string) error {
	if runtime.GOOS == "windows" || mode.Perm()&refused == 0 {
		return nil
	}
	return fileError(path, fmt.Errorf("its mode %04o lets others in; if nobody else had a hand in it: chmod %s %s", mode.Perm(), want, path))
}

// Path is the file of a profile.
func (s *Store) Path(name string) string { return filepath.Join(s.folder, name+".json") }

// Load reads a profile, and gives the zero value where there is none. A file that others can read or write is refused, and so
// is one that is none of this package's; the error is a [*FileError] that names the file and holds nothing of what is in it.
func (s *Store) Load(name string) (Profile, error) {
	path := s.Path(name)
	text, err := read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Profile{}, nil
	case err != nil:
		return Profile{}, fileError(path, err)
	}
	p, err := decode(text)
	return p, fileError(path, err)
}

// read reads a regular file that is the owner's only. A link is none: it would be replaced, and what it stands for be left.
func read(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("is no regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if err := checkMode(path, info.Mode(), 0o077, "600"); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if len(text) > maxFile {
		return nil, errBroken
	}
	return text, err
}

// fileError names the path of an error once.
func fileError(path string, err error) error {
	if err == nil {
		return nil
	}
	if named := (*FileError)(nil); errors.As(err, &named) {
		return named
	}
	if of := (*fs.PathError)(nil); errors.As(err, &of) {
		path, err = of.Path, of.Err
	}
	if of := (*os.LinkError)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return &FileError{path, err}
}
