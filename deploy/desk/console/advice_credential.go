package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// ofAuthorizer is of callers whom an authorizer does not let in, or of whom it cannot tell.
func (r *refused) ofAuthorizer() (why, change string) {
	a := r.Authorizer
	if a == nil || a.Error == "" {
		return "", ""
	}
	if why, change := r.ofUnasked(); why != "" {
		return why, change
	}
	name := cmp.Or(a.Function, a.Type)
	if known, is := credentialCodes[authorizers.Code(a.Reason)]; is {
		return fmt.Sprintf("the authorizer %s says %s: %s%s", name, a.Reason, known.why, r.until(a)), r.signInFor(known.change) + logHint(authorizers.Code(a.Reason))
	}
	if known, is := cannotTellCodes[a.Reason]; is {
		return fmt.Sprintf("the authorizer %s says %s: %s", name, a.Reason, known.why), known.change
	}
	if a.Function == "" {
		return r.ofOwnAuthorizer()
	}
	if a.Error == authorizers.ErrUnauthorized.Error() {
		return "the authorizer " + name + " answers Unauthorized, and does not say why", "its log says why, by the id " + r.RequestID
	}
	return "the authorizer " + name + " fails, so that nobody can be let in: " + a.Error,
		"the caller can do nothing: the authorizer's log has the call by the id " + cmp.Or(a.InvocationID, r.RequestID)
}

// ofUnasked is of requests that no authorizer was asked about.
func (r *refused) ofUnasked() (why, change string) {
	switch text := r.Authorizer.Error; {
	case strings.HasPrefix(text, "not asked: "):
		return strings.TrimPrefix(text, "not asked: "), "send one Authorization header"
	case strings.HasPrefix(text, "not called: the request has no "):
		source := strings.TrimPrefix(text, "not called: the request has no ")
		return "the authorizer was not asked, since the request has no " + source, r.signInFor("send " + sourceWords(source))
	case strings.HasPrefix(text, "not called: ") && r.mode != nil:
		return "the authorizer was not asked: " + strings.TrimPrefix(text, "not called: ") + " " + r.mode.Plan.Authorizer.IdentityValidationExpression,
			"send a token as it was given, behind Bearer"
	}
	return "", ""
}

// sourceWords says what to send for an identity source.
func sourceWords(source string) string {
	_, name, _ := strings.Cut(source, "request.")
	place, name, _ := strings.Cut(name, ".")
	switch {
	case strings.EqualFold(name, "authorization"):
		return "Authorization: Bearer and a token"
	case place == "header":
		return "the header " + name
	case place == "querystring":
		return "the query parameter " + name
	}
	return source
}

// until tells when the token that was sent ended, where that is why it is refused.
func (r *refused) until(a *gateway.AuthorizerTrace) string {
	if a.Expires == 0 || a.Reason != string(authorizers.CodeExpired) && !strings.Contains(a.Error, "expired") {
		return ""
	}
	return ", at " + clockText(a.Expires)
}

func clockText(seconds int64) string {
	return time.Unix(seconds, 0).UTC().Format("15:04:05 on 2006-01-02 UTC")
}

// ofOwnAuthorizer is of tokens that one of the gateway's own authorizers refuses.
func (r *refused) ofOwnAuthorizer() (why, change string) {
	a := r.Authorizer
	name := "the gateway's own authorizer, " + a.Type + ","
	switch text := a.Error; {
	case strings.HasPrefix(text, "expected scopes: ["), strings.HasPrefix(text, "the token has none of the method's scopes"):
		return r.ofTokenScopes(name)
	case text == "there is no token":
		return name + " finds no token", r.signInFor("send Authorization: Bearer and a token")
	case strings.Contains(text, "expired"):
		return name + " says that the token has expired" + r.until(a), r.signInFor("sign in again")
	case r.Status >= 500:
		return name + " cannot tell: " + text, "see that the issuer's keys can be fetched; the caller can do nothing"
	default:
		return name + " refuses the token: " + text, r.signInFor("send an " + r.tokenUse() + " token of the API's user pool, as it was given")
	}
}

// tokenUse is which of a user pool's tokens the gateway's own authorizer takes for the route.
func (r *refused) tokenUse() string {
	if r.mode != nil && r.mode.Plan.Authorization == plan.Cognito && len(r.mode.Plan.Operations[r.Route].AuthorizationScopes) == 0 {
		return "ID"
	}
	return "access"
}

// ofTokenScopes is of good tokens without the scopes, of which those by groups do not count there.
func (r *refused) ofTokenScopes(name string) (why, change string) {
	var wanted []string
	if r.mode != nil {
		wanted = r.mode.Plan.Operations[r.Route].AuthorizationScopes
	}
	has := scopesOf(r.Authorizer.Context, "scope", "scp")
	why = fmt.Sprintf("%s asks of %s for one of the scopes %s, and the token has %s", name, r.Route, words(wanted), cmp.Or(words(has), "none"))
	return why, fmt.Sprintf("send a token whose claim scope has %s, such as that of a machine; what groups grant does not count here", cmp.Or(strings.Join(wanted, " or "), "it"))
}

// signInFor adds to what is to be done who can sign in here for it.
func (r *refused) signInFor(change string) string {
	if !strings.Contains(change, "sign in") && !strings.Contains(change, "Bearer") {
		return change
	}
	if able := r.able(); len(able) > 0 {
		return change + "; of the desk's accounts " + words(able) + " may make this call"
	}
	return change
}

// logHint says where the claim is named that is at fault: who calls is told no more than a code.
func logHint(code authorizers.Code) string {
	if code == authorizers.CodeClaim || code == authorizers.CodeRequired {
		return "; the authorizer's log names the claim"
	}
	return ""
}

// cannotTellCodes are the authorizers' reasons not to know, which is never the caller's fault.
var cannotTellCodes = map[string]struct{ why, change string }{
	"keys-unavailable":        {"it cannot have the keys of the token's issuer", "see that its jwksUri can be fetched; then call again"},
	"api-keys-unavailable":    {"it cannot read the table of API keys", "see that the table API_KEYS_TABLE is there and can be read; then call again"},
	"api-keys-flood":          {"so many unknown keys came a moment ago that it does not look this one up", "call again in ten seconds; a key made by key create or key rotate is not concerned"},
	"revocations-unavailable": {"it cannot read the revocations", "see that the table of revocations is there and can be read; then call again"},
	"answer-not-cacheable":    {"its simple answer might be used for calls that it is not right for", "let it answer with a policy (RESPONSE=policy), or without identity sources"},
	"event-unknown":           {"the event is none that it serves", "see that the mode names the authorizer of its kind of API"},
	"policy-failed":           {"the policy for this caller would be too large", "run access check, which names such callers"},
}

// ofSignature is of signatures (AWS_IAM, and @connections).
func (r *refused) ofSignature() (why, change string) {
	if r.Signature == nil || r.Signature.Error == "" {
		return "", ""
	}
	code, reason, _ := strings.Cut(strings.TrimPrefix(r.Signature.Error, "sigv4: "), ": ")
	why = "the signature is refused: " + reason
	switch as := cmp.Or(words(r.signers()), "a caller that the API knows"); sigv4.Code(code) {
	case sigv4.MissingAuthenticationToken:
		return "nobody has signed the request", fmt.Sprintf("sign it (AWS Signature Version 4) for execute-api in %s, as %s", r.services.Region(), as)
	case sigv4.UnrecognizedClient:
		return why, "sign as " + as + ", with the session token that belongs to temporary credentials"
	case sigv4.ExpiredToken:
		return why, "take new temporary credentials"
	case sigv4.IncompleteSignature:
		return why, "let an AWS SDK, or curl --aws-sigv4, write Authorization"
	}
	return why, fmt.Sprintf("sign with the caller's own secret, for execute-api in %s, at the present time, and change nothing behind it", r.services.Region())
}

// signers are those who may sign, whose own policies allow what was called, or all where that is not known.
func (r *refused) signers() []string {
	if r.mode == nil {
		return nil
	}
	var all []string
	for _, c := range r.mode.Plan.Local.Callers {
		if r.Policy == nil || policy.Evaluate(c.Policy, policy.Request{Action: r.action(), Resource: r.Policy.ARN}).Decision == policy.Allow {
			all = append(all, c.ARN+" ("+c.AccessKeyID+")")
		}
	}
	return all
}

// action is what a signer's policy has to allow.
func (r *refused) action() string {
	if _, path := splitPath(r.Path); strings.HasPrefix(path, "/@connections/") {
		return "execute-api:ManageConnections"
	}
	return policy.InvokeAction
}

// ofKey is of API keys and their usage plans.
func (r *refused) ofKey() (why, change string) {
	if r.Key == nil || r.Key.Refused == "" {
		return "", ""
	}
	_, detail, _ := strings.Cut(r.Key.Refused, ": ")
	file, of := "the mode's file", usagePlan(r.mode)
	if r.mode != nil {
		file = r.mode.File()
	}
	switch {
	case strings.HasPrefix(r.Key.Refused, usage.Throttled.String()) && of != nil:
		limit := of.Throttle
		if own, there := of.Methods[r.Route]; there {
			limit = &own
		}
		if limit != nil {
			detail = fmt.Sprintf("the key may call %g times a second, and %d at once, and has called more often", limit.RateLimit, limit.BurstLimit)
		}
		return detail, "wait a moment, take another key, or raise usagePlan.throttle in " + file
	case strings.HasPrefix(r.Key.Refused, usage.QuotaExceeded.String()):
		return detail, "wait for the next period, take another key, or raise usagePlan.quota in " + file
	case strings.Contains(detail, "usageIdentifierKey"):
		return detail, "send an API key that was made with a usage key of the plan, in X-Api-Key"
	}
	return detail, "send X-Api-Key with " + cmp.Or(words(r.keys()), "a key of the mode's usage plan")
}

// keys are the names of the keys that a mode has for a desk, and that may be used.
func (r *refused) keys() []string {
	if r.mode == nil {
		return nil
	}
	var all []string
	for _, key := range r.mode.Plan.Local.Keys {
		if !key.Disabled {
			all = append(all, "the key "+key.Name)
		}
	}
	return all
}

// scopesOf are the scopes in one of the members of a context or of claims: a list, or a text with spaces.
func scopesOf(members map[string]any, names ...string) []string {
	for _, name := range names {
		switch value := members[name].(type) {
		case string:
			return strings.Fields(value)
		case []string:
			return slices.Clone(value)
		case []any:
			var all []string
			for _, item := range value {
				if text, is := item.(string); is {
					all = append(all, text)
				}
			}
			return all
		}
	}
	return nil
}
