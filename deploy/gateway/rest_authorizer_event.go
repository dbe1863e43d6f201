package gateway

// tokenEvent is the event of a TOKEN authorizer, whole: the value as sent, with any "Bearer " in it.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html.
type tokenEvent struct {
	Type               string `json:"type"`
	AuthorizationToken string `json:"authorizationToken"`
	MethodARN          string `json:"methodArn"`
}

func newTokenEvent(x *exchange, values []string) any { return tokenEvent{"TOKEN", values[0], x.arn()} }

// requestEvent is the event of a REST API's REQUEST authorizer: a function's without a body, and with what is invoked.
// Its maps are empty objects where they are empty.
type requestEvent struct {
	Type      string `json:"type"`
	MethodARN string `json:"methodArn"`
	restRequest
}

func newRequestEvent(x *exchange, _ []string) any {
	e := requestEvent{"REQUEST", x.arn(), newRESTRequest(x)}
	e.QueryStringParameters = notNilMap(e.QueryStringParameters)
	e.MultiValueQueryStringParameters = notNilMap(e.MultiValueQueryStringParameters)
	e.PathParameters, e.StageVariables = notNilMap(e.PathParameters), notNilMap(e.StageVariables)
	return e
}
