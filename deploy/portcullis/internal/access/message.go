package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"portcullis/api/live"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// completeMessage makes the question one about a message, or about connecting.
func (q *question) completeMessage() error {
	switch {
	case q.key == policy.RouteConnect && q.message != "":
		return cli.Usage("--message: there is none at %s", policy.RouteConnect)
	case q.key == policy.RouteConnect:
		q.key = ""
		return q.completeConnect()
	case q.key == policy.RouteDisconnect:
		return cli.Usage("--route %s: nobody is asked when a connection ends", policy.RouteDisconnect)
	case q.message != "" && !json.Valid([]byte(q.message)):
		return cli.Usage("--message: want JSON, such as {\"action\":\"send\"}")
	}
	if err := q.completeConnect(); err != nil {
		return err
	}
	q.connect, q.method = false, messageMethod+q.key
	return nil
}

// sending is what an answer about a message says beside what one about a request does.
type sending struct {
	Connect consent `json:"connect"`
	Grant   string  `json:"grant"` // that the authorizer writes for later messages; "" where there is none
	Owner   *owning `json:"owner"` // nil where no member names one
}

// consent is whether the caller may connect.
type consent struct {
	Decision string `json:"decision"`
	Text     string `json:"text"`
}

// owning is whom a message is about.
type owning struct {
	Member string `json:"member"` // that names it
	ID     string `json:"id"`     // "": nobody
	of     string // the message; "": it is not known
}

func (o *owning) String() string {
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
func (q *inquiry) answerMessage(now time.Time) (*answer, error) {
	connecting, err := (&inquiry{question: question{connect: true, method: policy.RouteConnect, arn: q.arn}, contract: q.contract, subject: q.subject}).answer(now)
	if err != nil {
		return nil, err
	}
	a := newAnswer(q)
	a.Message = &sending{Connect: consent{connecting.Decision, connecting.Text}}
	operation := q.contract.ofWebSocket(q.method)
	if operation == nil {
		operation = q.contract.ofWebSocket(messageMethod + policy.RouteDefault)
	}
	if operation != nil {
		a.Route = newServed(operation)
	} else {
		a.noRoute = "none, and there is no " + policy.RouteDefault
	}
	switch {
	case connecting.Decision == decisionDeny:
		a.Text = "deny: the caller does not get a connection"
	case operation == nil:
		a.Text = `deny: the gateway has no such route, and answers {"message": "Forbidden", …}`
	case q.contract.connect().Access.Public: // where there is no grant
		a.decideOpenly(operation.Access)
	default:
		return a, q.decideMessage(a, strings.TrimPrefix(operation.Route.Method, messageMethod), now)
	}
	return a, nil
}

// decideOpenly decides a message where everyone may connect, so that no authorizer says who it is.
func (a *answer) decideOpenly(access policy.Access) {
	if access.Public {
		a.Rules, a.Decision, a.Text = openRuling(), decisionAllow, "allow: everyone may connect, and send it"
		return
	}
	a.Text = "deny: everyone may connect, so that no authorizer tells who sends it"
}

// decideMessage asks the rules about the message of a route, sent by whom the grant names.
func (q *inquiry) decideMessage(a *answer, key string, now time.Time) error {
	grant, err := q.contract.rules.EncodeGrant(q.subject.caller)
	if err != nil {
		return err
	}
	sender, err := policy.DecodeGrant(grant)
	if err != nil {
		return err
	}
	method := messageMethod + key
	message := policy.Message{Key: key, At: now}
	a.Message.Grant = grant
	if member := q.contract.owners[method]; member != "" {
		message.Owner = live.OwnerOf([]byte(q.message), member)
		a.Message.Owner = &owning{member, message.Owner, q.message}
	}
	explanation := q.contract.rules.ExplainMessage(sender, message)
	a.Rules = newRuling(explanation, q.contract.demands(q.contract.ofWebSocket(method)))
	if explanation.Open {
		a.Rules = openRuling()
	}
	switch {
	case explanation.Decision != policy.Allow:
		a.Text = "deny: " + q.contract.hears(key)
	case q.subject.isTrusted():
		a.Decision, a.Text = decisionAllow, "allow"
	default:
		a.Decision, a.Text = decisionUnknown, notVerified
	}
	return nil
}

// hears says what a client is told of a message that it may not send.
func (s *surface) hears(key string) string {
	for _, r := range s.WebSocket.Routes {
		if r.Key == key && r.Reply != "" {
			return `the sender is answered {"message": "Forbidden", …}`
		}
	}
	return "the sender is told nothing, as of no message of this route"
}

// tooLarge says that the grant for messages does not fit, and the authorizer refuses the caller; "" where it does.
func (q *inquiry) tooLarge() string {
	_, err := q.contract.rules.EncodeGrant(q.subject.caller)
	if large := (*policy.GrantError)(nil); errors.As(err, &large) && large.Bytes > 0 {
		return fmt.Sprintf("the grant for messages has %d bytes, and %d are the most", large.Bytes, policy.MaxGrant)
	}
	return ""
}
