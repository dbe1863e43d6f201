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
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portcullis/policy"
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
	// Rules is the text of rules.json, by which authorizers decide. It is not checked.
	Rules []byte
	// Plans are the texts of plans that were made with Rules, by the names of their modes. They are not checked.
	Plans map[string][]byte
	// Architecture is one of Architectures.
	Architecture string
}

// PlansFolder is the name of the folder of the plans beside the zips. Each lies there as MODE.json.
const PlansFolder = "plans"

// WriteZips builds every function for Linux and writes NAME.zip into outDir, which it makes if need be, and beside the
// zips the rules that they hold, as rules.json, and the plans, as plans/MODE.json. A zip holds the binary as "bootstrap"
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html) and an authorizer's rules.json, with fixed times and modes,
// so that the same sources and the same Go give the same bytes. Where a function cannot be built nothing is written; where
// something cannot be written there is no rules.json, so that none is taken for that of the zips. The plans are written last, and
// those of an earlier time are removed first: where there is a plan, all that it goes with is there.
func WriteZips(ctx context.Context, source Source, outDir string) ([]Zip, error) {
	if !slices.Contains(Architectures, source.Architecture) {
		return nil, fmt.Errorf("architecture %q: want one of %q", source.Architecture, Architectures)
	}
	if len(source.Rules) == 0 {
		return nil, errors.New("there are no rules for the authorizers")
	}
	contents := make([][]byte, len(Functions))
	for i, function := range Functions {
		var err error
		if contents[i], err = source.zip(ctx, function); err != nil {
			return nil, err
		}
	}
	if err := removePlans(outDir); err != nil {
		return nil, err
	}
	rules := filepath.Join(outDir, policy.RulesFile)
	if err := os.Remove(rules); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	zips := make([]Zip, len(Functions))
	for i, function := range Functions {
		path := filepath.Join(outDir, function.Name+".zip")
		if err := store(contents[i], path); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(contents[i])
		zips[i] = Zip{Path: path, Size: len(contents[i]), SHA256: hex.EncodeToString(sum[:])}
	}
	if err := store(source.Rules, rules); err != nil {
		return nil, err
	}
	for _, mode := range slices.Sorted(maps.Keys(source.Plans)) {
		if err := store(source.Plans[mode], planFile(outDir, mode)); err != nil {
			return nil, errors.Join(err, removePlans(outDir))
		}
	}
	return zips, nil
}

func planFile(outDir, mode string) string { return filepath.Join(outDir, PlansFolder, mode+".json") }

// removePlans removes all plans.
func removePlans(outDir string) error {
	files, err := os.ReadDir(filepath.Join(outDir, PlansFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, file := range files {
		if mode, is := strings.CutSuffix(file.Name(), ".json"); is {
			err = errors.Join(err, os.Remove(planFile(outDir, mode)))
		}
	}
	return err
}

// zip builds a function and returns its zip.
func (s Source) zip(ctx context.Context, function Function) ([]byte, error) {
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
	if !function.Rules {
		return pack(binary, nil)
	}
	return pack(binary, s.Rules)
}

// pack returns the bytes of a zip with the binary and, where there are some, the rules.
func pack(binary, rules []byte) ([]byte, error) {
	var content bytes.Buffer
	archive := zip.NewWriter(&content)
	if err := add(archive, "bootstrap", binary, 0o755); err != nil {
		return nil, err
	}
	if rules != nil {
		if err := add(archive, policy.RulesFile, rules, 0o644); err != nil {
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
func store(content []byte, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".*.new")
	if err != nil {
		return err
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
	return err
}
