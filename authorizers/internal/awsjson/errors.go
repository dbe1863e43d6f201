package awsjson

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// ServiceError is an error that the service answers with.
type ServiceError struct {
	Status  int    // of HTTP
	Type    string // such as "ThrottlingException"; "" where the answer names none
	Message string // the service's, cut to a short line

	answer []byte
}

// Error gives the status, the type and the message of the service.
func (e *ServiceError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("status %d, %s: %s", e.Status, cmp.Or(e.Type, "no error type"), e.Message), ": ")
}

// Decode reads the members of the error's JSON into target, as encoding/json does.
func (e *ServiceError) Decode(target any) error { return json.Unmarshal(e.answer, target) }

// AnswerError says that an answer is not as the service's API has it.
type AnswerError struct {
	Reason string
}

// Error gives the reason.
func (e *AnswerError) Error() string { return e.Reason }

// parseError reads an error of AWS's JSON protocols, whose type may have a namespace before # and a URI behind a colon.
// See https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization.
func parseError(status int, body []byte) *ServiceError {
	var answer struct {
		Type    string `json:"__type"`
		Message string `json:"message"` // or Message: encoding/json takes either
	}
	_ = json.Unmarshal(body, &answer) // what is no JSON has no type
	kind := answer.Type[strings.LastIndex(answer.Type, "#")+1:]
	kind, _, _ = strings.Cut(kind, ":")
	return &ServiceError{status, short(kind, 80), short(answer.Message, 300), body}
}

// short cuts a text that another side chose, to a line.
func short(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// throttles are the types of errors after which a service asks for another attempt: those of the AWS SDKs
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
var throttles = map[string]bool{
	"ProvisionedThroughputExceededException": true, "RequestLimitExceeded": true, "ThrottlingException": true,
	"Throttling": true, "ThrottledException": true, "RequestThrottledException": true, "RequestThrottled": true,
	"TooManyRequestsException": true, "LimitExceededException": true, "BandwidthLimitExceeded": true,
	"TransactionInProgressException": true, "SlowDown": true, "PriorRequestNotComplete": true,
}

// isThrottle tells whether the service has surely done nothing, and may later.
func (e *ServiceError) isThrottle() bool {
	return e.Status == http.StatusTooManyRequests || throttles[e.Type]
}
