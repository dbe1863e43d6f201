package lookup

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// ConfigError says what is wrong with a configuration.
type ConfigError struct {
	Field  string
	Reason string
}

func (e *ConfigError) Error() string { return fmt.Sprintf("lookup: %s: %s", e.Field, e.Reason) }

// ServiceError is an error that the service answers with.
type ServiceError struct {
	Operation string // such as "BatchGetItem"
	Status    int    // of HTTP
	Type      string // such as "ThrottlingException"; "" where the answer names none
	Message   string // the service's, cut to a short line
}

func (e *ServiceError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("%s: status %d, %s: %s", e.Operation, e.Status, orElse(e.Type, "no error type"), e.Message), ": ")
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// AnswerError says that an answer is not as the service's API has it.
type AnswerError struct {
	Operation string
	Reason    string
}

func (e *AnswerError) Error() string { return e.Operation + ": " + e.Reason }

// parseError reads an error of AWS's JSON protocols, whose type may have a namespace before # and a URI behind a colon.
// See https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization.
func parseError(operation string, status int, body []byte) *ServiceError {
	var answer struct {
		Type    string `json:"__type"`
		Message string `json:"message"` // or Message: encoding/json takes either
	}
	_ = json.Unmarshal(body, &answer) // what is no JSON has no type
	kind := answer.Type[strings.LastIndex(answer.Type, "#")+1:]
	kind, _, _ = strings.Cut(kind, ":")
	return &ServiceError{operation, status, short(kind, 80), short(answer.Message, 300)}
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

// passes tells whether the error may be gone with another attempt.
func (e *ServiceError) passes() bool {
	return e.Status >= 500 || e.Status == 429 || throttles[e.Type]
}
