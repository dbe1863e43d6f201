package cognito

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
)

// listUsers lists people, in the order in which they were made.
// Source: Amazon Cognito user pools API reference, ListUsers.
func (p *Pool) listUsers(in input) (any, *apiError) {
	var attributes []string
	var text string
	if err := cmp.Or(inPool(in), in.read("AttributesToGet", &attributes), in.read("Filter", &text)); err != nil {
		return nil, err
	}
	limit, behind, err := in.page(paginationMember, maxUsersListed)
	if err != nil {
		return nil, err
	}
	match, err := parseFilter(text)
	if err != nil {
		return nil, err
	}
	users, next := p.pageOfUsers(behind, limit, attributes, match)
	return struct {
		Users           []listed
		PaginationToken string `json:",omitempty"`
	}{users, next}, nil
}

// pageOfUsers gives people with some of their attributes, all where none is named, and what the page behind it is asked for with.
func (p *Pool) pageOfUsers(behind, limit int, attributes []string, match func(person) bool) (users []listed, next string) {
	found, more := p.people.list(behind, limit, match)
	users = []listed{}
	for _, who := range found {
		user := listedOf(who)
		if len(attributes) > 0 {
			user.Attributes = slices.DeleteFunc(user.Attributes, func(a userAttribute) bool { return !slices.Contains(attributes, a.Name) })
		}
		users = append(users, user)
	}
	if more {
		next = pageToken(found[limit-1].number)
	}
	return users, next
}

// page reads how many there shall be on a page, most where that is not said, and where it begins.
func (in input) page(member string, most int) (limit, behind int, err *apiError) {
	limit = most
	var token string
	if err := cmp.Or(in.read("Limit", &limit), in.read(member, &token)); err != nil {
		return 0, 0, err
	}
	const constraint = "1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value %s than or equal to %d"
	switch {
	case limit < 0:
		return 0, 0, invalid(fmt.Sprintf(constraint, limit, "greater", 0))
	case limit > most:
		return 0, 0, invalid(fmt.Sprintf(constraint, limit, "less", most))
	case token == "":
		return cmp.Or(limit, most), 0, nil
	}
	text, failure := base64.RawURLEncoding.DecodeString(token)
	behind, notNumber := strconv.Atoi(string(text))
	if failure != nil || notNumber != nil || behind < 0 {
		return 0, 0, invalid("Invalid pagination token")
	}
	return cmp.Or(limit, most), behind, nil
}

func pageToken(behind int) string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, int64(behind), 10))
}
