package httpapi

import (
	"strings"

	"portcullis/api/lambdajson"
	"portcullis/deploy/gateway/internal/stage"
)

// newAuthorizerEvent is the event of a Lambda authorizer in payload format 2.0, which asks by the values of the identity sources. Without
// them there is no identitySource: null. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
func newAuthorizerEvent(x *stage.Exchange, values []string) ([]byte, error) {
	w := lambdajson.NewWriter(lambdajson.SizeOfEvent)
	w.Text("version", "2.0")
	w.Text("type", "REQUEST")
	w.Text("routeArn", x.ARN())
	if len(values) == 0 {
		values = nil
	}
	w.List("identitySource", values)
	writeRequest(w, x, nil)
	return w.End()
}

// newAuthorizerEventV1 is the event of a Lambda authorizer in payload format 1.0, which asks by the values of the identity sources, joined by
// commas. AWS documents fewer members of the context: those of a function's event are a choice.
func newAuthorizerEventV1(x *stage.Exchange, values []string) ([]byte, error) {
	w := lambdajson.NewWriter(lambdajson.SizeOfEvent)
	source := stage.TextOrNull(strings.Join(values, ","))
	w.Text("version", "1.0")
	w.Text("type", "REQUEST")
	w.Text("methodArn", x.ARN())
	w.TextOrNull("identitySource", source)
	w.TextOrNull("authorizationToken", source)
	w.Text("resource", routePath(x.Method))
	w.Text("path", x.StagePath)
	w.Text("httpMethod", x.HTTP.Method)
	w.Lasts("headers", x.EventHeaders())
	w.Lasts("queryStringParameters", stage.MapOrEmpty(x.Queries()))
	w.Texts("pathParameters", stage.MapOrEmpty(parametersInEvent(x)))
	w.Texts("stageVariables", stage.MapOrEmpty(x.Plan.StageVariables))
	w.Open("requestContext")
	writeContextV1(w, x, nil)
	w.Close()
	return w.End()
}
