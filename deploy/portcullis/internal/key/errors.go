package key

import (
	"errors"
	"fmt"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"portcullis/authorizers/apikey"
	"portcullis/deploy/portcullis/internal/cli"
)

// missing says that there is no key of this id.
func missing(id string) error { return &cli.NoError{Err: errors.New("there is no key " + id)} }

// changedError says that a key is not deleted, since it is no longer as it was read.
type changedError struct{ id, change string }

func (e *changedError) Error() string {
	return fmt.Sprintf("the key %s %s; it is not deleted: look at it with show, and delete it again", e.id, e.change)
}

// explain makes errors about a key speak of it, where nothing was done.
func explain(id string, err error) error {
	switch {
	case errors.Is(err, apikey.ErrNotFound):
		return missing(id)
	case errors.As(err, new(*changedError)):
		return &cli.NoError{Err: err}
	}
	return err
}

// isRefused tells whether AWS has refused a request, so that surely nothing was done.
func isRefused(err error) bool {
	var response *smithyhttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode()/100 == 4
}
