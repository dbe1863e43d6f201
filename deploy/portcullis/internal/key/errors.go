package main

import (
	"errors"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"portcullis/authorizers/apikey"
)

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
