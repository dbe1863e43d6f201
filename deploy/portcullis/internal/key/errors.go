package key

import (
	"errors"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"portcullis/authorizers/apikey"
	"portcullis/deploy/portcullis/internal/cli"
)

// missing says that there is no key of this id.
func missing(id string) error { return &cli.NoError{Err: errors.New("there is no key " + id)} }

// explain makes the store's errors about a key speak of it.
func explain(id string, err error) error {
	if errors.Is(err, apikey.ErrNotFound) {
		return missing(id)
	}
	return err
}

// isRefused tells whether AWS has refused a request, so that surely nothing was done.
func isRefused(err error) bool {
	var response *smithyhttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode()/100 == 4
}
