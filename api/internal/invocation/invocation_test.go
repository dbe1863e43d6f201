package invocation_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/api/internal/invocation"
)

// TestBeforeItEnds: a second is left, or of a short time a tenth; and all is left where nothing ends it.
func TestBeforeItEnds(t *testing.T) {
	for all, want := range map[time.Duration]time.Duration{
		15 * time.Second: 14 * time.Second,
		10 * time.Second: 9 * time.Second,
		3 * time.Second:  2700 * time.Millisecond,
		0:                0,
	} {
		synctest.Test(t, func(t *testing.T) {
			whole, end := context.WithTimeout(t.Context(), all)
			defer end()
			ctx, cancel := invocation.BeforeItEnds(whole)
			defer cancel()
			if deadline, has := ctx.Deadline(); !has || time.Until(deadline) != want {
				t.Errorf("of %v there are %v: want %v", all, time.Until(deadline), want)
			}
		})
	}
	ctx, cancel := invocation.BeforeItEnds(context.Background())
	if _, has := ctx.Deadline(); has || ctx.Err() != nil {
		t.Error("what has no end gets one")
	}
	if cancel(); ctx.Err() == nil {
		t.Error("it cannot be cancelled")
	}
}
