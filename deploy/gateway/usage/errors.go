package usage

import "fmt"

// Kind is the kind of an [Error].
type Kind int

// The kinds.
const (
	Invalid  Kind = iota // a setting is wrong
	NotFound             // there is no such thing
	Conflict             // it would be there twice
	InUse                // it cannot be deleted yet
	TooMany              // the account has as many as it may have
)

// What an [Error] is about.
const (
	resourceKey    = "API key"
	resourcePlan   = "usage plan"
	resourceMember = "usage plan key"
)

// Error says why the registry did not do what it was asked. It never holds the value of a key.
type Error struct {
	Kind     Kind   // what a caller can act on
	Resource string // "API key", "usage plan", "usage plan key" or "stage"
	ID       string // which one; empty: one that is not there yet
	Reason   string // in words: AWS's, where they are known
}

// Error names the resource and gives the reason.
func (e *Error) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("usage: %s: %s", e.Resource, e.Reason)
	}
	return fmt.Sprintf("usage: %s %q: %s", e.Resource, e.ID, e.Reason)
}

func notFound(resource, id string) *Error {
	return &Error{Kind: NotFound, Resource: resource, ID: id, Reason: "there is none"}
}

// Reason is why a request was refused.
type Reason int

// The reasons, and what a REST API answers for each. The zero Reason is Forbidden. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
// (INVALID_API_KEY, THROTTLED, QUOTA_EXCEEDED).
const (
	Forbidden     Reason = iota // 403 Forbidden
	Throttled                   // 429 Too Many Requests
	QuotaExceeded               // 429 Limit Exceeded
)

var reasons = [...]string{"forbidden", "throttled", "quota exceeded"}

// String is "forbidden", "throttled" or "quota exceeded".
func (r Reason) String() string { return reasons[r] }

// Refusal says why a request with an API key goes no further. It never holds the value of a key.
type Refusal struct {
	Reason Reason // what API Gateway answers
	KeyID  string // empty: no key has the value
	PlanID string // empty: the key is in no plan of the stage, or may not be used
	Detail string // for a log, not for the caller
}

// Error gives the reason and the detail.
func (r *Refusal) Error() string { return fmt.Sprintf("usage: %s: %s", r.Reason, r.Detail) }
