package access

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
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
		if err := (shownMatrix{inquiry.NewMatrix(contract, schemes, inquiry.ColumnsOf(contract, groups, schemes, further))}).write(&b, output.Value); err != nil {
			return err
		}
		return s.Print(b.String())
	}
	return command
}

// furtherColumns are those of the flag for scopes.
func furtherColumns(sets []string) ([]inquiry.Column, error) {
	var columns []inquiry.Column
	var wrong []error
	for _, set := range sets {
		scopes, err := scopeSet(flagScopes, set)
		if err == nil && len(scopes) == 0 {
			err = cli.Usage("--scopes %q: want scopes; the caller without any has a column", set)
		}
		columns, wrong = append(columns, inquiry.Column{Kind: "scopes", Name: strings.Join(scopes, " "), Scopes: scopes}), append(wrong, err)
	}
	return columns, errors.Join(wrong...)
}

// shownMatrix is a matrix as it is printed.
type shownMatrix struct{ *inquiry.Matrix }

// who says in a phrase what every caller of the matrix brings.
func (m shownMatrix) who() string { return inquiry.Bringer(m.Schemes) }

// hasIDs tells whether any operation has an id.
func (m shownMatrix) hasIDs() bool {
	return slices.ContainsFunc(m.Rows, func(r inquiry.Row) bool { return r.ID != "" })
}

// grid is the matrix as rows of texts, the column's names first.
func (m shownMatrix) grid() [][]string {
	head := []string{"operation"}
	if m.hasIDs() {
		head = append(head, "id")
	}
	for _, c := range m.Columns {
		head = append(head, inquiry.Printable(c.Name))
	}
	grid := [][]string{head}
	for _, r := range m.Rows {
		line := []string{inquiry.RouteName(policy.Route{Method: r.Method, Path: r.Path})}
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
	return inquiry.Printable(id)
}

// notes explain the matrix below it.
func (m shownMatrix) notes() []string {
	notes := []string{"Each caller brings " + m.who() + "; own {x}: only where {x} is the caller's own id."}
	for _, c := range m.Columns {
		if c.Kind == "group" {
			scopes := strings.Join(c.Scopes, " ")
			if scopes == "" {
				scopes = "no scope"
			}
			notes = append(notes, "Group "+inquiry.Printable(c.Name)+": "+scopes)
		}
	}
	return notes
}
