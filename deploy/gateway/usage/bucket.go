package usage

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// NoLimit as both members of a [Throttle] is how API Gateway writes that there is no throttle.
const NoLimit = -1

// Throttle is the setting of a token bucket (AWS: ThrottleSettings). The zero Throttle lets nothing through. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html.
type Throttle struct {
	Rate  float64 // tokens a second
	Burst int     // the bucket's capacity; it is full at the start
}

// check gives what is wrong with the setting; "": nothing.
func (t Throttle) check() string {
	switch {
	case t.Rate == NoLimit && t.Burst == NoLimit:
		return ""
	case t.Rate == NoLimit || t.Burst == NoLimit:
		return fmt.Sprintf("rate limit %g and burst limit %d: want both to be %d for no limit, or neither", t.Rate, t.Burst, NoLimit)
	case !(t.Rate >= 0) || math.IsInf(t.Rate, 1) || t.Burst < 0:
		return fmt.Sprintf("rate limit %g and burst limit %d: want limits of 0 or more", t.Rate, t.Burst)
	}
	return ""
}

// Bucket is API Gateway's token bucket: a request takes a token, and Rate tokens a second come back until there are
// Burst of them. It may be used by many goroutines at once. A nil Bucket has no limit; the zero Bucket is empty for ever.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html.
type Bucket struct {
	throttle Throttle

	mu     sync.Mutex
	tokens float64
	filled time.Time // when tokens was right
}

// NewBucket makes a full bucket, or none (nil) for a Throttle that is no limit. A Throttle that is wrong, such as one
// below zero, makes a bucket that is always empty; what takes settings from people refuses it before.
func NewBucket(t Throttle, now time.Time) *Bucket {
	if t == (Throttle{NoLimit, NoLimit}) {
		return nil
	}
	if t.check() != "" {
		t = Throttle{}
	}
	return &Bucket{throttle: t, tokens: float64(t.Burst), filled: now}
}

// Level is how many tokens there are; limited is false of a bucket without a limit.
func (b *Bucket) Level(now time.Time) (tokens float64, limited bool) {
	if b == nil {
		return 0, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(now)
	return b.tokens, true
}

// Take takes a token, and tells whether there was one. A clock that goes back brings no tokens.
func (b *Bucket) Take(now time.Time) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(now)
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// fill lets the tokens come back that have come since it was filled last.
func (b *Bucket) fill(now time.Time) {
	if passed := now.Sub(b.filled); passed > 0 {
		b.tokens = min(float64(b.throttle.Burst), b.tokens+b.throttle.Rate*passed.Seconds())
		b.filled = now
	}
}
