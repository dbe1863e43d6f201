package plan

import (
	"strings"
	"unicode/utf8"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// DefaultRoute is the key of the route of an HTTP API that takes what no other does.
const DefaultRoute = "$default"

// keyOf names an operation as a mode file and API Gateway do, as in "GET /things/{id}".
func keyOf(operation *contract.Operation) string {
	if operation.Default {
		return DefaultRoute
	}
	return operation.Route.String()
}

// authorizationTypes are API Gateway's words for what a mode's operations ask for.
var authorizationTypes = map[string]string{modes.Token: "CUSTOM", modes.Request: "CUSTOM"}

func (b *builder) operation(from *contract.Operation) Operation {
	o := Operation{
		Method: from.Route.Method, Path: from.Route.Path, OperationName: from.ID, Function: from.Function,
		Public: from.Access.Public, AuthorizationType: modes.None, AuthorizationScopes: []string{},
	}
	if from.Default {
		o.Path = "/" + DefaultRoute
	}
	if o.Function == "" {
		b.refuse(from.Position, "%s: no function serves it: want x-function here, or at the document's root for all", keyOf(from))
	}
	o.Permission = permission(o)
	if !o.Public {
		b.guard(&o)
		b.checkSignatures(from.Position, keyOf(from), from.Access)
		b.checkKeys(from)
		if (b.mode.Authorization == modes.Cognito || b.mode.Authorization == modes.JWT) && !onlySigned(from.Access) {
			o.AuthorizationScopes = b.tokenScopes(from)
		}
	}
	b.addThrottle(&o, keyOf(from))
	switch {
	case b.mode.Gateway == modes.REST:
		b.addREST(&o, from)
	case utf8.RuneCountInString(o.OperationName) > mostOperationName:
		o.OperationName = "" // which is for people only
	}
	return o
}

// guard lets an operation ask for what the mode does.
func (b *builder) guard(o *Operation) {
	o.AuthorizationType = b.mode.Authorization
	if words, other := authorizationTypes[b.mode.Authorization]; other {
		o.AuthorizationType = words
	}
	o.APIKeyRequired = b.mode.APIKeyRequired
}

// addThrottle adds the limit that the mode has for an operation alone: its own, or that of what is public.
func (b *builder) addThrottle(o *Operation, key string) {
	t := b.mode.Throttle
	if t == nil {
		return
	}
	if own, named := t.Methods[key]; named {
		o.Throttle = throttleOf(own)
	} else if o.Public && t.Public != nil {
		o.Throttle = throttleOf(*t.Public)
	}
}

// ownFunctions are those that every stack has. A contract may name them.
var ownFunctions = []string{"live", "tokens", "users"}

// checkFunctions refuses functions whose names the functions of one stack cannot have: a function has a role of its name, and names of
// roles have no case; and a Lambda authorizer's has the mode's. See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
func (b *builder) checkFunctions() {
	taken := map[string]string{} // the names that there are, by what they are without case
	for _, name := range ownFunctions {
		taken[name] = name
	}
	refused := map[string]bool{}
	for _, named := range b.functionLines() {
		lower := strings.ToLower(named.name)
		other, is := taken[lower]
		switch {
		case named.name == "" || refused[named.name]:
			continue
		case b.mode.Authorizer != nil && b.mode.Authorizer.Function != "" && lower == strings.ToLower(b.mode.Name):
			b.refuse(named.at, "the function %q: want another name than the mode's, which the function of its authorizer has", named.name)
		case is && other != named.name:
			b.refuse(named.at, "the function %q: want a name that differs from that of the function %q in more than case, which names of roles in IAM do not have", named.name, other)
		default:
			taken[lower] = named.name
			continue
		}
		refused[named.name] = true
	}
}

// namedFunction is where the contract names a function.
type namedFunction struct {
	name string
	at   contract.Position
}

// functionLines are the functions of a plan's operations, by where these stand.
func (b *builder) functionLines() []namedFunction {
	var found []namedFunction
	if b.mode.Gateway != modes.WebSocket {
		for _, o := range b.contract.Operations {
			found = append(found, namedFunction{o.Function, o.Position})
		}
		return found
	}
	if from := b.contract.WebSocket; from != nil {
		if from.Function != "" {
			found = append(found, namedFunction{from.Function, from.ConnectAt})
		}
		for _, r := range from.Routes {
			found = append(found, namedFunction{r.Function, r.Position})
		}
	}
	return found
}

// mostPermissions is how many of an API's operations a function has a permission for each. The resource policy of a function's alias
// holds 20 KB, which is some 45 of them in all APIs. See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const mostPermissions = 10

// AnyOperation is the permission of all operations of an API whose function serves more than a few: one for all of them.
const AnyOperation = "*"

// joinPermissions gives the operations of functions that serve more than [mostPermissions] one permission for all. It opens nothing:
// what an API calls a function for is its operations.
func joinPermissions(all map[string]Operation) {
	served := map[string]int{}
	for _, o := range all {
		served[o.Function]++
	}
	for key, o := range all {
		if served[o.Function] > mostPermissions {
			o.Permission = AnyOperation
			all[key] = o
		}
	}
}

// permission is what follows the stage in the ARN by which an API may call the operation's function: a path parameter is any
// segment, ANY is any method, and $default stands for itself. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html.
func permission(o Operation) string {
	if o.Path == "/"+DefaultRoute {
		return DefaultRoute
	}
	segments := strings.Split(o.Path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[i] = "*"
		}
	}
	method := o.Method
	if method == policy.MethodAny {
		method = "*"
	}
	return method + strings.Join(segments, "/")
}
