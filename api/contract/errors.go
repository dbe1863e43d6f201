package contract

import (
	"cmp"
	"slices"
	"strings"
)

// Errors is all that is wrong with files that go together, each with the file, the line and what would be right. errors.As finds
// the [*Error] in it.
type Errors []*Error

// Error is the texts of all, a line each.
func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "\n")
}

// Unwrap gives the errors one by one.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, err := range e {
		all[i] = err
	}
	return all
}

// SortByLine puts errors in the order in which a reader of the files comes by them: by the files' names, and in each by the lines.
func (e Errors) SortByLine() {
	slices.SortStableFunc(e, func(a, b *Error) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Line, b.Line)) })
}
