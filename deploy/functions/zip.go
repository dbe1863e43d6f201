package functions

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Architectures are those that Lambda runs, in Go's names.
var Architectures = []string{"arm64", "amd64"}

// Zip is a zip that has been written.
type Zip struct {
	// Path is where it lies: in the folder that was given.
	Path string
	// Size is in bytes.
	Size int
	// SHA256 is in lower-case hexadecimal.
	SHA256 string
}

// Source is what zips are made from.
type Source struct {
	// Module is the folder of go.mod.
	Module string
	// Contract is the OpenAPI file that authorizers decide by. It is not checked.
	Contract string
	// Architecture is one of Architectures.
	Architecture string
}

// WriteZips builds every function for Linux and writes NAME.zip into outDir, which it makes if need be, and beside the
// zips the contract that they hold, as openapi.yaml. A zip holds the binary as "bootstrap"
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html) and an authorizer's contract, with fixed times
// and modes, so that the same sources and the same Go give the same bytes. Where a function cannot be built nothing is
// written; where something cannot be written there is no openapi.yaml, so that no contract is taken for that of the zips.
func WriteZips(ctx context.Context, source Source, outDir string) ([]Zip, error) {
	if !slices.Contains(Architectures, source.Architecture) {
		return nil, fmt.Errorf("architecture %q: want one of %q", source.Architecture, Architectures)
	}
	contract, err := os.ReadFile(source.Contract)
	if err != nil {
		return nil, err
	}
	contents := make([][]byte, len(Functions))
	for i, function := range Functions {
		if contents[i], err = source.zip(ctx, function, contract); err != nil {
			return nil, err
		}
	}
	copied := filepath.Join(outDir, contractName)
	if err := os.Remove(copied); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	zips := make([]Zip, len(Functions))
	for i, function := range Functions {
		if zips[i], err = store(contents[i], filepath.Join(outDir, function.Name+".zip")); err != nil {
			return nil, err
		}
	}
	_, err = store(contract, copied)
	return zips, err
}

// zip builds a function and returns its zip.
func (s Source) zip(ctx context.Context, function Function, contract []byte) ([]byte, error) {
	temp, err := os.MkdirTemp("", "build-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	file := filepath.Join(temp, "bootstrap")
	if err := Build(ctx, s.Module, function.Name, "linux", s.Architecture, file); err != nil {
		return nil, err
	}
	binary, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if !function.Contract {
		contract = nil
	}
	return pack(binary, contract)
}

// pack returns the bytes of a zip with the binary and, where there is one, the contract.
func pack(binary, contract []byte) ([]byte, error) {
	var content bytes.Buffer
	archive := zip.NewWriter(&content)
	if err := add(archive, "bootstrap", binary, 0o755); err != nil {
		return nil, err
	}
	if contract != nil {
		if err := add(archive, contractName, contract, 0o644); err != nil {
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

func add(archive *zip.Writer, name string, content []byte, mode os.FileMode) error {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: zipTime}
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
	temp, err := os.CreateTemp(filepath.Dir(path), ".*.new")
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
