package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// The formats in which answers are written.
const (
	FormatTable    = "table"
	FormatText     = "text" // lines for people, or what a script takes as it is
	FormatJSON     = "json"
	FormatMarkdown = "markdown"
	FormatCSV      = "csv"
	FormatHTML     = "html"
)

// AddOutput gives a command the flag --output, -o, with these formats, the first of which is the default. The value is
// what was chosen once the flags are read.
func AddOutput(command *cobra.Command, formats ...string) *OneOf {
	return AddOneOf(command, "output", "o", "how the answer is written", formats...)
}

// WriteJSON writes a value as indented JSON, and < > & as they are.
func WriteJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// Table is an answer of rows. Equal tables give equal bytes.
type Table struct {
	Title string // of the HTML page
	Head  []string
	Rows  [][]string // as many cells as the head has
	Code  bool       // the first column is code, where the format knows such
	Notes []string   // lines below it, where people read them
	JSON  any        // the same for programs; nil is an error for FormatJSON
}

// Write writes the table in a format. Empty cells are dashes where people read them.
func (t *Table) Write(w io.Writer, format string) error {
	switch format {
	case FormatTable:
		return t.writeAligned(w)
	case FormatMarkdown:
		return t.writeMarkdown(w)
	case FormatCSV:
		return csv.NewWriter(w).WriteAll(t.cells())
	case FormatHTML:
		return t.writeHTML(w)
	case FormatJSON:
		return WriteJSON(w, t.JSON)
	}
	return fmt.Errorf("there is no format %q", format)
}

// cells are the head and the rows for CSV, which is opened in spreadsheets: a cell that one would read as a formula, and that may hold
// what others chose, is behind an apostrophe, which makes it a text (https://owasp.org/www-community/attacks/CSV_Injection).
// FormatJSON has it as it is.
func (t *Table) cells() [][]string {
	all := [][]string{slices.Clone(t.Head)}
	for _, row := range t.Rows {
		all = append(all, slices.Clone(row))
	}
	for _, line := range all {
		for i, cell := range line {
			if strings.IndexAny(strings.TrimLeft(cell, " \t\r\n"), "=+-@＝＋－＠") == 0 {
				line[i] = "'" + cell
			}
		}
	}
	return all
}

// lines are the head and the rows for people.
func (t *Table) lines() [][]string {
	lines := [][]string{slices.Clone(t.Head)}
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, cell := range row {
			if line[i] = OneLine(cell); line[i] == "" {
				line[i] = "-"
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func (t *Table) writeAligned(w io.Writer) error {
	var b strings.Builder
	lines := t.lines()
	widths := widthsOf(lines)
	for _, line := range lines {
		b.WriteString(strings.TrimRight(aligned(line, widths, "  "), " ") + "\n")
	}
	if len(t.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, note := range t.Notes {
		b.WriteString(OneLine(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeMarkdown writes a table of GitHub Flavored Markdown (its specification, section 4.10).
func (t *Table) writeMarkdown(w io.Writer) error {
	var b strings.Builder
	lines := t.lines()
	for i, line := range lines {
		for j, cell := range line {
			if t.Code && i > 0 && j == 0 && !strings.Contains(cell, "`") {
				line[j] = "`" + strings.ReplaceAll(cell, "|", `\|`) + "`"
			} else {
				line[j] = markdown.Replace(cell)
			}
		}
	}
	widths := widthsOf(lines)
	for i, line := range lines {
		b.WriteString("| " + aligned(line, widths, " | ") + " |\n")
		if i == 0 {
			for _, width := range widths {
				b.WriteString("|" + strings.Repeat("-", width+2))
			}
			b.WriteString("|\n")
		}
	}
	for _, note := range t.Notes {
		b.WriteString("\n" + markdown.Replace(OneLine(note)) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeHTML writes one page that loads nothing else.
func (t *Table) writeHTML(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, htmlHead, html.EscapeString(t.Title))
	for i, line := range t.lines() {
		element := "td"
		if i == 0 {
			element = "th"
		}
		b.WriteString("<tr>")
		for _, cell := range line {
			fmt.Fprintf(&b, "<%s>%s</%s>", element, html.EscapeString(cell), element)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
	for _, note := range t.Notes {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(OneLine(note)))
	}
	b.WriteString("</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

const htmlHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%[1]s</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; }
th, td { border: 1px solid #bbb; padding: .3rem .6rem; text-align: left; }
th { background: #eee; }
</style>
</head>
<body>
<h1>%[1]s</h1>
<table>
`

// widthsOf are the widths of columns, in runes.
func widthsOf(lines [][]string) []int {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	return widths
}

// aligned is a line whose cells are padded to the widths of their columns.
func aligned(line []string, widths []int, between string) string {
	padded := make([]string, len(line))
	for i, text := range line {
		padded[i] = text + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
	}
	return strings.Join(padded, between)
}

// markdown escapes what Markdown, or the HTML in it, would read as more than text.
var markdown = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"~", `\~`, "$", `\$`, "@", "&#64;", "&", "&amp;", "<", "&lt;", ">", "&gt;")

// Printable is a text that a terminal shows as it is, quoted where it would be another one: it is a stranger's, such as a claim.
func Printable(text string) string {
	quoted := strconv.Quote(text)
	if quoted == `"`+text+`"` {
		return text
	}
	return quoted
}
