// Package functions runs what is behind a desk's gateways: this module's functions in this process or as binaries that it
// builds, and others as binaries or at addresses.
package functions

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync/atomic"

	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/gateway"
)

// Config is what functions are run by.
type Config struct {
	Services *services.Services
	Given    map[string]string // where functions are that are given, by their names: the URL of one, or the file of a binary
	Build    bool              // this module's functions run as binaries, which are built first, and not in this process
	Environ  []string          // NAME=VALUE: this program's environment, of which functions get what is theirs, behind what they are configured by
	Log      *slog.Logger      // of the functions in this process, and of those that go down; required
	Stderr   io.Writer         // of binaries
	Trust    string            // the file of the certificate that binaries which are given have to trust, too; "": there is none

	Environments int // how many events at once a binary, or an address with a path, gets at most; 0: 4 a binary, and any number an address

	// HardStop ends when nobody waits any more for functions to finish what they do.
	HardStop context.Context
}

// Runner runs functions. It is for one goroutine.
type Runner struct {
	config   Config
	folder   *folder
	called   *called
	binaries *binaries
	remotes  map[string]*lambda.Remote // by where events go

	decisions *decisions
}

// New makes a runner.
func New(c Config) *Runner {
	own := &folder{}
	heard := newDecisions(c.Stderr)
	logged := c
	logged.Stderr = heard
	return &Runner{
		config: c, folder: own, called: newCalled(c), binaries: newBinaries(logged, own), remotes: map[string]*lambda.Remote{}, decisions: heard,
	}
}

// Close ends what the functions shared, and deletes what was built. No set is in use any more.
func (r *Runner) Close() {
	r.called.close()
	r.folder.delete()
}

// Set is the functions of a project, which run until it is released.
type Set struct {
	running map[string]*running
}

// running is a function that runs. It is stopped when the last set that has it is released.
type running struct {
	gateway.Invoker
	version string       // another one for anything else that it would be started from
	uses    atomic.Int32 // how many sets have it
	stop    func()       // nil: there is nothing to stop
}

// Invokers are the functions by their names.
func (s *Set) Invokers() map[string]gateway.Invoker {
	all := map[string]gateway.Invoker{}
	for name, f := range s.running {
		all[name] = f
	}
	return all
}

// Release stops the functions that no other set has. They finish what they do first, unless HardStop ends.
func (s *Set) Release() {
	for _, f := range s.running {
		if f.uses.Add(-1) == 0 && f.stop != nil {
			f.stop()
		}
	}
}

// Start makes sure of what this module's functions are configured by, feed being what live does, and starts the functions that a project names, except for
// those that would be the same as in the set before; nil: there is none before. Where one cannot be started, none is. Binaries that are given
// have the variables, beside what they get of the program's environment.
func (r *Runner) Start(ctx context.Context, p *project.Project, feed services.Feed, variables map[string]string, before *Set) (*Set, error) {
	configured, err := r.configuration(p, feed)
	if err != nil {
		return nil, err
	}
	configured.ofGiven = variables
	names := p.FunctionNames()
	ours := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return r.config.Given[name] != "" || slices.Contains(p.Echoed, name) })
	if err := r.check(ctx, ours, configured); err != nil {
		return nil, err
	}
	if r.config.Build {
		if err := r.binaries.build(ctx, ours); err != nil {
			return nil, err
		}
	}
	next := &Set{map[string]*running{}}
	for _, name := range names {
		var old *running
		if before != nil {
			old = before.running[name]
		}
		f, err := r.start(ctx, p, name, configured, old)
		if err != nil {
			next.Release()
			return nil, err
		}
		f.uses.Add(1)
		next.running[name] = f
	}
	return next, nil
}

// check makes sure of what this module's functions are configured by, before anything is built, and before any of them says
// what it starts with.
func (r *Runner) check(ctx context.Context, names []string, c configuration) error {
	for _, name := range names {
		if _, err := r.called.handler(ctx, name, c, slog.New(slog.DiscardHandler)); err != nil {
			return err
		}
	}
	return nil
}

// start starts the function of a name, or gives back the one before where it would be the same.
func (r *Runner) start(ctx context.Context, p *project.Project, name string, c configuration, before *running) (*running, error) {
	where := r.config.Given[name]
	switch {
	case slices.Contains(p.Echoed, name):
		return &running{Invoker: echo{}, version: "echo"}, nil
	case project.IsURL(where):
		return r.remote(name, where)
	case where != "":
		return r.binaries.given(ctx, name, where, c, before)
	}
	f, err := r.startOurs(ctx, name, c, before)
	if err == nil && f != before && isAuthorizer(name) {
		f.Invoker = explaining{f.Invoker, r.decisions}
	}
	return f, err
}

// startOurs is start for a function of this module.
func (r *Runner) startOurs(ctx context.Context, name string, c configuration, before *running) (*running, error) {
	if r.config.Build {
		return r.binaries.built(ctx, name, c, before)
	}
	_, version := c.of(r.config.Services, name)
	version = "in process " + version
	if before != nil && before.version == version {
		return before, nil
	}
	log := logOf(name, r.config.Log)
	if isAuthorizer(name) {
		log = r.decisions.log(name)
	}
	handler, err := r.called.handler(ctx, name, c, log)
	return &running{Invoker: handler, version: version}, err
}

// isAuthorizer tells whether a function of this module is one that logs decisions.
func isAuthorizer(name string) bool {
	return slices.Contains([]string{"token", "request", "jwt"}, name)
}

// CheckURL refuses addresses that no function can be called at.
func CheckURL(name, url string) error {
	_, err := lambda.NewRemote(lambda.RemoteConfig{Name: name, URL: url})
	return err
}

// remote is a function at an address. Functions at one address, before and after a reload, share how many events it gets at once.
func (r *Runner) remote(name, url string) (*running, error) {
	remote, err := lambda.NewRemote(lambda.RemoteConfig{Name: name, URL: url, AtOnce: r.config.Environments})
	if err != nil {
		return nil, err
	}
	if r.remotes[remote.URL()] == nil {
		r.remotes[remote.URL()] = remote
	}
	shared := r.remotes[remote.URL()].Named(name)
	return &running{Invoker: &watched{Invoker: shared, name: name, log: r.config.Log}, version: url}, nil
}
