package httpapi

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"portcullis/api/lambdajson"
	"portcullis/deploy/gateway/internal/stage"
)

// newEvent is the event of a function in payload format 2.0. What is empty is absent. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
func newEvent(x *stage.Exchange) ([]byte, error) {
	w := lambdajson.NewWriter(lambdajson.SizeOfEvent)
	w.Text("version", "2.0")
	writeRequest(w, x, authorizerInEvent(x))
	body, isBase64 := bodyInEvent(x)
	if body != "" {
		w.Text("body", body)
	}
	w.Bool("isBase64Encoded", isBase64)
	return w.End()
}

// writeRequest writes what the events of functions and of authorizers have in common in payload format 2.0. An authorizer's has no
// authorizer: nil.
func writeRequest(w *lambdajson.Writer, x *stage.Exchange, authorizer map[string]any) {
	headers := joinedHeaders(x.EventHeaders())
	delete(headers, "cookie") // they are in a list of their own
	w.Text("routeKey", x.RouteKey())
	w.Text("rawPath", pathInEvent(x))
	w.Text("rawQueryString", x.HTTP.URL.RawQuery)
	if cookies := x.Cookies(); len(cookies) > 0 {
		w.List("cookies", cookies)
	}
	w.Texts("headers", headers)
	writeTexts(w, "queryStringParameters", joined(x.Queries()))
	w.Open("requestContext")
	writeContext(w, x, authorizer)
	w.Close()
	writeTexts(w, "pathParameters", parametersInEvent(x))
	writeTexts(w, "stageVariables", x.Plan.StageVariables)
}

// writeTexts writes a member that is absent where it is empty.
func writeTexts(w *lambdajson.Writer, name string, all map[string]string) {
	if len(all) > 0 {
		w.Texts(name, all)
	}
}

// writeContext writes what is known of the request beside what was sent.
func writeContext(w *lambdajson.Writer, x *stage.Exchange, authorizer map[string]any) {
	domain, domainPrefix := x.Domain()
	w.Text("accountId", x.Config.AccountID)
	w.Text("apiId", x.APIID)
	if authorizer != nil {
		w.Values("authorizer", authorizer)
	}
	w.Text("domainName", domain)
	w.Text("domainPrefix", domainPrefix)
	w.Open("http")
	w.Text("method", x.HTTP.Method)
	w.Text("path", pathInEvent(x))
	w.Text("protocol", x.HTTP.Proto)
	w.Text("sourceIp", x.SourceIP)
	w.Text("userAgent", x.HTTP.UserAgent())
	w.Close()
	w.Text("requestId", x.ExtendedID)
	w.Text("routeKey", x.RouteKey())
	w.Text("stage", x.Plan.Name)
	w.Text("time", x.RequestTime())
	w.Number("timeEpoch", x.Start.UnixMilli())
}

// authorizerInEvent is who calls: the signer, a token's claims, or what a Lambda authorizer says; nil where nobody was
// asked for.
func authorizerInEvent(x *stage.Exchange) map[string]any {
	switch {
	case x.Signer != nil:
		return map[string]any{"iam": map[string]any{
			"accessKey": x.Signer.AccessKey, "accountId": x.Signer.Account, "callerId": x.Signer.UserID,
			"cognitoIdentity": nil, "principalOrgId": nil, "userArn": x.Signer.ARN, "userId": x.Signer.UserID,
		}}
	case x.Identity == nil:
		return nil
	case x.Identity.Claims != nil:
		return map[string]any{"jwt": map[string]any{"claims": claimsInEvent(x.Identity.Claims), "scopes": x.Identity.Scopes}}
	case len(x.Identity.Context) == 0:
		return map[string]any{"lambda": nil}
	}
	return map[string]any{"lambda": x.Identity.Context}
}

// claimsInEvent are the claims in an HTTP API's events: texts all.
func claimsInEvent(claims map[string]any) map[string]string {
	texts := make(map[string]string, len(claims))
	for name, value := range claims {
		texts[name] = stage.ClaimText(value)
	}
	return texts
}

// joinedHeaders gives headers by their names in lower case.
func joinedHeaders(headers map[string][]string) map[string]string {
	all := make(map[string]string, len(headers))
	for name, values := range headers {
		all[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return all
}

// joined joins the values of each name by commas.
func joined(all map[string][]string) map[string]string {
	texts := make(map[string]string, len(all))
	for name, values := range all {
		texts[name] = strings.Join(values, ",")
	}
	return texts
}

// bodyInEvent is the body in an event, and whether it is in base64: what is no text is, and what says it is one and
// is not. HTTP APIs do not decompress.
func bodyInEvent(x *stage.Exchange) (string, bool) {
	if len(x.Body) == 0 {
		return "", false
	}
	typed := x.HTTP.Header.Get("Content-Type") != "" && stage.ContentCoding(x.HTTP.Header) == ""
	if typed && isText(stage.MediaType(x.HTTP.Header)) && utf8.Valid(x.Body) {
		return string(x.Body), false
	}
	return base64.StdEncoding.EncodeToString(x.Body), true
}

// isText tells whether an HTTP API takes bodies of a media type for text.
func isText(mediaType string) bool {
	switch mediaType {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(mediaType, "text/")
}
