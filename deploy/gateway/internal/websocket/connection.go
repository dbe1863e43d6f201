package websocket

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/policy"
)

// connection is one that is open.
type connection struct {
	*API
	id     string
	opened *stage.Exchange // the handshake
	ws     *websocket.Conn
	frames *frames

	lastActive atomic.Int64   // in milliseconds of Unix time
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
	c := &connection{API: a, id: x.Socket.ConnectionID, opened: x, ws: ws, frames: f, room: make(chan struct{}, maxAtOnce), ending: make(chan struct{})}
	c.idling = time.AfterFunc(a.idle, func() { c.end(goingAway) })
	c.ageing = time.AfterFunc(a.most, func() { c.end(goingAway) })
	c.touch()
	return c
}

// serve reads messages until the connection ends, and tells functions of its end.
func (c *connection) serve() {
	defer c.sockets.serving.Done()
	err := c.read()
	c.sockets.remove(c)
	c.disconnected(c.finish(err))
	c.handling.Wait()
}

// touch notes that data goes over the connection.
func (c *connection) touch() {
	c.lastActive.Store(c.Config.Now().UnixMilli())
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.idling.Reset(c.idle)
	}
}

// end closes the connection, and does not wait for it. What ends it first is what counts.
func (c *connection) end(why ending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || c.ended != nil {
		return
	}
	c.ended = &why
	close(c.ending)
	c.closing.Go(func() { c.ws.Close(why.code, why.reason) })
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
	for {
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
		case len(text) > maxMessage || c.frames.long.Load():
			c.end(tooLarge)
			return nil
		case err != nil:
			return err
		case !utf8.Valid(text):
			c.end(notText)
			return nil
		}
		c.touch()
		select {
		case c.room <- struct{}{}:
		case <-c.ending:
			return nil
		}
		c.handling.Go(func() {
			defer func() { <-c.room }()
			c.message(string(text))
		})
	}
}

// message takes a message through what API Gateway does.
func (c *connection) message(body string) {
	x := c.opened.NewEvent(stage.Socket{
		ConnectionID: c.id, ConnectedAt: c.opened.Start, EventType: eventMessage, MessageID: c.messageID(),
	})
	defer x.Finish()
	answer, r := c.answer(x, body)
	if r != nil {
		x.Fail(r.kind, r.message)
		x.Status = r.status
		c.send(string(r.frame(x)))
		return
	}
	x.Status = statusOfDone
	if answer != "" {
		c.send(answer)
	}
}

// messageID is an id of a message, which ends as its connection's does.
func (c *connection) messageID() string {
	const own = 9 // characters; the others are the connection's
	return c.NewID()[:own] + c.id[own:]
}

// answer gives what the client gets for a message; "": nothing.
func (c *connection) answer(x *stage.Exchange, body string) (string, *refusal) {
	found := c.find(body)
	if found == nil {
		return "", &noRoute
	}
	x.RoutedTo(found.Method, nil)
	if !x.WithinLimits() {
		return "", &throttled
	}
	if found.model != nil {
		if why := stage.Misfit(found.model, []byte(body)); why != "" {
			x.TraceValidation(why)
			return "", &badBody
		}
	}
	output, err := x.Invoke(newMessageEvent(x, body), c.timeout)
	if err != nil {
		return "", invokeRefusal(err)
	}
	answer, err := lambda.ParseProxyAnswer(output)
	switch {
	case err != nil:
		x.Malformed(err)
		return "", &integrationFailed
	case !found.answers:
		x.Answered(answer.Status)
		return "", nil
	}
	x.Answered(answer.Status)
	if answer.Status >= 300 { // one report says so; it is not known for sure
		return "", &integrationFailed
	}
	return answer.Body, nil
}

// disconnected tells the function behind $disconnect, if there is one, that the connection has ended. What it answers goes nowhere.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html.
func (c *connection) disconnected(why ending) {
	x := c.opened.NewEvent(stage.Socket{ConnectionID: c.id, ConnectedAt: c.opened.Start, EventType: eventDisconnect})
	defer x.Finish()
	x.Status = statusOfDone
	found := c.routes[policy.RouteDisconnect]
	if found == nil || !x.RoutedTo(found.Method, nil) || !x.HasFunction() {
		return
	}
	if _, err := x.Invoke(newDisconnectEvent(x, why), c.timeout); err != nil {
		r := invokeRefusal(err)
		x.Fail(r.kind, r.message)
		x.Status = r.status
	}
}

// send sends a text in frames of the size that API Gateway's have. The error is that the connection has ended: it is no use to one that
// takes nothing.
func (c *connection) send(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	if err := c.write(ctx, text); err != nil {
		return err
	}
	c.touch()
	return nil
}

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
