package contract

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The kinds of what references lead to: members of components. Path items are none here: they stand in the place of the references to
// them. Integrations are under a member that no document has.
const (
	ofSchemas      = "schemas"
	ofParameters   = "parameters"
	ofBodies       = "requestBodies"
	ofSchemes      = "securitySchemes"
	ofPathItems    = "pathItems"
	ofIntegrations = "x-portcullis-integrations"
)

// followedKinds are the members of components whose parts are read.
var followedKinds = []string{ofSchemas, ofParameters, ofBodies, ofSchemes, gatewayPrefix + "integrations"}

// bundler makes one document of the files that a contract is in, so that what reads a contract of one file reads it; its nodes keep the
// lines of their files. A path item or a component that is nothing but a reference to a file is what stands there. What else is referred
// to is put among the components, and references are changed to lead there.
//
// References are followed from operations, messages and security schemes. What only something else refers to is not read.
type bundler struct {
	*wrongs
	own  *source
	open opener

	files  map[string]*source // nil: it cannot be read
	failed map[string]string  // why, where each reference to the file is told; "": it was said
	read   []File
	bytes  int             // of all files
	copied int             // bytes of what was put in the place of references
	full   map[string]bool // bounds of which it was said that they are reached

	parts map[part]*copied
	names map[part]string           // components that are nothing but a reference to the part
	taken map[string]map[string]int // how often the letters and digits of components' names were asked for, by their kinds

	deciding map[*yaml.Node][]string // the members of mappings that could say who may call

	queue    []visit
	reached  map[part]bool // places of the contract's own file
	followed map[visit]bool
	walked   map[*yaml.Node]bool   // schemas, and what is in them
	mapped   map[*yaml.Node]bool   // references that are a discriminator's
	dead     map[*yaml.Node]bool   // references that lead nowhere, which was said
	written  map[*yaml.Node]string // references that were changed, as they stand in their files
}

// part is what a reference leads to.
type part struct {
	kind string
	place
}

// copied is a copy of a part; the node is nil where there is none, and the reason says why, unless that was said.
type copied struct {
	node   *yaml.Node
	base   string // the URI that schemas say it is in; "": none does
	size   int    // bytes
	reason string
}

// visit is a node in which references are to be followed, with the URI that schemas say it is in.
type visit struct {
	kind string
	node *yaml.Node
	base string
}

// bundle follows the references of the contract's own file, and gives what it did. Without an opener there is nothing to follow.
func (w *wrongs) bundle(open opener) *bundler {
	b := &bundler{
		wrongs: w, own: w.sources[0], open: open, bytes: w.sources[0].size,
		failed: map[string]string{}, full: map[string]bool{}, parts: map[part]*copied{}, names: map[part]string{}, taken: map[string]map[string]int{},
		deciding: map[*yaml.Node][]string{}, reached: map[part]bool{}, followed: map[visit]bool{}, walked: map[*yaml.Node]bool{}, mapped: map[*yaml.Node]bool{}, dead: map[*yaml.Node]bool{}, written: map[*yaml.Node]string{},
	}
	b.files = map[string]*source{b.own.name: b.own}
	if open == nil || b.own.root == nil {
		return b
	}
	b.checkNowhere()
	b.nameComponents()
	for name := range pairs(find(find(b.own.root, "components"), ofSchemes)) {
		b.fill(ofSchemes, name.Value)
	}
	b.followPaths()
	for _, route := range pairs(find(find(b.own.root, webSocketMember), "routes")) {
		b.follow(visit{ofSchemas, find(route, "message"), b.own.self()})
		b.follow(visit{ofSchemas, find(route, "reply"), b.own.self()})
	}
	for len(b.queue) > 0 {
		next := b.queue[0]
		b.queue = b.queue[1:]
		b.visit(next)
	}
	slices.SortFunc(b.read, func(x, y File) int { return cmp.Compare(x.Name, y.Name) })
	return b
}

// checkNowhere refuses references to files where OpenAPI has none, and where what they lead to would be missed.
func (b *bundler) checkNowhere() {
	components := find(b.own.root, "components")
	all := []*yaml.Node{find(b.own.root, "paths"), components}
	for _, kind := range followedKinds {
		all = append(all, find(components, kind))
	}
	for _, mapping := range all {
		if reference := find(mapping, "$ref"); isFile(text(reference)) {
			b.kill(reference, "OpenAPI has no reference for all of these: want one in each member")
		}
	}
}

// nameComponents notes which names components have, and which of them are nothing but a reference to a file.
func (b *bundler) nameComponents() {
	for kind, all := range pairs(find(b.own.root, "components")) {
		b.taken[kind.Value] = map[string]int{}
		for name, node := range pairs(all) {
			b.taken[kind.Value][LettersAndDigits(name.Value)] = 1
			reference := find(node, "$ref")
			isPlain := !strings.ContainsFunc(name.Value, isNoNameLetter) // any other could be told from a pointer's own characters in some places only
			if !isFile(text(reference)) || len(node.Content) > 2 || !isPlain {
				continue
			}
			at, err := b.own.locate(reference.Value)
			if of := (part{kind.Value, at}); err == nil && at.file != b.own.name && b.names[of] == "" {
				b.names[of] = name.Value
			}
		}
	}
}

// isFile tells whether a reference is to be one to a file, also where it can be none.
func isFile(reference string) bool { return isElsewhere(reference) && !isOnNetwork(reference) }

// followPaths follows the references of path items, and to them.
func (b *bundler) followPaths() {
	paths := find(b.own.root, "paths")
	for path, item := range pairs(paths) {
		reference := find(item, "$ref")
		switch {
		case !strings.HasPrefix(path.Value, "/"):
		case isFile(text(reference)):
			b.fillIn(part{kind: ofPathItems}, paths, path.Value)
		default:
			b.follow(visit{ofPathItems, item, b.own.self()})
		}
	}
}

// fill puts what a component of the contract's own file refers to in its place, where it is nothing but a reference to a file.
func (b *bundler) fill(kind, name string) {
	all := find(find(b.own.root, "components"), kind)
	node := find(all, name)
	if isFile(text(find(node, "$ref"))) && (kind != ofSchemas || len(node.Content) == 2) {
		b.fillIn(part{kind: kind}, all, name)
	}
}

// fillIn puts what the member of a mapping refers to in its place.
func (b *bundler) fillIn(of part, mapping *yaml.Node, name string) {
	node := find(mapping, name)
	reference := find(node, "$ref")
	if b.dead[reference] || b.written[reference] != "" {
		return
	}
	for key := range pairs(node) {
		if key.Value != "$ref" && key.Value != "summary" && key.Value != "description" {
			b.kill(reference, fmt.Sprintf("want no %.60q beside it, which would be lost", key.Value))
			return
		}
	}
	of.place = b.find(reference, b.own.self())
	switch {
	case b.dead[reference]:
		return
	case of.file == b.own.name:
		b.rewrite(reference, "#"+of.pointer)
		return
	}
	made := b.part(of)
	if made.node == nil {
		b.kill(reference, made.reason)
	} else if b.spend(made, reference) {
		replace(mapping, name, made.node)
	}
}

// follow follows what stands at a node, or what it refers to.
func (b *bundler) follow(v visit) {
	v.node = follow(v.node)
	if v.node == nil || b.followed[v] {
		return
	}
	b.followed[v] = true
	if reference := find(v.node, "$ref"); v.kind != ofSchemas && reference != nil {
		b.refer(v.kind, reference, v.base)
		return
	}
	b.queue = append(b.queue, v)
}

// visit follows the references in a node.
func (b *bundler) visit(v visit) {
	switch v.kind {
	case ofSchemas:
		b.walkSchema(v.node, v.base)
	case ofBodies:
		for _, media := range pairs(find(v.node, "content")) {
			b.follow(visit{ofSchemas, find(media, "schema"), v.base})
		}
	case ofPathItems:
		b.followParameters(v)
		for method, operation := range pairs(v.node) {
			if slices.Contains(methodMembers, method.Value) {
				b.followParameters(visit{ofPathItems, operation, v.base})
				b.follow(visit{ofBodies, find(operation, "requestBody"), v.base})
				b.follow(visit{ofIntegrations, find(operation, gatewayPrefix+"integration"), v.base})
			}
		}
	}
}

func (b *bundler) followParameters(v visit) {
	list := find(v.node, "parameters")
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for _, parameter := range list.Content {
		b.follow(visit{ofParameters, parameter, v.base})
	}
}

// walkSchema follows the references of a schema. One of another file loses its $id: what is in it is a part of the contract's own.
func (b *bundler) walkSchema(node *yaml.Node, base string) {
	node = follow(node)
	if node == nil || b.walked[node] {
		return
	}
	b.walked[node] = true
	if node.Kind == yaml.SequenceNode {
		for _, item := range node.Content {
			b.walkSchema(item, base)
		}
		return
	}
	from := b.sourceOf(node.Line)
	if id := text(find(node, "$id")); id != "" {
		base = from.within(base, id)
	}
	for key, value := range pairs(node) {
		switch {
		case key.Value == "$ref" && text(value) != "":
			b.refer(ofSchemas, value, base)
		case key.Value == "discriminator":
			b.walkMapping(from, find(value, "mapping"), base)
		case slices.Contains(plainKeywords, key.Value), strings.HasPrefix(key.Value, "x-"):
		case slices.Contains(namedKeywords, key.Value):
			for _, named := range pairs(value) {
				b.walkSchema(named, base)
			}
		default:
			b.walkSchema(value, base)
		}
	}
	if from != b.own && text(find(node, "$id")) != "" {
		remove(node, "$id")
	}
}

// walkMapping follows what a discriminator maps values to: names of schemas, or references to them (OpenAPI 3.1.1, section 4.8.25). A name
// is that of a schema of the contract's own file, or else of the one in which it stands.
func (b *bundler) walkMapping(from *source, mapping *yaml.Node, base string) {
	for _, to := range pairs(mapping) {
		name := text(to)
		isPath := strings.ContainsAny(name, "/#")
		names := func(s *source) bool { return !isPath && component(s.root, "#/components/schemas/"+name) != nil }
		switch {
		case name == "" || names(b.own):
			continue
		case names(from):
			b.mapped[to] = true
			b.referAs(ofSchemas, to, base, "#/components/schemas/"+pointerToken(name))
		case isPath || slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)):
			b.mapped[to] = true
			b.refer(ofSchemas, to, base)
		}
	}
}

// refer follows a reference; if it leads to another file, or stands in one, it leads to a component from then on.
func (b *bundler) refer(kind string, reference *yaml.Node, base string) {
	b.referAs(kind, reference, base, reference.Value)
}

func (b *bundler) referAs(kind string, reference *yaml.Node, base, as string) {
	if b.dead[reference] || b.written[reference] != "" || reference.Value == "" || isOnNetwork(as) {
		return
	}
	written := reference.Value
	if b.sourceOf(reference.Line) == b.own && !isElsewhere(as) {
		b.reach(kind, as)
		return
	}
	reference.Value = as
	of := part{kind, b.find(reference, base)}
	if reference.Value = written; b.dead[reference] {
		return
	}
	if of.file == b.own.name {
		b.rewrite(reference, "#"+of.pointer)
		b.reach(kind, reference.Value)
		return
	}
	made := b.part(of)
	if made.node == nil {
		b.kill(reference, made.reason)
		return
	}
	if name := b.component(of, made, reference); name != "" {
		b.rewrite(reference, "#/components/"+kind+"/"+name)
	}
}

// reach follows what stands at a place of the contract's own file.
func (b *bundler) reach(kind, reference string) {
	of := part{kind, place{pointer: reference}}
	if b.reached[of] {
		return
	}
	b.reached[of] = true
	tokens := PointerTokens(reference)
	if len(tokens) > 2 && tokens[0] == "components" {
		b.fill(tokens[1], tokens[2])
	}
	node, base := b.own.at(tokens)
	b.follow(visit{kind, node, base})
}

func (b *bundler) rewrite(reference *yaml.Node, to string) {
	b.written[reference], reference.Value = reference.Value, to
	reference.Tag, reference.Style = "!!str", 0
}

// kill notes that a reference leads nowhere; without a reason that was said.
func (b *bundler) kill(reference *yaml.Node, reason string) {
	if b.dead[reference] = true; reason == "" {
		return
	}
	what := "$ref"
	if b.mapped[reference] {
		what = "discriminator: mapping"
	}
	b.refuse(reference, "%s: %q: %s", what, reference.Value, reason)
}

// find reads the file that a reference leads to, and gives the place in it. Where there is none, the reference is dead.
func (b *bundler) find(reference *yaml.Node, base string) place {
	from := b.sourceOf(reference.Line)
	at, err := from.locate(reference.Value)
	if err != nil {
		b.kill(reference, err.Error())
		return place{}
	}
	to, reason := b.source(at.file, from)
	switch {
	case to == nil:
		b.kill(reference, reason)
	case !from.isSame(base, reference.Value, to):
		b.kill(reference, fmt.Sprintf("by $id or $self it is relative to %s, and leads somewhere else than to %s: want it to lead there both ways, or leave that member out",
			from.within(base, ""), to.shown))
	}
	return at
}

// source reads a file, once. Where that cannot be done, the reason says why, unless that was said.
func (b *bundler) source(name string, from *source) (*source, string) {
	if s, known := b.files[name]; known {
		return s, b.failed[name]
	}
	b.files[name] = nil
	switch {
	case len(b.read) == maxFiles:
		return nil, b.once("files", fmt.Sprintf("the contract has more than %d files beside its own", maxFiles))
	case from.depth == maxDepth:
		return nil, b.once("depth", fmt.Sprintf("more than %d files refer one to the other", maxDepth))
	}
	text, err := b.open(name, maxContract-b.bytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.failed[name] = fmt.Sprintf("there is no %s", shownName(b.own.shown, name))
		return nil, b.failed[name]
	case err != nil:
		b.failed[name] = fmt.Sprintf("%s: %s", shownName(b.own.shown, name), pathless(err))
		return nil, b.failed[name]
	case len(text) > maxContract-b.bytes:
		return nil, b.once("bytes", fmt.Sprintf("with %s the contract has more than %d bytes, the most for all of its files", shownName(b.own.shown, name), maxContract))
	}
	b.bytes += len(text)
	b.read = append(b.read, File{name, string(text)})
	if s := b.readSource(name, shownName(b.own.shown, name), text); s != nil {
		s.depth, b.files[name] = from.depth+1, s
	}
	return b.files[name], ""
}

// once gives the reason for which a bound is reached the first time, and then none.
func (b *bundler) once(bound, reason string) string {
	if b.full[bound] {
		return ""
	}
	b.full[bound] = true
	return reason
}

// part copies a part, once. Its references are followed later.
func (b *bundler) part(of part) *copied {
	made := b.parts[of]
	if made == nil {
		made = b.copyOf(of)
		b.parts[of] = made
	}
	return made
}

func (b *bundler) copyOf(of part) *copied {
	s := b.files[of.file]
	node, base := s.at(PointerTokens("#" + of.pointer))
	switch reference := find(node, "$ref"); {
	case node == nil:
		return &copied{reason: "leads to nothing in " + s.shown + b.inOwn(of, s)}
	case node.Kind != yaml.MappingNode && (of.kind != ofSchemas || node.ShortTag() != "!!bool"):
		return &copied{reason: "leads to no mapping in " + s.shown}
	case of.kind != ofSchemas && reference != nil:
		return &copied{reason: fmt.Sprintf("is a reference too, in %s: want one to what it refers to, %q", s.shown, text(reference))}
	case of.kind == ofPathItems:
		if reason := b.decides(s, PointerTokens("#"+of.pointer)); reason != "" {
			return &copied{reason: reason}
		}
	}
	if b.copied > maxCopied {
		return &copied{}
	}
	made := &copied{base: base}
	made.node = made.clone(node)
	b.follow(visit{of.kind, made.node, base})
	return made
}

// inOwn says that the contract's own file has what a reference within another one leads to.
func (b *bundler) inOwn(of part, s *source) string {
	if node, _ := b.own.at(PointerTokens("#" + of.pointer)); node == nil || of.pointer == "" {
		return ""
	}
	up := strings.Repeat("../", strings.Count(s.name, "/"))
	return fmt.Sprintf("; to what the contract's own file has there, write %q", up+b.own.name+"#"+of.pointer)
}

// decides says why no path item can be taken from a place of a file: something above it says who may call, which would not count elsewhere.
func (b *bundler) decides(s *source, tokens []string) string {
	node := s.root
	for _, token := range tokens {
		for _, name := range b.decidingOf(node) {
			if name != token {
				return fmt.Sprintf("%s has %q, which decides over its operations, and would not here: want the path items in a file without it", s.shown, name)
			}
		}
		if components := find(node, "components"); find(components, ofSchemes) != nil || hasNear(components, ofSchemes) {
			return fmt.Sprintf("%s has security schemes of its own, which would not count here: want the path items in a file without them", s.shown)
		}
		_, node = member(node, token)
	}
	return ""
}

// decidingOf are the members of a mapping that could say who may call, or what serves it, or are near one that does.
func (b *bundler) decidingOf(mapping *yaml.Node) []string {
	found, known := b.deciding[mapping]
	if known {
		return found
	}
	for key := range pairs(mapping) {
		if isDeciding(key.Value) {
			found = append(found, key.Value)
		}
	}
	b.deciding[mapping] = found
	return found
}

func isDeciding(name string) bool {
	return !strings.HasPrefix(name, "/") && (isNear(name, "security") || isNear(name, "securityDefinitions") || ownNear(name) != "" || guarding[name] != "" || guardNear(name) != "")
}

// clone copies a node of which references will be changed.
func (c *copied) clone(node *yaml.Node) *yaml.Node {
	one := *node
	c.size += len(node.Value) + 4 // with the quotes, and what stands between values
	one.Content = make([]*yaml.Node, len(node.Content))
	for i, inner := range node.Content {
		one.Content[i] = c.clone(inner)
	}
	return &one
}

// spend notes that a part is put somewhere, and tells whether it may be.
func (b *bundler) spend(of *copied, reference *yaml.Node) bool {
	if b.copied += of.size; b.copied <= maxCopied {
		return true
	}
	b.kill(reference, b.once("copied", fmt.Sprintf("with what references lead to in their place, each time, the contract has more than %d bytes", maxCopied)))
	return false
}

// component gives the name under which a part is among the components; "": it cannot be there, which was said.
func (b *bundler) component(of part, made *copied, reference *yaml.Node) string {
	if name, named := b.names[of]; named {
		b.fill(of.kind, name)
		return name
	}
	all := ensure(ensure(b.own.root, "components"), of.kind)
	if len(all.Content)/2 >= maxMembers {
		b.kill(reference, b.once("parts", fmt.Sprintf("the contract would have more than %d components of %s, with those of its files", maxMembers, of.kind)))
		return ""
	}
	if !b.spend(made, reference) {
		return ""
	}
	name := b.newName(of)
	b.names[of] = name
	all.Content = append(all.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: made.node.Line}, made.node)
	return name
}

// newName is the name that a part has in its file, or that of the file, with a number where the letters and digits of that are taken: the models
// of API Gateway have no others.
func (b *bundler) newName(of part) string {
	tokens := PointerTokens("#" + of.pointer)
	name := strings.TrimSuffix(path.Base(of.file), path.Ext(of.file))
	if len(tokens) > 0 {
		name = tokens[len(tokens)-1]
	}
	name = strings.Join(strings.FieldsFunc(name, isNoNameLetter), "")
	if LettersAndDigits(name) == "" {
		name = "part"
	}
	taken := b.taken[of.kind]
	if taken == nil {
		taken = map[string]int{}
		b.taken[of.kind] = taken
	}
	free, plain := name, LettersAndDigits(name)
	for taken[LettersAndDigits(free)] > 0 {
		taken[plain]++
		free = name + "_" + strconv.Itoa(taken[plain])
	}
	taken[LettersAndDigits(free)]++
	return free
}

// isNoNameLetter tells of the characters that no component's name has (OpenAPI 3.1, section 4.8.7.1).
func isNoNameLetter(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune("._-", r) }

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// LettersAndDigits is what of a name the names of API Gateway's models can hold. See
// https://docs.aws.amazon.com/apigateway/latest/api/API_CreateModel.html.
func LettersAndDigits(name string) string {
	return strings.Map(func(r rune) rune {
		if isLetterOrDigit(r) {
			return r
		}
		return -1
	}, name)
}
