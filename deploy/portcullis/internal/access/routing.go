package access

import (
	"slices"

	"portcullis/api/contract"
	"portcullis/policy"
)

// checkRouting reports what one route does to another: it takes all requests from it, or requests that others may
// make than those of the rest.
func (c *checker) checkRouting() {
	for i := range c.Operations {
		taken := &c.Operations[i]
		if !c.isReachable(taken) {
			c.find(problem, "%s: no request reaches it; more specific routes take them all", label(taken))
			continue
		}
		if isGreedy(taken.Route.Path) || taken.Route.Method == policy.MethodAny { // it is for what is left over
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
	for _, requests := range commonRequests(taken.Route.Path, by.Route.Path, c.longest) {
		if c.serving(taken.Route.Method, requests) != by {
			continue
		}
		rest, here := c.demandsOn(taken, requests), c.demandsOn(by, requests)
		text := ""
		if opened := newDemands(rest, here); len(opened) > 0 {
			text += "; open for " + words(opened) + ", where that one is not"
		}
		if closed := newDemands(here, rest); len(closed) > 0 {
			text += "; closed for " + words(closed) + ", where that one is open"
		}
		line := finding{Severity: warning, Text: label(by) + ": serves " + taken.Route.Method + " " + requests.shown(by.Route.Path) + " in place of " + label(taken) + text}
		if text != "" && !slices.Contains(c.findings, line) {
			c.findings = append(c.findings, line)
		}
	}
}
