package rest

import (
	"portcullis/deploy/gateway/internal/stage"
)

// tokenEvent is the event of a TOKEN authorizer, whole: the value as sent, with any "Bearer " in it.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html.
type tokenEvent struct {
	Type               string `json:"type"`
	AuthorizationToken string `json:"authorizationToken"`
	MethodARN          string `json:"methodArn"`
}

func newTokenEvent(x *stage.Exchange, values []string) any {
	return tokenEvent{"TOKEN", values[0], x.ARN()}
}

// requestEvent is the event of a REST API's REQUEST authorizer: a function's without a body, and with what is invoked.
// Its maps are empty objects where they are empty.
type requestEvent struct {
	Type      string `json:"type"`
	MethodARN string `json:"methodArn"`
	request
}

func newRequestEvent(x *stage.Exchange, _ []string) any {
	e := requestEvent{"REQUEST", x.ARN(), newRequest(x)}
	e.QueryStringParameters = stage.MapOrEmpty(e.QueryStringParameters)
	e.MultiValueQueryStringParameters = stage.MapOrEmpty(e.MultiValueQueryStringParameters)
	e.PathParameters, e.StageVariables = stage.MapOrEmpty(e.PathParameters), stage.MapOrEmpty(e.StageVariables)
	return e
}
