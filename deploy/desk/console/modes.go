package console

import (
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// What a caller brings to a mode.
const (
	takesToken    = "token"
	takesKey      = "key"      // an API key of the API's own
	takesUsageKey = "usageKey" // a key of the mode's usage plan
	takesIAM      = "iam"      // a signature
)

// mode is a mode that the desk serves.
type mode struct {
	Name          string     `json:"name"`
	Gateway       string     `json:"gateway"` // REST, HTTP or WEBSOCKET
	Authorization string     `json:"authorization"`
	Authorizer    string     `json:"authorizer"` // what checks requests, in a few words
	URL           string     `json:"url"`
	TTL           int        `json:"ttl"`       // seconds for which an authorizer's answer is kept; 0: it is not
	Takes         []string   `json:"takes"`     // what a caller brings, any of it; usageKey in addition where another one is there
	Keys          []usageKey `json:"keys"`      // of the usage plan, that are there from the start and enabled
	Callers       []signerOf `json:"callers"`   // who may sign
	FromPages     bool       `json:"fromPages"` // of WEBSOCKET: a page can connect
	Why           string     `json:"why"`       // why it cannot; "": it can
}

type usageKey struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

type signerOf struct {
	ID   string `json:"id"` // the access key's
	ARN  string `json:"arn"`
	Name string `json:"name"` // for people
}

// nameOf is what people call somebody with an ARN: ann of user/ann, and of a role's session assumed-role/reader/desk reader/desk.
func nameOf(arn string) string {
	resource := arn[strings.LastIndex(arn, ":")+1:]
	if _, name, is := strings.Cut(resource, "/"); is {
		return name
	}
	return resource
}

// modes tells of the modes, in the order in which people are told of them.
func (d *Desk) modes() []mode {
	all := []mode{}
	for _, m := range d.Project.Modes {
		one := mode{
			Name: m.Name, Gateway: m.Plan.Gateway, Authorization: m.Plan.Authorization, Authorizer: m.Checks(), URL: m.URL(d.Base),
			Takes: bringsTo(d.Project.Contract, m.Plan), Keys: d.usageKeys(m.Plan), Callers: []signerOf{},
		}
		if a := m.Plan.Authorizer; a != nil {
			one.TTL = a.ResultTTLInSeconds
		}
		for _, c := range m.Plan.Local.Callers {
			one.Callers = append(one.Callers, signerOf{c.AccessKeyID, c.ARN, nameOf(c.ARN)})
		}
		if m.Plan.WebSocket != nil {
			one.FromPages, one.Why = d.fromPages(m, one.Takes)
		}
		all = append(all, one)
	}
	return all
}

// bringsTo is what callers bring to a mode.
func bringsTo(c *contract.Contract, p *plan.Plan) []string {
	all := []string{}
	asksFor := func(scheme string) bool {
		return slices.ContainsFunc(rulesOf(c, p), func(rule policy.Access) bool {
			return slices.ContainsFunc(rule.Alternatives, func(a policy.Alternative) bool {
				return slices.ContainsFunc(a, func(r policy.Requirement) bool { return r.Scheme == scheme })
			})
		})
	}
	switch {
	case p.Authorization == plan.IAM:
		all = append(all, takesIAM)
	case p.Authorization == plan.Token, p.Authorization == plan.JWT, p.Authorization == plan.Cognito, p.Authorizer != nil && p.Authorizer.Function == "jwt":
		all = append(all, takesToken)
	case p.Authorization == plan.Request:
		if !keyOfAuthorizer(p) && asksFor(policy.SchemeBearer) {
			all = append(all, takesToken)
		}
		if asksFor(policy.SchemeAPIKey) {
			all = append(all, takesKey)
		}
	}
	if p.Keys() != nil && !keyOfAuthorizer(p) {
		all = append(all, takesUsageKey)
	}
	return all
}

// rulesOf are those by which an API of a plan lets in.
func rulesOf(c *contract.Contract, p *plan.Plan) []policy.Access {
	if p.WebSocket != nil {
		return []policy.Access{c.WebSocket.Connect}
	}
	all := make([]policy.Access, len(c.Operations))
	for i, o := range c.Operations {
		all[i] = o.Access
	}
	return all
}

// keyOfAuthorizer tells whether callers are counted by a key that the authorizer answers: it knows one for API keys that were made for the
// usage plan, and for no token.
func keyOfAuthorizer(p *plan.Plan) bool {
	switch {
	case p.Keys() == nil:
		return false
	case p.WebSocket != nil:
		return p.WebSocket.KeyOfAuthorizer()
	}
	return p.REST != nil && p.REST.APIKeySource == "AUTHORIZER"
}

// usageKeys are the keys that a plan has for a desk, with the ids that they have in the registry.
func (d *Desk) usageKeys(p *plan.Plan) []usageKey {
	all := []usageKey{}
	members, err := d.Services.Usage().Members(p.Name)
	for _, local := range p.Local.Keys {
		at := slices.IndexFunc(members, func(k usage.Key) bool { return string(k.Value) == local.Value })
		if err == nil && at >= 0 && members[at].Enabled {
			all = append(all, usageKey{members[at].ID, local.Name, local.Value})
		}
	}
	return all
}

// fromPages tells whether a page can connect to a WebSocket API, and if not, why: it sends no header, but a token behind a subprotocol, or
// a signature in the URL.
func (d *Desk) fromPages(m project.Mode, takes []string) (bool, string) {
	connect := d.Project.Contract.WebSocket.Connect
	switch {
	case slices.Contains(takes, takesUsageKey):
		return false, m.Name + " asks for a key of its usage plan in a header, and a page sends none: connect with portcullis ws"
	case connect.Public || slices.Contains(takes, takesIAM):
		return true, ""
	case !slices.Contains(takes, takesToken) || !tokenAlone(connect):
		return false, m.Name + " is not opened with a token alone, and a page sends no other credential: connect with portcullis ws"
	case d.Protocol == "":
		return false, m.Name + " takes no token behind a subprotocol (TOKEN_SOURCES), which is where a page can send one: connect with portcullis ws"
	}
	return true, ""
}

// tokenAlone tells whether a token is enough by itself.
func tokenAlone(access policy.Access) bool {
	return slices.ContainsFunc(access.Alternatives, func(a policy.Alternative) bool { return len(a) == 1 && a[0].Scheme == policy.SchemeBearer })
}
