package policy

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
)

// RulesFile is what a file of rules is called beside the binary of the function that loads it.
const RulesFile = "rules.json"

// MaxRulesFile is the most bytes that [Rules.Encode] writes and [DecodeRules] reads.
const MaxRulesFile = 8 << 20

// What a file of rules calls itself, and the one version of its form that this package writes and reads.
const (
	rulesFormat  = "portcullis-rules"
	rulesVersion = 1
)

// Source is the contract that a file of rules was made of. Nothing is decided by it.
type Source struct {
	Name   string // of the contract's file, for logs; without its folders, so that everybody makes the same file of it
	SHA256 string // of the contract's bytes, 64 lower-case hexadecimal digits
}

// Encode writes the rules as JSON that [DecodeRules] reads, so that who loads them needs neither the contract nor the
// time to look for conflicts; README.md beside this file lists the members. The same rules, in the same order, give the
// same bytes. A limit ([Rules.WithLimit]) is not written.
//
// The error is a [*RulesError], for what the file cannot hold: a text that is not UTF-8, an alternative that names a scheme
// twice, a source without name or hash, more than [MaxRulesFile] bytes.
func (r *Rules) Encode(source Source) ([]byte, error) {
	w := rulesWriter{}
	w.body(r, source)
	w.raw(`  "digest": `)
	w.string(digestOf(w.text[:len(w.text)-len(`  "digest": `)]))
	w.raw("\n}\n")
	// Reading it finds what the form cannot hold with the same checks that a reader makes, and no file is made that none takes. It
	// takes as long as loading does.
	if _, _, err := decodeRules(w.text); err != nil {
		return nil, err
	}
	return w.text, nil
}

// digestOf is the digest of a file's members before it, as [rulesWriter.body] writes them.
func digestOf(body []byte) string { return fmt.Sprintf("%x", sha256.Sum256(body)) }

// rulesWriter writes the canonical form of a file of rules: what may be long has a line for each element, so that two files
// compare line by line.
type rulesWriter struct{ text []byte }

// body writes all members but the digest.
func (w *rulesWriter) body(r *Rules, source Source) {
	w.raw("{\n  \"format\": \"" + rulesFormat + "\",\n")
	w.text = fmt.Appendf(w.text, "  \"version\": %d,\n", rulesVersion)
	w.raw(`  "contract": {"name": `)
	w.string(source.Name)
	w.raw(`, "sha256": `)
	w.string(source.SHA256)
	w.raw("},\n  \"ownerScopes\": {")
	for i, scope := range slices.Sorted(maps.Keys(r.owner)) {
		w.line(i)
		w.string(scope)
		w.raw(": ")
		w.string(r.owner[scope])
	}
	w.end(len(r.owner), "},\n")
	if r.closed {
		w.raw("  \"resourcePolicy\": true,\n")
	}
	w.raw("  \"operations\": [")
	for i, rule := range r.rules {
		w.line(i)
		w.raw(`{"method": `)
		w.string(rule.Route.Method)
		w.raw(`, "path": `)
		w.string(rule.Route.Path)
		w.access(rule.Access)
		w.raw("}")
	}
	w.end(len(r.rules), "],\n  \"routeKeys\": [")
	for i, rule := range r.RouteKeys() {
		w.line(i)
		w.raw(`{"key": `)
		w.string(rule.Route.Method)
		if rule.Owner != "" {
			w.raw(`, "owner": `)
			w.string(rule.Owner)
		}
		w.access(rule.Access)
		if rule.Message != "" {
			w.raw(`, "message": ` + rule.Message)
		}
		w.raw("}")
	}
	w.end(len(r.routeKeys), "],\n  \"conflicts\": [")
	for i, conflict := range r.conflicts {
		w.line(i)
		w.conflict(conflict)
	}
	w.end(len(r.conflicts), "],\n")
}

// access writes the members that say who may call; none of them for nobody.
func (w *rulesWriter) access(access Access) {
	if access.Public {
		w.raw(`, "public": true`)
	}
	if len(access.Alternatives) == 0 {
		return
	}
	w.raw(`, "anyOf": [`)
	for i, alternative := range access.Alternatives {
		w.comma(i)
		w.raw("{")
		for j, requirement := range alternative {
			w.comma(j)
			w.string(requirement.Scheme)
			w.raw(": ")
			w.strings(requirement.Scopes)
		}
		w.raw("}")
	}
	w.raw("]")
}

func (w *rulesWriter) conflict(c Conflict) {
	w.raw(`{"closed": `)
	w.string(c.Closed.String())
	w.raw(`, "open": `)
	w.string(c.Open.String())
	w.raw(`, "through": `)
	w.string(c.Through.String())
	w.raw(`, "paths": `)
	w.string(c.Paths)
	if len(c.Scopes) > 0 {
		w.raw(`, "lacks": `)
		w.strings(c.Scopes)
	}
	w.raw("}")
}

func (w *rulesWriter) raw(text string) { w.text = append(w.text, text...) }

// line begins the line of an element of a list or an object.
func (w *rulesWriter) line(index int) {
	if index > 0 {
		w.raw(",")
	}
	w.raw("\n    ")
}

// end ends a list or an object whose elements have lines of their own.
func (w *rulesWriter) end(elements int, with string) {
	if elements > 0 {
		w.raw("\n  ")
	}
	w.raw(with)
}

func (w *rulesWriter) comma(index int) {
	if index > 0 {
		w.raw(", ")
	}
}

func (w *rulesWriter) strings(list []string) {
	w.raw("[")
	for i, text := range list {
		w.comma(i)
		w.string(text)
	}
	w.raw("]")
}

// string writes a text with the escapes only that JSON asks for (RFC 8259, section 7).
func (w *rulesWriter) string(text string) {
	w.raw(`"`)
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			w.text = append(w.text, '\\', c)
		case c < ' ':
			w.text = fmt.Appendf(w.text, `\u%04x`, c)
		default:
			w.text = append(w.text, c)
		}
	}
	w.raw(`"`)
}
