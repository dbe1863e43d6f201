package gateway

import (
	"net/http"

	"portcullis/deploy/gateway/internal/stage"
)

// Who is a caller of whom a policy is known: by the AccessKeyID of one of the plan's callers for a desk, who sign, or by the Document
// that a Lambda authorizer has answered; or who comes with a Token for an authorizer of the gateway's own. Beside
// each may be the Key of a usage plan, from the client's header or the authorizer's answer. The zero Who is somebody of whom
// nothing is known.
type Who = stage.Who

// Judgement is what a gateway makes of a request by policies alone: the Operation that serves it, nil where none does; the ARN that it
// invokes, and whether that is TooLong for any policy; the Decision that comes of the caller's policy and the API's together; the caller's
// Document and what it says on its Own; how the API's Resource policy was evaluated, nil where there is none; and what the gateway's own
// authorizer says of the Token, and which Key the request would be counted by, each nil where that is not asked.
type Judgement = stage.Judgement

// TokenJudgement is whether a token is Good and has one of the scopes Wanted, of which it Lacks all where it is good but for that; or
// whether that is Unknown; and the Reason.
type TokenJudgement = stage.TokenJudgement

// Judge tells how policies decide about a request, whose method, path and headers count as if it were sent here now, to the stage's own
// path, and by the client of its RemoteAddr. No function is called, and nothing is counted, kept or logged. Of a WebSocket API
// it is about connecting, whatever the path.
func (g *Gateway) Judge(r *http.Request, who Who) Judgement { return g.api.Judge(r, who) }
