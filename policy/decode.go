package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// RulesError says what is wrong with a file of rules.
type RulesError struct {
	File   string // that was to be loaded; "" for a text
	Member string // where, such as operations[3].path; "" for the file as a whole
	Reason string
	Err    error // of the file system, where the file could not be read; nil elsewhere

	loading bool // what makes such a file is told to who loads one, not to who makes it
}

// Error names the file, the member, the reason and, to who loads a file, what makes one.
func (e *RulesError) Error() string {
	text := "policy: " + cmp.Or(e.File, RulesFile) + ": "
	if e.Member != "" {
		text += e.Member + ": "
	}
	text += e.Reason
	if e.loading {
		text += `; want a file made by "portcullis build" or "portcullis access compile"`
	}
	return text
}

// Unwrap gives the file system's error, where there is one.
func (e *RulesError) Unwrap() error { return e.Err }

// in is the error, a step further out: .name or [index].
func (e *RulesError) in(step string) *RulesError {
	e.Member = step + e.Member
	return e
}

// DecodeRules reads what [Rules.Encode] wrote. The rules answer as those that were encoded; their limit is [MaxDocument].
//
// What decides is not taken from the file's analysis but made of its operations anew, by the same code as NewRules. Only the
// conflicts are taken as they stand there, which may take the most time to find and are for people to read: no Decide, Compile
// or Explain looks at them. So no analysis that was forged, or made by another version of this package, opens anything. README.md
// beside this file says how long it takes.
//
// The operations are trusted: whoever may write the file may change the rules, as who may write the function's code may. The
// digest is against what happens by accident: a file that was cut, merged or edited by hand. It is taken over what was
// read, written anew, so that a reader that lost a requirement would not get it right.
//
// The error is a [*RulesError]: for what is no such file, and which member is wrong.
func DecodeRules(text []byte) (*Rules, Source, error) {
	r, source, err := decodeRules(text)
	if err != nil {
		err.loading = true
		return nil, Source{}, err
	}
	return r, source, nil
}

// RulesPath is the path of the file of rules that a function loads: the one that is named, or else [RulesFile] beside the program's own
// binary. The error is that the binary's folder is not known.
func RulesPath(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	binary, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(binary), RulesFile), nil
}

// LoadRules is [DecodeRules] for a file. The error is a [*RulesError] that names it.
func LoadRules(file string) (*Rules, Source, error) {
	info, err := os.Stat(file)
	if err == nil && info.Size() > MaxRulesFile {
		return nil, Source{}, &RulesError{File: file, Reason: fmt.Sprintf("has %d bytes, and %d are the most", info.Size(), MaxRulesFile), loading: true}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		failed := &RulesError{File: file, Reason: err.Error(), Err: err, loading: true}
		if path := (*fs.PathError)(nil); errors.As(err, &path) {
			failed.Reason = path.Err.Error() // the file is named already
		}
		return nil, Source{}, failed
	}
	r, source, wrong := decodeRules(text)
	if wrong != nil {
		wrong.File, wrong.loading = file, true
		return nil, Source{}, wrong
	}
	return r, source, nil
}

func decodeRules(text []byte) (*Rules, Source, *RulesError) {
	if len(text) > MaxRulesFile {
		return nil, Source{}, &RulesError{Reason: fmt.Sprintf("has %d bytes, and %d are the most", len(text), MaxRulesFile)}
	}
	f := rulesFile{jsonReader: newJSONReader(text), owner: map[string]string{}}
	err := f.read()
	if err == nil {
		err = f.end()
	}
	if err != nil {
		err.Member = strings.TrimPrefix(err.Member, ".")
		if isOpenAPI(text) {
			err = &RulesError{Reason: "is an OpenAPI document, and no rules made of one"}
		}
		return nil, Source{}, err
	}
	r, failure := newRules(f.rules, f.owner)
	if failure != nil {
		return nil, Source{}, &RulesError{Member: "operations", Reason: strings.TrimPrefix(failure.Error(), "policy: ")}
	}
	r.closed = f.closed
	if r.conflicts, err = f.resolve(); err != nil {
		return nil, Source{}, err
	}
	w := rulesWriter{make([]byte, 0, len(text))}
	if w.body(r, f.source); digestOf(w.text) != f.digest {
		return nil, Source{}, &RulesError{Member: "digest", Reason: "is not that of the other members: the file was changed after it was made"}
	}
	return r, f.source, nil
}

// isOpenAPI tells whether a text that is no file of rules is an OpenAPI document instead, in JSON or YAML.
func isOpenAPI(text []byte) bool {
	var document struct{ OpenAPI, Swagger any }
	if json.Unmarshal(text, &document) == nil {
		return document.OpenAPI != nil || document.Swagger != nil
	}
	for line := range bytes.Lines(text) {
		name, _, isMember := bytes.Cut(line, []byte(":"))
		switch strings.Trim(string(name), ` "'{`) {
		case "openapi", "swagger":
			return isMember
		}
	}
	return false
}

// rulesFile is what stands in a file of rules.
type rulesFile struct {
	*jsonReader
	source    Source
	owner     map[string]string
	rules     []Rule
	conflicts []conflictTexts
	closed    bool // beside a resource policy
	digest    string
}

// conflictTexts is a conflict that names its routes as texts.
type conflictTexts struct {
	closed, open, through, paths string
	lacks                        []string
}

func (f *rulesFile) read() *RulesError {
	needed := []string{"format", "version", "contract", "ownerScopes", "operations", "routeKeys", "conflicts", "digest"}
	return f.object(needed, []string{"resourcePolicy"}, func(name string) (err *RulesError) {
		switch name {
		case "resourcePolicy":
			f.closed, err = true, f.true()
		case "format":
			err = f.readFormat()
		case "version":
			err = f.readVersion()
		case "contract":
			err = f.readSource()
		case "ownerScopes":
			err = f.entries(func(scope string) (err *RulesError) {
				f.owner[scope], err = f.string()
				return err
			})
		case "operations":
			err = f.list(func(int) *RulesError { return f.readOperation() })
		case "routeKeys":
			err = f.list(func(int) *RulesError { return f.readRouteKey() })
		case "conflicts":
			err = f.list(func(int) *RulesError { return f.readConflict() })
		case "digest":
			f.digest, err = f.string()
		}
		return err
	})
}

func (f *rulesFile) readFormat() *RulesError {
	format, err := f.string()
	if err == nil && format != rulesFormat {
		err = &RulesError{Reason: fmt.Sprintf("want %q, got %.60q", rulesFormat, format)}
	}
	return err
}

func (f *rulesFile) readVersion() *RulesError {
	version, err := f.digits()
	if err == nil && version != strconv.Itoa(rulesVersion) {
		err = &RulesError{Reason: fmt.Sprintf("want %d, got %.20s: another release of Portcullis made the file", rulesVersion, version)}
	}
	return err
}

func (f *rulesFile) readSource() *RulesError {
	return f.object([]string{"name", "sha256"}, nil, func(name string) (err *RulesError) {
		switch name {
		case "name":
			if f.source.Name, err = f.string(); err == nil && f.source.Name == "" {
				err = &RulesError{Reason: "is empty"}
			}
		case "sha256":
			if f.source.SHA256, err = f.string(); err == nil && !isHash(f.source.SHA256) {
				err = &RulesError{Reason: "want 64 lower-case hexadecimal digits"}
			}
		}
		return err
	})
}

func isHash(text string) bool { return len(text) == 64 && strings.Trim(text, "0123456789abcdef") == "" }

func (f *rulesFile) readOperation() *RulesError {
	return f.readRule([]string{"method", "path"}, nil, func(rule *Rule, name string) (err *RulesError) {
		switch name {
		case "method":
			rule.Route.Method, err = f.string()
		case "path":
			if rule.Route.Path, err = f.string(); err == nil && rule.Route.Path == "" {
				err = &RulesError{Reason: "is empty"}
			}
		}
		return err
	})
}

func (f *rulesFile) readRouteKey() *RulesError {
	return f.readRule([]string{"key"}, []string{"owner", "message"}, func(rule *Rule, name string) (err *RulesError) {
		switch name {
		case "key":
			rule.Route.Method, err = f.string()
		case "owner":
			if rule.Owner, err = f.string(); err == nil && rule.Owner == "" {
				err = &RulesError{Reason: "is empty"}
			}
		case "message":
			rule.Message, err = f.compact()
		}
		return err
	})
}

// readRule reads a rule with these members besides who may call.
func (f *rulesFile) readRule(needed, optional []string, member func(rule *Rule, name string) *RulesError) *RulesError {
	var rule Rule
	err := f.object(needed, append(optional, "public", "anyOf"), func(name string) (err *RulesError) {
		switch name {
		case "public":
			rule.Access.Public, err = true, f.true()
		case "anyOf":
			rule.Access.Alternatives, err = f.readAlternatives()
		default:
			err = member(&rule, name)
		}
		return err
	})
	f.rules = append(f.rules, rule)
	return err
}

// readAlternatives reads a list that is not empty: OpenAPI has an empty one for what everybody may call.
func (f *rulesFile) readAlternatives() (all []Alternative, err *RulesError) {
	err = f.list(func(int) *RulesError {
		var alternative Alternative
		err := f.entries(func(scheme string) *RulesError {
			scopes, err := f.strings()
			alternative = append(alternative, Requirement{scheme, scopes})
			return err
		})
		all = append(all, alternative)
		return err
	})
	if err == nil && len(all) == 0 {
		err = &RulesError{Reason: "is empty"}
	}
	return all, err
}

func (f *rulesFile) readConflict() *RulesError {
	var c conflictTexts
	err := f.object([]string{"closed", "open", "through", "paths"}, []string{"lacks"}, func(name string) (err *RulesError) {
		switch name {
		case "closed":
			c.closed, err = f.string()
		case "open":
			c.open, err = f.string()
		case "through":
			c.through, err = f.string()
		case "paths":
			c.paths, err = f.string()
		case "lacks":
			if c.lacks, err = f.strings(); err == nil && len(c.lacks) == 0 {
				err = &RulesError{Reason: "is empty"}
			}
		}
		return err
	})
	f.conflicts = append(f.conflicts, c)
	return err
}

// resolve finds the routes of the conflicts, which are in the order of [Rules.Conflicts].
func (f *rulesFile) resolve() ([]Conflict, *RulesError) {
	if len(f.conflicts) == 0 {
		return nil, nil
	}
	routes := make(map[string]Route, len(f.rules))
	for _, rule := range f.rules {
		routes[rule.Route.String()] = rule.Route
	}
	all := make([]Conflict, len(f.conflicts))
	for i, c := range f.conflicts {
		for _, name := range []string{c.closed, c.open, c.through} {
			if _, known := routes[name]; !known {
				return nil, &RulesError{Member: fmt.Sprintf("conflicts[%d]", i), Reason: fmt.Sprintf("there is no operation %.100q", name)}
			}
		}
		all[i] = Conflict{routes[c.closed], routes[c.open], routes[c.through], c.paths, c.lacks}
		if i > 0 && compareConflicts(all[i-1], all[i]) >= 0 {
			return nil, &RulesError{Member: fmt.Sprintf("conflicts[%d]", i), Reason: "stands behind one that comes after it"}
		}
	}
	return all, nil
}
