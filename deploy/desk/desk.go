package desk

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"

	"portcullis/deploy/desk/console"
	"portcullis/deploy/desk/internal/functions"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/desk/internal/terminal"
	"portcullis/deploy/gateway"
	"portcullis/deploy/internal/process"
)

// desk is everything that one address serves: the services, which stay, and a chain, in whose place another one may come.
type desk struct {
	config   Config
	hardStop context.Context
	log      *slog.Logger
	getenv   func(name string) string // of the configuration's environment
	base     string                   // http://HOST:PORT, or https://HOST:PORT
	services *services.Services
	runner   *functions.Runner
	driver   *driver
	replaced sync.WaitGroup // chains with requests in flight
	console  *console.Console

	mu      sync.RWMutex
	current *chain
}

// open makes a desk that serves a project at the address that is listened at.
func open(ctx, hardStop context.Context, c Config, listening net.Addr, p *project.Project) (*desk, error) {
	base, err := c.base(listening)
	if err != nil {
		return nil, err
	}
	getenv := process.Getenv(c.Environ)
	log := slog.New(slog.NewJSONHandler(c.Stderr, nil))
	d := &desk{config: c, hardStop: hardStop, log: log, getenv: getenv, base: base, console: console.New()}
	if d.services, err = services.New(services.Config{Base: base, Getenv: getenv, Gateways: http.HandlerFunc(d.serveFunctions), Log: log}); err != nil {
		return nil, err
	}
	d.runner = functions.New(functions.Config{
		Services: d.services, Given: c.given(), Build: c.Exec, Environ: c.Environ, Log: log, Stderr: c.Stderr, HardStop: hardStop, Trust: c.trust(),
		Environments: c.Environments,
	})
	first, err := d.build(ctx, p, nil)
	if err != nil {
		d.runner.Close()
		d.services.Close()
		return nil, err
	}
	d.mu.Lock()
	d.current = first
	d.mu.Unlock()
	d.console.Show(&first.console)
	d.driver = newDriver(ctx, d)
	d.driver.follow(d.current.feed)
	return d, nil
}

// close ends everything. No request is in flight, or nobody waits for it any more.
func (d *desk) close() {
	d.driver.close()
	d.retire(d.current)
	d.replaced.Wait()
	d.runner.Close()
	d.services.Close()
}

// ServeHTTP hands a request on by the first segment of its path, which is not cleaned: that is the gateway's.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if service := d.services.Handler("/" + first); service != nil {
		service.ServeHTTP(w, r)
		return
	}
	if isPage(r) {
		d.console.ServeHTTP(w, r)
		return
	}
	c := d.enter()
	defer c.inFlight.Done()
	c.ServeHTTP(w, r)
}

// serveFunctions answers functions, which may be started before there is a chain.
func (d *desk) serveFunctions(w http.ResponseWriter, r *http.Request) {
	d.mu.RLock()
	starting := d.current == nil
	d.mu.RUnlock()
	if starting {
		http.Error(w, "the gateways are not there yet", http.StatusServiceUnavailable)
		return
	}
	d.ServeHTTP(w, r)
}

// enter is the chain for one request, which is in flight until it says that it is done.
func (d *desk) enter() *chain {
	d.mu.RLock()
	defer d.mu.RUnlock()
	d.current.inFlight.Add(1)
	return d.current
}

// isPage tells whether a request is for the page, or for what it asks. Programs ask for JSON at the page's own path, and get that.
func isPage(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, console.Path) {
		return true
	}
	accept := r.Header.Get("Accept")
	isRead := r.Method == http.MethodGet || r.Method == http.MethodHead
	return r.URL.Path == "/" && isRead && !(strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html"))
}

// swap lets requests and messages from now on have another chain, and gives the one before.
func (d *desk) swap(next *chain) (before *chain) {
	d.mu.Lock()
	defer d.mu.Unlock()
	next.takeOver(d.current)
	before, d.current = d.current, next
	d.console.Show(&next.console)
	return before
}

// closeGateways ends all connections, and takes no more of them. It returns when functions know of their ends.
func (d *desk) closeGateways() {
	d.mu.RLock()
	current := d.current
	d.mu.RUnlock()
	current.closeGateways()
}

// retire drains a chain: its functions stop when its last request and message is answered, or when hardStop ends.
func (d *desk) retire(old *chain) {
	d.replaced.Add(1)
	go func() {
		defer d.replaced.Done()
		old.drain(d.hardStop)
	}()
}

// gatewayConfig is what all gateways have.
func (d *desk) gatewayConfig() gateway.Config {
	config := gateway.Config{
		Usage:          d.services.Usage(),
		Tokens:         d.services.Tokens(),
		Region:         d.services.Region(),
		AllowedOrigins: d.services.Origins(),
		AccessLog:      d.config.Stderr,
		Log:            d.log,
		ShowTrace:      true,
	}
	if d.config.Log == LogText {
		config.AccessLog = nil // a call's line, or its way, says what people look for in it
	}
	if d.written() == nil {
		config.Traced = d.console.Traced
	}
	return config
}

// traces gives what takes the ways of requests to a mode: the console, and whoever reads them on Stderr.
func (d *desk) traces(mode string) func(*gateway.Trace) {
	shown, written := d.console.Traces(mode), d.written()
	if written == nil {
		return shown
	}
	return func(t *gateway.Trace) {
		written(t)
		shown(t)
	}
}

// written writes the way of a request on Stderr; nil: it gets nothing of it.
func (d *desk) written() func(*gateway.Trace) {
	switch {
	case d.config.Verbose:
		return func(t *gateway.Trace) { d.config.Stderr.Write(traceText(t)) }
	case d.config.Log == LogText:
		return func(t *gateway.Trace) { d.config.Stderr.Write(terminal.Call(t, d.config.Color)) }
	}
	return nil
}
