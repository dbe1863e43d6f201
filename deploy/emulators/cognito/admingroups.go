package cognito

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// group is a group of the pool's. Those of the configuration's accounts are there from the start.
type group struct {
	name, description string
	precedence        *int
	created, modified time.Time
}

// groupType is Cognito's GroupType.
type groupType struct {
	GroupName        string
	UserPoolID       string `json:"UserPoolId"`
	Description      string `json:",omitempty"`
	Precedence       *int   `json:",omitempty"`
	CreationDate     float64
	LastModifiedDate float64
}

func (g group) listed() groupType {
	return groupType{g.name, PoolID, g.description, g.precedence, seconds(g.created), seconds(g.modified)}
}

var groupNotFound = &apiError{"ResourceNotFoundException", "Group not found."}

// maxGroups is how many groups a pool has at most, and one user is in. Source: Amazon Cognito developer guide, "Quotas".
const (
	maxGroups        = 10_000
	maxGroupsOfOne   = 100
	maxGroupsListed  = 60
	maxUsersListed   = 60
	nextToken        = "NextToken"
	paginationMember = "PaginationToken"
)

// createGroup makes a group. Roles are not kept: no tokens of a pool here are for identity pools.
// Source: Amazon Cognito user pools API reference, CreateGroup.
func (p *Pool) createGroup(in input) (any, *apiError) {
	now := p.now()
	g := group{created: now, modified: now}
	err := cmp.Or(inPool(in), in.must("GroupName", &g.name), in.read("Description", &g.description), in.read("Precedence", &g.precedence))
	if err != nil {
		return nil, err
	}
	if g.name == "" || g.precedence != nil && *g.precedence < 0 {
		return nil, invalid("A group has a name, and a precedence that is not negative.")
	}
	p.people.mu.Lock()
	defer p.people.mu.Unlock()
	if _, there := p.people.groups[g.name]; there {
		return nil, &apiError{"GroupExistsException", "A group with the name already exists."}
	}
	if len(p.people.groups) >= maxGroups {
		return nil, &apiError{"LimitExceededException", fmt.Sprintf("The pool has %d groups, and takes no more.", maxGroups)}
	}
	p.people.groups[g.name] = g
	return struct{ Group groupType }{g.listed()}, nil
}

// listGroups lists the pool's groups by their names.
// Source: Amazon Cognito user pools API reference, ListGroups.
func (p *Pool) listGroups(in input) (any, *apiError) {
	if err := inPool(in); err != nil {
		return nil, err
	}
	p.people.mu.Lock()
	names := slices.Sorted(maps.Keys(p.people.groups))
	p.people.mu.Unlock()
	return p.pageOfGroups(in, names)
}

// adminListGroupsForUser lists the groups that somebody is in.
// Source: Amazon Cognito user pools API reference, AdminListGroupsForUser.
func (p *Pool) adminListGroupsForUser(in input) (any, *apiError) {
	who, err := p.findSubject(in)
	if err != nil {
		return nil, err
	}
	return p.pageOfGroups(in, slices.Sorted(slices.Values(who.Groups)))
}

// groupList is the response of both.
type groupList struct {
	Groups    []groupType
	NextToken string `json:",omitempty"`
}

// pageOfGroups gives the part of a list that is asked for. The token is where it goes on.
func (p *Pool) pageOfGroups(in input, names []string) (any, *apiError) {
	limit, behind, err := in.page(nextToken, maxGroupsListed)
	if err != nil {
		return nil, err
	}
	list := groupList{Groups: []groupType{}}
	p.people.mu.Lock()
	defer p.people.mu.Unlock()
	for i, name := range names {
		if i < behind {
			continue
		}
		if len(list.Groups) == limit {
			list.NextToken = pageToken(i)
			break
		}
		list.Groups = append(list.Groups, p.people.groups[name].listed())
	}
	return list, nil
}

// adminAddUserToGroup puts somebody into a group; their next tokens have it.
// Source: Amazon Cognito user pools API reference, AdminAddUserToGroup.
func (p *Pool) adminAddUserToGroup(in input) (any, *apiError) {
	return p.changeGroups(in, func(who *person, name string) *apiError {
		if slices.Contains(who.Groups, name) {
			return nil
		}
		if len(who.Groups) >= maxGroupsOfOne {
			return &apiError{"LimitExceededException", fmt.Sprintf("The user is in %d groups, and can be in no more.", maxGroupsOfOne)}
		}
		who.Groups = append(slices.Clip(who.Groups), name)
		return nil
	})
}

// adminRemoveUserFromGroup takes somebody out of a group.
// Source: Amazon Cognito user pools API reference, AdminRemoveUserFromGroup.
func (p *Pool) adminRemoveUserFromGroup(in input) (any, *apiError) {
	return p.changeGroups(in, func(who *person, name string) *apiError {
		who.Groups = slices.DeleteFunc(slices.Clone(who.Groups), func(other string) bool { return other == name })
		return nil
	})
}

func (p *Pool) changeGroups(in input, change func(who *person, name string) *apiError) (any, *apiError) {
	var name string
	if err := cmp.Or(inPool(in), in.must("GroupName", &name)); err != nil {
		return nil, err
	}
	return p.changeSubject(in, func(who *person) *apiError {
		if _, there := p.people.groups[name]; !there {
			return groupNotFound
		}
		return change(who, name)
	})
}

// listUsersInGroup lists who is in a group, in the order in which they were made.
// Source: Amazon Cognito user pools API reference, ListUsersInGroup.
func (p *Pool) listUsersInGroup(in input) (any, *apiError) {
	var name string
	if err := cmp.Or(inPool(in), in.must("GroupName", &name)); err != nil {
		return nil, err
	}
	limit, behind, err := in.page(nextToken, maxUsersListed)
	if err != nil {
		return nil, err
	}
	p.people.mu.Lock()
	_, there := p.people.groups[name]
	p.people.mu.Unlock()
	if !there {
		return nil, groupNotFound
	}
	users, next := p.pageOfUsers(behind, limit, nil, func(who person) bool { return slices.Contains(who.Groups, name) })
	return struct {
		Users     []listed
		NextToken string `json:",omitempty"`
	}{users, next}, nil
}
