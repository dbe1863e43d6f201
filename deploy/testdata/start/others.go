package start

import "html/template"

func compile(text string) any { return again(text) }

func again(text string) any {
	if text == "" {
		return compile(text)
	}
	return template.HTMLEscapeString(text) // want
}

type other struct{}

func (other) MustCompile(string) int { return 1 }
