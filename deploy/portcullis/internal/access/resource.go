package access

import (
	"fmt"
	"portcullis/deploy/internal/inquiry"
	"strings"
)

// checkPolicy tells that there is a resource policy, and of operations whom it lets nobody reach.
func (c *checker) checkPolicy() {
	p := c.ResourcePolicy
	if p == nil {
		return
	}
	c.find(note, "%s: the resource policy decides besides the rules (%s), in REST APIs alone: other modes refuse the contract. Whom it allows needs no policy of its own in a mode of AWS_IAM, and with an authorizer that is not this module's and does not deny",
		c.PolicyAt.Place(), count(len(p.Statement), "statement", "statements"))
	var silent []string
	for i := range c.Contract.Operations {
		operation := &c.Contract.Operations[i]
		switch reach := p.Reach(operation.Route); {
		case reach.Shut >= 0:
			name := fmt.Sprintf("statement %d", reach.Shut+1)
			if sid := p.Statement[reach.Shut].Sid; sid != "" {
				name += fmt.Sprintf(" (%s)", inquiry.Printable(sid))
			}
			c.find(problem, "%s: %s of the resource policy denies it to everybody, always and from everywhere", inquiry.Label(operation), name)
		case operation.Access.Public && !reach.Anonymous:
			c.find(problem, "%s: open to everyone, and no statement of the resource policy allows it to everybody: nobody may call it", inquiry.Label(operation))
		case !reach.Anonymous:
			silent = append(silent, inquiry.RouteName(operation.Route))
		}
	}
	if len(silent) > 0 {
		c.find(warning, "no statement of the resource policy allows %s to everybody: nobody may call what a user pool or only an API key guards", strings.Join(silent, ", "))
	}
}
