package cognito

import (
	"slices"
	"strings"
)

// searchable are the attributes that a filter may be of.
// Source: Amazon Cognito user pools API reference, ListUsers, Filter.
var searchable = []string{"username", "email", "phone_number", "name", "given_name", "family_name", "preferred_username",
	"cognito:user_status", "status", "sub"}

// parseFilter reads the filter of ListUsers, which everybody meets where it is empty:
//
//	filter = name ( "=" / "^=" ) value   ; is, or begins with, with blanks around each
//	name   = one of searchable, alone or in double quotes
//	value  = DQUOTE *( any but DQUOTE and backslash / backslash any ) DQUOTE
//
// All compare by case but cognito:user_status.
func parseFilter(text string) (match func(person) bool, err *apiError) {
	if text == "" {
		return func(person) bool { return true }, nil
	}
	rest := strings.TrimLeft(text, " ")
	end := strings.IndexAny(rest, " =^")
	if end < 0 {
		return nil, badFilter
	}
	name := rest[:end]
	if len(name) > 1 && name[0] == '"' && name[len(name)-1] == '"' {
		name = name[1 : len(name)-1]
	}
	rest = strings.TrimLeft(rest[end:], " ")
	rest, prefix := strings.CutPrefix(rest, "^")
	rest, operator := strings.CutPrefix(rest, "=")
	value, ok := unquote(strings.Trim(rest, " "))
	switch {
	case !operator || !ok:
		return nil, badFilter
	case !slices.Contains(searchable, name):
		return nil, invalid("Invalid search attribute: " + name)
	}
	fold := func(text string) string { return text }
	if name == "cognito:user_status" {
		fold = strings.ToLower
	}
	value = fold(value)
	return func(who person) bool {
		has, there := who.searched(name)
		has = fold(has)
		return there && (has == value || prefix && strings.HasPrefix(has, value))
	}, nil
}

var badFilter = invalid(`Error while parsing filter: want AttributeName = "value" or AttributeName ^= "value"`)

// unquote reads a value.
func unquote(text string) (value string, ok bool) {
	if len(text) < 2 || text[0] != '"' {
		return "", false
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), i == len(text)-1
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// searched is what somebody has of a searchable attribute.
func (p person) searched(name string) (value string, there bool) {
	switch name {
	case "username":
		return p.Username, true
	case "sub":
		return p.Subject, true
	case "cognito:user_status":
		return p.status(), true
	case "status":
		if p.Disabled {
			return "Disabled", true
		}
		return "Enabled", true
	}
	value, there = p.attributes[name]
	return value, there
}
