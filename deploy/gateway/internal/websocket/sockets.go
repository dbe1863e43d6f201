package websocket

import (
	"maps"
	"slices"
	"sync"
)

// sockets are the connections of an API, and then of the one that takes its place.
type sockets struct {
	serving sync.WaitGroup // of all handshakes and connections

	mu       sync.Mutex
	api      *API // whose they are
	closed   bool
	open     map[string]*connection   // by id
	expected map[string]chan struct{} // by id of connections that clients are being told of; closed when there is one, or none
}

func newSockets(a *API) *sockets {
	return &sockets{api: a, open: map[string]*connection{}, expected: map[string]chan struct{}{}}
}

// serve lets the API do something whose sockets they are. It goes on to be in use until that is done.
func (s *sockets) serve(do func(a *API)) {
	s.mu.Lock()
	a := s.api
	a.events.Add(1)
	s.mu.Unlock()
	defer a.events.Done()
	do(a)
}

// giveTo makes them those of another API.
func (s *sockets) giveTo(a *API) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.api = a
}

// enter counts who wants to connect; false: no more do.
func (s *sockets) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.serving.Add(1)
	}
	return !s.closed
}

// add adds a connection; false: no more are, and it has to end.
func (s *sockets) add(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[c.id] = c
	return !s.closed
}

func (s *sockets) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c.id)
}

// expect lets those wait who ask for a connection, until done is called: who is told that it is connected may be sent to at once.
func (s *sockets) expect(id string) (done func()) {
	told := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected[id] = told
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.expected, id)
		close(told)
	}
}

// find gives the connection of an id; nil: there is none, or none any more.
func (s *sockets) find(id string) *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	if told := s.expected[id]; told != nil {
		s.mu.Unlock()
		<-told
		s.mu.Lock()
	}
	return s.open[id]
}

// all are those that are open, in no order.
func (s *sockets) all() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.open))
}

// close lets no more in, and ends those that are, where they are those of an API; false: they are another one's.
func (s *sockets) close(a *API) bool {
	ending, own := s.shut(a)
	for _, c := range ending {
		c.end(goingAway) // which removes it
	}
	return own
}

// shut lets no more in, and gives those that are.
func (s *sockets) shut(a *API) (open []*connection, own bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.api != a {
		return nil, false
	}
	s.closed = true
	return slices.Collect(maps.Values(s.open)), true
}
