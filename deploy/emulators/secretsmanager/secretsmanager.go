// Package secretsmanager is a small AWS Secrets Manager for one machine: an http.Handler that speaks the service's own protocol,
// with secrets that are there from the start, so that the AWS CLI and the AWS SDKs work against it unchanged, as on a desk:
//
//	AWS_ENDPOINT_URL_SECRETS_MANAGER=http://127.0.0.1:8080/_aws aws secretsmanager get-secret-value --secret-id local-client
//
// It answers GetSecretValue, and refuses what it does not have: other operations, and members of a request that it does not
// know. A secret is found by its name, its ARN, or its ARN without the six characters at the end; it has one version, which is
// the current one.
//
// It is for desks and for tests. It is not for production: signatures and credentials are not checked, and whoever calls it
// reads the secrets.
//
// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
package secretsmanager

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"portcullis/deploy/emulators/internal/wire"
)

const (
	service = "secretsmanager." // what X-Amz-Target begins with
	maxBody = 64 << 10
	current = "AWSCURRENT" // the staging label of the version that there is
)

// operations are the API, by the names that X-Amz-Target ends with.
var operations = map[string]func(*Handler, []byte) (any, *apiError){
	"GetSecretValue": (*Handler).getSecretValue,
}

// Operations are the names of the operations that a Handler has, in order.
func Operations() []string { return wire.Names(operations) }

// IsRequest tells whether a request is one of Secrets Manager's protocol, by its header X-Amz-Target, so that a server that
// speaks several protocols at one address knows whom to give it.
func IsRequest(r *http.Request) bool {
	asked, _ := wire.Target(r)
	return asked == service
}

// Handler is the server. It may be called from several goroutines at once. It never logs or prints a secret.
type Handler struct {
	secrets map[string]*secret // by each text that names one
}

type secret struct {
	arn, name, version string
	value              value
	made               time.Time
}

// value is what a secret hides. It prints as [redacted].
type value string

// Format prints [redacted], whatever the verb.
func (value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// New makes a server of secrets' strings, which are by the secrets' ARNs. It fails where an ARN is none of a secret, or two are
// of the same name.
func New(secrets map[string]string) (*Handler, error) {
	h := &Handler{secrets: map[string]*secret{}}
	for arn, text := range secrets {
		partial, name := cutARN(arn)
		if name == "" {
			return nil, fmt.Errorf("secretsmanager: %q is not arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME-, with six characters behind it", arn)
		}
		made := &secret{arn: arn, name: name, version: uuid.NewString(), value: value(text), made: time.Now()}
		for _, id := range []string{arn, partial, name} {
			if other, taken := h.secrets[id]; taken {
				return nil, fmt.Errorf("secretsmanager: %s and %s: both are found by %s", other.arn, arn, id)
			}
			h.secrets[id] = made
		}
	}
	return h, nil
}

// cutARN gives an ARN without the hyphen and the six characters that Secrets Manager puts at its end, and the secret's name in
// it; "" where it is none of a secret.
func cutARN(arn string) (partial, name string) {
	const suffix = len("-AbCdEf")
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "secretsmanager" || parts[5] != "secret" {
		return "", ""
	}
	end := len(parts[6]) - suffix
	if end < 1 || parts[6][end] != '-' {
		return "", ""
	}
	return arn[:len(arn)-suffix], parts[6][:end]
}

// ServeHTTP answers one operation; the request's path does not matter. It speaks AWS JSON 1.1: one POST, the operation in a
// header, 200 or an error with 400.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, failure := h.operate(w, r)
	if failure != nil {
		wire.Write(w, wire.JSON11, http.StatusBadRequest, failure)
		return
	}
	wire.Write(w, wire.JSON11, http.StatusOK, answer)
}

func (h *Handler) operate(w http.ResponseWriter, r *http.Request) (any, *apiError) {
	_, operation, problem := wire.Operation(r, wire.JSON11, service, operations)
	if problem != "" {
		return nil, &apiError{wire.UnknownOperation, problem}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, &apiError{"SerializationException", "The request could not be read: " + err.Error()}
	}
	return operation(h, body)
}

// apiError is an error as Secrets Manager writes it: its type is the exception's name in the SDKs.
// Source: the "Errors" of https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
type apiError struct {
	Type    string `json:"__type"`
	Message string `json:"Message"`
}

func invalid(format string, args ...any) *apiError {
	return &apiError{"ValidationException", fmt.Sprintf(format, args...)}
}

func notFound(what string) *apiError {
	return &apiError{"ResourceNotFoundException", "Secrets Manager can't find the specified secret" + what}
}

func (h *Handler) getSecretValue(body []byte) (any, *apiError) {
	var id, version, stage *string
	if err := wire.ReadObject(body, map[string]any{"SecretId": &id, "VersionId": &version, "VersionStage": &stage}); err != nil {
		return nil, &apiError{"SerializationException", "The request cannot be read: " + err.Error()}
	}
	if id == nil {
		return nil, invalid("1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null")
	}
	for _, text := range []struct {
		name        string
		value       *string
		least, most int
	}{{"secretId", id, 1, 2048}, {"versionId", version, 32, 64}, {"versionStage", stage, 1, 256}} {
		if text.value != nil && (len(*text.value) < text.least || len(*text.value) > text.most) {
			return nil, invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have a length of %d to %d",
				text.name, text.least, text.most)
		}
	}
	found, ok := h.secrets[*id]
	switch {
	case !ok:
		return nil, notFound(".")
	case version != nil && *version != found.version:
		return nil, notFound(" value for VersionId: " + *version)
	case stage != nil && *stage != current:
		return nil, notFound(" value for staging label: " + *stage)
	}
	return secretValue{
		ARN: found.arn, Name: found.name, VersionID: found.version, SecretString: string(found.value), VersionStages: []string{current},
		CreatedDate: float64(found.made.UnixMilli()) / 1000,
	}, nil
}

// secretValue is the response of GetSecretValue. It is for the wire alone: it prints the secret.
type secretValue struct {
	ARN           string
	CreatedDate   float64 // seconds since 1970
	Name          string
	SecretString  string
	VersionID     string `json:"VersionId"`
	VersionStages []string
}
