package lambdaproxy

import "fmt"

// InputError says what is wrong with a request. Its text is for the client.
type InputError struct {
	// Field names the part that is wrong: a member of the body, a parameter, a header; "" means the whole request.
	Field string
	// Problem continues the sentence that Field begins.
	Problem string
}

// Error is a sentence of Field and Problem, or Problem alone where it is about the whole request.
func (e *InputError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + " " + e.Problem
}

// MediaTypeError says that a body is of another media type than JSON. Its text is for the client.
type MediaTypeError struct{ Sent string }

// Error quotes what was sent, cut to 64 bytes, and says what would be right.
func (e *MediaTypeError) Error() string {
	if e.Sent == "" {
		return "Content-Type is missing: application/json is expected"
	}
	return fmt.Sprintf("Content-Type must be application/json, not %.64q", e.Sent)
}

// EventError says why an event is none that a function takes. It carries no part of the event.
type EventError struct {
	Reason string // what is missing or wrong
}

// Error is the reason, behind what was wanted.
func (e *EventError) Error() string { return "not an API Gateway proxy event: " + e.Reason }

// OriginError says that an allowed origin is none.
type OriginError struct {
	Origin string // as it was given
	// Want says what is expected.
	Want string
}

// Error quotes the origin, and says what is expected.
func (e *OriginError) Error() string {
	return fmt.Sprintf("allowed origin %q: want %s", e.Origin, e.Want)
}
