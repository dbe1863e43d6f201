package functions

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portcullis/api/environ/userstable"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/emulators/lambda"
	build "portcullis/deploy/functions"
	"portcullis/deploy/internal/process"
)

// timeout is how long an invocation of a binary may take. The gateway waits for an authorizer less long.
const timeout = 30 * time.Second

// binaries builds and starts functions as Lambda would.
type binaries struct {
	services *services.Services
	ours     []string // the environment of this module's functions, behind what they are configured by
	others   []string // that of functions that are given, before what they are given
	most     int      // how many environments each has; 0: as package lambda has it
	log      *slog.Logger
	stderr   io.Writer
	hardStop context.Context
	folder   *folder
	trust    trust
	ready    map[string]builtBinary // by the function's name
}

// builtBinary is a binary, and the sources that it was built from.
type builtBinary struct {
	file    string
	sources string
}

func newBinaries(c Config, f *folder) *binaries {
	return &binaries{
		services: c.Services, ours: only(c.Environ, forAll, forOurs), others: only(c.Environ, forAll), most: c.Environments, log: c.Log, stderr: c.Stderr, hardStop: c.HardStop, folder: f, trust: trust{c.Trust, f}, ready: map[string]builtBinary{},
	}
}

// given starts a binary that is given. What it fails with is a [*project.OptionError].
func (b *binaries) given(ctx context.Context, name, file string, c configuration, before *running) (*running, error) {
	environment := with(b.others, c.ofGiven)
	trusting, err := b.trust.variables(process.Getenv(environment))
	if err != nil {
		return nil, err
	}
	r, err := b.start(ctx, name, file, with(environment, trusting), c, before)
	if err != nil {
		return nil, project.FunctionError(name, file, err)
	}
	return r, nil
}

// built starts one of the module's functions, which build has built, where it is another binary now.
func (b *binaries) built(ctx context.Context, name string, c configuration, before *running) (*running, error) {
	return b.start(ctx, name, b.ready[name].file, b.ours, c.forOurs(), before)
}

// build builds some of the module's functions for this machine where its sources changed.
func (b *binaries) build(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	module, err := project.Checkout()
	if err != nil {
		return &project.OptionError{Option: "--exec", Err: fmt.Errorf("cannot build the function %s: %w; --function %[1]s=BINARY needs no module", names[0], err)}
	}
	sources := fmt.Sprint(project.StampsOf(project.GoSources(module)))
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return b.ready[name].sources == sources })
	if len(names) == 0 {
		return nil
	}
	fmt.Fprintf(b.stderr, "building %s\n", strings.Join(names, ", "))
	folder, err := b.folder.new("build")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for _, name := range names {
		fromLastTime(name, build.Rebuilt(folder, name))
	}
	if err := build.Rebuild(ctx, module, names, folder); err != nil {
		return err
	}
	for _, name := range names {
		if err := b.take(name, build.Rebuilt(folder, name), sources); err != nil {
			return err
		}
	}
	return nil
}

// take makes a binary that was built the one that runs, in a folder of its own, unless it is the same as before.
func (b *binaries) take(name, made, sources string) error {
	keepForNextTime(name, made)
	file := b.ready[name].file
	if file == "" || !sameContent(file, made) {
		own, err := b.folder.new(name)
		if err != nil {
			return err
		}
		file = filepath.Join(own, "bootstrap")
		if err := os.Rename(made, file); err != nil {
			return err
		}
	}
	b.ready[name] = builtBinary{file, sources}
	return nil
}

// sameContent tells whether two files hold the same, which are too large to be read as wholes.
func sameContent(a, b string) bool {
	one, err := os.Open(a)
	if err != nil {
		return false
	}
	defer one.Close()
	other, err := os.Open(b)
	if err != nil {
		return false
	}
	defer other.Close()
	var ofOne, ofOther [64 << 10]byte
	for {
		n, err := io.ReadFull(one, ofOne[:])
		m, otherErr := io.ReadFull(other, ofOther[:])
		if !bytes.Equal(ofOne[:n], ofOther[:m]) || err != otherErr {
			return false
		}
		if err != nil {
			return err == io.EOF || err == io.ErrUnexpectedEOF
		}
	}
}

// start starts a binary, or gives back the one that runs where it would be the same with the same contract.
func (b *binaries) start(ctx context.Context, name, file string, environment []string, c configuration, before *running) (*running, error) {
	variables, configured := c.of(b.services, name)
	version := fmt.Sprint(file, project.StampOf(file), configured, environment)
	if before != nil && before.version == version {
		return before, nil
	}
	called := strings.TrimPrefix(name, "$") // of [project.Unnamed], since Lambda has no name with it
	config := lambda.Config{
		Name: called, Binary: file, Timeout: timeout, Stderr: b.stderr, Label: called, Env: with(environment, variables), MaxEnvironments: b.most,
		ARN: fmt.Sprintf("arn:aws:lambda:%s:123456789012:function:%s", b.services.Region(), called),
	}
	if name == "users" && variables[userstable.UsersTable] == userstable.Memory {
		config.MaxEnvironments = 1 // what one process remembers no other one knows
	}
	started, err := lambda.Start(ctx, config)
	if err != nil {
		return nil, err
	}
	return &running{Invoker: &watched{Invoker: started, name: name, log: b.log}, version: version, stop: func() { b.drain(started) }}, nil
}

// drain ends a function when it has answered what it was asked.
func (b *binaries) drain(f *lambda.Function) {
	drained, cancel := context.WithTimeout(b.hardStop, timeout)
	defer cancel()
	f.Close(drained)
}
