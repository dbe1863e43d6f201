package ws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/portcullis/internal/cli"
)

// maxFrame is the most bytes that API Gateway takes of a frame; a longer message is sent in several (the page that maxMessage is of).
const maxFrame = 32 << 10

// grace is how long a connection that takes no message may be read for why.
const grace = 5 * time.Second

// talk is what is said over a connection.
type talk struct {
	*run
	call    *handshake
	conn    *websocket.Conn
	input   *input
	printer *printer
	typed   chan typed
	over    chan struct{} // closed where nothing is sent any more
}

// typed is a message of stdin, or why there is none: nil at the end.
type typed struct {
	text  string
	there bool
	err   error
}

// lostError is that the connection is no more, or takes nothing.
type lostError struct{ error }

// talk sends and prints until the server closes the connection, all is sent and answers were waited for, or ctx ends.
func (t *talk) talk(ctx context.Context) error {
	t.noteConnected()
	heard, said := make(chan error, 1), make(chan error, 1)
	var both sync.WaitGroup
	defer func() {
		close(t.over)
		t.conn.CloseNow()
		both.Wait() // so that nothing is printed behind the end
	}()
	both.Go(func() { heard <- t.hear() })
	both.Go(func() { said <- t.say() })
	go t.read()
	var (
		waited <-chan time.Time
		failed error
	)
	for {
		select {
		case err := <-heard:
			if lost := (lostError{}); errors.As(err, &lost) {
				return t.ended(lost.error)
			}
			return t.close(err)
		case err := <-said:
			switch {
			case err == nil:
				waited = time.After(t.patience())
			case errors.As(err, new(lostError)):
				failed, waited = err, time.After(grace)
			default:
				return t.close(err)
			}
		case <-waited:
			return t.close(failed)
		case <-ctx.Done():
			return t.close(cli.ErrInterrupted)
		}
	}
}

func (t *talk) noteConnected() {
	text := "connected to " + shown(t.call.url)
	switch chosen := t.conn.Subprotocol(); {
	case chosen != "":
		text += ", subprotocol " + t.call.conceal(chosen)
	case len(t.call.subprotocols) > 0:
		text += "; no subprotocol was chosen, where browsers do not stay connected"
	}
	if t.AtTerminal() {
		text += "; each line is a message, Ctrl-D closes"
	}
	t.Note(t.command, "%s", text)
}

// patience is how long answers are waited for. Whoever ends the input at a terminal has seen them.
func (t *talk) patience() time.Duration {
	if t.AtTerminal() {
		return 0
	}
	return t.wait
}

// hear prints what comes. The error is a lostError where that ends.
func (t *talk) hear() error {
	for {
		kind, message, err := t.conn.Read(context.Background())
		switch {
		case err != nil:
			return lostError{err}
		case kind == websocket.MessageText:
			err = t.printer.text(received, string(message))
		default:
			err = t.printer.binary(received, message)
			if t.format != cli.FormatJSON {
				t.Note(t.command, "a message of %d bytes that is not text; -o json prints it", len(message))
			}
		}
		if err != nil {
			return err
		}
	}
}

// read reads stdin. It may never return: nothing but input ends a read.
func (t *talk) read() {
	for {
		text, there, err := t.input.message()
		select {
		case t.typed <- typed{text, there, err}:
		case <-t.over:
			return
		}
		if !there {
			return
		}
	}
}

// say sends the messages of the command line, and those of stdin as they come. The error is a lostError where one is not taken.
func (t *talk) say() error {
	for _, text := range t.messages {
		if err := t.send(text); err != nil {
			return err
		}
	}
	for {
		select {
		case next := <-t.typed:
			if !next.there {
				return next.err
			}
			if err := t.send(next.text); err != nil {
				return err
			}
		case <-t.over:
			return nil
		}
	}
}

// send prints a message as sent, so that no answer comes before it, and sends it.
func (t *talk) send(text string) error {
	if err := t.printer.text(sent, text); err != nil {
		return err
	}
	if err := write(t.conn, text); err != nil {
		return lostError{fmt.Errorf("a message was not sent: %w", err)}
	}
	return nil
}

// write sends a text in frames that API Gateway takes.
func write(conn *websocket.Conn, text string) error {
	if len(text) <= maxFrame {
		return conn.Write(context.Background(), websocket.MessageText, []byte(text))
	}
	w, err := conn.Writer(context.Background(), websocket.MessageText)
	if err != nil {
		return err
	}
	for rest := text; rest != ""; {
		n := min(len(rest), maxFrame)
		if _, err := io.WriteString(w, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return w.Close()
}

// close closes the connection, whose end is then err.
func (t *talk) close(err error) error {
	c := closing{Code: int(websocket.StatusNormalClosure)}
	t.Note(t.command, "closed with %d", c.Code)
	printed := t.printer.close(sent, c)
	_ = t.conn.Close(websocket.StatusCode(c.Code), "") // whatever the server says of it
	if err == nil {
		err = printed
	}
	return err
}

// ended is the end that the server, or what lies between, has made.
func (t *talk) ended(err error) error {
	var by websocket.CloseError
	switch {
	case errors.Is(err, websocket.ErrMessageTooBig):
		c := closing{Code: int(websocket.StatusMessageTooBig)}
		return errors.Join(t.printer.close(sent, c),
			fmt.Errorf("the server sent a message of more than %d bytes, which API Gateway does not; closed with %d", maxMessage, c.Code))
	case !errors.As(err, &by):
		return fmt.Errorf("the connection was lost: %s", t.call.conceal(err.Error()))
	}
	c := closing{int(by.Code), t.call.conceal(by.Reason)}
	if err := t.printer.close(received, c); err != nil {
		return err
	}
	switch by.Code {
	case websocket.StatusNormalClosure, websocket.StatusNoStatusRcvd:
		t.Note(t.command, "%s", c)
		return nil
	}
	return &cli.NoError{Err: errors.New(c.String())}
}

// closedByBackend is the reason of API Gateway's close frame where DELETE @connections has ended a connection, as it was seen.
const closedByBackend = "Connection Closed Normally"

// String says how the server has closed.
func (c closing) String() string {
	text := fmt.Sprintf("the server closed the connection with %d", c.Code)
	if c.Reason != "" {
		text += fmt.Sprintf(", %q", c.Reason)
	}
	switch websocket.StatusCode(c.Code) {
	case websocket.StatusNormalClosure:
		if c.Reason == closedByBackend {
			text += ": its backend has ended it, as where a token has ended or was revoked"
		}
	case websocket.StatusGoingAway:
		text += ": API Gateway does so after ten idle minutes, and after two hours"
	case websocket.StatusMessageTooBig:
		text += ": a message was too large"
	}
	return text
}
