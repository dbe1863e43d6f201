package lambdaproxy

import "fmt"

// InputError says what is wrong with a request. Its text is for the client.
type InputError struct {
	// Field names the part that is wrong: a member of the body, a parameter, a header; "" means the whole request.
	Field string
	// Problem continues the sentence that Field begins.
	Problem string
}

func (e *InputError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + " " + e.Problem
}

// EventError says why an event is none that a function takes. It carries no part of the event.
type EventError struct {
	Reason string
}

func (e *EventError) Error() string { return "not an API Gateway proxy event: " + e.Reason }

// OriginError says that an allowed origin is none.
type OriginError struct {
	Origin string
	// Want says what is expected.
	Want string
}

func (e *OriginError) Error() string {
	return fmt.Sprintf("allowed origin %q: want %s", e.Origin, e.Want)
}
