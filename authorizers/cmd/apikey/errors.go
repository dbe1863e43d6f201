package main

import (
	"errors"
	"fmt"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"portcullis/authorizers/apikey"
)

// usageError says what is wrong with the command line.
type usageError struct {
	err error
}

func (e *usageError) Error() string { return e.err.Error() }

func (e *usageError) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// missingError says that there is no key of this id.
type missingError struct {
	id string
}

func (e *missingError) Error() string { return "there is no key " + e.id }

// explain makes the store's errors about a key speak of it.
func explain(id string, err error) error {
	if errors.Is(err, apikey.ErrNotFound) {
		return &missingError{id}
	}
	return err
}

// isRefused tells whether AWS has refused a request, so that surely nothing was done.
func isRefused(err error) bool {
	var response *smithyhttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode()/100 == 4
}
