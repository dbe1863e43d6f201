package eventsource

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"time"
)

// maxEvent is how long an event can be. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const maxEvent = 6 << 20

// worker has the function handle the records of one shard.
type worker struct {
	config   *Config
	hardStop context.Context
	shard    string
	reader   Reader
	read     []Record // of which the function got none yet
	pause    pause
}

// run handles all records, and tells whether the shard has ended before ctx did.
func (w *worker) run(ctx context.Context) bool {
	for {
		err := w.gather(ctx)
		batch := w.take()
		if len(batch) > 0 && !w.deliver(ctx, batch) || ctx.Err() != nil {
			return false
		}
		switch {
		case len(w.read) > 0 || err == nil:
		case errors.Is(err, io.EOF):
			return true
		case errors.Is(err, ErrTrimmed):
			w.log(slog.LevelError, "records of a stream are lost", slog.Any("error", err))
		default:
			w.log(slog.LevelWarn, "a shard cannot be read", slog.Any("error", err))
			if !sleep(ctx, w.pause.next()) {
				return false
			}
		}
	}
}

// gather reads records until there are enough for a batch, or the window of the first one ends. Its error is why there are no more.
func (w *worker) gather(ctx context.Context) error {
	for until := (time.Time{}); len(w.read) < w.config.BatchSize && sizeOf(w.read) < maxEvent; {
		within, cancel := ctx, context.CancelFunc(func() {})
		if len(w.read) > 0 {
			if until.IsZero() {
				until = time.Now().Add(w.config.Window)
			}
			if !time.Now().Before(until) {
				return nil
			}
			within, cancel = context.WithDeadline(ctx, until)
		}
		records, err := w.reader.Next(within, w.config.BatchSize-len(w.read))
		over := within.Err() != nil
		cancel()
		switch {
		case err != nil && over:
			return nil // the window's end, or ctx's
		case err != nil:
			return err
		}
		w.read = append(w.read, records...)
	}
	return nil
}

// take takes the next batch of what was read.
func (w *worker) take() []Record {
	n, size := 0, 0
	for n < min(len(w.read), w.config.BatchSize) {
		if size += len(w.read[n].JSON) + 1; n > 0 && size+len(eventBegin)+len(eventEnd) > maxEvent {
			break
		}
		n++
	}
	batch := w.read[:n:n]
	w.read = w.read[n:]
	return batch
}

func sizeOf(records []Record) (n int) {
	for _, r := range records {
		n += len(r.JSON)
	}
	return n
}

// deliver has the function handle a batch until it is done with it, or a rule gives it up. It is false where ctx ended before.
func (w *worker) deliver(ctx context.Context, batch []Record) bool {
	for invoked := 0; ; {
		if batch = w.dropOld(batch, invoked); len(batch) == 0 {
			return true
		}
		from, reported, err := w.invoke(batch)
		invoked++
		switch whole := from == 0 && !reported; {
		case from == len(batch):
			w.pause.reset()
			return true
		case from > 0: // the rest is another batch
			w.pause.reset()
			batch, invoked = batch[from:], 0
		case whole && w.config.Bisect && len(batch) > 1:
			half := len(batch) / 2
			return w.wait(ctx, batch, err) && w.deliver(ctx, batch[:half]) && w.deliver(ctx, batch[half:])
		case w.config.Retries >= 0 && invoked > w.config.Retries:
			w.giveUp(batch, RetryAttemptsExhausted, invoked, err)
			w.pause.reset()
			return true
		}
		if !w.wait(ctx, batch, err) {
			return false
		}
	}
}

// dropOld gives up the records at a batch's begin that are too old.
func (w *worker) dropOld(batch []Record, invoked int) []Record {
	n := 0
	for n < len(batch) && time.Since(batch[n].Made) > w.config.MaxAge {
		n++
	}
	if n > 0 {
		w.giveUp(batch[:n], RecordAgeExceeded, invoked, nil)
	}
	return batch[n:]
}

const eventBegin, eventEnd = `{"Records":[`, `]}`

// invoke has the function handle a batch once. It gives the index of the first record that has to come again, and whether the
// function's answer said so.
func (w *worker) invoke(batch []Record) (from int, reported bool, err error) {
	var event bytes.Buffer
	event.WriteString(eventBegin)
	for i, record := range batch {
		if i > 0 {
			event.WriteByte(',')
		}
		event.Write(record.JSON)
	}
	event.WriteString(eventEnd)
	answer, err := w.config.Function.Invoke(w.hardStop, event.Bytes())
	switch {
	case err != nil:
		return 0, false, err
	case !w.config.Report:
		return len(batch), false, nil
	}
	from, err = firstFailed(answer, batch)
	return from, err == nil, err
}

// wait waits until a batch comes again, and tells whether ctx has not ended meanwhile.
func (w *worker) wait(ctx context.Context, batch []Record, err error) bool {
	after := w.pause.next()
	w.log(slog.LevelWarn, "records come again", append(span(batch), slog.Duration("after", after), slog.Any("error", err))...)
	return sleep(ctx, after)
}

// giveUp goes on without records.
func (w *worker) giveUp(batch []Record, condition string, invoked int, err error) {
	first, last := batch[0], batch[len(batch)-1]
	w.log(slog.LevelError, "records are given up", append(span(batch), slog.String("condition", condition), slog.Int("invoked", invoked), slog.Any("error", err))...)
	w.config.OnFailure(Failure{
		Function: w.config.FunctionARN, Condition: condition, Invoked: invoked, Err: err, At: time.Now(), Stream: w.config.Source.ARN(), Shard: w.shard,
		First: first.SequenceNumber, Last: last.SequenceNumber, Size: len(batch), Oldest: first.Made, Newest: last.Made,
	})
}

func span(batch []Record) []slog.Attr {
	return []slog.Attr{slog.String("first", batch[0].SequenceNumber), slog.String("last", batch[len(batch)-1].SequenceNumber), slog.Int("records", len(batch))}
}

func (w *worker) log(level slog.Level, message string, more ...slog.Attr) {
	attributes := []slog.Attr{slog.String("stream", w.config.Source.ARN()), slog.String("shard", w.shard)}
	w.config.Log.LogAttrs(context.Background(), level, message, append(attributes, more...)...)
}

// sleep waits, and tells whether ctx has not ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
