package desk

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"

	"portcullis/api/environ/userpool"
	"portcullis/api/environ/userstable"
	"portcullis/api/tokens"
	"portcullis/api/users"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/environ/tables"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/gateway"
)

// ours are the functions of this module, which need not be given.
var ours = []string{"token", "request", "jwt", "users", "tokens"}

// running is a function that runs, in this process, as a binary or at an address. It is stopped when the last
// deployment that uses it is over.
type running struct {
	gateway.Invoker
	version string       // another one for anything else that it would be started from
	uses    atomic.Int32 // how many deployments have it
	stop    func()       // nil: there is nothing to stop
}

func (r *running) use() { r.uses.Add(1) }

func (r *running) release() {
	if r.uses.Add(-1) == 0 && r.stop != nil {
		r.stop()
	}
}

// functionMaker starts functions.
type functionMaker struct {
	options  options
	site     *site
	log      *slog.Logger
	binaries *binaries

	// Of the functions in this process; nil: they were not needed yet.
	handler *users.Handler
	pool    *tokens.Handler
	checker *apikey.Checker
}

// openUsers makes the users function's handler, once, after it made sure that a table of others can be read.
func (m *functionMaker) openUsers(ctx context.Context) (*users.Handler, error) {
	if m.handler != nil {
		return m.handler, nil
	}
	var handler *users.Handler
	var store users.Store
	environment := m.site.servicesOf("users")
	err := within(environment, func() (err error) {
		handler, store, err = userstable.Users(ctx, lookup(environment), m.log)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := m.site.users.check(ctx, func(ctx context.Context) error { _, err := store.List(ctx, 1, ""); return err }); err != nil {
		return nil, err
	}
	m.handler = handler
	return handler, nil
}

// openPool makes the tokens function's handler, once.
func (m *functionMaker) openPool(ctx context.Context) (*tokens.Handler, error) {
	if m.pool != nil {
		return m.pool, nil
	}
	environment := m.site.servicesOf("tokens")
	err := within(environment, func() (err error) {
		m.pool, err = userpool.Tokens(ctx, lookup(environment), m.log)
		return err
	})
	return m.pool, err
}

// openKeys makes what checks API keys, as openUsers does.
func (m *functionMaker) openKeys(ctx context.Context) (*apikey.Checker, error) {
	if m.checker != nil {
		return m.checker, nil
	}
	var store apikey.Store
	environment := m.site.servicesOf("request")
	err := within(environment, func() (err error) {
		store, err = tables.OpenKeys(ctx, lookup(environment))
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := m.site.keys.check(ctx, func(ctx context.Context) error { _, err := store.List(ctx, 1, ""); return err }); err != nil {
		return nil, err
	}
	checker, err := apikey.NewChecker(apikey.Config{Store: store, Log: m.log})
	if err != nil {
		return nil, err
	}
	m.checker = checker
	return checker, nil
}

// close ends what the functions in this process share.
func (m *functionMaker) close() {
	if m.checker != nil {
		m.checker.Close()
	}
}

// check makes sure of what the module's functions are configured by, before anything is built.
func (m *functionMaker) check(ctx context.Context, project *project) error {
	if !m.options.exec {
		return nil
	}
	for _, place := range project.functionNames() {
		if m.options.functions[place.name] != "" {
			continue
		}
		if _, err := m.inProcess(ctx, place.name, project, nil, slog.New(slog.DiscardHandler)); err != nil {
			return err
		}
	}
	return nil
}

// start starts the function of a name, or gives back the one that runs where it would be the same.
func (m *functionMaker) start(ctx context.Context, name string, project *project, before *running) (*running, error) {
	where := m.options.functions[name]
	switch {
	case isURL(where):
		return m.remote(name, where)
	case where != "":
		return m.binaries.given(ctx, name, where, project, before)
	case m.options.exec:
		return m.binaries.built(ctx, name, project, before)
	}
	return m.inProcess(ctx, name, project, before, m.log)
}

func (m *functionMaker) remote(name, where string) (*running, error) {
	remote, err := lambda.NewRemote(name, where)
	return &running{Invoker: remote, version: where}, err
}

// inProcess makes one of the module's functions as its command does.
func (m *functionMaker) inProcess(ctx context.Context, name string, project *project, before *running, log *slog.Logger) (*running, error) {
	version := "in process " + project.version
	if before != nil && before.version == version {
		return before, nil
	}
	environment, err := functionEnvironment(project, m.site.issuers, &m.site.userPool)
	if err != nil {
		return nil, err
	}
	maps.Copy(environment, m.site.servicesOf(name))
	invoker, err := m.handlerOf(ctx, name, lookup(environment), log)
	return &running{Invoker: invoker, version: version}, err
}

func (m *functionMaker) handlerOf(ctx context.Context, name string, getenv func(string) string, log *slog.Logger) (gateway.Invoker, error) {
	switch name {
	case "token":
		return environ.Token(getenv, log)
	case "jwt":
		return environ.JWT(getenv, log)
	case "request":
		checker, err := m.openKeys(ctx)
		if err != nil {
			return nil, err
		}
		return environ.Request(getenv, checker, log)
	case "users":
		return m.openUsers(ctx)
	case "tokens":
		return m.openPool(ctx)
	}
	return nil, fmt.Errorf("no function is called %q", name)
}
