package httpapi

import (
	"portcullis/api/lambdajson"
	"portcullis/deploy/gateway/internal/stage"
)

// newEventV1 is the event of a function in payload format 1.0. What is empty is null. Its paths are as sent, with the stage in front; that
// the context's is too is a choice. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
func newEventV1(x *stage.Exchange) ([]byte, error) {
	w := lambdajson.NewWriter(lambdajson.SizeOfEvent)
	headers, query := x.EventHeaders(), stage.MapOrNull(x.Queries())
	w.Text("version", "1.0")
	w.Text("resource", routePath(x.Method))
	w.Text("path", x.StagePath)
	w.Text("httpMethod", x.HTTP.Method)
	w.Lasts("headers", headers)
	w.Lists("multiValueHeaders", headers)
	w.Lasts("queryStringParameters", query)
	w.Lists("multiValueQueryStringParameters", query)
	w.Open("requestContext")
	writeContextV1(w, x, authorizerInEventV1(x))
	w.Close()
	w.Texts("pathParameters", parametersInEvent(x))
	w.Texts("stageVariables", stage.MapOrNull(x.Plan.StageVariables))
	body, isBase64 := bodyInEvent(x)
	w.TextOrNull("body", stage.TextOrNull(body))
	w.Bool("isBase64Encoded", isBase64)
	return w.End()
}

// writeContextV1 writes what is known of the request beside what was sent. An authorizer's event has no authorizer: nil.
func writeContextV1(w *lambdajson.Writer, x *stage.Exchange, authorizer map[string]any) {
	domain, domainPrefix := x.Domain()
	w.Text("accountId", x.Config.AccountID)
	w.Text("apiId", x.APIID)
	if authorizer != nil {
		w.Values("authorizer", authorizer)
	}
	w.Text("domainName", domain)
	w.Text("domainPrefix", domainPrefix)
	w.Text("extendedRequestId", x.ExtendedID)
	w.Text("httpMethod", x.HTTP.Method)
	w.Open("identity")
	identity := stage.NewEventIdentity(x)
	identity.Write(w)
	w.TextOrNull("cognitoAmr", nil) // which a REST API's has not
	w.Close()
	w.Text("path", x.StagePath)
	w.Text("protocol", x.HTTP.Proto)
	w.Text("requestId", x.ExtendedID)
	w.Text("requestTime", x.RequestTime())
	w.Number("requestTimeEpoch", x.Start.UnixMilli())
	w.Text("resourceId", x.RouteKey())
	w.Text("resourcePath", routePath(x.Method))
	w.Text("stage", x.Plan.Name)
}

// authorizerInEventV1 is what a token or an authorizer says of the caller: the claims and scopes of the one, null for the
// other, and beside them the other's context. A signer is in identity instead.
func authorizerInEventV1(x *stage.Exchange) map[string]any {
	if x.Identity == nil {
		return nil
	}
	if x.Identity.Claims != nil {
		return map[string]any{"claims": claimsInEvent(x.Identity.Claims), "scopes": x.Identity.Scopes}
	}
	all := map[string]any{"claims": nil, "scopes": nil}
	if x.Identity.PrincipalID != "" {
		all["principalId"] = x.Identity.PrincipalID
	}
	for name, value := range x.Identity.Context {
		all[name] = value
	}
	return all
}
