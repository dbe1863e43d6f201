package access

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
	"sync"

	"portcullis/deploy/portcullis/internal/cli"
)

// write writes the matrix in a format. Equal matrices give equal bytes.
func (m shownMatrix) write(w io.Writer, format string) error {
	grid := m.grid()
	table := cli.Table{Head: grid[0], Rows: grid[1:], Code: true, Notes: m.notes(), JSON: m.Matrix}
	switch format {
	case cli.FormatHTML:
		return page().Execute(w, map[string]any{"Title": m.Title, "Head": table.Head, "Rows": table.Rows, "Notes": table.Notes, "Labels": len(grid[0]) - len(m.Columns)})
	case cli.FormatCSV:
		table = m.separated()
	}
	return table.Write(w, format)
}

// separated is the matrix for programs that read rows: method and path have a column each, and names are as they are.
func (m shownMatrix) separated() cli.Table {
	table := cli.Table{Head: []string{"method", "path", "operationId"}}
	for _, c := range m.Columns {
		table.Head = append(table.Head, c.Name)
	}
	for _, r := range m.Rows {
		table.Rows = append(table.Rows, append([]string{r.Method, r.Path, r.ID}, r.Cells...))
	}
	return table
}

//go:embed matrix.html
var pageText string

// page is the HTML page, which loads nothing else. A cell's class is its first word.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("matrix").Funcs(template.FuncMap{
		"class": func(cell string) string { word, _, _ := strings.Cut(cell, " "); return word },
	}).Parse(pageText))
})
