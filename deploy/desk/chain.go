package desk

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/desk/internal/functions"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/gateway"
)

// chain is what answers requests, as the files were at one time: a gateway for each mode, and the functions behind
// them. It never changes; another one takes its place.
type chain struct {
	functions    *functions.Set
	gateways     map[string]*gateway.Gateway
	defaultStage *gateway.Gateway // answers for stages that there are not
	index        index
	about        []byte
	feed         services.Feed
	inFlight     sync.WaitGroup
}

// build makes a chain of a project, with those functions of the one before that are the same; nil: there is none before. Where it
// fails, everything stays as it was. That there can be a gateway of each mode is seen before a function is built or started for it.
func (d *desk) build(ctx context.Context, p *project.Project, before *chain) (*chain, error) {
	started := map[string]*startedLater{}
	gateways, err := newGateways(d.gatewayConfig(), p, started)
	if err != nil {
		return nil, err
	}
	variables, err := d.config.variables()
	if err != nil {
		return nil, err
	}
	var running *functions.Set
	if before != nil {
		running = before.functions
	}
	feed := d.services.Feed(ctx, p)
	set, err := d.runner.Start(ctx, p, feed, variables, running)
	if err != nil {
		return nil, err
	}
	for name, invoker := range set.Invokers() {
		started[name].Invoker = invoker
	}
	told, err := describe(d.base, d.getenv, d.services, p, feed)
	var shown index
	if err == nil {
		shown, err = newIndex(d.base, d.config.command(), protocolOf(d.getenv(environ.TokenSources)), d.services, p, feed, d.config.Contract == "")
	}
	shown.secureIndex = d.config.secureIndex(shown.Issuer + "/.well-known/jwks.json")
	if err == nil {
		err = d.services.Update(p)
	}
	if err != nil {
		set.Release()
		return nil, err
	}
	for _, remark := range p.Rules.Remarks {
		d.log.Warn("policy", slog.String("remark", remark.Text))
	}
	return &chain{
		functions: set, gateways: gateways, defaultStage: gateways[defaultMode(p).Name],
		index: shown, about: told, feed: feed,
	}, nil
}

// startedLater is a function that gateways know before it is started. It is there before they serve.
type startedLater struct{ gateway.Invoker }

// newGateways makes a gateway of each mode, by the modes' names, and notes the functions that have to be started for them.
func newGateways(config gateway.Config, p *project.Project, started map[string]*startedLater) (map[string]*gateway.Gateway, error) {
	config.Functions = map[string]gateway.Invoker{}
	for _, name := range p.FunctionNames() {
		started[name] = &startedLater{}
		config.Functions[name] = started[name]
	}
	for _, m := range p.Modes {
		config.Stages = append(config.Stages, m.Plan.Name)
	}
	all := map[string]*gateway.Gateway{}
	for _, m := range p.Modes {
		config.Plan = m.Plan
		g, err := gateway.New(config)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.File(), err)
		}
		all[m.Name] = g
	}
	return all, nil
}

// defaultMode is the mode that answers for stages that there are not, as a REST API where there is one.
func defaultMode(p *project.Project) project.Mode {
	i := slices.IndexFunc(p.Modes, func(m project.Mode) bool { return m.Plan.REST != nil })
	return p.Modes[max(i, 0)]
}

// ServeHTTP hands a request on by the stage, the first segment of its path.
func (c *chain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stage, _, _ := strings.Cut(strings.TrimLeft(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		c.index.serve(w, r)
	case r.URL.Path == about.Path:
		c.serveAbout(w, r)
	case c.gateways[stage] != nil:
		c.gateways[stage].ServeHTTP(w, r)
	default:
		c.defaultStage.ServeHTTP(w, r)
	}
}

// takeOver makes the connections of another chain those of this one, which does not serve yet. Those of modes that are there no more, or
// are none of WebSocket APIs, stay.
func (c *chain) takeOver(before *chain) {
	for name, g := range c.gateways {
		if old := before.gateways[name]; old != nil {
			g.TakeOver(old)
		}
	}
}

// closeGateways ends the connections that no other chain has taken over, and waits until everything that came of messages is done.
func (c *chain) closeGateways() {
	var all sync.WaitGroup
	for _, g := range c.gateways {
		all.Go(func() { g.Close() })
	}
	all.Wait()
}

// drain ends the connections that are left, and lets go of the functions when the last request and the last message is answered, or
// hardStop ends.
func (c *chain) drain(hardStop context.Context) {
	answered := make(chan struct{})
	go func() {
		c.closeGateways()
		c.inFlight.Wait()
		close(answered)
	}()
	select {
	case <-answered:
	case <-hardStop.Done():
	}
	c.functions.Release()
}
