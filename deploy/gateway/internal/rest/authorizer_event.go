package rest

import (
	"portcullis/api/lambdajson"
	"portcullis/deploy/gateway/internal/stage"
)

// tokenEvent is the event of a TOKEN authorizer, whole: the value as sent, with any "Bearer " in it.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html.
func tokenEvent(x *stage.Exchange, values []string) ([]byte, error) {
	w := lambdajson.NewWriter(lambdajson.SizeOfEvent)
	w.Text("type", "TOKEN")
	w.Text("authorizationToken", values[0])
	w.Text("methodArn", x.ARN())
	return w.End()
}

// requestEvent is the event of a REST API's REQUEST authorizer: a function's without a body, and with what is invoked.
// Its maps are empty objects where they are empty.
func requestEvent(x *stage.Exchange, _ []string) ([]byte, error) {
	w := lambdajson.NewWriter(lambdajson.SizeOfEvent)
	w.Text("type", "REQUEST")
	w.Text("methodArn", x.ARN())
	writeRequest(w, x, requestMaps{stage.MapOrEmpty(x.Queries()), stage.MapOrEmpty(x.Parameters), stage.MapOrEmpty(x.Plan.StageVariables)})
	return w.End()
}
