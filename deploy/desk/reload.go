package desk

import (
	"context"
	"strings"
	"time"

	"portcullis/deploy/desk/internal/project"
)

// watch reloads what the watcher finds changed, at each tick, until stop is called.
func (d *desk) watch(ctx context.Context, w *project.Watcher, ticks <-chan time.Time) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks:
				d.reload(ctx, w.Changed())
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// reload serves what the files say now, and tells in a line what came of it. Where they are wrong, what was there before stays;
// requests and messages in flight finish with what they began with, and open connections go on with what is there now.
func (d *desk) reload(ctx context.Context, changed []string) {
	if len(changed) == 0 {
		return
	}
	err := d.replace(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		d.config.note(oneLine(err) + "; what was there before stays")
	default:
		d.config.note("reloaded " + strings.Join(changed, ", "))
		for _, m := range d.current.index.LeftOut {
			d.config.note(m.Name + " does not fit, and is not served: " + m.Why)
		}
	}
}

// replace puts a chain of what the files say now in the place of the one that is there.
func (d *desk) replace(ctx context.Context) error {
	p, err := project.Read(d.config.source())
	if err != nil {
		return err
	}
	next, err := d.build(ctx, p, d.current)
	if err != nil {
		return err
	}
	d.driver.leave(next.feed)
	d.retire(d.swap(next))
	d.driver.follow(next.feed)
	return nil
}

// oneLine is an error's text without line breaks.
func oneLine(err error) string {
	var parts []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "; "), ":; ", ": ")
}
