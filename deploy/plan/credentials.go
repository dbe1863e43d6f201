package plan

import (
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// asks tells whether an alternative asks for a credential of a scheme.
func asks(alternative policy.Alternative, scheme string) bool {
	return slices.ContainsFunc(alternative, func(r policy.Requirement) bool { return r.Scheme == scheme })
}

// onlySigned tells whether every way to meet the rule has a signature in it.
func onlySigned(access policy.Access) bool {
	return len(access.Alternatives) > 0 && !slices.ContainsFunc(access.Alternatives, func(a policy.Alternative) bool { return !asks(a, contract.SchemeSigV4) })
}

// checkSignatures refuses a rule that only signed requests meet where the mode does not check signatures, and one whose signatures all
// need an API key beside where the mode asks for signatures alone.
func (b *builder) checkSignatures(at contract.Position, name string, access policy.Access) {
	switch {
	case b.mode.Authorization != modes.IAM && onlySigned(access):
		b.refuse(at, "%s: asks for a signature (AWS Signature Version 4), which only a mode of authorization %s checks", name, modes.IAM)
	case b.mode.Authorization == modes.IAM && !b.mode.APIKeyRequired && keyedSignatures(access):
		b.refuse(at, "%s: asks for an API key beside the signature: want a mode with apiKeyRequired", name)
	}
}

// keyedSignatures tells whether a signature meets the rule with an API key only, whatever else does.
func keyedSignatures(access policy.Access) bool {
	signed := false
	for _, alternative := range access.Alternatives {
		if !asks(alternative, contract.SchemeSigV4) {
			continue
		}
		if !asks(alternative, policy.SchemeAPIKey) {
			return false
		}
		signed = true
	}
	return signed
}

// checkKeys refuses a rule that asks for API keys in another header than X-Api-Key where the mode looks for keys, and not there: the
// gateway, and this module's authorizer, look in X-Api-Key; another one where the identity sources say.
func (b *builder) checkKeys(from *contract.Operation) {
	if !b.looksForKeys() && !(b.mode.Authorization == modes.Request && onlyKeys(from.Access)) {
		return
	}
	for _, header := range from.KeyHeaders {
		if !b.looksIn(header) {
			b.refuse(from.Position, "%s: asks for an API key in the header %s, and this mode finds keys in X-Api-Key: want that name in the security scheme", keyOf(from), header)
		}
	}
}

// onlyKeys tells whether every way to meet the rule has an API key in it.
func onlyKeys(access policy.Access) bool {
	return !slices.ContainsFunc(access.Alternatives, func(a policy.Alternative) bool { return !asks(a, policy.SchemeAPIKey) })
}

// looksForKeys tells whether a request's API key can meet a rule: the gateway looks at it, or a Lambda authorizer that is none of this
// module's that take tokens alone.
func (b *builder) looksForKeys() bool {
	return b.mode.APIKeyRequired ||
		b.mode.Authorization == modes.Request && !slices.Contains([]string{"jwt", "token"}, b.mode.Authorizer.Function)
}

// looksIn tells whether a Lambda authorizer finds API keys in a header. This module's finds them in X-Api-Key, whatever the identity
// sources say.
func (b *builder) looksIn(header string) bool {
	if b.mode.Authorization != modes.Request || b.mode.Authorizer.Function == "request" || b.mode.APIKeyRequired && b.mode.APIKeySource != "AUTHORIZER" {
		return false
	}
	return slices.ContainsFunc(b.mode.Authorizer.IdentitySource, func(source string) bool {
		_, name, isHeader := strings.Cut(source, ".header.")
		return isHeader && strings.EqualFold(name, header)
	})
}
