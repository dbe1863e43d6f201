package contract

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v3"
)

// The bounds of a contract of several files; its bytes are bounded as those of one are, see [Load].
const (
	maxFiles  = 5_000           // beside the contract's own
	maxDepth  = 100             // of files that one after the other refers to
	maxCopied = 4 * maxContract // bytes of what is put in the place of references, counted each time
)

// File is a file beside a contract's own that it refers to, and that is a part of it.
type File struct {
	Name string `json:"name"` // from the folder of the contract's own file, with slashes, such as paths/users.yaml
	Text string `json:"text"`
}

// Position is a place in the files of a contract.
type Position struct {
	File string // as errors name it
	Line int    // 0: the file as a whole
}

// Place is FILE:LINE, or FILE where the line is 0.
func (p Position) Place() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Reads are the files that [Load] reads of a contract, or looks for, its own first, as errors name them. Where something is wrong with
// what they refer to, the error has that, an [Errors], and there may be more of them.
func Reads(name string) ([]string, error) {
	text, err := readOwn(name)
	if err != nil {
		return []string{name}, err
	}
	beside := folderOf(name)
	defer beside.close()
	var looked []string
	p := newParser(name, func(file string, most int) ([]byte, error) {
		looked = append(looked, shownName(name, file))
		return beside.read(file, most)
	})
	p.readAll(text)
	slices.Sort(looked)
	return append([]string{name}, looked...), p.err()
}

// shownName is how errors name a file beside a contract's own.
func shownName(own, file string) string {
	return filepath.Join(filepath.Dir(own), filepath.FromSlash(file))
}

// opener gives the text of a file beside the contract's own, by its name as a [File] has it. It gives no more than so many bytes, and one
// more where there are more.
type opener func(name string, most int) ([]byte, error)

// given opens those files that are there already.
func given(files []File) opener {
	if len(files) == 0 {
		return nil
	}
	return amongGiven(files)
}

func amongGiven(files []File) opener {
	return func(name string, most int) ([]byte, error) {
		i := slices.IndexFunc(files, func(f File) bool { return f.Name == name })
		if i < 0 {
			return nil, fs.ErrNotExist
		}
		return []byte(files[i].Text), nil
	}
}

// folder opens files of the folder that a contract's own file is in. It gives none from elsewhere, wherever links lead.
type folder struct {
	name string
	root *os.Root // nil: it was not opened
}

func folderOf(contract string) *folder { return &folder{name: filepath.Dir(contract)} }

func (f *folder) close() {
	if f.root != nil {
		f.root.Close()
	}
}

func (f *folder) read(name string, most int) ([]byte, error) {
	if f.root == nil {
		root, err := os.OpenRoot(f.name)
		if err != nil {
			return nil, err
		}
		f.root = root
	}
	name = filepath.FromSlash(name)
	info, err := f.root.Stat(name)
	if err == nil {
		err = checkRegular(info)
	}
	if err != nil {
		return nil, err
	}
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // should it be a pipe meanwhile, it does not wait
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err = file.Stat(); err == nil {
		err = checkRegular(info)
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, int64(most)+1))
}

func checkRegular(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return errors.New("is a folder, and no file")
	case !info.Mode().IsRegular():
		return errors.New("is no regular file")
	}
	return nil
}

// source is a file of a contract as it is read: all that is told of it is by lines that no other one has.
type source struct {
	name  string     // as a File has it
	shown string     // as errors name it
	base  int        // how many lines are before its first one
	size  int        // bytes
	depth int        // how many files refer one to the other, up to this one
	root  *yaml.Node // nil: it could not be read, which was said, or is empty
}

// id is the URI that a file says it has: $self of an OpenAPI document (3.2, section 4.1.1), or $id of a schema; "": it says none.
func (s *source) id() string { return cmp.Or(text(find(s.root, "$self")), text(find(s.root, "$id"))) }

// self is the URI that references in a file are relative to, where no schema says another; "": that is where the file is.
func (s *source) self() string { return s.within("", text(find(s.root, "$self"))) }

// within is the URI that a base and what is relative to it make; "": there is neither. A file by itself has one of no other use.
func (s *source) within(base, id string) string {
	if base == "" && id == "" {
		return ""
	}
	from, err := s.uri().Parse(base)
	if err == nil {
		from, err = from.Parse(id)
	}
	if err != nil {
		return id
	}
	from.Fragment, from.RawFragment = "", ""
	return from.String()
}

func (s *source) uri() *url.URL { return &url.URL{Scheme: "contract", Path: "/" + s.name} }

// at gives what stands at a place of a file, nil where nothing does, and the URI that schemas above it say it is in.
func (s *source) at(tokens []string) (*yaml.Node, string) {
	node, base := s.root, s.self()
	for _, token := range tokens {
		if node == nil {
			return nil, ""
		}
		if id := text(find(node, "$id")); id != "" {
			base = s.within(base, id)
		}
		_, node = member(node, token)
	}
	return follow(node), base
}

// position tells where a line is among those of all files.
func (w *wrongs) position(line int) Position {
	s := w.sourceOf(line)
	return Position{s.shown, line - s.base}
}

// sourceOf is the file that has a line.
func (w *wrongs) sourceOf(line int) *source {
	after, _ := slices.BinarySearchFunc(w.sources, line+1, func(s *source, line int) int { return cmp.Compare(s.base, line) })
	return w.sources[after-1]
}

// readSource reads a file from its text, as the next one of the contract; nil: it cannot be read, which was said.
func (w *wrongs) readSource(name, shown string, text []byte) *source {
	before := w.sources[len(w.sources)-1]
	s := &source{name: name, shown: shown, base: before.base + before.size + 2, size: len(text)} // a line has a byte at its end
	w.sources = append(w.sources, s)
	own := newWrongs(shown)
	file := own.readYAML(text)
	for _, wrong := range own.all {
		w.add(s.base+wrong.Line, wrong.Reason)
	}
	if len(own.all) > 0 {
		return nil
	}
	if file = w.spread(file, s.base); file == nil {
		return nil
	}
	shift(file, s.base)
	s.root = firstOf(file)
	return s
}

// shift gives nodes other lines.
func shift(node *yaml.Node, by int) {
	node.Line += by
	for _, inner := range node.Content {
		shift(inner, by)
	}
}

// place is where a reference leads.
type place struct {
	file    string // as a File has its name
	pointer string // a JSON pointer (RFC 6901) without the #; "": the whole file
}

// isOnNetwork tells whether a reference is one that only a network could answer.
func isOnNetwork(reference string) bool {
	lower := strings.ToLower(reference)
	return strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:") || strings.HasPrefix(lower, "//")
}

// locate tells where a reference in a file leads. The error says why that is nowhere that a contract may refer to.
func (s *source) locate(reference string) (place, error) {
	written, fragment, _ := strings.Cut(reference, "#")
	if fragment != "" && !strings.HasPrefix(fragment, "/") {
		return place{}, errors.New("want a JSON pointer after the #, such as #/Name")
	}
	if written == "" {
		return place{s.name, fragment}, nil
	}
	before, _, _ := strings.Cut(written, "/")
	name, err := url.PathUnescape(written)
	switch {
	case strings.Contains(before, ":"):
		return place{}, errors.New("want the path of a file from the one in which this stands, and no address")
	case strings.HasPrefix(written, "/"):
		return place{}, errors.New("want a path from the folder of the file in which this stands, such as ./NAME.yaml")
	case strings.ContainsAny(name, "\\"):
		return place{}, errors.New("want / between the names of folders")
	case strings.Contains(written, "?"):
		return place{}, errors.New("want the path of a file, without a ?")
	case err != nil || strings.Count(name, "/") != strings.Count(written, "/") || strings.ContainsFunc(name, isControl):
		return place{}, errors.New("want the path of a file, with only such characters escaped (%20) as names of files have")
	}
	if last := path.Base("/" + name); strings.HasSuffix(name, "/") || last == "." || last == ".." {
		return place{}, errors.New("want a file, and no folder")
	}
	name = path.Join(path.Dir(s.name), name)
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return place{}, errors.New("leads out of the folder that the contract's own file is in, beyond which nothing is read")
	}
	return place{name, fragment}, nil
}

// refersToItself tells whether a reference in a node of a file leads to that file by its name.
func (s *source) refersToItself(node *yaml.Node) bool {
	if reference := text(find(node, "$ref")); isFile(reference) {
		if at, err := s.locate(reference); err == nil && at.file == s.name {
			return true
		}
	}
	return slices.ContainsFunc(node.Content, s.refersToItself)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// isSame tells whether a reference in a file leads to another file, or the same, also by the URIs that files and schemas say they have: that is
// what a reference is relative to (RFC 3986, section 5.1). The base is that of the schema in which it stands; "": that of the file.
func (s *source) isSame(base, reference string, to *source) bool {
	own := s.within("", s.id())
	base = cmp.Or(base, own)
	leads := s.within(base, reference)
	switch {
	case base == "":
		return true
	case strings.HasPrefix(reference, "#"):
		return base == own
	}
	return leads == to.uri().String() || leads == to.within("", to.id())
}
