package local

import (
	"context"
	"os"
	"testing"
)

// TestInterruptsEndContexts: the first signal ends one context, and the second one the other.
func TestInterruptsEndContexts(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	ctx, hardStop := interrupts(t.Context())
	for _, ends := range []context.Context{ctx, hardStop} {
		if hardStop.Err() != nil {
			t.Fatal("hardStop ends with the first")
		}
		if err := self.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		<-ends.Done()
	}
}
