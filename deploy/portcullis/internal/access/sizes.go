package access

import "portcullis/policy"

// checkSizes reports the callers for whom no policy can be written, so that the authorizer fails for all that they do,
// those for whom a part of it is left out, and the one with the largest. Of callers with the same scopes, whatever
// credentials they bring, it is said once.
func (c *checker) checkSizes() {
	sizes, err := c.rules.Sizes(policy.LongestARN, c.groups)
	if err != nil {
		c.find(problem, "no policy can be written: %s", err)
	}
	said := ""
	var largest policy.Size
	for _, size := range sizes {
		switch {
		case size.Name == said:
		case size.Err != nil:
			c.find(problem, "%s: the policy cannot be written, and every request fails (500): %s", sized(size), size.Err)
			said = size.Name
		case len(size.LeftOut) > 0:
			c.find(problem, "%s: a Resource has %d characters, more than API Gateway takes (512), and what it is for is denied: %s", sized(size), len(size.LeftOut[0]), size.LeftOut[0])
			said = size.Name
		case size.Bytes > largest.Bytes:
			largest = size
		}
	}
	if largest.Bytes >= policy.LargeDocument {
		c.find(warning, "%s: the policy has %d bytes, the largest of all; AWS names a bound for WebSocket APIs only (%d)", sized(largest), largest.Bytes, policy.LargeDocument)
	}
}

// sized names the caller that was measured.
func sized(size policy.Size) string {
	return "a caller with " + printable(size.Name) + ", who brings " + bringer(size.Caller.Schemes)
}
