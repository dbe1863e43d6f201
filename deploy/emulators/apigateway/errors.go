package apigateway

import (
	"errors"
	"fmt"
	"net/http"

	"portcullis/deploy/emulators/internal/wire"
	"portcullis/deploy/gateway/usage"
)

// apiError is an error as the service writes it: its type is the exception's name in the SDKs.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html#API_CreateApiKey_Errors.
type apiError struct {
	status  int
	kind    string
	message string
}

func (e *apiError) Error() string { return e.kind + ": " + e.message }

func badRequest(format string, args ...any) *apiError {
	return &apiError{http.StatusBadRequest, "BadRequestException", fmt.Sprintf(format, args...)}
}

func unknownOperation(r *http.Request) *apiError {
	return &apiError{http.StatusNotFound, wire.UnknownOperation, wire.NoOperation(r.Method+" "+r.URL.Path, Operations())}
}

// identifiers are what the service calls the things that it does not find.
var identifiers = map[string]string{
	"API key": "API Key identifier", "usage plan": "Usage Plan ID", "usage plan key": "Usage Plan Key identifier",
}

// kinds are how the errors of the registry are answered.
var kinds = map[usage.Kind]apiError{
	usage.Invalid:  {http.StatusBadRequest, "BadRequestException", ""},
	usage.InUse:    {http.StatusBadRequest, "BadRequestException", ""},
	usage.NotFound: {http.StatusNotFound, "NotFoundException", ""},
	usage.Conflict: {http.StatusConflict, "ConflictException", ""},
	usage.TooMany:  {http.StatusTooManyRequests, "LimitExceededException", ""},
}

// fromRegistry is the answer to an error of the registry, or of this package.
func fromRegistry(err error) *apiError {
	if own, ok := errors.AsType[*apiError](err); ok {
		return own
	}
	failure, ok := errors.AsType[*usage.Error](err)
	if !ok {
		return &apiError{http.StatusInternalServerError, "InternalFailure", err.Error()}
	}
	answer := kinds[failure.Kind]
	answer.message = failure.Reason
	if failure.Kind == usage.NotFound {
		answer.message = "Invalid " + identifiers[failure.Resource] + " specified"
	}
	return &answer
}

func writeError(w http.ResponseWriter, err error) {
	failure := fromRegistry(err)
	wire.WriteRESTError(w, failure.status, failure.kind, failure.message)
}
