package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// oddPaths are patterns of the spellings of paths that a wildcard lets through although another reading of them is not
// open: with the segments . and .., with empty segments, and with characters percent-encoded that need not be.
func (c *choice) oddPaths() []string {
	o := c.oddities()
	if len(o.wild) == 0 {
		return nil
	}
	begin := commonBegin(o.wild)
	all := []string{begin + "*/..", begin + "*/../*", begin + "*%2e*", begin + "*%2E*"}
	for _, code := range encodings(o.letters()) {
		all = append(all, begin+"*%"+code+"*")
	}
	vanishing := slices.DeleteFunc(slices.Clone(o.wild), func(w wildcard) bool { return !w.vanishes })
	if len(vanishing) > 0 {
		begin = commonBegin(vanishing)
		all = append(all, begin+"*//*", begin+"*/.", begin+"*/./*")
	}
	return all
}

// wildcard is one of an allowed pattern, in whose place a path with .. may be read as one that is not open.
type wildcard struct {
	before   string // what stands before it, without the method
	verbs    verbs
	vanishes bool // so may a path with an empty segment
}

// oddities finds them.
type oddities struct {
	c    *choice
	shut verbs // the methods of which something is not open
	wild []wildcard
}

func (c *choice) oddities() *oddities {
	o := &oddities{c: c, shut: c.partial}
	for i, written := range c.written {
		resource := &c.resources[i]
		switch {
		case written == 0 || o.shut == 0:
		case c.running[i]:
			if endsAnywhere := strings.Contains(resource.allowed, "*"); endsAnywhere || !c.runsOpen(int32(i)) {
				o.wild = append(o.wild, wildcard{"", allVerbs, true})
			}
		case o.shut&written != 0:
			o.add(resource.template, written, resource.empty)
		}
	}
	for _, owned := range c.owned {
		switch {
		case owned.running && strings.Contains(owned.path, "*"):
			o.wild = append(o.wild, wildcard{"", allVerbs, true})
		case !owned.running && o.shut&owned.verbs != 0:
			o.add(owned.template, owned.verbs, c.resources[owned.resource].empty)
		}
	}
	return o
}

func (o *oddities) add(t template, of verbs, empty []int32) {
	before, whole := t.prefix()
	if whole {
		return
	}
	vanishes := slices.ContainsFunc(empty, func(i int32) bool { return o.c.resources[i].verbs&of&^o.c.whole[i] != 0 })
	o.wild = append(o.wild, wildcard{before, of, vanishes})
}

// isOdd tells whether any written pattern lets odd paths through.
func (c *choice) isOdd() bool { return len(c.oddities().wild) > 0 }

// commonBegin is how all patterns with these wildcards begin, up to a slash that is left away.
func commonBegin(wild []wildcard) string {
	of, path := verbs(0), wild[0].before
	for _, w := range wild {
		of |= w.verbs
		path = commonPrefix(path, w.before)
	}
	if of.count() > 1 {
		return ""
	}
	begin := ""
	of.each(func(m int) { begin = methods[m] + "/" + path })
	return begin[:strings.LastIndex(begin, "/")]
}

func commonPrefix(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// letters are the characters that the literals of denied patterns have where an allowed pattern has a wildcard: there they
// may be sent encoded.
func (o *oddities) letters() *[256]bool {
	before := map[string]verbs{}
	for _, w := range o.wild {
		before[w.before] |= w.verbs
	}
	var all [256]bool
	for _, d := range o.c.denies {
		of := d.verbs
		if d.running {
			of = allVerbs
		}
		begin, _, _ := strings.Cut(d.path, "*")
		begin = strings.TrimSuffix(begin, "?")
		for i := range len(begin) {
			if (i == 0 || begin[i-1] == '/') && before[begin[:i]]&of != 0 {
				begin = begin[:i] // the shortest
				break
			}
		}
		for i := len(begin); i < len(d.path); i++ {
			if d.path[i] == '%' {
				i += 2 // no character that may be sent as itself
				continue
			}
			all[d.path[i]] = true
		}
	}
	return &all
}

// encodings are the two digits behind the % of the unreserved ones of these characters, in every spelling, without the dot's.
// For more than two spellings of the letters a to o, whose codes begin with 6, one pattern does; it matches %60 besides.
// See https://www.rfc-editor.org/rfc/rfc3986#section-2.3.
func encodings(of *[256]bool) []string {
	var codes []string
	for c, there := range of {
		if !there || !isUnreserved(byte(c)) || c == '.' {
			continue
		}
		code := fmt.Sprintf("%x", c)
		codes = append(codes, code)
		if upper := strings.ToUpper(code); upper != code {
			codes = append(codes, upper)
		}
	}
	slices.Sort(codes)
	first, _ := slices.BinarySearch(codes, "6")
	end, _ := slices.BinarySearch(codes, "7")
	if end-first > 2 {
		codes = slices.Replace(codes, first, end, "6?")
	}
	return codes
}

func isUnreserved(c byte) bool { return isAlphanumeric(rune(c)) || strings.IndexByte("-._~", c) >= 0 }

// Readings are the ways in which a path may be read: as it was sent, which is the first; without slashes before the first segment,
// which is how REST APIs route; without empty segments; without . and .. (RFC 3986, section 5.2.4); and all of them with the
// characters decoded that need not be encoded (section 6.2.2.2). Most paths have one.
func Readings(path string) []string {
	all := []string{path}
	if decoded := decodeUnreserved(path); decoded != path {
		all = append(all, decoded)
	}
	for _, path := range all {
		for _, step := range []func(string) string{trimSlashes, withoutEmpty, withoutDots} {
			path = step(path)
			if !slices.Contains(all, path) {
				all = append(all, path)
			}
		}
	}
	return all
}

// isOddPath tells whether there may be several readings of a path.
func isOddPath(path string) bool {
	return strings.Contains(path, "//") || strings.Contains(path, "/.") || decodeUnreserved(path) != path
}

func trimSlashes(path string) string { return "/" + strings.TrimLeft(path, "/") }

// withoutEmpty leaves out empty segments; a slash at the end stays.
func withoutEmpty(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// withoutDots leaves out the segments . and what .. takes back.
func withoutDots(path string) string {
	var kept []string
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, s := range segments {
		switch {
		case s == "..":
			kept = kept[:max(0, len(kept)-1)]
		case s != ".":
			kept = append(kept, s)
			continue
		}
		if i == len(segments)-1 && len(kept) > 0 {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// decodeUnreserved decodes the characters that mean the same encoded or not.
func decodeUnreserved(path string) string {
	if strings.IndexByte(path, '%') < 0 {
		return path
	}
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] == '%' && i+2 < len(path) {
			if c, err := strconv.ParseUint(path[i+1:i+3], 16, 8); err == nil && isUnreserved(byte(c)) {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(path[i])
	}
	return b.String()
}
