package websocket

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
	"weak"

	"github.com/coder/websocket"

	"portcullis/deploy/gateway/internal/stage"
)

// connection is one that is open. What happens to it is by the API that its sockets are of at the time.
type connection struct {
	sockets *sockets
	id      string
	opened  *stage.Handshake
	cancel  context.CancelFunc // of what comes of the connection
	ws      *websocket.Conn
	frames  *frames
	out     *outgoing
	now     func() time.Time
	idle    time.Duration // how long it may be without messages

	lastActive atomic.Int64   // in milliseconds of Unix time
	received   atomic.Int64   // messages of the client
	sent       atomic.Int64   // messages to it
	handling   sync.WaitGroup // of messages
	room       chan struct{}  // for so many of them
	ending     chan struct{}  // is closed where the gateway ends the connection

	mu      sync.Mutex
	closing sync.WaitGroup // of what closes the connection
	ended   *ending        // why the gateway ends it; nil: it does not
	over    bool           // nothing more comes of it
	idling  *time.Timer    // ends it where nothing happens
	ageing  *time.Timer    // ends it in any case
}

func newConnection(a *API, x *stage.Exchange, ws *websocket.Conn, f *frames) *connection {
	ctx, cancel := context.WithCancel(context.WithoutCancel(x.HTTP.Context())) // that of the request ends with its answer
	c := &connection{
		sockets: a.sockets, id: x.Socket.ConnectionID, opened: x.Handshake(ctx), cancel: cancel, ws: ws, frames: f,
		now: a.Config.Now, idle: a.idle, room: make(chan struct{}, maxAtOnce), ending: make(chan struct{}),
	}
	c.out = newOutgoing(c.send)
	itself := weak.Make(c) // the runtime lets go of a stopped timer late, and would keep the connection as long
	late := func() {
		if c := itself.Value(); c != nil {
			c.end(goingAway)
		}
	}
	c.idling, c.ageing = time.AfterFunc(a.idle, late), time.AfterFunc(a.most, late)
	c.touch()
	return c
}

// serve reads messages until the connection ends, and tells functions of its end.
func (c *connection) serve() {
	defer c.sockets.serving.Done()
	defer c.cancel()
	err := c.read()
	c.sockets.remove(c)
	why := c.finish(err)
	c.sockets.serve(func(a *API) { a.disconnected(c, why) })
	c.handling.Wait()
}

// touch notes that data goes over the connection.
func (c *connection) touch() {
	c.lastActive.Store(c.now().UnixMilli())
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.idling.Reset(c.idle)
	}
}

// end closes the connection when the client has what is there for it, and does not wait for it. What ends it first is what counts. From
// then on there is no such connection: it takes no messages, and is not found, though its client may let the close frame wait.
func (c *connection) end(why ending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || c.ended != nil {
		return
	}
	c.ended = &why
	close(c.ending)
	c.sockets.remove(c)
	// The library bounds neither how long the rest of a frame takes, nor that of the frames that follow.
	c.frames.SetDeadline(time.Now().Add(endTimeout))
	sent := c.out.end()
	c.closing.Go(func() {
		<-sent
		c.ws.Close(why.code, why.reason)
	})
}

func (c *connection) isEnding() bool {
	select {
	case <-c.ending:
		return true
	default:
		return false
	}
}

// finish lets nothing more come of the connection, which reads no more, for an error. It gives why that is.
func (c *connection) finish(err error) ending {
	c.mu.Lock()
	c.over = true
	c.idling.Stop()
	c.ageing.Stop()
	ended := c.ended
	c.mu.Unlock()
	if ended != nil {
		c.closing.Wait()
		return *ended
	}
	c.ws.CloseNow()
	<-c.out.end()
	return endingOf(err)
}

// endingOf is how the client ended the connection.
func endingOf(err error) ending {
	var closed websocket.CloseError
	switch {
	case !errors.As(err, &closed):
		return vanished
	case closed.Code == websocket.StatusNoStatusRcvd:
		return ending{closed.Code, noStatus}
	}
	return ending{closed.Code, closed.Reason}
}

// read reads messages, and has them handled. The error is why there are no more.
func (c *connection) read() error {
	for n := int64(1); ; n++ {
		kind, reader, err := c.ws.Reader(context.Background())
		if err != nil {
			return err
		}
		if kind != websocket.MessageText {
			c.end(binaryFrame)
			return nil
		}
		text, err := io.ReadAll(io.LimitReader(reader, maxMessage+1))
		switch {
		case len(text) > maxMessage || c.frames.long.Load() == n:
			c.end(tooLarge)
			return nil
		case err != nil:
			return err
		case !utf8.Valid(text):
			c.end(notText)
			return nil
		}
		c.received.Add(1)
		c.touch()
		select {
		case c.room <- struct{}{}:
		case <-c.ending:
		}
		if c.isEnding() { // also where there was room
			return nil
		}
		c.handling.Go(func() {
			defer func() { <-c.room }()
			answer := ""
			c.sockets.serve(func(a *API) { answer = a.message(c, string(text)) })
			if answer != "" {
				c.out.put(answer) // by no API, which would be in use for as long as the client does not read
			}
		})
	}
}

// send sends a text. The error is that the connection has ended: it does for a client that takes nothing.
func (c *connection) send(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	c.sent.Add(1) // before the client has it, which may ask
	err := c.write(ctx, text)
	switch {
	case err == nil:
		c.touch()
	case ctx.Err() != nil:
		c.end(vanished)
	}
	return err
}

// write writes a text in frames of the size that API Gateway's have.
func (c *connection) write(ctx context.Context, text string) error {
	if len(text) <= maxFrame {
		return c.ws.Write(ctx, websocket.MessageText, []byte(text))
	}
	w, err := c.ws.Writer(ctx, websocket.MessageText)
	if err != nil {
		return err
	}
	for len(text) > 0 {
		n := min(len(text), maxFrame)
		if _, err := io.WriteString(w, text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	return w.Close()
}
