package access

import (
	"maps"
	"slices"
	"strings"

	"portcullis/policy"
)

// longestID is as long as the ids of owners may be that stand in a document.
var longestID = strings.Repeat("i", 128)

// member is a caller by where its scopes come from.
type member struct {
	name   string
	scopes []string
}

// checkSizes reports the callers for whom no policy can be written, so that the authorizer fails for all that they do,
// those for whom a part of it is left out, and the one with the largest.
func (c *checker) checkSizes() {
	var largest policy.Size
	for _, m := range c.members() {
		for _, schemes := range [][]string{tokenAlone, tokenAndKey} {
			name := m.name + ", who brings " + bringer(schemes)
			size, err := c.rules.Size(policy.Caller{ID: longestID, Schemes: schemes, Scopes: m.scopes}, policy.LongestARN)
			if err == nil {
				err = size.Err
			}
			if err != nil {
				c.find(problem, "%s: the policy cannot be written, and every request fails (500): %s", name, err)
				break
			}
			if len(size.LeftOut) > 0 {
				c.find(problem, "%s: a Resource has %d characters, more than API Gateway takes (512), and what it is for is denied: %s", name, len(size.LeftOut[0]), size.LeftOut[0])
				break
			}
			if size.Name = name; size.Bytes > largest.Bytes {
				largest = size
			}
		}
	}
	if largest.Bytes >= policy.LargeDocument {
		c.find(warning, "%s: the policy has %d bytes, the largest of all; AWS names a bound for WebSocket APIs only (%d)", largest.Name, largest.Bytes, policy.LargeDocument)
	}
}

// members are the callers with the least scopes and the most, and between them those of each group and with each scope
// alone. Of callers that the rules treat alike there is the first only.
func (c *checker) members() []member {
	all := []member{{"a caller without any scope", nil}}
	var granted []string
	for _, name := range slices.Sorted(maps.Keys(c.groups)) {
		all = append(all, member{"a member of the group " + printable(name), c.groups[name]})
		granted = append(granted, c.groups[name]...)
	}
	asked := c.scopes()
	for _, scope := range asked {
		all = append(all, member{"a caller with the scope " + scope, []string{scope}})
	}
	all = append(all, member{"a member of all groups", granted}, member{"a caller with all scopes", asked})
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(m member) bool {
		counting := slices.DeleteFunc(slices.Clone(asked), func(scope string) bool { return !slices.Contains(m.scopes, scope) })
		key := strings.Join(counting, " ")
		defer func() { seen[key] = true }()
		return seen[key]
	})
}
