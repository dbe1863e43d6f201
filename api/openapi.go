// Package api has the contract of the users API, for programs that run where no file of it is.
package api

import _ "embed"

// OpenAPI is the text of openapi.yaml.
//
//go:embed openapi.yaml
var OpenAPI string
