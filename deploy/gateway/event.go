package gateway

import (
	"mime"
	"net"
	"net/http"
	"strings"
)

// eventIdentity is requestContext.identity. Most of it is known of callers that sign with IAM only.
type eventIdentity struct {
	CognitoIdentityPoolID         *string `json:"cognitoIdentityPoolId"`
	AccountID                     *string `json:"accountId"`
	CognitoIdentityID             *string `json:"cognitoIdentityId"`
	Caller                        *string `json:"caller"`
	SourceIP                      string  `json:"sourceIp"`
	PrincipalOrgID                *string `json:"principalOrgId"`
	AccessKey                     *string `json:"accessKey"`
	CognitoAuthenticationType     *string `json:"cognitoAuthenticationType"`
	CognitoAuthenticationProvider *string `json:"cognitoAuthenticationProvider"`
	UserARN                       *string `json:"userArn"`
	UserAgent                     *string `json:"userAgent"`
	User                          *string `json:"user"`
	APIKey                        *string `json:"apiKey,omitempty"`   // only where a key is required
	APIKeyID                      *string `json:"apiKeyId,omitempty"` // the same
}

// newEventIdentity is what is known of who calls, beyond an authorizer's answer.
func newEventIdentity(x *exchange) eventIdentity {
	c := eventIdentity{SourceIP: x.sourceIP, UserAgent: present(x.r.UserAgent())}
	if x.signer != nil {
		who := x.signed()
		c.AccessKey, c.AccountID, c.Caller = present(who.accessKey), present(who.account), present(who.userID)
		c.User, c.UserARN = present(who.userID), present(who.arn)
	}
	if x.key != nil {
		value := string(x.key.Key.Value)
		c.APIKey, c.APIKeyID = &value, present(x.key.Key.ID)
	}
	return c
}

// present is a text that may be missing.
func present(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// eventHeaders are the request's headers and those that AWS adds on the way.
func (q *request) eventHeaders() map[string][]string {
	forwarded := q.sourceIP
	if before := q.r.Header.Get("X-Forwarded-For"); before != "" {
		forwarded = before + ", " + forwarded
	}
	_, port, err := net.SplitHostPort(q.r.Host)
	if err != nil {
		port = "443" // the default of https, which API Gateway serves
	}
	headers := map[string][]string{
		"Host": {q.r.Host}, "X-Amzn-Trace-Id": {q.traceID},
		"X-Forwarded-For": {forwarded}, "X-Forwarded-Port": {port}, "X-Forwarded-Proto": {scheme(q.r)},
	}
	for name, values := range q.r.Header {
		if headers[name] == nil && name != traceHeader { // AWS's own hide what the client sent in their place
			headers[q.spelling(name)] = values
		}
	}
	return headers
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// lastValues keeps the last value of each name; nil where there is no name.
func lastValues(all map[string][]string) map[string]string {
	if len(all) == 0 {
		return nil
	}
	last := make(map[string]string, len(all))
	for name, values := range all {
		last[name] = values[len(values)-1]
	}
	return last
}

func nilIfEmpty[V any](all map[string]V) map[string]V {
	if len(all) == 0 {
		return nil
	}
	return all
}

func notNilMap[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// mediaType is the media type of the body; without Content-Type it is taken for JSON.
func mediaType(header http.Header) string {
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

// cookies are those of all Cookie headers, each as it was sent.
func (q *request) cookies() []string {
	var all []string
	for _, header := range q.r.Header.Values("Cookie") {
		for cookie := range strings.SplitSeq(header, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				all = append(all, cookie)
			}
		}
	}
	return all
}
