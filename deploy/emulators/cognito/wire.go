package cognito

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

const (
	contentType  = "application/x-amz-json-1.1"
	targetPrefix = "AWSCognitoIdentityProviderService."
	maxBody      = 64 << 10
)

// operations are the API: from the name that X-Amz-Target ends with to what answers it.
var operations = map[string]func(*Pool, input) (any, *apiError){
	"InitiateAuth":              (*Pool).initiateAuth,
	"RespondToAuthChallenge":    (*Pool).respondToAuthChallenge,
	"GetTokensFromRefreshToken": (*Pool).getTokensFromRefreshToken,
	"RevokeToken":               (*Pool).revokeToken,
	"GlobalSignOut":             (*Pool).globalSignOut,
	"GetUser":                   (*Pool).getUser,
}

// serveAPI speaks AWS JSON 1.1: one POST, the operation in a header, 200 or an apiError with 400.
func (p *Pool) serveAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Amzn-Requestid", uuid.NewString())
	w.Header().Set("Cache-Control", "no-store")
	answer, failure := p.operate(w, r)
	status := http.StatusOK
	if failure != nil {
		w.Header().Set("X-Amzn-Errortype", failure.Type)
		status, answer = http.StatusBadRequest, failure
	}
	body, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, "cognito: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	w.Write(body)
}

func (p *Pool) operate(w http.ResponseWriter, r *http.Request) (any, *apiError) {
	name, ours := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	operation, known := operations[name]
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || media != contentType || !ours || !known {
		return nil, &apiError{"UnknownOperationException", "This pool answers POST with Content-Type: " + contentType +
			" and X-Amz-Target: " + targetPrefix + "InitiateAuth, or another operation of its few."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, serialization("The request could not be read: " + err.Error())
	}
	if !p.limit.admit(p.now()) {
		return nil, tooMany
	}
	in, failure := readInput(name, body)
	if failure != nil {
		return nil, failure
	}
	return operation(p, in)
}

func serialization(message string) *apiError { return &apiError{"SerializationException", message} }

// input is a request's body. The names of its members are compared as they stand, as Cognito does, where encoding/json
// would take clientid for ClientId.
type input struct {
	operation string
	members   map[string]json.RawMessage
}

func readInput(operation string, body []byte) (input, *apiError) {
	in := input{operation: operation}
	if err := json.Unmarshal(body, &in.members); err != nil {
		return in, serialization("The request is not a JSON object.")
	}
	return in, nil
}

// read reads one member into target, and leaves target as it is where the member is absent or null.
func (in input) read(name string, target any) *apiError {
	raw, ok := in.members[name]
	if !ok {
		return nil
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return serialization(name + " is not of the type that " + in.operation + " takes.")
	}
	return nil
}
