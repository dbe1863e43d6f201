package desk

import (
	"bytes"
	_ "embed"
	"io"
	"text/template"
)

//go:embed greeting.txt
var greetingText string

// writeGreeting tells what runs, and what to try. That nobody reads it is no error.
func writeGreeting(out io.Writer, i index) error {
	greeting, err := template.New("greeting").Funcs(shellFuncs).Parse(greetingText)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := greeting.Execute(&text, i.data()); err != nil {
		return err
	}
	out.Write(text.Bytes())
	return nil
}
