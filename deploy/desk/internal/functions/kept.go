package functions

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
)

// What is built is kept in the user's cache folder, one binary for each function, so that the next desk links only what is another
// binary by then, whichever checkout it runs in. It is a matter of time only: where nothing can be kept, all is built.

// kept is where a function's binary is kept; "": there is no such place.
func kept(name string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "portcullis", "functions", name)
}

// fromLastTime puts the kept binary where the next one is to be.
func fromLastTime(name, file string) {
	if place := kept(name); place != "" && copyFile(place, file) != nil {
		os.Remove(file) // half of a binary
	}
}

// keepForNextTime keeps a binary. Others may read the old one, or keep theirs, at the same time.
func keepForNextTime(name, file string) {
	place := kept(name)
	if place == "" || sameContent(place, file) || os.MkdirAll(filepath.Dir(place), 0o700) != nil {
		return
	}
	own, err := os.MkdirTemp(filepath.Dir(place), name+"-")
	if err != nil {
		return
	}
	defer os.RemoveAll(own)
	if next := filepath.Join(own, name); copyFile(file, next) == nil {
		os.Rename(next, place)
	}
}

// copyFile copies a program.
func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return cmp.Or(err, target.Close())
}
