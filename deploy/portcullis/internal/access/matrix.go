package access

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/api/contract"
	"portcullis/deploy/portcullis/internal/cli"
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

// row is an operation; those of a WebSocket API have no path. A cell is yes, no, public, own {id}, or unreachable where no request is routed to it.
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

func matrixCommand(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "matrix [FILE]",
		Short: "Who may call which operation",
		Long: `Prints a row for each operation (and of a WebSocket API for $connect, and for the messages of each route), a column for each
group (without groups: for each scope) and for each --scopes. A cell is yes, no, public, own {id} (only where {id}, or that member
of a message, is the caller's own id), or unreachable where no request is routed to the operation. The same input gives the same bytes, so that a
file of it can be committed, and a pull request shows what changes.

JSON: {"title", "schemes", "columns": [{"kind", "name", "scopes"}], "operations": [{"method", "path", "operationId", "cells"}]}. A
kind is none, group or scopes; there is a cell for each column.

Exit status: 0 it was printed; 2 the rules could not be read.`,
		Example: `  portcullis access matrix
  portcullis access matrix api/openapi.yaml --group-scopes '{"admins":["users/read","users/write"],"members":["users/self"]}'
  portcullis access matrix api/openapi.yaml --scopes 'users/self users/read' --scheme apiKey -o markdown`,
		Args:              cli.Arguments(0, 1, ""),
		ValidArgsFunction: completeFiles(1),
	}
	in := addInputs(command)
	sets := command.Flags().StringArray(flagScopes, nil, "a further column, for a caller with these `SCOPES`; may be repeated")
	scheme := addScheme(command, "what every caller brings")
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatMarkdown, cli.FormatCSV, cli.FormatJSON, cli.FormatHTML)
	command.RunE = func(command *cobra.Command, args []string) error {
		further, wrong := furtherColumns(*sets)
		contract, groups, _, err := in.read(command.Context(), s, args)
		if err = errors.Join(wrong, err); err != nil {
			return err
		}
		schemes := schemeSet(scheme)
		var b strings.Builder
		if err := newMatrix(contract, schemes, columnsOf(contract, groups, schemes, further)).write(&b, output.Value); err != nil {
			return err
		}
		return s.Print(b.String())
	}
	return command
}

// furtherColumns are those of the flag for scopes.
func furtherColumns(sets []string) ([]column, error) {
	var columns []column
	var wrong []error
	for _, set := range sets {
		scopes, err := scopeSet(flagScopes, set)
		if err == nil && len(scopes) == 0 {
			err = cli.Usage("--scopes %q: want scopes; the caller without any has a column", set)
		}
		columns, wrong = append(columns, column{"scopes", strings.Join(scopes, " "), scopes}), append(wrong, err)
	}
	return columns, errors.Join(wrong...)
}

// columnsOf chooses the columns: the caller without scopes, then groups, which tokens have and API keys have not,
// or else single scopes, then further ones.
func columnsOf(contract *surface, groups scopesOfGroups, schemes []string, further []column) []column {
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
	for _, next := range further {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.Kind == next.Kind && c.Name == next.Name }) {
			columns = append(columns, next)
		}
	}
	return columns
}

func newMatrix(contract *surface, schemes []string, columns []column) *matrix {
	m := &matrix{Title: contract.Title, Schemes: schemes, Columns: columns, Rows: []row{}}
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
