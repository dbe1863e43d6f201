package functions

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Architectures are those that Lambda runs, in Go's names.
var Architectures = []string{"arm64", "amd64"}

// Zip is a zip that has been written.
type Zip struct {
	Path string
	// Size is in bytes.
	Size int
	// SHA256 is in lower-case hexadecimal.
	SHA256 string
}

// WriteZip builds the named function for Linux and writes NAME.zip into outDir, which it makes if need be. The zip holds
// the binary as "bootstrap" (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html) and the function's files,
// with fixed times and modes, so that the same sources and the same Go give the same bytes. A zip that is there already is
// replaced at once or, when anything fails, left as it is.
func WriteZip(ctx context.Context, moduleDir, name, goarch, outDir string) (Zip, error) {
	if !slices.Contains(Architectures, goarch) {
		return Zip{}, fmt.Errorf("architecture %q: want one of %q", goarch, Architectures)
	}
	temp, err := os.MkdirTemp("", "build-*")
	if err != nil {
		return Zip{}, err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	binary := filepath.Join(temp, "bootstrap")
	if err := Build(ctx, moduleDir, name, "linux", goarch, binary); err != nil {
		return Zip{}, err
	}
	function, err := find(name)
	if err != nil {
		return Zip{}, err
	}
	content, err := pack(moduleDir, binary, function.Files)
	if err != nil {
		return Zip{}, err
	}
	return store(content, filepath.Join(outDir, name+".zip"))
}

// pack returns the bytes of a zip with the binary and the files.
func pack(moduleDir, binary string, files []string) ([]byte, error) {
	var content bytes.Buffer
	archive := zip.NewWriter(&content)
	if err := add(archive, binary, 0o755); err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := add(archive, filepath.Join(moduleDir, file), 0o644); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}

// zipTime is the first moment that a zip can hold.
var zipTime = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

func add(archive *zip.Writer, file string, mode os.FileMode) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	header := &zip.FileHeader{Name: filepath.Base(file), Method: zip.Deflate, Modified: zipTime}
	header.SetMode(mode)
	entry, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = entry.Write(content)
	return err
}

// store writes the whole content beside path first and then gives it its name.
func store(content []byte, path string) (Zip, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return Zip{}, err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".*.zip")
	if err != nil {
		return Zip{}, err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(content)
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	sum := sha256.Sum256(content)
	return Zip{Path: path, Size: len(content), SHA256: hex.EncodeToString(sum[:])}, err
}
