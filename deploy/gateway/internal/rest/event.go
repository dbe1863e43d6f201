package rest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"portcullis/api/lambdajson"
	"portcullis/deploy/gateway/internal/stage"
)

// event is the event of a Lambda proxy integration of a REST API: the request as the function behind its method sees it. Its maps are null
// where they are empty. A body of a binary media type is in base64.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
func (a *API) event(x *stage.Exchange) ([]byte, error) {
	w := lambdajson.NewWriter(lambdajson.SizeOfEvent)
	writeRequest(w, x, requestMaps{stage.MapOrNull(x.Queries()), stage.MapOrNull(x.Parameters), stage.MapOrNull(x.Plan.StageVariables)})
	isBase64 := len(x.Body) > 0 && a.media.has(stage.MediaType(x.HTTP.Header))
	body := string(x.Body)
	if isBase64 {
		body = base64.StdEncoding.EncodeToString(x.Body)
	}
	w.TextOrNull("body", stage.TextOrNull(body))
	w.Bool("isBase64Encoded", isBase64)
	return w.End()
}

// withheld tells, of a header's canonical name, whether the events of REST APIs do not have it. Of functions' events that was recorded; that
// authorizers' are the same is a choice.
func withheld(name string) bool {
	switch name {
	case "Connection", "Content-Length", "Content-Md5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Www-Authenticate":
		return true
	}
	return false
}

// requestMaps are what an event has as null where it is empty, or as {}.
type requestMaps struct {
	query                      map[string][]string
	parameters, stageVariables map[string]string
}

// writeRequest writes what the events of functions and of REQUEST authorizers have in common in a REST API.
func writeRequest(w *lambdajson.Writer, x *stage.Exchange, m requestMaps) {
	headers := x.EventHeaders()
	w.Text("resource", x.Method.Route.Path)
	w.Text("path", x.Path)
	w.Text("httpMethod", x.HTTP.Method)
	w.Lasts("headers", headers)
	w.Lists("multiValueHeaders", headers)
	w.Lasts("queryStringParameters", m.query)
	w.Lists("multiValueQueryStringParameters", m.query)
	w.Texts("pathParameters", m.parameters)
	w.Texts("stageVariables", m.stageVariables)
	w.Open("requestContext")
	writeContext(w, x)
	w.Close()
}

// writeContext writes what is known of the request beside what was sent. What is not known of a caller is null.
func writeContext(w *lambdajson.Writer, x *stage.Exchange) {
	domain, domainPrefix := x.Domain()
	w.Text("resourceId", x.ResourceID())
	if x.Identity != nil {
		w.Values("authorizer", authorizerInEvent(x.Identity))
	}
	w.Text("resourcePath", x.Method.Route.Path)
	if name := x.OperationName(); name != "" {
		w.Text("operationName", name)
	}
	w.Text("httpMethod", x.HTTP.Method)
	w.Text("extendedRequestId", x.ExtendedID)
	w.Text("requestTime", x.RequestTime())
	w.Text("path", x.StagePath)
	w.Text("accountId", x.Config.AccountID)
	w.Text("protocol", x.HTTP.Proto)
	w.Text("stage", x.Plan.Name)
	w.Text("domainPrefix", domainPrefix)
	w.Number("requestTimeEpoch", x.Start.UnixMilli())
	w.Text("requestId", x.RequestID)
	w.Open("identity")
	identity := stage.NewEventIdentity(x)
	identity.Write(w)
	w.Close()
	w.Text("domainName", domain)
	w.Text("deploymentId", x.DeploymentID())
	w.Text("apiId", x.APIID)
}

// authorizerInEvent is what the function gets to know of an authorizer's answer: what a Lambda authorizer says, or a token's
// claims.
func authorizerInEvent(i *stage.Identity) map[string]any {
	if i.Claims != nil {
		return map[string]any{"claims": claimsInEvent(i.Claims)}
	}
	all := maps.Clone(i.Context)
	all["principalId"] = i.PrincipalID
	all["integrationLatency"] = i.Latency.Milliseconds()
	return all
}

// claimsInEvent are the claims in a REST API's event: lists are separated by commas, and the times of expiry and issue
// are written out.
func claimsInEvent(claims map[string]any) map[string]string {
	all := make(map[string]string, len(claims))
	for name, value := range claims {
		switch list, isList := value.([]any); {
		case isList:
			all[name] = strings.Join(stage.ClaimTexts(list), ",")
		case name == "exp" || name == "iat":
			all[name] = timeText(value)
		default:
			all[name] = stage.ClaimText(value)
		}
	}
	return all
}

func timeText(value any) string {
	number, _ := value.(json.Number)
	seconds, err := number.Int64()
	if err != nil {
		return stage.ClaimText(value)
	}
	return time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 MST 2006")
}
