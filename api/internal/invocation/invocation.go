// Package invocation knows how long an invocation of a Lambda function may take.
package invocation

import (
	"context"
	"time"
)

// BeforeItEnds leaves a function the time to answer before it is ended, upon which nobody would be answered, and all records of a stream would
// come again: a second, or a tenth of what there is.
func BeforeItEnds(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, has := ctx.Deadline()
	if !has {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(time.Second, time.Until(deadline)/10)))
}
