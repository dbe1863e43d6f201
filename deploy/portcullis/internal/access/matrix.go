package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/policy"
)

// matrix is who may call what.
type matrix struct {
	Title   string   `json:"title"`
	Schemes []string `json:"schemes"` // what every caller of it brings
	Columns []column `json:"columns"`
	Rows    []row    `json:"operations"`
}

// column is a caller, by what its scopes come from.
type column struct {
	Kind   string   `json:"kind"` // "none", "group" or "scopes"
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
}

// row is an operation; $connect has no path. A cell is yes, no, public, own {id}, or unreachable where no request is routed to it.
type row struct {
	Method string   `json:"method"`
	Path   string   `json:"path"`
	ID     string   `json:"operationId,omitempty"`
	Cells  []string `json:"cells"` // one for each column
}

const (
	cellPublic      = "public"
	cellUnreachable = "unreachable"
)

func matrixCommand(_ context.Context, s *session, args []string) (int, error) {
	var (
		in     inputs
		sets   []string
		flags  = flag.NewFlagSet("matrix", flag.ContinueOnError)
		format = flags.String("format", "table", "")
		scheme = flags.String("scheme", policy.SchemeBearer, "")
	)
	in.add(flags)
	flags.Func("scopes", "", func(text string) error { sets = append(sets, text); return nil })
	if _, err := parse(flags, args, 0); err != nil {
		return 0, err
	}
	write, known := formats[*format]
	if !known {
		return 0, fmt.Errorf("-format %q: want %s", *format, strings.Join(slices.Sorted(maps.Keys(formats)), ", "))
	}
	schemes, err := schemeSet(*scheme)
	if err != nil {
		return 0, err
	}
	contract, groups, err := in.read(s)
	if err != nil {
		return 0, err
	}
	columns, err := columnsOf(contract, groups, schemes, sets)
	if err != nil {
		return 0, err
	}
	return statusGood, write(s.out, newMatrix(contract, schemes, columns))
}

// columnsOf chooses the columns: the caller without scopes, then groups, which tokens have and API keys have not,
// or else single scopes, then the sets.
func columnsOf(contract *surface, groups scopesOfGroups, schemes, sets []string) ([]column, error) {
	columns := []column{{"none", "no scope", []string{}}}
	if len(groups) > 0 && slices.Contains(schemes, policy.SchemeBearer) {
		for _, name := range slices.Sorted(maps.Keys(groups)) {
			columns = append(columns, column{"group", name, append([]string{}, sorted(slices.Clone(groups[name]))...)})
		}
	} else {
		for _, scope := range contract.scopes() {
			columns = append(columns, column{"scopes", scope, []string{scope}})
		}
	}
	for _, set := range sets {
		scopes, err := scopeSet(set)
		switch {
		case err != nil:
			return nil, fmt.Errorf("-scopes %q: %w", set, err)
		case len(scopes) == 0:
			return nil, fmt.Errorf("-scopes %q: want scopes; the caller without any has a column", set)
		}
		next := column{"scopes", strings.Join(scopes, " "), scopes}
		if !slices.ContainsFunc(columns, func(c column) bool { return c.Kind == next.Kind && c.Name == next.Name }) {
			columns = append(columns, next)
		}
	}
	return columns, nil
}

func newMatrix(contract *surface, schemes []string, columns []column) *matrix {
	m := &matrix{Title: contract.Title, Schemes: schemes, Columns: columns}
	for i := range contract.Operations {
		m.Rows = append(m.Rows, newRow(contract, &contract.Operations[i], schemes, columns))
	}
	return m
}

func newRow(contract *surface, operation *contract.Operation, schemes []string, columns []column) row {
	r := row{Method: operation.Route.Method, Path: operation.Route.Path, ID: operation.ID}
	reachable := contract.isReachable(operation)
	for _, c := range columns {
		text := cellUnreachable
		switch {
		case reachable && operation.Access.Public:
			text = cellPublic
		case reachable:
			text = cell(openTo(contract.demands(operation), schemes, grantsOf(schemes, c.Scopes)))
		}
		r.Cells = append(r.Cells, text)
	}
	return r
}

// route names the row's operation.
func (r row) route() string { return routeName(policy.Route{Method: r.Method, Path: r.Path}) }

// who says in a phrase what every caller of the matrix brings.
func (m *matrix) who() string { return bringer(m.Schemes) }

// hasIDs tells whether any operation has an id.
func (m *matrix) hasIDs() bool {
	return slices.ContainsFunc(m.Rows, func(r row) bool { return r.ID != "" })
}

// grid is the matrix as rows of texts, the column's names first.
func (m *matrix) grid() [][]string {
	head := []string{"operation"}
	if m.hasIDs() {
		head = append(head, "id")
	}
	for _, c := range m.Columns {
		head = append(head, printable(c.Name))
	}
	grid := [][]string{head}
	for _, r := range m.Rows {
		line := []string{r.route()}
		if m.hasIDs() {
			line = append(line, optional(r.ID))
		}
		grid = append(grid, append(line, r.Cells...))
	}
	return grid
}

func optional(id string) string {
	if id == "" {
		return ""
	}
	return printable(id)
}

// notes explain the matrix below it.
func (m *matrix) notes() []string {
	notes := []string{"Each caller brings " + m.who() + "; own {x}: only where {x} is the caller's own id."}
	for _, c := range m.Columns {
		if c.Kind == "group" {
			scopes := strings.Join(c.Scopes, " ")
			if scopes == "" {
				scopes = "no scope"
			}
			notes = append(notes, "Group "+printable(c.Name)+": "+scopes)
		}
	}
	return notes
}
