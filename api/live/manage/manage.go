// Package manage says how a function sends to the clients of a WebSocket API and closes their connections. Package apigateway does it
// by API Gateway's @connections API.
package manage

import (
	"context"
	"errors"
	"fmt"
)

// MaxText is how long a text may be that is sent to a client, in bytes of UTF-8.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
const MaxText = 128 << 10

var (
	// ErrGone: no connection of this ID is open, and none will be.
	ErrGone = errors.New("manage: the connection is gone")
	// ErrTooLarge: the text has more than MaxText bytes.
	ErrTooLarge = fmt.Errorf("manage: the text has more than %d bytes", MaxText)
)

// BusyError says that nothing was done, and may be if it is tried again later: so much waits for the client that there is no room for more,
// or there are more calls a second than API Gateway takes of the account. It does not say which.
type BusyError struct {
	Err error // what says so
}

// Error says that the connection is busy, and the cause.
func (e *BusyError) Error() string { return fmt.Sprintf("manage: the connection is busy: %v", e.Err) }

// Unwrap returns the cause.
func (e *BusyError) Unwrap() error { return e.Err }

// UnavailableError says that what was asked for may have been done or not, and may be done later: who does it is out of reach, or fails.
type UnavailableError struct {
	Err error // what says so
}

// Error says that connections are unavailable, and the cause.
func (e *UnavailableError) Error() string {
	return fmt.Sprintf("manage: connections are unavailable: %v", e.Err)
}

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// Sender sends to connections and closes them. It is safe for concurrent use.
//
// A method returns nil, ErrGone, a [*BusyError], an [*UnavailableError], or another error for what will not pass by itself, such as a missing
// permission. What a client was sent before one of the last two may be sent again by who tries again.
type Sender interface {
	// Send sends a text as one message; ErrTooLarge where it is too long for one. That there is no error does not mean that the client has it.
	Send(ctx context.Context, connectionID, text string) error
	// Close ends a connection. Its client has what was sent to it before, or as much of it as it takes in some seconds.
	Close(ctx context.Context, connectionID string) error
}
