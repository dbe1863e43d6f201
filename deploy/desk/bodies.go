package desk

import (
	"io"
	"net/http"
	"time"

	"portcullis/deploy/gateway"
)

// bodyTimeout is how long a request's body may take to come, where nothing else is said.
const bodyTimeout = 30 * time.Second

// guardBodies lets nobody keep connections busy with bodies that hardly come, and refuses bodies of which two programs in a row might not see
// the same end (request smuggling; RFC 9112, section 11.2). What answers take, and what WebSocket connections do, is not bounded by it.
func (c Config) guardBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gateway.AmbiguousLength(r) {
			c.note("a request is refused that says by both Content-Length and Transfer-Encoding where its body ends")
			w.Header().Set("Connection", "close")
			http.Error(w, "the request has both Content-Length and Transfer-Encoding: want one of them", http.StatusBadRequest)
			return
		}
		if r.Body != nil && r.Body != http.NoBody {
			connection := http.NewResponseController(w)
			if connection.SetReadDeadline(time.Now().Add(c.BodyTimeout)) == nil {
				r.Body = &timedBody{r.Body, connection}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// timedBody is a body that has to come by a deadline, which what comes after it has not.
type timedBody struct {
	io.ReadCloser
	connection *http.ResponseController
}

// Read reads of the body.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.connection.SetReadDeadline(time.Time{})
	}
	return n, err
}
