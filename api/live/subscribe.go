package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"portcullis/api/internal/schema"
	"portcullis/api/live/connections"
	"portcullis/policy"
)

// refusal is the reply to a message by which nothing is done.
type refusal struct {
	reply
	Error   string `json:"error"`   // one of the codes below
	Message string `json:"message"` // the same as a sentence
}

// The codes of refusals.
const (
	codeNoFeed       = "no-feed"
	codeBadValue     = "bad-value"
	codeTooMany      = "too-many"
	codeConnectAgain = "connect-again"
)

// subscribe subscribes a connection to what its message names, or ends that, as the route says. What the client can do something about is
// replied to it, and any other failure an error, so that it hears of one from API Gateway.
func (f *Function) subscribe(ctx context.Context, e *event, back reply, caller policy.Caller) (answer, error) {
	if f.store == nil || len(f.topics) == 0 {
		return send(refusal{back, codeNoFeed, "This API tells of no changes."})
	}
	member, value := f.named(e.Body)
	if member == "" {
		return send(refusal{back, codeBadValue, fmt.Sprintf("Want one of these, a text: %s.", strings.Join(f.members(), ", "))})
	}
	topic, err := f.topics[member](value)
	if err != nil {
		return send(refusal{back, codeBadValue, fmt.Sprintf("%s: %s", member, err)})
	}
	told := map[string]any{"action": back.Action, member: value}
	if back.ID != "" {
		told["id"] = back.ID
	}
	if back.Action == "unsubscribe" {
		err = f.store.Unsubscribe(ctx, e.Context.ConnectionID, topic)
	} else {
		err = f.store.Subscribe(ctx, e.Context.ConnectionID, topic)
		told["until"] = endsOf(e, caller).Unix()
	}
	switch {
	case errors.Is(err, connections.ErrTooMany):
		return send(refusal{back, codeTooMany, fmt.Sprintf("A connection may be subscribed to %d at most; unsubscribe from one first.", connections.MaxTopics)})
	case errors.Is(err, connections.ErrNotFound):
		return send(refusal{back, codeConnectAgain, "This connection is not known; connect again."})
	case err != nil:
		return answer{}, err
	}
	return send(told)
}

// members are those of messages that say what is subscribed to.
func (f *Function) members() []string { return slices.Sorted(maps.Keys(f.topics)) }

// named gives the one member of a message that says what is subscribed to, and its text; "" where there is none, or are two. It reads as the
// Guard does, which has decided by the same member.
func (f *Function) named(body string) (member, value string) {
	decoded, err := schema.Decode([]byte(body))
	if err != nil {
		return "", ""
	}
	for _, name := range f.members() {
		text := ownerOf(decoded, []string{name})
		if text != "" && member != "" {
			return "", ""
		}
		if text != "" {
			member, value = name, text
		}
	}
	return member, value
}
