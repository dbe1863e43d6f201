package desk

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
)

// deployment is what answers requests, as the files were at one time: a gateway for each mode, and the functions behind
// them. It never changes; another one takes its place.
type deployment struct {
	site      *site
	project   *project
	functions map[string]*running
	gateways  map[string]*gateway.Gateway
	fallback  *gateway.Gateway // answers for stages that there are not
	index     index
	inFlight  sync.WaitGroup
}

// ServeHTTP hands a request on by the stage, the first segment of its path.
func (d *deployment) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stage, _, _ := strings.Cut(strings.TrimLeft(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		d.serveIndex(w, r)
	case d.gateways[stage] != nil:
		d.gateways[stage].ServeHTTP(w, r)
	default:
		d.fallback.ServeHTTP(w, r)
	}
}

// addGateways makes a gateway of each mode.
func (d *deployment) addGateways(config gateway.Config) error {
	config.Contract, config.Functions = d.project.contract, map[string]gateway.Invoker{}
	for name, f := range d.functions {
		config.Functions[name] = f
	}
	for _, m := range d.project.modes {
		config.Mode = m
		g, err := gateway.New(config)
		if err != nil {
			return fmt.Errorf("%s: %w", d.project.files[m], err)
		}
		d.gateways[m.Name] = g
	}
	d.fallback = d.gateways[d.project.speaker().Name]
	return nil
}

// speaker is the mode that answers for stages that there are not, as a REST API where there is one.
func (p *project) speaker() *modes.Mode {
	i := slices.IndexFunc(p.modes, func(m *modes.Mode) bool { return m.Gateway == modes.REST })
	return p.modes[max(i, 0)]
}

// release lets go of the functions when the last request is answered, or patience ends.
func (d *deployment) release(patience context.Context) {
	answered := make(chan struct{})
	go func() {
		d.inFlight.Wait()
		close(answered)
	}()
	select {
	case <-answered:
	case <-patience.Done():
	}
	for _, f := range d.functions {
		f.release()
	}
}
