package dynamodb

import (
	"errors"
	"fmt"
	"net/http"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
	"portcullis/deploy/emulators/dynamodb/internal/expression"
	"portcullis/deploy/emulators/internal/wire"
)

// apiError is an error as DynamoDB writes it.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html.
type apiError struct {
	Type    string         `json:"__type"`
	Message string         `json:"message"`
	Item    attribute.Item `json:"Item,omitempty"` // of a failed condition, where it was asked for
	Reasons []reason       `json:"CancellationReasons,omitempty"`

	status int // 0 means 400
}

// The errors' types. The part before # is the namespace, which clients drop.
const (
	conditionFailed     = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
	resourceNotFound    = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
	resourceInUse       = "com.amazonaws.dynamodb.v20120810#ResourceInUseException"
	transactionCanceled = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
	parameterMismatch   = "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException"
	trimmedData         = "com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException"
	expiredIterator     = "com.amazonaws.dynamodb.v20120810#ExpiredIteratorException"
	validation          = "com.amazon.coral.validate#ValidationException"
	serialization       = "com.amazon.coral.service#SerializationException"
	unknownOperation    = "com.amazon.coral.service#" + wire.UnknownOperation
	entityTooLarge      = "com.amazon.coral.service#RequestEntityTooLargeException"
	internalFailure     = "com.amazon.coral.service#InternalFailure"
)

var errNoTable = &apiError{Type: resourceNotFound, Message: "Requested resource not found"}

func tooLarge(most int) *apiError {
	return &apiError{Type: entityTooLarge, status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("Request size exceeded %d bytes", most)}
}

// noSuchTable is what the operations on tables say.
func noSuchTable(name string) *apiError {
	return &apiError{Type: resourceNotFound, Message: "Requested resource not found: Table: " + name + " not found"}
}

func invalid(format string, args ...any) *apiError {
	return &apiError{Type: validation, Message: fmt.Sprintf(format, args...)}
}

// unsupported refuses what DynamoDB has and this package has not, and what neither knows.
func unsupported(format string, args ...any) *apiError {
	return invalid("This local DynamoDB does not support "+format, args...)
}

// failed turns the errors of packages attribute and expression into DynamoDB's. It says before, such as "Invalid
// UpdateExpression: ", in front of what package expression says. It returns nil for nil.
func failed(before string, err error) *apiError {
	var (
		value  *attribute.Error
		form   *attribute.FormError
		syntax *expression.Error
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &value):
		return invalid("%s", value.Message)
	case errors.As(err, &form):
		return &apiError{Type: serialization, Message: form.Message}
	case errors.As(err, &syntax):
		return invalid("%s%s", before, syntax.Message)
	}
	return &apiError{Type: internalFailure, Message: err.Error(), status: http.StatusInternalServerError}
}
