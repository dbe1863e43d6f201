package desk

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"portcullis/api/environ/userstable"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/functions"
)

// functionTimeout is how long an invocation of a binary may take. The gateway waits for an authorizer less long.
const functionTimeout = 30 * time.Second

// binaries builds and starts functions as Lambda would.
type binaries struct {
	patience context.Context // when it ends, nobody waits for functions to finish
	site     *site
	stderr   io.Writer
	folder   string                 // of what is built; "": nothing was yet
	ready    map[string]builtBinary // by the function's name
}

// builtBinary is a binary, and the sources that it was built from.
type builtBinary struct {
	file    string
	sources string
}

func newBinaries(patience context.Context, s *site, stderr io.Writer) *binaries {
	return &binaries{patience: patience, site: s, stderr: stderr, ready: map[string]builtBinary{}}
}

// close deletes what was built.
func (b *binaries) close() {
	if b.folder != "" {
		os.RemoveAll(b.folder)
	}
}

// given starts the binary that a flag names.
func (b *binaries) given(ctx context.Context, name, file string, project *project, before *running) (*running, error) {
	r, err := b.start(ctx, name, file, project, before)
	if err != nil {
		return nil, fmt.Errorf("-function %s=%s: %w", name, file, err)
	}
	return r, nil
}

// built builds one of the module's functions for this machine where its sources changed, and starts it where that
// made another binary.
func (b *binaries) built(ctx context.Context, name string, project *project, before *running) (*running, error) {
	folder, err := moduleFolder()
	if err != nil {
		return nil, fmt.Errorf("-exec builds the function %s: %w; -function %s=BINARY needs no module", name, err, name)
	}
	sources := fmt.Sprint(stampsOf(goSources(folder)))
	if b.ready[name].sources != sources {
		if err := b.build(ctx, name, folder, sources); err != nil {
			return nil, err
		}
	}
	return b.start(ctx, name, b.ready[name].file, project, before)
}

func (b *binaries) build(ctx context.Context, name, folder, sources string) error {
	fmt.Fprintf(b.stderr, "building %s\n", name)
	own, err := b.newFolder(name)
	if err != nil {
		return err
	}
	file := filepath.Join(own, "bootstrap")
	if err := functions.Build(ctx, folder, name, runtime.GOOS, runtime.GOARCH, file); err != nil {
		return err
	}
	if old := b.ready[name].file; old != "" && sameContent(old, file) {
		os.RemoveAll(own)
		file = old
	}
	b.ready[name] = builtBinary{file, sources}
	return nil
}

// newFolder makes a folder for a binary of the function, within one for all.
func (b *binaries) newFolder(name string) (string, error) {
	if b.folder == "" {
		folder, err := os.MkdirTemp("", "portcullis-")
		if err != nil {
			return "", err
		}
		b.folder = folder
	}
	return os.MkdirTemp(b.folder, name+"-")
}

func sameContent(a, b string) bool {
	one, err := os.ReadFile(a)
	if err != nil {
		return false
	}
	other, err := os.ReadFile(b)
	return err == nil && bytes.Equal(one, other)
}

// start starts a binary, or gives back the one that runs where it would be the same with the same contract.
func (b *binaries) start(ctx context.Context, name, file string, project *project, before *running) (*running, error) {
	version := fmt.Sprint(file, stampOf(file), project.version)
	if before != nil && before.version == version {
		return before, nil
	}
	environment, err := functionEnvironment(project, b.site.issuers, &b.site.userPool)
	if err != nil {
		return nil, err
	}
	services := b.site.servicesOf(name)
	config := lambda.Config{
		Name: name, Binary: file, Timeout: functionTimeout, Stderr: b.stderr, Env: withOurs(environment, services),
		ARN: fmt.Sprintf("arn:aws:lambda:%s:123456789012:function:%s", region(), name),
	}
	if services[userstable.UsersTable] == userstable.Memory {
		config.MaxEnvironments = 1 // what one process remembers no other one knows
	}
	started, err := lambda.Start(ctx, config)
	if err != nil {
		return nil, err
	}
	return &running{Invoker: started, version: version, stop: func() { b.finish(started) }}, nil
}

// finish ends a function when it has answered what it was asked.
func (b *binaries) finish(f *lambda.Function) {
	finish, cancel := context.WithTimeout(b.patience, shutdownTimeout)
	defer cancel()
	f.Close(finish)
}
