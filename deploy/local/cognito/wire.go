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

// apiError is an error as Cognito writes it: its Type is the exception's name in the SDKs.
// Source: Amazon Cognito user pools API reference, "Common Error Types", and InitiateAuth's "Errors".
type apiError struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

// operations are the API: from the name that X-Amz-Target ends with to what answers it.
var operations = map[string]func(*Pool, []byte) (any, *apiError){
	"InitiateAuth": (*Pool).initiateAuth,
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
		return nil, &apiError{"UnknownOperationException", "This pool answers POST with Content-Type: " +
			contentType + " and X-Amz-Target: " + targetPrefix + "InitiateAuth."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, &apiError{"SerializationException", "The request could not be read: " + err.Error()}
	}
	return operation(p, body)
}

// members splits a JSON object. Their names are compared as they stand, as Cognito does, where
// encoding/json would take clientid for ClientId.
func members(body []byte) (map[string]json.RawMessage, *apiError) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, &apiError{"SerializationException", "The request is not a JSON object."}
	}
	return all, nil
}

// member reads one member into target, and leaves target as it is where the member is absent or null.
func member(all map[string]json.RawMessage, name string, target any) *apiError {
	raw, ok := all[name]
	if !ok {
		return nil
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return &apiError{"SerializationException", name + " is not of the type that InitiateAuth takes."}
	}
	return nil
}
