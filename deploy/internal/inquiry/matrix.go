package inquiry

import (
	"maps"
	"slices"

	"portcullis/api/contract"
	"portcullis/policy"
)

// Matrix is who may call what.
type Matrix struct {
	Title   string   `json:"title"`
	Schemes []string `json:"schemes"` // what every caller of it brings
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"operations"`
}

// Column is a caller, by what its scopes come from.
type Column struct {
	Kind   string   `json:"kind"` // "none", "group" or "scopes"
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
}

// Row is an operation; those of a WebSocket API have no path. A cell is yes, no, public, own {id}, or unreachable where no request is routed to it.
type Row struct {
	Method string   `json:"method"`
	Path   string   `json:"path"`
	ID     string   `json:"operationId,omitempty"`
	Cells  []string `json:"cells"` // one for each column
}

// The cells that are about the operation, whoever calls.
const (
	CellPublic      = "public"
	CellUnreachable = "unreachable"
)

// ColumnsOf chooses the columns: the caller without scopes, then groups, which tokens have and API keys have not,
// or else single scopes, then further ones.
func ColumnsOf(contract *Surface, groups map[string][]string, schemes []string, further []Column) []Column {
	columns := []Column{{"none", "no scope", []string{}}}
	if len(groups) > 0 && slices.Contains(schemes, policy.SchemeBearer) {
		for _, name := range slices.Sorted(maps.Keys(groups)) {
			columns = append(columns, Column{"group", name, append([]string{}, sorted(slices.Clone(groups[name]))...)})
		}
	} else {
		for _, scope := range contract.Scopes() {
			columns = append(columns, Column{"scopes", scope, []string{scope}})
		}
	}
	for _, next := range further {
		if !slices.ContainsFunc(columns, func(c Column) bool { return c.Kind == next.Kind && c.Name == next.Name }) {
			columns = append(columns, next)
		}
	}
	return columns
}

// NewMatrix is who may call what of a contract, for callers who all bring credentials of the schemes.
func NewMatrix(contract *Surface, schemes []string, columns []Column) *Matrix {
	m := &Matrix{Title: contract.Title, Schemes: schemes, Columns: columns, Rows: []Row{}}
	for i := range contract.Operations {
		m.Rows = append(m.Rows, newRow(contract, &contract.Operations[i], schemes, columns))
	}
	return m
}

func newRow(contract *Surface, operation *contract.Operation, schemes []string, columns []Column) Row {
	r := Row{Method: operation.Route.Method, Path: operation.Route.Path, ID: operation.ID}
	reachable := contract.IsReachable(operation)
	for _, c := range columns {
		text := CellUnreachable
		switch {
		case reachable && operation.Access.Public:
			text = CellPublic
		case reachable:
			text = Cell(OpenTo(contract.Demands(operation), schemes, GrantsOf(schemes, c.Scopes)))
		}
		r.Cells = append(r.Cells, text)
	}
	return r
}
