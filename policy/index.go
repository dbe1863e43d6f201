package policy

import (
	"slices"
	"strings"
)

// index finds templates by how they begin, so that large APIs need not compare each route with each other.
type index struct {
	begins []string         // how the templates begin, sorted; a static one with a slash at its end
	which  []int            // the template that begins so
	wild   map[string][]int // templates with parameters, by exactly how they begin
}

func newIndex(templates []template) *index {
	x := &index{wild: map[string][]int{}}
	begin := make([]string, len(templates))
	for i, t := range templates {
		prefix, whole := t.prefix()
		if whole {
			prefix += "/"
		} else {
			x.wild[prefix] = append(x.wild[prefix], i)
		}
		begin[i] = prefix
		x.which = append(x.which, i)
	}
	slices.SortStableFunc(x.which, func(a, b int) int { return strings.Compare(begin[a], begin[b]) })
	for _, i := range x.which {
		x.begins = append(x.begins, begin[i])
	}
	return x
}

// near lists, in order, at least the templates that have a path in common with the IAM pattern of this one,
// a trailing slash not counted.
func (x *index) near(t template) []int {
	prefix, _ := t.prefix()
	var near []int
	first, _ := slices.BinarySearch(x.begins, prefix)
	for i := first; i < len(x.begins) && strings.HasPrefix(x.begins[i], prefix); i++ {
		near = append(near, x.which[i])
	}
	for i := range len(prefix) {
		if i == 0 || prefix[i-1] == '/' {
			near = append(near, x.wild[prefix[:i]]...)
		}
	}
	slices.Sort(near)
	return near
}
