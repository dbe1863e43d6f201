package process

import (
	"io"
	"sync"
)

// Output keeps together what is written to it at once, whoever writes: what several programs write, or several requests.
type Output struct {
	mu sync.Mutex
	to io.Writer
}

// NewOutput hands on what is written to it.
func NewOutput(to io.Writer) *Output { return &Output{to: to} }

// Write hands on p before or after what others write. The error is that of the writer behind it.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}
