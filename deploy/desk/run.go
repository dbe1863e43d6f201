// Package desk runs the whole of Portcullis on this machine: every mode behind the gateway of package gateway, a Cognito-shaped
// issuer to sign in at, DynamoDB for users, API keys, revocations and connections, API Gateway's control plane for API keys, and
// the functions, in this process or as binaries, with the event source mappings and the schedule of the function live. It serves other APIs and modes too, with functions of their own, and uses a real
// DynamoDB or Cognito where the environment names one.
//
// It reads the files of this module's checkout where the working directory is in one, and else those that are in the program.
// portcullis local --help tells what its options and the environment variables mean.
package desk

import (
	"context"
	"errors"
	"time"

	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/internal/listen"
)

// watchInterval is how often the files are looked at.
const watchInterval = time.Second / 2

// Run serves until ctx ends and the requests in flight are answered, or until hardStop ends, which cuts them. Connections to WebSocket APIs
// outlive what is reloaded, and end with ctx. An option that
// cannot be used is an [*OptionError], and a file that is wrong a [*contract.Error] or a [*modes.Error]; the others say what and
// where as well.
func Run(ctx, hardStop context.Context, c Config) error {
	c, err := c.complete()
	if err != nil {
		return err
	}
	var watcher *project.Watcher
	if c.Watch {
		watcher = project.NewWatcher(c.watched())
	}
	p, err := project.Read(c.source())
	if err != nil {
		return err
	}
	listener, err := listen.TCP(ctx, c.Addr)
	if err != nil {
		return c.wrongAddr(err)
	}
	defer listener.Close()
	d, err := open(ctx, hardStop, c, listener.Addr(), p)
	if err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted at the start")
		}
		return err
	}
	defer d.close()
	if c.identity != nil && c.identity.Note != "" {
		c.note(c.identity.Note)
	}
	if err := writeGreeting(c.Stdout, d.current.index); err != nil {
		return err
	}
	if c.Watch {
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		defer d.watch(ctx, watcher, ticker.C)()
	}
	return d.serve(ctx, listener)
}
