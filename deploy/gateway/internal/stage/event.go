package stage

import (
	"mime"
	"net"
	"net/http"
	"strings"

	"portcullis/api/lambdajson"
)

// EventIdentity is requestContext.identity in the events of REST APIs and in format 1.0 of those of HTTP APIs. Most of it is
// known of callers that sign with IAM only. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html.
type EventIdentity struct {
	AccountID, Caller, AccessKey, UserARN, User *string // nil: nobody signed
	SourceIP                                    string
	UserAgent                                   *string // nil: the client does not say
	APIKey, APIKeyID                            *string // nil: no key is required
}

// Write writes the members of the object.
func (i *EventIdentity) Write(w *lambdajson.Writer) {
	w.TextOrNull("cognitoIdentityPoolId", nil)
	w.TextOrNull("accountId", i.AccountID)
	w.TextOrNull("cognitoIdentityId", nil)
	w.TextOrNull("caller", i.Caller)
	w.Text("sourceIp", i.SourceIP)
	w.TextOrNull("principalOrgId", nil)
	w.TextOrNull("accessKey", i.AccessKey)
	w.TextOrNull("cognitoAuthenticationType", nil)
	w.TextOrNull("cognitoAuthenticationProvider", nil)
	w.TextOrNull("userArn", i.UserARN)
	w.TextOrNull("userAgent", i.UserAgent)
	w.TextOrNull("user", i.User)
	if i.APIKey != nil {
		w.Text("apiKey", *i.APIKey)
	}
	if i.APIKeyID != nil {
		w.Text("apiKeyId", *i.APIKeyID)
	}
}

// NewEventIdentity is what is known of who calls, beyond an authorizer's answer.
func NewEventIdentity(x *Exchange) EventIdentity {
	c := EventIdentity{SourceIP: x.SourceIP, UserAgent: TextOrNull(x.HTTP.UserAgent())}
	if x.Signer != nil {
		who := x.signed()
		c.AccessKey, c.AccountID, c.Caller = TextOrNull(who.AccessKey), TextOrNull(who.Account), TextOrNull(who.UserID)
		c.User, c.UserARN = TextOrNull(who.UserID), TextOrNull(who.ARN)
	}
	if x.key != nil {
		value := string(x.key.Key.Value)
		c.APIKey, c.APIKeyID = &value, TextOrNull(x.key.Key.ID)
	}
	return c
}

// TextOrNull is a text that becomes null in an event where it is empty.
func TextOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// EventHeaders are the request's headers, but for those that the kind of API withholds, and those that AWS adds on the way.
func (r *Request) EventHeaders() map[string][]string {
	forwarded := r.SourceIP
	if before := r.HTTP.Header.Get("X-Forwarded-For"); before != "" {
		forwarded = before + ", " + forwarded
	}
	_, port, err := net.SplitHostPort(r.HTTP.Host)
	if err != nil {
		port = "443" // the default of https, which API Gateway serves
	}
	headers := map[string][]string{
		"Host": {r.HTTP.Host}, "X-Amzn-Trace-Id": {r.TraceID},
		"X-Forwarded-For": {forwarded}, "X-Forwarded-Port": {port}, "X-Forwarded-Proto": {scheme(r.HTTP)},
	}
	for name, values := range r.HTTP.Header {
		if headers[name] == nil && name != traceHeader && !r.withheld(name) { // AWS's own hide what the client sent in their place
			headers[r.spelling(name)] = values
		}
	}
	return headers
}

// withheld tells whether the kind of API keeps a header to itself.
func (r *Request) withheld(name string) bool { return r.Withholds != nil && r.Withholds(name) }

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// LastValues keeps the last value of each name; nil where there is no name.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
func LastValues(all map[string][]string) map[string]string {
	if len(all) == 0 {
		return nil
	}
	last := make(map[string]string, len(all))
	for name, values := range all {
		last[name] = values[len(values)-1]
	}
	return last
}

// MapOrNull is a map that becomes null in an event where it is empty.
func MapOrNull[V any](all map[string]V) map[string]V {
	if len(all) == 0 {
		return nil
	}
	return all
}

// MapOrEmpty is a map that becomes {} in an event where it is empty.
func MapOrEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// MediaType is the media type of the body; without Content-Type it is taken for JSON.
func MediaType(header http.Header) string {
	contentType := header.Get("Content-Type")
	if contentType == "" {
		return "application/json"
	}
	name, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return contentType
	}
	return name
}

// Cookies are those of all Cookie headers, each as it was sent.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
func (r *Request) Cookies() []string {
	var all []string
	for _, header := range r.HTTP.Header.Values("Cookie") {
		for cookie := range strings.SplitSeq(header, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				all = append(all, cookie)
			}
		}
	}
	return all
}
