package main

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"html/template"
	"io"
	"strings"
	"unicode/utf8"
)

// formats write a matrix, each in its way. Equal matrices give equal bytes.
var formats = map[string]func(io.Writer, *matrix) error{
	"table": writeTable, "markdown": writeMarkdown, "csv": writeCSV, "json": writeJSON, "html": writeHTML,
}

// writeTable writes aligned columns for a terminal.
func writeTable(w io.Writer, m *matrix) error {
	var b strings.Builder
	grid := m.grid()
	widths := widthsOf(grid)
	for _, line := range grid {
		b.WriteString(strings.TrimRight(aligned(line, widths, "  "), " ") + "\n")
	}
	b.WriteString("\n")
	for _, note := range m.notes() {
		b.WriteString(note + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func widthsOf(grid [][]string) []int {
	widths := make([]int, len(grid[0]))
	for _, line := range grid {
		for i, text := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	return widths
}

func aligned(line []string, widths []int, between string) string {
	padded := make([]string, len(line))
	for i, text := range line {
		padded[i] = text + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
	}
	return strings.Join(padded, between)
}

// markdownText escapes what Markdown, or the HTML in it, would read as more than text.
var markdownText = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"~", `\~`, "$", `\$`, "@", "&#64;", "&", "&amp;", "<", "&lt;", ">", "&gt;")

// writeMarkdown writes a table of GitHub Flavored Markdown (its specification, section 4.10).
func writeMarkdown(w io.Writer, m *matrix) error {
	grid := m.grid()
	for i, line := range grid {
		for j, text := range line {
			line[j] = markdownText.Replace(text)
		}
		if i > 0 {
			line[0] = "`" + m.Rows[i-1].route() + "`"
		}
	}
	widths := widthsOf(grid)
	var b strings.Builder
	for i, line := range grid {
		b.WriteString("| " + aligned(line, widths, " | ") + " |\n")
		if i > 0 {
			continue
		}
		for _, width := range widths {
			b.WriteString("|" + strings.Repeat("-", width+2))
		}
		b.WriteString("|\n")
	}
	for _, note := range m.notes() {
		b.WriteString("\n" + markdownText.Replace(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeCSV writes comma-separated values (RFC 4180, with a single line feed at the end of a line).
func writeCSV(w io.Writer, m *matrix) error {
	head := []string{"method", "path", "operationId"}
	for _, c := range m.Columns {
		head = append(head, c.Name)
	}
	lines := [][]string{head}
	for _, r := range m.Rows {
		lines = append(lines, append([]string{r.Method, r.Path, r.ID}, r.Cells...))
	}
	return csv.NewWriter(w).WriteAll(lines)
}

func writeJSON(w io.Writer, m *matrix) error { return encodeJSON(w, m) }

// encodeJSON writes a value as indented JSON.
func encodeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

//go:embed matrix.html
var page string

var pageTemplate = template.Must(template.New("matrix").Funcs(template.FuncMap{
	"class": func(cell string) string { word, _, _ := strings.Cut(cell, " "); return word },
}).Parse(page))

// writeHTML writes one page that loads nothing else.
func writeHTML(w io.Writer, m *matrix) error {
	grid := m.grid()
	return pageTemplate.Execute(w, map[string]any{"Title": m.Title, "Head": grid[0], "Rows": grid[1:], "Notes": m.notes(), "Labels": len(grid[0]) - len(m.Columns)})
}
