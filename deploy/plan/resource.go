package plan

import (
	"encoding/json"

	"portcullis/deploy/modes"
	"portcullis/policy"
)

// mostResourcePolicy is how many bytes a resource policy may have with its short resources written out. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html.
const mostResourcePolicy = 8192

// resourcePolicy is that of the contract; nil: there is none. It refuses one that is too large once it is deployed, wherever that is.
func (b *builder) resourcePolicy() *policy.ResourcePolicy {
	p := b.contract.ResourcePolicy
	if p == nil {
		return nil
	}
	text, err := json.Marshal(p.Expand(policy.LongestARN))
	switch {
	case err != nil:
		b.refuse(b.contract.PolicyAt, "x-amazon-apigateway-policy: %v", err)
	case len(text) > mostResourcePolicy:
		b.refuse(b.contract.PolicyAt, "x-amazon-apigateway-policy: has up to %d bytes with its resources written out, and API Gateway takes %d: want fewer or wider statements",
			len(text), mostResourcePolicy)
	}
	return p
}

// checkNoResourcePolicy refuses the resource policy of a contract where API Gateway has none: whom it shuts out would be let in.
func (b *builder) checkNoResourcePolicy() {
	if b.contract.ResourcePolicy != nil {
		b.refuse(b.contract.PolicyAt, "x-amazon-apigateway-policy: resource policies are of REST APIs, and whom this one shuts out would be let in: want a mode of gateway %s", modes.REST)
	}
}
