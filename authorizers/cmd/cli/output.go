package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
)

// Print writes to stdout.
func (s *Session) Print(text []byte) error {
	if _, err := s.Stdout.Write(text); err != nil {
		return fmt.Errorf("stdout: %w", err)
	}
	return nil
}

// PrintJSON writes a value to stdout as indented JSON.
func (s *Session) PrintJSON(value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return s.Print(append(text, '\n'))
}

// PrintTable writes rows to stdout, the first of which are the headings. What is empty is a dash.
func (s *Session) PrintTable(rows [][]string) error {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cells[i] = cell; cell == "" {
				cells[i] = "-"
			}
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return s.Print(text.Bytes())
}

// Note writes a line to stderr, in which no secret stands that the program knows to take out.
func (s *Session) Note(format string, args ...any) {
	text := s.program.Redact(fmt.Sprintf(format, args...))
	fmt.Fprintf(s.Stderr, "%s: %s\n", s.program.Name, strings.ReplaceAll(text, "\n", " "))
}
