// Package functions says which Lambda functions there are and builds them: their binaries, for any machine, and the
// zips that Lambda runs. It knows nothing of what a function does or how it is deployed.
package functions

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Function is one Lambda function of this module.
type Function struct {
	// Name is the function's name in mode files, in the contract's x-function and, with ".zip", of its zip.
	Name string
	// Package is the path of its main package from the module's root.
	Package string
	// Rules says that rules.json lies beside the binary: the function decides by it.
	Rules bool
}

// Functions are all functions, in the order in which they are built.
var Functions = []Function{
	{Name: "token", Package: "./authorizers/cmd/token", Rules: true},
	{Name: "request", Package: "./authorizers/cmd/request", Rules: true},
	{Name: "jwt", Package: "./authorizers/cmd/jwt", Rules: true},
	{Name: "users", Package: "./api/cmd/users"},
	{Name: "tokens", Package: "./api/cmd/tokens"},
	{Name: "live", Package: "./api/cmd/live", Rules: true},
}

// Contract returns the path of the contract of the module in moduleDir.
func Contract(moduleDir string) string { return filepath.Join(moduleDir, "api", "openapi.yaml") }

// Tags are the build tags of every function. The custom runtime needs no net/rpc
// (https://docs.aws.amazon.com/lambda/latest/dg/golang-package.html).
const Tags = "lambda.norpc"

// BuildError says that a function's binary could not be built.
type BuildError struct {
	// Function is its name.
	Function string
	// Output is what the go command wrote.
	Output string
	// Err is the go command's end, or why it was not started.
	Err error
}

// Error names the function, and says the cause and all that the go command wrote.
func (e *BuildError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("build %s: %v\n%s", e.Function, e.Err, e.Output))
}

// Unwrap returns the cause.
func (e *BuildError) Unwrap() error { return e.Err }

// ErrUnknown is the error for a name that no function has.
var ErrUnknown = errors.New("no such function")

// deployed are the flags of the linker for what is deployed. Without a build ID the same sources give the same bytes.
const deployed = "-s -w -buildid="

// rebuilt are those for what stays here.
const rebuilt = "-s -w"

// Build compiles the named function for an operating system and an architecture, in Go's names, into outFile.
// moduleDir is the folder of go.mod. The same sources and the same Go give the same bytes, wherever moduleDir lies and
// whatever Go settings the environment holds. A failure is a [*BuildError]; for an unknown name it wraps [ErrUnknown].
func Build(ctx context.Context, moduleDir, name, goos, goarch, outFile string) error {
	return build(ctx, moduleDir, name, goos, goarch, outFile, deployed)
}

// Rebuild compiles the named functions for this machine, each into the file of a folder that [Rebuilt] names. What an earlier Rebuild made
// may be there already: it is linked again only where its sources, or Go, are others, which takes a small part of the time. One go command
// looks at all of them, since most of their sources are the same. The binaries differ from Build's in the build ID
// that they have, by which the go command tells (see "go help buildid" and cmd/go/internal/work). It fails as Build does, of the first
// function that cannot be built.
func Rebuild(ctx context.Context, moduleDir string, names []string, folder string) error {
	packages := make([]string, len(names))
	for i, name := range names {
		function, err := find(name)
		if err != nil {
			return &BuildError{Function: name, Err: err}
		}
		packages[i] = function.Package
	}
	into, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	if _, err := goBuild(ctx, moduleDir, packages, runtime.GOOS, runtime.GOARCH, into+string(filepath.Separator), rebuilt); err == nil {
		return nil
	}
	for _, name := range names { // whose fault it was
		if err := build(ctx, moduleDir, name, runtime.GOOS, runtime.GOARCH, Rebuilt(folder, name), rebuilt); err != nil {
			return err
		}
	}
	return nil
}

// Rebuilt is the file into which [Rebuild] compiles a function.
func Rebuilt(folder, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(folder, name)
}

func build(ctx context.Context, moduleDir, name, goos, goarch, outFile, link string) error {
	function, err := find(name)
	if err != nil {
		return &BuildError{Function: name, Err: err}
	}
	out, err := filepath.Abs(outFile)
	if err != nil {
		return &BuildError{Function: name, Err: err}
	}
	if output, err := goBuild(ctx, moduleDir, []string{function.Package}, goos, goarch, out, link); err != nil {
		return &BuildError{Function: name, Output: string(output), Err: err}
	}
	return nil
}

// goBuild compiles a main package into a file, or several into a folder, whose path ends so, with these flags of the linker, and gives what
// the go command wrote.
func goBuild(ctx context.Context, moduleDir string, packages []string, goos, goarch, out, link string) ([]byte, error) {
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-tags", Tags, "-ldflags", link, "-o", out}, packages...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = moduleDir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch,
		"GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off", "GOAMD64=v1", "GOARM64=v8.0")
	return cmd.CombinedOutput()
}

// ModuleDir returns the folder of the go.mod that governs dir: dir itself or the nearest folder above it.
func ModuleDir(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := start; ; at = filepath.Dir(at) {
		switch _, err := os.Stat(filepath.Join(at, "go.mod")); {
		case err == nil:
			return at, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		case at == filepath.Dir(at):
			return "", fmt.Errorf("no go.mod in %s or above it", start)
		}
	}
}

func find(name string) (Function, error) {
	for _, function := range Functions {
		if function.Name == name {
			return function, nil
		}
	}
	return Function{}, ErrUnknown
}
