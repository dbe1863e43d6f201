package desk

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/desk/console"
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
	console      console.Desk // what the console shows
	about        []byte
	feed         services.Feed
	inFlight     sync.WaitGroup
}

// build makes a chain of a project, with those functions of the one before that are the same; nil: there is none before. Where it
// fails, everything stays as it was. That there can be a gateway of each mode is seen before a function is built or started for it.
func (d *desk) build(ctx context.Context, p *project.Project, before *chain) (*chain, error) {
	started := map[string]*startedLater{}
	gateways, err := d.newGateways(p, started)
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
	skew, most, err := d.tokenBounds()
	var told []byte
	if err == nil {
		told, err = describe(d.base, d.getenv, most, d.services, p, feed)
	}
	var shown index
	if err == nil {
		shown, err = newIndex(d.base, d.config.command(), d.services, p, feed, d.config.Contract == "")
	}
	shown.secureIndex = d.config.secureIndex(shown.Issuer + "/.well-known/jwks.json")
	if err == nil {
		err = d.services.Update(p)
	}
	if err != nil {
		set.Release()
		return nil, err
	}
	checks, unchecked := d.checks(ctx, p, skew, most)
	for _, remark := range p.Rules.Remarks {
		d.log.Warn("policy", slog.String("remark", remark.Text))
	}
	return &chain{
		functions: set, gateways: gateways, defaultStage: gateways[defaultMode(p).Name],
		index: shown, about: told, feed: feed,
		console: console.Desk{
			Base: d.base, Command: d.config.command(), Protocol: protocolOf(d.getenv(environ.TokenSources)), Ours: shown.Ours,
			Services: d.services, Project: p, Gateways: gateways, Feed: feed, Handler: d, Written: d.written(), ClockSkew: skew, MaxToken: most,
			Checks: checks, Unchecked: unchecked,
		},
	}, nil
}

// tokenBounds are by how much the times of tokens may differ, and how large tokens may be, in bytes, as authorizers have it.
func (d *desk) tokenBounds() (skew time.Duration, most int, err error) {
	if skew, err = environ.ParseClockSkew(d.getenv(environ.ClockSkew)); err != nil {
		return 0, 0, &environ.Error{Variable: environ.ClockSkew, Err: err}
	}
	if most, err = environ.ParseMaxToken(d.getenv(environ.MaxToken)); err != nil {
		return 0, 0, &environ.Error{Variable: environ.MaxToken, Err: err}
	}
	return skew, most, nil
}

// checks are what the console checks credentials by; nil where that cannot be, and why.
func (d *desk) checks(ctx context.Context, p *project.Project, skew time.Duration, most int) (checks *functions.Checks, unchecked string) {
	checks, err := d.runner.Checks(ctx, p, skew, most)
	if err != nil {
		return nil, oneLine(err)
	}
	return checks, ""
}

// startedLater is a function that gateways know before it is started. It is there before they serve.
type startedLater struct{ gateway.Invoker }

// newGateways makes a gateway of each mode, by the modes' names, and notes the functions that have to be started for them.
func (d *desk) newGateways(p *project.Project, started map[string]*startedLater) (map[string]*gateway.Gateway, error) {
	config := d.gatewayConfig()
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
		config.Plan, config.Traces = m.Plan, d.traces(m.Name)
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
	case r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead): // by programs
		c.index.serve(w)
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
	if c.console.Checks != nil {
		c.console.Checks.Close()
	}
}
