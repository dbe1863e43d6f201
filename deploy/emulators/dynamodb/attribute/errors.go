package attribute

// Error says that a value breaks a rule of DynamoDB's, in its words.
type Error struct {
	Message string
}

func (e *Error) Error() string { return e.Message }

// FormError says that JSON does not have the form of a value.
type FormError struct {
	Message string
}

func (e *FormError) Error() string { return e.Message }
