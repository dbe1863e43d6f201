// Package start holds what is compiled when a program starts, and what looks like it.
package start

import (
	re "regexp"
	"sync"
	"text/template"
)

var page = template.Must(template.New("").Parse("a")) // want

var (
	_, last = 1, re.MustCompile("a") // want
	table   = map[string]*re.Regexp{
		"a": re.MustCompile("a"), // want
	}
	indirect = compile("a")
	atOnce   = func() *re.Regexp {
		return re.MustCompile("a") // want
	}()
)

func init() {
	re.MustCompile("b") // want
}

var (
	later  = sync.OnceValue(func() *re.Regexp { return re.MustCompile("a") })
	kept   = func() *re.Regexp { return compile("a") }
	regexp = other{}
	plain  = regexp.MustCompile("a")
)

func called() *re.Regexp { return re.MustCompile("a") }

type pattern string

func (p pattern) compile() *re.Regexp { return re.MustCompile(string(p)) }
