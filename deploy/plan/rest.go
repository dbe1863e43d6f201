package plan

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"portcullis/api/contract"
	"portcullis/policy"
)

// rest is what only REST APIs have, for all of their operations.
func (b *builder) rest() *REST {
	b.checkPaths()
	if b.models.all = map[string]Model{}; b.mode.RequestValidation.Body {
		var wrong Errors
		b.models, wrong = b.makeModels()
		b.wrong = append(b.wrong, wrong...)
	}
	r := &REST{
		APIKeySource: cmp.Or(b.mode.APIKeySource, "HEADER"), UsagePlan: b.usagePlan(), BinaryMediaTypes: listOf(b.mode.BinaryMediaTypes),
		Resources: resourcesOf(b.contract), Preflights: b.preflights(),
		RequestValidator: RequestValidator{b.mode.RequestValidation.Body, b.mode.RequestValidation.Parameters},
		Models:           b.models.all, validators: b.models.validators, GatewayResponses: b.gatewayResponses(),
		ResourcePolicy: b.resourcePolicy(),
	}
	if c := b.mode.Cache; c != nil && len(c.Methods) > 0 {
		r.CacheSettings = &CacheSettings{
			RequireAuthorizationForCacheControl:    !c.AnyoneMayInvalidate,
			UnauthorizedCacheControlHeaderStrategy: cmp.Or(c.UnauthorizedCacheControlHeaderStrategy, "SUCCEED_WITH_RESPONSE_HEADER"),
		}
	}
	return r
}

// usagePlan gives nil where no operation asks for a key.
func (b *builder) usagePlan() *UsagePlan {
	from := b.mode.UsagePlan
	if from == nil {
		return nil
	}
	u := &UsagePlan{Methods: map[string]Throttle{}}
	if from.Throttle != nil {
		u.Throttle = throttleOf(*from.Throttle)
	}
	if from.Quota != nil {
		u.Quota = &Quota{Limit: from.Quota.Limit, Offset: from.Quota.Offset, Period: from.Quota.Period}
	}
	for name, limit := range from.Methods {
		u.Methods[name] = *throttleOf(limit)
	}
	return u
}

// mostSegments is how deep a path may be: Terraform has no recursion, and its module makes so many depths of resources.
const mostSegments = 10

var restPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(/|(/([A-Za-z0-9._:-]+|\{[A-Za-z0-9._-]+\+?\}))+)$`)
})

// checkPaths refuses the paths that a REST API cannot have, and two parameters of different names or kinds at one place: a
// resource has one variable child. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html.
func (b *builder) checkPaths() {
	variable, seen := map[string]string{}, map[string]bool{} // parent -> child; paths, and that of the default route
	for i := range b.contract.Operations {
		o := &b.contract.Operations[i]
		path := o.Route.Path
		if o.Default {
			path = "/" + DefaultRoute // which is two operations
		}
		switch {
		case seen[path]:
			continue
		case o.Default:
			b.refuse(o.Position, "/$default: a REST API has no route for what no other one serves")
		case strings.Count(path, "/") > mostSegments:
			b.refuse(o.Position, "%s: want at most %d segments in the path of a REST API", path, mostSegments)
		case !restPath().MatchString(path):
			b.refuse(o.Position, "%s: want a path of a REST API: segments of letters, digits and -._:, or {NAME}, or {NAME+} at the end", path)
		}
		seen[path] = true
		if parent, other, child := siblings(path, variable); other != "" {
			b.refuse(o.Position, "%s: a REST API has one parameter at a place; %s is there already, and cannot be %s too", o.Route, parent+"/"+other, child)
		}
	}
}

// siblings notes the variable parts of a path by what stands before them, and gives the first that has another one beside it.
func siblings(path string, variable map[string]string) (parent, other, child string) {
	at := ""
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			switch variable[at] {
			case "", segment:
				variable[at] = segment
			default:
				return at, variable[at], segment
			}
		}
		at += "/" + segment
	}
	return "", "", ""
}

// resourcesOf are the parts of a contract's paths.
func resourcesOf(c *contract.Contract) []string {
	all := []string{}
	for _, operation := range c.Operations {
		segments := strings.Split(strings.Trim(operation.Route.Path, "/"), "/")
		for depth := 1; depth <= len(segments) && segments[0] != ""; depth++ {
			all = append(all, strings.Join(segments[:depth], "/"))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

const (
	corsHeaders = "Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key"
	corsMaxAge  = "86400"
	everyMethod = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"
)

// preflights are the headers of the answers to preflights for the paths whose OPTIONS the contract leaves to the gateway.
func (b *builder) preflights() map[string]map[string]string {
	byPath := map[string][]*contract.Operation{}
	for i := range b.contract.Operations {
		o := &b.contract.Operations[i]
		byPath[o.Route.Path] = append(byPath[o.Route.Path], o)
	}
	all := map[string]map[string]string{}
	for path, operations := range byPath {
		slices.SortFunc(operations, func(a, b *contract.Operation) int { return cmp.Compare(a.Route.Method, b.Route.Method) })
		methods, headers := []string{http.MethodOptions}, strings.Split(corsHeaders, ",")
		for _, o := range operations {
			methods = append(methods, o.Route.Method)
			headers = append(headers, headerParameters(o)...)
		}
		slices.Sort(methods)
		takesAny := slices.Contains(methods, policy.MethodAny)
		if takesAny && !slices.Contains(b.contract.Preflights, path) || len(slices.Compact(slices.Clone(methods))) < len(methods) {
			continue // the contract has an OPTIONS
		}
		if takesAny {
			methods = strings.Split(everyMethod, ",")
		}
		all[path] = map[string]string{
			"Access-Control-Allow-Methods": strings.Join(methods, ","),
			"Access-Control-Allow-Headers": strings.Join(uniqueHeaders(headers), ","),
			"Access-Control-Max-Age":       corsMaxAge,
		}
	}
	return all
}

// headerParameters are the names of the headers that an operation declares, sorted without their case.
func headerParameters(o *contract.Operation) []string {
	var all []string
	for _, parameter := range o.Parameters {
		if parameter.In == "header" {
			all = append(all, parameter.Name)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return all
}

// uniqueHeaders are the names of a list, each where it stands first, in whatever case.
func uniqueHeaders(list []string) []string {
	var all []string
	for _, name := range list {
		if !slices.ContainsFunc(all, func(other string) bool { return strings.EqualFold(other, name) }) {
			all = append(all, name)
		}
	}
	return all
}

// apiMethods lists the methods of the contract, and OPTIONS.
func (b *builder) apiMethods() string {
	all := []string{http.MethodOptions}
	for _, operation := range b.contract.Operations {
		if operation.Route.Method == policy.MethodAny {
			return everyMethod
		}
		all = append(all, operation.Route.Method)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ",")
}

// gatewayResponses are those of the mode, for the two classes the headers without which a browser hides an error, and challenges.
func (b *builder) gatewayResponses() map[string]GatewayResponse {
	all, methods := map[string]GatewayResponse{}, b.apiMethods()
	for _, kind := range append([]string{"DEFAULT_4XX", "DEFAULT_5XX"}, slices.Sorted(maps.Keys(b.mode.GatewayResponses))...) {
		from := b.mode.GatewayResponses[kind]
		r := GatewayResponse{StatusCode: from.StatusCode, Body: from.Body, Headers: map[string]string{
			"Access-Control-Allow-Methods": "'" + methods + "'",
			"Access-Control-Allow-Headers": "'" + corsHeaders + "'",
			"Access-Control-Max-Age":       "'" + corsMaxAge + "'",
		}}
		for _, name := range slices.Sorted(maps.Keys(from.Headers)) {
			maps.DeleteFunc(r.Headers, func(other, _ string) bool { return strings.EqualFold(other, name) })
			value, ok := mapped(from.Headers[name])
			if !ok {
				b.refuseMode("want a text without single quotes, or one $context variable and nothing else: API Gateway takes no other header",
					"gatewayResponses", kind, "headers", name)
			}
			r.Headers[name] = value
		}
		all[kind] = r
	}
	b.addChallenges(all)
	exposeChallenges(all)
	return all
}

var contextVariable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\$context\.[A-Za-z0-9._:-]+$`) })

// mapped writes a header's value as API Gateway's mappings do, and tells whether they can: a text is quoted, and a variable of the
// context stands by itself. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html.
func mapped(value string) (string, bool) {
	if contextVariable().MatchString(value) {
		return strings.TrimPrefix(value, "$"), true
	}
	return "'" + value + "'", !strings.Contains(value, "$context.") && !strings.Contains(value, "'")
}

// addREST adds what only a method of a REST API has.
func (b *builder) addREST(o *Operation, from *contract.Operation) {
	o.RequestParameters = b.requestParameters(from)
	o.RequestModels = b.models.of[from]
	b.addCache(o, from)
}

// parameterName is what API Gateway takes for a parameter's name. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html.
var parameterName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._$-]+$`) })

// requestParameters are those of the path, and the query and header parameters that the contract requires. One that a method cannot
// declare is refused where the mode has parameters validated.
func (b *builder) requestParameters(o *contract.Operation) map[string]bool {
	all := map[string]bool{}
	for _, name := range o.Route.Parameters() {
		all["method.request.path."+name] = true
	}
	places := map[string]string{"query": "querystring", "header": "header"}
	for _, parameter := range o.Parameters {
		place := places[parameter.In]
		switch {
		case place == "header" && strings.Contains(parameter.Name, "'"):
			b.refuse(o.Position, "%s: the header %q: want a name without single quotes, between which API Gateway's answers to preflights list it", o.Route, parameter.Name)
		case place == "" || !parameter.Required:
		case parameterName().MatchString(parameter.Name):
			all[fmt.Sprintf("method.request.%s.%s", place, parameter.Name)] = true
		case b.mode.RequestValidation.Parameters:
			b.refuse(o.Position, "%s: the required parameter %q: want a name of letters, digits and ._$-, as the parameters of a REST API have, or not required", o.Route, parameter.Name)
		}
	}
	return all
}
