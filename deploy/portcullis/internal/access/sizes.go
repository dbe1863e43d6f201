package access

import (
	"errors"
	"path/filepath"

	"portcullis/policy"
)

// checkSizes reports the callers for whom no policy can be written, so that the authorizer fails for all that they do, those for
// whom a part of it is left out, and the one with the largest.
func (c *checker) checkSizes() {
	remarks, err := c.Compiled.CheckSizes(c.groups)
	if err == nil {
		_, err = c.Compiled.Encode(policy.Source{Name: filepath.Base(c.Name), SHA256: c.SHA256()})
	}
	failed := (*policy.SizesError)(nil)
	switch {
	case errors.As(err, &failed):
		for _, size := range failed.Sizes {
			c.find(problem, "%s: the policy cannot be written, and every request fails (500): %s", size.Who(), size.Err)
		}
	case err != nil:
		c.find(problem, "the rules cannot be written: %s", err)
	}
	for _, remark := range remarks {
		if remark.Denies {
			c.find(problem, "%s", remark.Text)
		} else {
			c.find(warning, "%s", remark.Text)
		}
	}
}
