package services

import (
	"cmp"
	"slices"

	"portcullis/api/environ"
)

// OnlyOrigin is the origin whose pages alone may read what the API answers, this program's own; "": the variable says which may, or all
// may. All may as long as everything is kept here. Where a table is another's, any page that is open in the developer's browser could else
// read and change, with a token of the built-in accounts, whose passwords everybody knows, what others keep in it.
func (s *Services) OnlyOrigin() string {
	if s.env.getenv(environ.AllowedOrigins) != "" || !s.tables.areOthers() {
		return ""
	}
	return s.base
}

// areOthers tells whether a table is another's.
func (t Tables) areOthers() bool {
	return slices.ContainsFunc(t.all(), func(table Table) bool { return !table.Own && !table.InMemory() })
}

// Origins are those whose pages may read what the API answers; none: all.
func (s *Services) Origins() []string {
	if only := s.OnlyOrigin(); only != "" {
		return []string{only}
	}
	return environ.Origins(s.env.getenv(environ.AllowedOrigins))
}

// issuerOrigins are those whose pages may sign people in at the built-in issuer; none: all, as at Cognito. They are the API's where a table
// is another's: no page gets a token there that could not use it.
func (e environment) issuerOrigins(base string, t Tables) []string {
	if !t.areOthers() {
		return nil
	}
	return environ.Origins(cmp.Or(e.getenv(environ.AllowedOrigins), base))
}

// originEnvironment tells functions of the only origin, where there is one.
func (s *Services) originEnvironment() map[string]string {
	if only := s.OnlyOrigin(); only != "" {
		return map[string]string{environ.AllowedOrigins: only}
	}
	return nil
}
