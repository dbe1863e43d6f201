package access

import (
	"slices"

	"portcullis/api/contract"
	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// checkRouting reports what one route does to another: it takes all requests from it, or requests that others may
// make than those of the rest.
func (c *checker) checkRouting() {
	for i := range c.Operations {
		taken := &c.Operations[i]
		if !c.IsReachable(taken) {
			c.find(problem, "%s: no request reaches it; more specific routes take them all", inquiry.Label(taken))
			continue
		}
		if inquiry.IsGreedy(taken.Route.Path) || taken.Route.Method == policy.MethodAny { // it is for what is left over
			continue
		}
		for j := range c.Operations {
			if by := &c.Operations[j]; by != taken {
				c.checkTaken(taken, by)
			}
		}
	}
}

// checkTaken warns where requests that fit one operation are served by another that other callers may call.
func (c *checker) checkTaken(taken, by *contract.Operation) {
	for _, requests := range inquiry.CommonRequests(taken.Route.Path, by.Route.Path, c.Longest) {
		if c.Serving(taken.Route.Method, requests) != by {
			continue
		}
		rest, here := c.DemandsOn(taken, requests), c.DemandsOn(by, requests)
		text := ""
		if opened := inquiry.NewDemands(rest, here); len(opened) > 0 {
			text += "; open for " + inquiry.Words(opened) + ", where that one is not"
		}
		if closed := inquiry.NewDemands(here, rest); len(closed) > 0 {
			text += "; closed for " + inquiry.Words(closed) + ", where that one is open"
		}
		line := finding{Severity: warning, Text: inquiry.Label(by) + ": serves " + taken.Route.Method + " " + requests.Shown(by.Route.Path) + " in place of " + inquiry.Label(taken) + text}
		if text != "" && !slices.Contains(c.findings, line) {
			c.findings = append(c.findings, line)
		}
	}
}
