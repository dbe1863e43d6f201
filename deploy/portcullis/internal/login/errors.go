package login

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
	"portcullis/api/tokens/cognito"
	"portcullis/deploy/portcullis/internal/cli"
)

// hints are what may be behind an exception of Cognito's, for whoever signs in.
var hints = map[string]string{
	"InvalidParameterException": "the app client may not allow ALLOW_USER_SRP_AUTH",
	"ResourceNotFoundException": "there is no such app client in this region",
}

// elsewhere is what may be behind an answer of the gateway's own that there is no such stage or route: a REST API answers with
// 403 there, and an HTTP API with 404.
const elsewhere = "the address of an API has its stage, such as https://abc.execute-api.eu-west-1.amazonaws.com/prod, " +
	"and on a desk its mode, such as http://127.0.0.1:8080/rest-token"

// explain says what a failure of a sign-in means for whoever runs the command. refused is what ErrRefused means: the answer
// is no.
func explain(err error, refused string) error {
	var (
		busy      *tokens.ThrottledError
		down      *tokens.UnavailableError
		step      *tokens.ChallengeError
		exception *cognito.ExceptionError
		answer    *client.AnswerError
	)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tokens.ErrRefused):
		return &cli.NoError{Err: errors.New(refused)}
	case errors.As(err, &busy):
		return fmt.Errorf("too many attempts, try again %s: %w", later(busy.RetryAfter), err)
	case errors.As(err, &down):
		return fmt.Errorf("try again %s: %w", later(down.RetryAfter), down.Err)
	case errors.As(err, &step):
		return fmt.Errorf("the account asks for %q, which this command cannot do", step.Name)
	case errors.As(err, &exception) && hints[exception.Code] != "":
		return fmt.Errorf("%w: %s", err, hints[exception.Code])
	case errors.As(err, &answer) && (answer.Status == http.StatusForbidden || answer.Status == http.StatusNotFound):
		return fmt.Errorf("%w; %s", err, elsewhere)
	}
	return err
}

func later(after time.Duration) string {
	if after < time.Second {
		return "later"
	}
	return "in " + after.String()
}
