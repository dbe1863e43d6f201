package rest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/policy"
)

// cors is what browsers of other origins are told.
type cors struct {
	origins []string
	methods string // of the whole API, comma-separated
}

const (
	corsHeaders = "Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key"
	corsMaxAge  = "86400"
)

// allMethods lists the methods of the contract, and OPTIONS.
func allMethods(contract *contract.Contract) string {
	set := map[string]bool{http.MethodOptions: true}
	for _, operation := range contract.Operations {
		if operation.Route.Method == policy.MethodAny {
			return "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"
		}
		set[operation.Route.Method] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), ",")
}

// mockAnswer is what a MOCK integration answers: headers and nothing else.
type mockAnswer http.Header

// preflights are the answers of the OPTIONS methods with a MOCK integration that paths get which have no OPTIONS of their
// own, by the path.
func preflights(contract *contract.Contract) map[string]mockAnswer {
	allowed, headers := map[string][]string{}, map[string]string{}
	for _, operation := range contract.Operations {
		path := operation.Route.Path
		allowed[path] = append(allowed[path], operation.Route.Method)
		headers[path] = withHeaders(cmp.Or(headers[path], corsHeaders), operation.Parameters)
	}
	answers := map[string]mockAnswer{}
	for path, methods := range allowed {
		if slices.Contains(methods, http.MethodOptions) || slices.Contains(methods, policy.MethodAny) {
			continue
		}
		names := slices.Sorted(slices.Values(append(methods, http.MethodOptions)))
		answers[path] = mockAnswer{
			"Access-Control-Allow-Methods": {strings.Join(names, ",")},
			"Access-Control-Allow-Headers": {headers[path]},
			"Access-Control-Max-Age":       {corsMaxAge},
		}
	}
	return answers
}

// withHeaders adds the header parameters to a comma-separated list of headers.
func withHeaders(list string, parameters []contract.Parameter) string {
	for _, parameter := range parameters {
		if parameter.In == "header" && !slices.Contains(strings.Split(list, ","), parameter.Name) {
			list += "," + parameter.Name
		}
	}
	return list
}

func (a *API) answerMock(x *stage.Exchange, answer mockAnswer) {
	header := x.Header()
	maps.Copy(header, http.Header(answer))
	a.cors.allow(header, x.HTTP.Header.Get("Origin"))
	identify(x)
	x.Send(http.StatusNoContent, nil)
}

// allow names the origin that may read the answer: the only one or, of several, the request's own where it is
// among them, and else the first.
func (c *cors) allow(header http.Header, origin string) {
	if len(c.origins) > 1 {
		header.Set("Vary", "Origin")
	}
	if !slices.Contains(c.origins, origin) {
		origin = c.origins[0]
	}
	header.Set("Access-Control-Allow-Origin", origin)
}

// addToError adds what gateway responses are set to: their headers cannot depend on the request's origin,
// so with several origins every one may read an error, which says nothing that is secret.
func (c *cors) addToError(header http.Header) {
	origin := "*"
	if len(c.origins) == 1 {
		origin = c.origins[0]
	}
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Allow-Headers", corsHeaders)
	header.Set("Access-Control-Allow-Methods", c.methods)
	header.Set("Access-Control-Max-Age", corsMaxAge)
}
