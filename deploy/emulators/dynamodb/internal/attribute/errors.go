package attribute

// Error says that a value breaks a rule of DynamoDB's, in its words.
type Error struct {
	Message string // as DynamoDB writes it
}

// Error is the message, as a client gets it.
func (e *Error) Error() string { return e.Message }

// FormError says that JSON does not have the form of a value.
type FormError struct {
	Message string
}

// Error is the message, as a client gets it.
func (e *FormError) Error() string { return e.Message }
