package desk

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	apienviron "portcullis/api/environ"
	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/jwtauth"
	"portcullis/deploy/gateway/usage"
)

// deployer makes deployments and puts them on the site.
type deployer struct {
	patience  context.Context // when it ends, nobody waits for requests in flight
	options   options
	site      *site
	log       *slog.Logger
	stderr    io.Writer
	usage     *usage.Registry
	tokens    *jwtauth.Tokens
	inner     *http.Server
	binaries  *binaries
	functions *functionMaker
	replaced  sync.WaitGroup // deployments with requests in flight
}

// newDeployer makes what all deployments share. When patience ends, nobody waits for requests in flight.
func newDeployer(patience context.Context, o options, p *project, s *site, stderr io.Writer) (*deployer, error) {
	d := &deployer{patience: patience, options: o, site: s, log: slog.New(slog.NewJSONHandler(stderr, nil)), stderr: stderr}
	var err error
	if d.usage, err = gateway.NewUsage(p.modes, gateway.Config{}); err != nil {
		return nil, err
	}
	s.control = apigateway.New(d.usage)
	if d.tokens, err = jwtauth.New(jwtauth.Config{UserPool: s.userPool.forGateway()}); err != nil {
		return nil, err
	}
	if d.inner, err = s.serveInner(); err != nil {
		return nil, err
	}
	d.binaries = newBinaries(patience, s, stderr)
	d.functions = &functionMaker{options: o, site: s, log: d.log, binaries: d.binaries}
	return d, nil
}

// close ends everything. No request is in flight, or nobody waits for it any more.
func (d *deployer) close() {
	if d.site.current != nil {
		d.retire(d.site.current)
	}
	d.replaced.Wait()
	d.tokens.Close()
	d.functions.close()
	d.binaries.close()
	d.inner.Close()
}

// deploy makes a deployment of the project and puts it in the place of the one before, whose requests finish with what
// they began with. Where it fails, everything stays as it was.
func (d *deployer) deploy(ctx context.Context, p *project) error {
	next := &deployment{site: d.site, project: p, functions: map[string]*running{}, gateways: map[string]*gateway.Gateway{}}
	next.index = newIndex(d.site, p, d.options.contract == "")
	err := d.startFunctions(ctx, next)
	if err == nil {
		err = next.addGateways(d.gatewayConfig())
	}
	if err == nil {
		err = d.updateServices(p)
	}
	if err != nil {
		next.release(d.patience)
		return err
	}
	for _, remark := range p.remarks {
		d.log.Warn("policy", slog.String("remark", remark))
	}
	if before := d.site.swap(next); before != nil {
		d.retire(before)
	}
	return nil
}

// updateServices lets the services beside the API know what a project says of them.
func (d *deployer) updateServices(p *project) error {
	if d.site.current != nil { // or the registry was made for the modes
		if err := updatePlans(d.usage, d.site.current.project.modes, p.modes); err != nil {
			return err
		}
	}
	return d.site.pool.SetScopes(p.scopes())
}

// startFunctions starts what the deployment needs and the one before does not have.
func (d *deployer) startFunctions(ctx context.Context, next *deployment) error {
	if err := d.functions.check(ctx, next.project); err != nil {
		return err
	}
	for _, place := range next.project.functionNames() {
		var before *running
		if d.site.current != nil {
			before = d.site.current.functions[place.name]
		}
		f, err := d.functions.start(ctx, place.name, next.project, before)
		if err != nil {
			return err
		}
		f.use()
		next.functions[place.name] = f
	}
	return nil
}

func (d *deployer) gatewayConfig() gateway.Config {
	config := gateway.Config{
		Usage:          d.usage,
		Tokens:         d.tokens,
		Region:         region(),
		AllowedOrigins: apienviron.Origins(os.Getenv(apienviron.AllowedOrigins)),
		AccessLog:      d.stderr,
		Log:            d.log,
		ShowTrace:      true,
	}
	if d.options.verbose {
		config.Traces = func(t *gateway.Trace) { d.stderr.Write(traceText(t)) }
	}
	return config
}

// retire lets a deployment end when its last request is answered.
func (d *deployer) retire(old *deployment) {
	d.replaced.Add(1)
	go func() {
		defer d.replaced.Done()
		old.release(d.patience)
	}()
}

// watch takes up the changes that the watcher finds, at each tick, until stop is called.
func (d *deployer) watch(ctx context.Context, w *watcher, ticks <-chan time.Time) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks:
				d.takeUp(ctx, w.changed())
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// takeUp deploys what the files say now, and tells in a line what came of it.
func (d *deployer) takeUp(ctx context.Context, changed []string) {
	if len(changed) == 0 {
		return
	}
	p, err := readProject(d.options)
	if err == nil {
		err = d.deploy(ctx, p)
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		fmt.Fprintf(d.stderr, "local: %s; what was there before stays\n", oneLine(err))
	default:
		fmt.Fprintf(d.stderr, "local: took up the change of %s\n", strings.Join(changed, ", "))
	}
}
