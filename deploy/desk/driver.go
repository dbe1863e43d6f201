package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/emulators/eventsource"
)

// driver has the function live get what no client sends: the records of streams, by event source mappings, and a schedule's events. Chains
// come and go meanwhile: each event is for the function of the chain that is there then, so that the records of a stream stay in
// order, and none is missed or comes twice for that.
type driver struct {
	desk     *desk
	ctx      context.Context // ends what is driven, after what is being done
	cancel   context.CancelFunc
	mappings map[string]func() // what ends those that run, by their streams' ARNs
	schedule func()            // ends it; nil: it does not run
	said     string            // what the log was told last of what is not done
}

func newDriver(ctx context.Context, d *desk) *driver {
	ctx, cancel := context.WithCancel(ctx)
	return &driver{desk: d, ctx: ctx, cancel: cancel, mappings: map[string]func(){}}
}

// follow begins what a feed needs and does not run yet, and tells the log what is not done.
func (v *driver) follow(f services.Feed) {
	for _, source := range sourcesOf(f) {
		if v.mappings[source.ARN()] == nil {
			v.mappings[source.ARN()] = v.run(func(ctx context.Context) { v.mapping(source).Run(ctx, v.desk.hardStop) })
		}
	}
	if f.Mode != "" && v.schedule == nil {
		v.schedule = v.run(v.runSchedule)
	}
	if f.Why != v.said && f.Why != "" && f.Expected {
		v.desk.log.Warn("live", slog.String("off", f.Why))
	}
	v.said = f.Why
}

// leave ends what a feed does not need, and waits for what is being done.
func (v *driver) leave(f services.Feed) {
	wanted := map[string]bool{}
	for _, source := range sourcesOf(f) {
		wanted[source.ARN()] = true
	}
	for arn, end := range v.mappings {
		if !wanted[arn] {
			end()
			delete(v.mappings, arn)
		}
	}
	if f.Mode == "" && v.schedule != nil {
		v.schedule()
		v.schedule = nil
	}
}

// close ends all.
func (v *driver) close() {
	v.cancel()
	v.leave(services.Feed{})
}

// sourcesOf are the streams that a feed reads.
func sourcesOf(f services.Feed) (all []eventsource.Source) {
	for _, source := range []eventsource.Source{f.Users, f.Revocations} {
		if source != nil {
			all = append(all, source)
		}
	}
	return all
}

// run runs something until end is called, which waits for it.
func (v *driver) run(something func(ctx context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(v.ctx)
	var all sync.WaitGroup
	all.Go(func() { something(ctx) })
	return func() {
		cancel()
		all.Wait()
	}
}

// The rules of the mappings, those that Terraform deploys; a desk has no queue for what is given up but the log.
const (
	maxRetries   = 10_000
	maxRecordAge = 15 * time.Minute
)

// mapping has live get the records of a stream.
func (v *driver) mapping(source eventsource.Source) *eventsource.Mapping {
	m, err := eventsource.New(eventsource.Config{
		Source: source, Function: v, FunctionARN: fmt.Sprintf("arn:aws:lambda:%s:123456789012:function:%s", v.desk.services.Region(), services.Live),
		Latest: true, Report: true, Bisect: true, Retries: maxRetries, MaxAge: maxRecordAge, Log: v.desk.log,
	})
	if err != nil {
		panic(err) // the configuration is good whatever the source is
	}
	return m
}

// invocationTimeout is how long live may take for an event, as binaries may.
const invocationTimeout = 30 * time.Second

// Invoke has the function live of the chain that is there handle an event.
func (v *driver) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, invocationTimeout)
	defer cancel()
	c := v.desk.enter()
	defer c.inFlight.Done()
	live := c.functions.Invokers()[services.Live]
	if live == nil {
		return nil, errors.New("there is no function " + services.Live)
	}
	return live.Invoke(ctx, event)
}

// runSchedule has live get an event each minute.
func (v *driver) runSchedule(ctx context.Context) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case at := <-ticker.C:
			if _, err := v.Invoke(v.desk.hardStop, scheduledEvent(at, v.desk.services.Region())); err != nil && ctx.Err() == nil {
				v.desk.log.Error("the function failed on its schedule", slog.String("function", services.Live), slog.Any("error", err))
			}
		}
	}
}

// scheduledEvent is an event as a rule of EventBridge's makes it.
// Source: https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-scheduled.html.
func scheduledEvent(at time.Time, region string) []byte {
	text, err := json.Marshal(map[string]any{
		"version": "0", "id": fmt.Sprintf("00000000-0000-4000-8000-%012x", at.UnixMilli()), "detail-type": "Scheduled Event", "source": "aws.events",
		"account": "123456789012", "time": at.UTC().Format(time.RFC3339), "region": region,
		"resources": []string{fmt.Sprintf("arn:aws:events:%s:123456789012:rule/%s", region, services.Live)}, "detail": map[string]any{},
	})
	if err != nil {
		panic(err) // it has texts alone
	}
	return text
}
