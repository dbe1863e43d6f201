package gateway

import (
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/internal/websocket"
)

// AuthorizerCache is what a gateway keeps of its Lambda authorizer's answers: the TTL of each, zero where none is kept; the Most that it
// keeps; and the Answers that there are, the last one that is forgotten first.
type AuthorizerCache = stage.AuthorizerCache

// KeptAnswer is such an answer: the PrincipalID in it, without credentials; an Identity, which is the same for the same values of identity
// sources as long as the process runs, and by which they cannot be told; and Until when it is kept.
type KeptAnswer = stage.KeptAnswer

// AnswerCache is what a REST API's stage cache keeps of a method: its Route, the TTL of each answer, and how many Answers there are.
type AnswerCache = stage.AnswerCache

// Connection is one that is open to a WebSocket API: its ID, the Principal of who connected, the SourceIP, when it was ConnectedAt and
// LastActive, and how many messages were Received of the client and Sent to it.
type Connection = websocket.Connection

// AuthorizerCache tells what is kept of the Lambda authorizer's answers; zero: the gateway has no such authorizer.
func (g *Gateway) AuthorizerCache() AuthorizerCache { return g.api.AuthorizerCache() }

// FlushAuthorizers forgets them, so that the authorizer is asked again for each caller, and tells how many there were. An answer to who
// was asked about before is kept if it comes later. See
// https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageAuthorizersCache.html, and of HTTP APIs
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename-cache-authorizers.html.
func (g *Gateway) FlushAuthorizers() int { return g.api.FlushAuthorizers() }

// AnswerCaches tells what is kept of each method whose answers are, in the order of their routes.
func (g *Gateway) AnswerCaches() []AnswerCache { return g.api.AnswerCaches() }

// FlushAnswers forgets the answers of all methods, and tells how many there were. See
// https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageCache.html.
func (g *Gateway) FlushAnswers() int { return g.api.FlushAnswers() }

// Connections are those that are open, the oldest first; none of an API that is no WebSocket API. Those that another gateway has taken
// over are told of by both.
func (g *Gateway) Connections() []Connection {
	if a, is := g.api.(*websocket.API); is {
		return a.Connections()
	}
	return nil
}
