package websocket

import (
	"errors"
	"sync"
)

// Why a text does not go to a client.
var (
	errFull  = errors.New("the client has not taken what is there for it already")
	errEnded = errors.New("the connection ends")
)

// outgoing is what is there for a client, in the order in which it is sent. A goroutine sends it while there is something, so that a
// client that nothing is sent to costs nothing.
type outgoing struct {
	write func(text string) error

	mu    sync.Mutex
	moved sync.Cond     // a text was sent, or no more are taken
	texts []string      // the first one is being sent
	bytes int           // of texts
	ended bool          // no more are taken
	sent  chan struct{} // is closed when it has ended and nothing is left
}

func newOutgoing(write func(text string) error) *outgoing {
	o := &outgoing{write: write, sent: make(chan struct{})}
	o.moved.L = &o.mu
	return o
}

// offer takes a text where there is room for it. The error is errFull or errEnded.
func (o *outgoing) offer(text string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.take(text)
}

// put takes a text when there is room for it, or loses it where the connection ends first.
func (o *outgoing) put(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.take(text) == errFull {
		o.moved.Wait()
	}
}

// take takes a text where there is room for it, as there is for any where there is nothing else.
func (o *outgoing) take(text string) error {
	switch {
	case o.ended:
		return errEnded
	case len(o.texts) >= maxQueued, o.bytes+len(text) > maxQueuedBytes:
		return errFull
	}
	o.texts, o.bytes = append(o.texts, text), o.bytes+len(text)
	if len(o.texts) == 1 {
		go o.send()
	}
	return nil
}

// send sends what is there. What comes after a text that cannot be sent is lost.
func (o *outgoing) send() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.texts) > 0 {
		text := o.texts[0]
		o.mu.Unlock()
		err := o.write(text)
		o.mu.Lock()
		o.texts[0] = ""
		o.texts, o.bytes = o.texts[1:], o.bytes-len(text)
		if err != nil {
			o.texts, o.ended = nil, true
		}
		o.moved.Broadcast()
	}
	o.texts = nil
	if o.ended {
		close(o.sent)
	}
}

// end takes no more. What it gives is closed when all that was taken is sent, or lost.
func (o *outgoing) end() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.ended {
		o.ended = true
		o.moved.Broadcast()
		if len(o.texts) == 0 {
			close(o.sent)
		}
	}
	return o.sent
}
