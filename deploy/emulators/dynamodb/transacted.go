package dynamodb

import (
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"
)

// How long a transaction's token is known, and how many of them are: the oldest make room.
// Source: API reference, TransactWriteItems, ClientRequestToken.
const (
	tokenLifetime = 10 * time.Minute
	maxTokens     = 10_000
)

// transacted are the transactions with a token that were done.
type transacted struct {
	lock  sync.Mutex
	done  map[string]doneTransaction // by token
	order []string                   // oldest first
}

type doneTransaction struct {
	digest [sha256.Size]byte // of what it was asked to do
	at     time.Time
}

// once does what a token asks for, unless that was done already. What could not be done may be tried again, with the same token
// too. Those with a token wait for each other; "" is none.
func (t *transacted) once(token string, digest [sha256.Size]byte, now func() time.Time, do func() *apiError) *apiError {
	if token == "" {
		return do()
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	t.forget(now())
	if before, known := t.done[token]; known {
		if before.digest != digest {
			return &apiError{Type: parameterMismatch, Message: "The ClientRequestToken was used before, with other parameters"}
		}
		return nil
	}
	if failure := do(); failure != nil {
		return failure
	}
	if t.done == nil {
		t.done = map[string]doneTransaction{}
	}
	t.done[token] = doneTransaction{digest, now()}
	t.order = append(t.order, token)
	return nil
}

// forget makes room for one more.
func (t *transacted) forget(now time.Time) {
	for len(t.order) > 0 && (len(t.order) >= maxTokens || !now.Before(t.done[t.order[0]].at.Add(tokenLifetime))) {
		delete(t.done, t.order[0])
		t.order = t.order[1:]
	}
}

// clientRequestToken reads the token; "" where there is none.
func (r *request) clientRequestToken() (token string) {
	const most = 36
	const constraint = "1 validation error detected: Value '%s' at 'clientRequestToken' failed to satisfy constraint: " +
		"Member must have length %s than or equal to %d"
	if !r.read("ClientRequestToken", &token) {
		return ""
	}
	switch {
	case token == "":
		r.refuse(invalid(constraint, token, "greater", 1))
	case len(token) > most:
		r.refuse(invalid(constraint, token, "less", most))
	}
	return token
}

// digestOf is of the members that nobody has read yet, whatever their order and the blanks between them.
func digestOf(r *request) [sha256.Size]byte {
	all := map[string]any{}
	for name, raw := range r.members {
		var value any
		if json.Unmarshal(raw, &value) == nil {
			all[name] = value
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err) // what was read as JSON can be written
	}
	return sha256.Sum256(text)
}
