package cognito

import (
	"sync"
	"time"
)

// limit is how many requests are let in within one second of the clock; 0 is no limit.
type limit struct {
	max int

	mu     sync.Mutex
	second int64
	seen   int
}

func (l *limit) admit(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if second := now.Unix(); second != l.second {
		l.second, l.seen = second, 0
	}
	l.seen++
	return l.max == 0 || l.seen <= l.max
}
