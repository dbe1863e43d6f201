package profile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// pause is between two attempts to lock.
const pause = 25 * time.Millisecond

// Locked is a profile that no other program changes meanwhile. It is for one goroutine.
type Locked struct {
	store   *Store
	name    string
	lock    *flock.Flock
	pending *os.File // the file that takes the profile's place
}

// Lock waits for the profile, as long as ctx lets it: then the error is a [*BusyError]. What cannot be written is found here,
// as a [*FileError], and not when there is something to write. The system unlocks what a program leaves locked when it ends.
func (s *Store) Lock(ctx context.Context, name string) (*Locked, error) {
	path := filepath.Join(s.folder, name+".lock")
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fileError(path, errors.New("is no regular file"))
	}
	lock, err := acquire(ctx, path)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, &BusyError{name, path}
	case err != nil:
		return nil, fileError(path, err)
	}
	l := &Locked{store: s, name: name, lock: lock}
	if err := l.begin(); err != nil {
		l.Unlock()
		return nil, err
	}
	return l, nil
}

// acquire locks the file at a path. One that was waited for may be gone from there when its turn comes, as [Locked.Unlock] has
// it where there is no profile: then it keeps nobody out, and the one that is there now is locked.
func acquire(ctx context.Context, path string) (*flock.Flock, error) {
	for {
		lock := flock.New(path, flock.SetPermissions(0o600))
		if _, err := lock.TryLockContext(ctx, pause); err != nil {
			return nil, err
		}
		locked, err := lock.Stat()
		if err != nil {
			lock.Close()
			return nil, err
		}
		if there, err := os.Lstat(path); err == nil && os.SameFile(locked, there) {
			return lock, nil
		}
		lock.Close()
	}
}

// begin makes the pending file, and removes those of programs that did not come to their end.
func (l *Locked) begin() (err error) {
	entries, err := os.ReadDir(l.store.folder)
	if err != nil {
		return fileError(l.store.folder, err)
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, l.name+".") && strings.HasSuffix(name, pending) {
			if err := os.Remove(filepath.Join(l.store.folder, name)); err != nil {
				return fileError(l.store.folder, err)
			}
		}
	}
	l.pending, err = os.CreateTemp(l.store.folder, l.name+".*"+pending) // of mode 0600
	return fileError(l.store.folder, err)
}

// pending is how the names of files end that take a profile's place. A profile's name has no dot.
const pending = ".pending"

// Unlock lets the others have the profile, and leaves no file behind of one that is not there. It may be called again.
func (l *Locked) Unlock() {
	l.drop(l.pending)
	l.pending = nil
	if !l.lock.Locked() {
		return
	}
	if _, err := os.Lstat(l.store.Path(l.name)); errors.Is(err, fs.ErrNotExist) {
		os.Remove(l.lock.Path()) // while it is locked; some systems cannot, and it stays
	}
	l.lock.Close()
}

// drop removes a file that takes no profile's place.
func (l *Locked) drop(f *os.File) {
	if f != nil {
		f.Close()
		os.Remove(f.Name())
	}
}

// Load reads the profile, as [Store.Load] does.
func (l *Locked) Load() (Profile, error) { return l.store.Load(l.name) }

// Save writes the profile with mode 0600, to last: it is on the disk when there is no error, and what was there before still
// is when there is one. The error is a [*FileError].
func (l *Locked) Save(p Profile) error {
	text, err := encode(p)
	if err != nil {
		return fileError(l.store.Path(l.name), err)
	}
	if l.pending == nil {
		if err := l.begin(); err != nil {
			return err
		}
	}
	f := l.pending
	l.pending = nil
	if err := write(f, text); err != nil {
		l.drop(f)
		return fileError(f.Name(), err)
	}
	if err := os.Rename(f.Name(), l.store.Path(l.name)); err != nil {
		l.drop(f)
		return fileError(l.store.Path(l.name), err)
	}
	return l.store.sync()
}

func write(f *os.File, text []byte) error {
	if _, err := f.Write(text); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// sync makes what was renamed or removed last. Some systems cannot do that with a folder, and need not.
func (s *Store) sync() error {
	folder, err := os.Open(s.folder)
	if err != nil {
		return fileError(s.folder, err)
	}
	defer folder.Close()
	_ = folder.Sync()
	return nil
}

// Delete removes the profile's file, whatever is in it, and tells whether there was one. The error is a [*FileError].
func (l *Locked) Delete() (found bool, err error) {
	path := l.store.Path(l.name)
	switch err := os.Remove(path); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fileError(path, err)
	}
	return true, l.store.sync()
}
