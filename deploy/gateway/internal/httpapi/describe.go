package httpapi

import (
	"slices"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/modes"
)

// Description tells what the API serves.
func (a *API) Description() stage.Description {
	d := a.Stage.Describe(a.guard, (*stage.Method).RouteKey)
	d.PayloadFormatVersion, d.IntegrationTimeout = a.format.version, a.timeout
	if a.cors != nil {
		d.CORS = a.cors.clone()
	}
	return d
}

// clone is a copy that shares nothing.
func (c *cors) clone() *modes.CORS {
	d := c.CORS
	for _, list := range []*[]string{&d.AllowOrigins, &d.AllowMethods, &d.AllowHeaders, &d.ExposeHeaders} {
		*list = slices.Clone(*list)
	}
	return &d
}
