package inquiry

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"portcullis/api/live"
	"portcullis/policy"
)

// Sending is what an answer about a message says beside what one about a request does.
type Sending struct {
	Connect Consent `json:"connect"`
	Grant   string  `json:"grant"` // that the authorizer writes for later messages; "" where there is none
	Owner   *Owning `json:"owner"` // nil where no member names one
}

// Consent is whether the caller may connect.
type Consent struct {
	Decision string `json:"decision"`
	Text     string `json:"text"`
}

// Owning is whom a message is about.
type Owning struct {
	Member string `json:"member"` // that names it
	ID     string `json:"id"`     // "": nobody
	of     string // the message; "": it is not known
}

// String says it in words.
func (o *Owning) String() string {
	switch {
	case o.of == "":
		return o.Member + ", which is nobody's without --message"
	case o.ID == "":
		return o.Member + " names nobody"
	}
	return fmt.Sprintf("%s names %q", o.Member, o.ID)
}

// answerMessage says why the caller may send a message: who may connect, what the authorizer grants then, and what the rules say of
// that, as the guard before a function decides it (package live).
func (q *Inquiry) answerMessage(now time.Time) (*Answer, error) {
	connecting, err := (&Inquiry{Question: Question{Connect: true, Method: policy.RouteConnect, ARN: q.ARN}, Surface: q.Surface, Subject: q.Subject}).Answer(now)
	if err != nil {
		return nil, err
	}
	a := newAnswer(q)
	a.Message = &Sending{Connect: Consent{connecting.Decision, connecting.Text}}
	operation := q.Surface.ofWebSocket(q.Method)
	if operation == nil {
		operation = q.Surface.ofWebSocket(MessageMethod + policy.RouteDefault)
	}
	if operation != nil {
		a.Route = NewServed(operation)
	} else {
		a.NoRoute = "none, and there is no " + policy.RouteDefault
	}
	switch {
	case connecting.Decision == Deny:
		a.Text = "deny: the caller does not get a connection"
	case operation == nil:
		a.Text = `deny: the gateway has no such route, and answers {"message": "Forbidden", …}`
	case q.Surface.connect().Access.Public: // where there is no grant
		a.decideOpenly(operation.Access)
	default:
		return a, q.decideMessage(a, strings.TrimPrefix(operation.Route.Method, MessageMethod), now)
	}
	return a, nil
}

// decideOpenly decides a message where everyone may connect, so that no authorizer says who it is.
func (a *Answer) decideOpenly(access policy.Access) {
	if access.Public {
		a.Rules, a.Decision, a.Text = openRuling(), Allow, "allow: everyone may connect, and send it"
		return
	}
	a.Text = "deny: everyone may connect, so that no authorizer tells who sends it"
}

// decideMessage asks the rules about the message of a route, sent by whom the grant names.
func (q *Inquiry) decideMessage(a *Answer, key string, now time.Time) error {
	grant, err := q.Surface.Compiled.EncodeGrant(q.Subject.Caller)
	if err != nil {
		return err
	}
	sender, err := policy.DecodeGrant(grant)
	if err != nil {
		return err
	}
	method := MessageMethod + key
	message := policy.Message{Key: key, At: now}
	a.Message.Grant = grant
	if member := q.Surface.Owners[method]; member != "" {
		message.Owner = live.OwnerOf([]byte(q.Message), member)
		a.Message.Owner = &Owning{member, message.Owner, q.Message}
	}
	explanation := q.Surface.Compiled.ExplainMessage(sender, message)
	a.Rules = newRuling(explanation, q.Surface.Demands(q.Surface.ofWebSocket(method)))
	if explanation.Open {
		a.Rules = openRuling()
	}
	switch {
	case explanation.Decision != policy.Allow:
		a.Text = "deny: " + q.Surface.hears(key)
	case q.Subject.isTrusted():
		a.Decision, a.Text = Allow, "allow"
	default:
		a.Decision, a.Text = Unknown, notVerified
	}
	return nil
}

// hears says what a client is told of a message that it may not send.
func (s *Surface) hears(key string) string {
	for _, r := range s.WebSocket.Routes {
		if r.Key == key && r.Reply != "" {
			return `the sender is answered {"message": "Forbidden", …}`
		}
	}
	return "the sender is told nothing, as of no message of this route"
}

// tooLarge says that the grant for messages does not fit, and the authorizer refuses the caller; "" where it does.
func (q *Inquiry) tooLarge() string {
	_, err := q.Surface.Compiled.EncodeGrant(q.Subject.Caller)
	if large := (*policy.GrantError)(nil); errors.As(err, &large) && large.Bytes > 0 {
		return fmt.Sprintf("the grant for messages has %d bytes, and %d are the most", large.Bytes, policy.MaxGrant)
	}
	return ""
}
