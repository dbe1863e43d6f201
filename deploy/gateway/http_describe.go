package gateway

import (
	"slices"

	"portcullis/deploy/modes"
)

// describe tells what the API serves.
func (a *httpAPI) describe() Description {
	d := a.stage.describe()
	d.PayloadFormatVersion, d.IntegrationTimeout = a.format.version, a.timeout
	d.Authorizer = a.guard.describeAuthorizer()
	if a.cors != nil {
		d.CORS = a.cors.clone()
	}
	for _, m := range a.methods {
		d.Operations[m.routeKey()] = m.describe(a.guard, a.throttle)
	}
	return d
}

// clone is a copy that shares nothing.
func (c *httpCORS) clone() *modes.CORS {
	d := c.CORS
	for _, list := range []*[]string{&d.AllowOrigins, &d.AllowMethods, &d.AllowHeaders, &d.ExposeHeaders} {
		*list = slices.Clone(*list)
	}
	return &d
}
