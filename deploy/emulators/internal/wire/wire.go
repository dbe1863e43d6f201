// Package wire is what the emulators share of the protocols that they speak: AWS JSON 1.0 and 1.1, which have the operation in
// a header, REST-JSON, which has it in the method and the path, and of AWS Query, which has it in a form, as much as it takes
// to refuse it.
//
// Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html and the pages beside it.
package wire

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// The media types of the protocols.
const (
	JSON10   = "application/x-amz-json-1.0"
	JSON11   = "application/x-amz-json-1.1"
	RESTJSON = "application/json"
)

// UnknownOperation is the type of the error for an operation that a server does not have.
const UnknownOperation = "UnknownOperationException"

// TargetHeader names the operation of a request of AWS JSON.
const TargetHeader = "X-Amz-Target"

// Target is what a request's header X-Amz-Target asks for: a service, with the dot behind it, and one of its operations.
// Both are empty where there is no such header; the service is where the header has no dot.
func Target(r *http.Request) (service, operation string) {
	target := r.Header.Get(TargetHeader)
	dot := strings.LastIndex(target, ".") + 1
	return target[:dot], target[dot:]
}

// NoOperation says that an operation is none of those that there are, and which these are.
func NoOperation(asked string, there []string) string {
	if len(there) == 0 {
		return fmt.Sprintf("There is no operation %s here. There are none.", asked)
	}
	return fmt.Sprintf("There is no operation %s here. There are: %s", asked, strings.Join(there, ", "))
}

// Write answers with a status and a body of JSON, and never with less than the whole of it. nil has no body.
func Write(w http.ResponseWriter, media string, status int, answer any) {
	header := w.Header()
	header.Set("X-Amzn-Requestid", uuid.NewString())
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", media)
	if answer == nil {
		w.WriteHeader(status)
		return
	}
	body, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}

// WriteRESTError answers with an error of REST-JSON: its type, the exception's name in the SDKs, is in a header.
func WriteRESTError(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("X-Amzn-Errortype", kind)
	Write(w, RESTJSON, status, struct {
		Message string `json:"message"`
	}{message})
}

// Operation finds what a request of AWS JSON asks for among a service's operations, which are by their names. service is what
// X-Amz-Target begins with, and its dot. Where it finds nothing, it says why, for an error of the type [UnknownOperation].
func Operation[F any](r *http.Request, media, service string, operations map[string]F) (name string, do F, problem string) {
	got, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	asked, name := Target(r)
	if r.Method != http.MethodPost || got != media || asked != service {
		return "", do, "An operation is asked for by POST, with Content-Type: " + media + " and X-Amz-Target: " + service + "OPERATION"
	}
	do, known := operations[name]
	if !known {
		return "", do, NoOperation(name, Names(operations))
	}
	return name, do, ""
}

// Names are the names of operations, in order.
func Names[F any](operations map[string]F) []string { return slices.Sorted(maps.Keys(operations)) }
