package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"portcullis/deploy/desk/about"
	"portcullis/deploy/desk/internal/functions"
	"portcullis/deploy/desk/internal/project"
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
	inFlight     sync.WaitGroup
}

// build makes a chain of a project, with those functions of the one before that are the same; nil: there is none before. Where it
// fails, everything stays as it was.
func (d *desk) build(ctx context.Context, p *project.Project, before *chain) (*chain, error) {
	if err := d.checkModes(p); err != nil {
		return nil, err
	}
	var running *functions.Set
	if before != nil {
		running = before.functions
	}
	set, err := d.runner.Start(ctx, p, running)
	if err != nil {
		return nil, err
	}
	gateways, err := newGateways(d.gatewayConfig(), p, set.Invokers())
	var told []byte
	if err == nil {
		told, err = describe(d.base, d.getenv, d.services, p)
	}
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
		index: newIndex(d.base, d.config.Command, d.services, p, d.config.Contract == ""), about: told,
	}, nil
}

// notStarted stands for a function that is not started yet.
type notStarted struct{}

func (notStarted) Invoke(context.Context, []byte) ([]byte, error) {
	return nil, errors.New("the function is not started")
}

// checkModes makes sure that there can be a gateway of each mode, before a function is built or started for it.
func (d *desk) checkModes(p *project.Project) error {
	none := map[string]gateway.Invoker{}
	for _, name := range p.FunctionNames() {
		none[name] = notStarted{}
	}
	_, err := newGateways(d.gatewayConfig(), p, none)
	return err
}

// newGateways makes a gateway of each mode, by the modes' names.
func newGateways(config gateway.Config, p *project.Project, invokers map[string]gateway.Invoker) (map[string]*gateway.Gateway, error) {
	config.Functions = invokers
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

// drain lets go of the functions when the last request is answered, or hardStop ends.
func (c *chain) drain(hardStop context.Context) {
	answered := make(chan struct{})
	go func() {
		c.inFlight.Wait()
		close(answered)
	}()
	select {
	case <-answered:
	case <-hardStop.Done():
	}
	c.functions.Release()
}
