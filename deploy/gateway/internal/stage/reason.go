package stage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/policy"
)

// Because notes why the gateway answers itself, for people: the answers are AWS's, which do not say it. The last reason counts.
func (o *Outcome) Because(format string, args ...any) { o.why = fmt.Sprintf(format, args...) }

// reason says why the gateway answered itself, without credentials; "": it did not.
func (x *Exchange) reason() string {
	switch {
	case !x.failed:
		return ""
	case x.why == "" && x.integrated.err != "":
		return x.withoutSecrets(of("the function", x.Method.Operation.Function, x.integrated.err))
	}
	return x.withoutSecrets(cmp.Or(x.why, x.errorMessage))
}

// of says whose an error is, once: one that runs elsewhere, or does not start, may say so itself.
func of(what, name, text string) string {
	if rest, own := strings.CutPrefix(text, "function "+name); own && (strings.HasPrefix(rest, ": ") || strings.HasPrefix(rest, " ")) {
		return what + " " + name + rest
	}
	return what + " " + name + ": " + text
}

// withoutSecrets cuts the request's credentials out of a text.
func (x *Exchange) withoutSecrets(text string) string {
	if text == "" {
		return ""
	}
	return cutSecrets(text, x.secrets())
}

// logReason tells the log why the gateway answered itself, where it did: by the id that the answer, the access log and the authorizer's
// own log have, and by the id of the authorizer's invocation where its event has no other.
func (x *Exchange) logReason() {
	if !x.failed || x.Config.Log == nil {
		return
	}
	args := []any{"requestId", x.ownID()}
	if x.Ours {
		args = append(args, "stage", x.Plan.Name)
	}
	args = append(args, "status", x.Status, "responseType", x.responseType, "reason", x.reason())
	if x.invocationID != "" {
		args = append(args, "invocationId", x.invocationID)
	}
	x.Config.Log.Info("the gateway answers itself", args...)
}

// TooLong notes which bound of API Gateway the request's head is over, where it is over one.
func (x *Exchange) TooLong() {
	if x.HeadTooLarge() {
		x.Because("the request line and the headers are larger than %d bytes", maxHead)
		return
	}
	x.Because("the ARN of the path is longer than %d bytes, of which no policy is evaluated", maxARN)
}

// mostListed is how many routes a reason lists.
const mostListed = 10

// NoStage notes that the request is for none of the stages that there are.
func (x *Exchange) NoStage() {
	path := x.StagePath
	if x.PassesSlashes {
		path = oneSlash(path)
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	stages := x.Config.Stages
	if len(stages) == 0 {
		stages = []string{x.Plan.Name}
	}
	if strings.HasPrefix(path, "//") {
		x.Because("there is no stage %q, as the path begins with two slashes; there %s", first, list(stages))
		return
	}
	x.Because("there is no stage %.100q; there %s", first, list(stages))
}

// NoRoute notes that no route serves the request, and which ones there are: those of the path, or else those that begin as it does before
// the others. find is how the kind of API routes.
func (x *Exchange) NoRoute(find func(r *Routes, verb, path string) (*Method, map[string]string)) {
	if verbs := x.verbs(find); len(verbs) > 0 {
		x.Because("%.100s takes %s, and no %.40s", x.Path, strings.Join(verbs, ", "), x.HTTP.Method)
		return
	}
	first, _, _ := strings.Cut(strings.TrimLeft(x.Path, "/"), "/")
	var near, far []string
	for _, m := range x.Methods {
		own, _, _ := strings.Cut(strings.TrimLeft(m.Route.Path, "/"), "/")
		switch {
		case m.Operation == nil:
		case own == first:
			near = append(near, m.Key())
		default:
			far = append(far, m.Key())
		}
	}
	x.Because("no route is for %.40s %.100s; there %s", x.HTTP.Method, x.Path, list(append(near, far...)))
}

// verbs are those for which the request's path has a route.
func (x *Exchange) verbs(find func(r *Routes, verb, path string) (*Method, map[string]string)) []string {
	var all []string
	for _, m := range x.Methods {
		verb := m.Route.Method
		if m.Operation == nil || slices.Contains(all, verb) {
			continue
		}
		if found, _ := find(x.Routes, verb, x.Path); found != nil {
			all = append(all, verb)
		}
	}
	slices.Sort(all)
	return all
}

// NoMessageRoute notes that no route takes a message, and which ones there are.
func (x *Exchange) NoMessageRoute(selected string) {
	var keys []string
	for _, m := range x.Methods {
		if key := m.Key(); key != policy.RouteConnect && key != policy.RouteDisconnect {
			keys = append(keys, key)
		}
	}
	x.Because("no route is for messages by which %s is %.100q; there %s", x.Plan.WebSocket.RouteSelectionExpression, selected, list(keys))
}

// list goes on after "there" with names, of which it has so many at most.
func list(names []string) string {
	switch more := len(names) - mostListed; {
	case len(names) == 0:
		return "is none"
	case len(names) == 1:
		return "is " + names[0]
	case more > 0:
		return fmt.Sprintf("are %s and %d more", strings.Join(names[:mostListed], ", "), more)
	}
	return "are " + strings.Join(names, ", ")
}

// why says what keeps a request from going on; "": nothing does.
func (v *Verdict) why() string {
	switch {
	case v.Decision == Allowed:
		return ""
	case v.signature.Error != "":
		return "the signature: " + v.signature.Error
	case v.authorizer.Error != "":
		return of("the authorizer", cmp.Or(v.authorizer.Function, v.authorizer.Type), v.authorizer.why())
	case v.Err != nil:
		return v.Err.Error()
	case v.denial == "":
		return "which scopes open the route is not known"
	}
	return v.denial
}

// whyDenied says by which policy a caller who is known may not take an action: the caller's own or, where that would let the caller, the
// API's.
func (v *Verdict) whyDenied(action string, own policy.Result, api policy.ResourceResult) string {
	if v.byResource {
		return whyResource(action, api, v.resource.ARN)
	}
	why := v.whyOwn(own)
	if v.authorizer.Reason != "" {
		why += "; its decision is " + v.authorizer.Reason
	}
	return why + asked(action, v.policy.ARN)
}

// whyOwn is whyDenied of the caller's own policy.
func (v *Verdict) whyOwn(own policy.Result) string {
	switch id := v.Caller.Identity; {
	case own.Decision == policy.Allow:
		return "the signer is of another account than the API, and no resource policy lets it in"
	case id != nil && id.simple:
		return "the authorizer " + v.authorizer.Function + " answers isAuthorized: false"
	case id != nil:
		return "the policy of the authorizer " + v.authorizer.Function + ": " + own.String()
	}
	return "the signer's policy: " + own.String()
}

// whyResource says what the API's resource policy says of an action on an ARN.
func whyResource(action string, result policy.ResourceResult, arn string) string {
	return "the resource policy of the API: " + result.String() + asked(action, arn)
}

// asked goes on behind what a policy says with what it was asked.
func asked(action, arn string) string { return "; asked for was " + action + " on " + arn }

// DeniedByPolicy notes that the API's resource policy does not let in who is not known.
func (x *Exchange) DeniedByPolicy(result policy.ResourceResult) {
	x.LogDenial()
	x.Because("%s", whyResource(policy.InvokeAction, result, x.resource.ARN))
}

// explain notes which decision an answer or an error stands for.
func (t *AuthorizerTrace) explain(e lambda.Explanation) {
	t.Reason, t.InvocationID = e.Reason, e.InvocationID
}

// why says what the authorizer has against a request.
func (t *AuthorizerTrace) why() string {
	if t.Reason == "" {
		return t.Error
	}
	return t.Error + ": " + t.Reason
}
