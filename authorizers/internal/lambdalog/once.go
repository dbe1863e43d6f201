package lambdalog

import (
	"context"
	"encoding/json"
	"log"
	"log/slog"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
)

// Once makes a handler whose errors are logged once. h has to log each error that it returns, as the authorizers do; the
// runtime prints each again, with the standard logger. Of what that logger is given from now on, a line about an error that h
// has returned is dropped. Any other line, such as that of a panic, becomes a line of to, at level ERROR.
func Once(h lambda.Handler, to *slog.Logger) lambda.Handler {
	o := &once{Handler: h, to: to, logged: map[string]int{}}
	log.SetFlags(0)
	log.SetOutput(o)
	return o
}

// maxLogged bounds how many texts are kept. The runtime prints an error as soon as it is returned, so there is one for each
// invocation that runs at the same time.
const maxLogged = 1000

// once is a handler, and what the standard logger writes to.
type once struct {
	lambda.Handler
	to *slog.Logger

	mu     sync.Mutex
	logged map[string]int // texts of errors that were returned and not printed yet, and how often
}

func (o *once) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	output, err := o.Handler.Invoke(ctx, event)
	if err != nil {
		o.note(err.Error())
	}
	return output, err
}

func (o *once) note(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.logged) >= maxLogged {
		clear(o.logged) // rather a line twice than more and more of them
	}
	o.logged[string([]rune(text))]++ // as JSON has it, without invalid UTF-8
}

// Write takes a line of the standard logger.
func (o *once) Write(line []byte) (int, error) {
	if !o.wasLogged(line) {
		o.to.Error(strings.TrimSuffix(string(line), "\n"))
	}
	return len(line), nil
}

// wasLogged tells whether a line is what the runtime prints of an error that was returned. That of a panic has a stack trace.
func (o *once) wasLogged(line []byte) bool {
	var printed messages.InvokeResponse_Error
	if json.Unmarshal(line, &printed) != nil || printed.Type == "" || printed.StackTrace != nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.logged[printed.Message] == 0 {
		return false
	}
	if o.logged[printed.Message]--; o.logged[printed.Message] == 0 {
		delete(o.logged, printed.Message)
	}
	return true
}
