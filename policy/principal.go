package policy

import (
	"encoding/json"
	"slices"
	"strings"
)

// Identity is who signed a request, as far as a resource policy asks. The zero Identity is nobody known: the anonymous caller
// of every request that AWS_IAM does not authorize.
type Identity struct {
	ARN     string // of the user, or of the role's session
	Role    string // of a session: the ARN of its role, whose path need not be known; "" for a user
	Account string // 12 digits
}

// Principals are those whom a statement of a resource policy names.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html.
type Principals struct {
	Everyone bool     // "*": whoever calls, the anonymous included
	AWS      []string // account ids, and ARNs of accounts, users, roles and sessions
	Service  []string // AWS services, such as "events.amazonaws.com"; no caller that is evaluated here is one
}

// MarshalJSON writes "*", or the lists of those who are named.
func (p Principals) MarshalJSON() ([]byte, error) {
	if p.Everyone {
		return []byte(`"*"`), nil
	}
	return json.Marshal(struct {
		AWS     []string `json:",omitempty"`
		Service []string `json:",omitempty"`
	}{p.AWS, p.Service})
}

// UnmarshalJSON takes what MarshalJSON writes, and single texts in the place of lists.
func (p *Principals) UnmarshalJSON(data []byte) error {
	*p = Principals{}
	if string(data) == `"*"` {
		p.Everyone = true
		return nil
	}
	var lists struct{ AWS, Service Strings }
	err := strictUnmarshal(data, &lists, "AWS", "Service")
	p.AWS, p.Service = lists.AWS, lists.Service
	p.Everyone = slices.Contains(p.AWS, "*")
	return err
}

// naming is how a list of principals names a caller.
type naming uint8

const (
	unnamed   naming = iota
	perhaps          // as a role that could be the caller's, if its path is
	asAccount        // as one of an account, which leaves it to the account's own policies whether it may
	asItself         // or as everyone
)

// naming finds the closest way in which the caller is named.
func (p *Principals) naming(who Identity) naming {
	if p.Everyone {
		return asItself
	}
	closest := unnamed
	if who.ARN == "" {
		return closest
	}
	for _, one := range p.AWS {
		closest = max(closest, who.named(one))
	}
	return closest
}

func (who Identity) named(as string) naming {
	switch {
	case as == who.ARN || who.Role != "" && as == who.Role:
		return asItself
	case isAccount(as, who.Account):
		return asAccount
	case who.Role != "" && sameButPath(as, who.Role):
		return perhaps
	}
	return unnamed
}

// isAccount tells whether a principal is the account of an id: the id itself, or its root's ARN, in whatever partition.
func isAccount(principal, id string) bool {
	if id == "" {
		return false
	}
	if principal == id {
		return true
	}
	parts := strings.SplitN(principal, ":", 6)
	return len(parts) == 6 && parts[2] == "iam" && parts[4] == id && parts[5] == "root"
}

// sameButPath tells whether two ARNs are of roles of one account and name, whose paths differ.
func sameButPath(a, b string) bool {
	one, other := strings.SplitN(a, ":", 6), strings.SplitN(b, ":", 6)
	if len(one) != 6 || len(other) != 6 || !slices.Equal(one[:5], other[:5]) {
		return false
	}
	last := func(resource string) string { return resource[strings.LastIndexByte(resource, '/')+1:] }
	return strings.HasPrefix(one[5], "role/") && strings.HasPrefix(other[5], "role/") && last(one[5]) == last(other[5])
}

// spares tells whether a NotPrincipal leaves the caller out: IAM asks that the caller is named as itself, a session also as its
// role, and its account beside.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html.
func (p *Principals) spares(who Identity) bool {
	if p.Everyone {
		return true
	}
	if who.ARN == "" || !slices.Contains(p.AWS, who.ARN) || who.Role != "" && !slices.Contains(p.AWS, who.Role) {
		return false
	}
	return slices.ContainsFunc(p.AWS, func(one string) bool { return isAccount(one, who.Account) })
}
