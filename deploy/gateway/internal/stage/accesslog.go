package stage

import (
	"io"
	"sync"
)

// accessLog writes a line for each request.
type accessLog struct {
	line Template

	mu sync.Mutex
	to io.Writer // nil: nowhere
}

// newAccessLog makes a log whose lines are of a format. Nil is a log to nowhere.
func newAccessLog(to io.Writer, format string) *accessLog {
	return &accessLog{to: to, line: ParseTemplate(format)}
}

// write writes the line of an exchange that has been answered, at once: lines of others do not get in between.
func (l *accessLog) write(x *Exchange) {
	if l.to == nil {
		return
	}
	line := append(l.line.Expand(x, "-"), '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to.Write(line)
}
