package services

import "portcullis/api/environ"

// OnlyOrigin is the origin whose pages alone may read what the API answers, this program's own; "": the variable says which may, or all
// may. All may as long as everything is kept here. Where a table is another's, any page that is open in the developer's browser could else
// read and change, with a token of the built-in accounts, whose passwords everybody knows, what others keep in it.
func (s *Services) OnlyOrigin() string {
	if s.env.getenv(environ.AllowedOrigins) != "" {
		return ""
	}
	for _, table := range s.tables.all() {
		if !table.Own && !table.InMemory() {
			return s.base
		}
	}
	return ""
}

// Origins are those whose pages may read what the API answers; none: all.
func (s *Services) Origins() []string {
	if only := s.OnlyOrigin(); only != "" {
		return []string{only}
	}
	return environ.Origins(s.env.getenv(environ.AllowedOrigins))
}

// originEnvironment tells functions of the only origin, where there is one.
func (s *Services) originEnvironment() map[string]string {
	if only := s.OnlyOrigin(); only != "" {
		return map[string]string{environ.AllowedOrigins: only}
	}
	return nil
}
