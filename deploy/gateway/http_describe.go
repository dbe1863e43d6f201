package gateway

import (
	"slices"

	"portcullis/deploy/modes"
)

// describe tells what the API serves.
func (a *httpAPI) describe() Description {
	d := a.stage.describe(a.guard, (*method).routeKey)
	d.PayloadFormatVersion, d.IntegrationTimeout = a.format.version, a.timeout
	if a.cors != nil {
		d.CORS = a.cors.clone()
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
