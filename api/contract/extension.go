package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// ownMembers are the extensions that are ours, by where each stands.
var ownMembers = map[string]string{
	functionMember:  "at the document's root, or in an operation",
	publicMember:    "in an operation, beside `security: []`",
	ownerScopes:     "at the document's root",
	webSocketMember: "at the document's root",
	connectSecurity: "at the document's root",
	anyMember:       "in a path item",
}

// functionMember names the function that serves an operation, or all.
const functionMember = "x-function"

// only refuses members that are not in the list and are no extensions: what is misspelt would be lost.
func (w *wrongs) only(mapping *yaml.Node, what string, known ...string) {
	for key := range pairs(mapping) {
		if !slices.Contains(known, key.Value) && !isForeign(key.Value) {
			w.refuse(key, "%s: %.60q is no member that a contract has there%s", what, key.Value, meant(key.Value, known))
		}
	}
}

// misplaced refuses extensions of ours in a mapping that has none, and whose other members but paths nobody has to know.
func (w *wrongs) misplaced(mapping *yaml.Node, what string) {
	for key := range pairs(mapping) {
		if !strings.HasPrefix(key.Value, "/") && ownNear(key.Value) != "" {
			w.refuse(key, "%s: %.60q is no member that a contract has there%s", what, key.Value, meant(key.Value, nil))
		}
	}
}

// isForeign tells whether a member is an extension of somebody else's, which is passed over: none that is ours, or near one.
func isForeign(name string) bool {
	return strings.HasPrefix(name, "x-") && ownNear(name) == ""
}

// meant says which member was meant, if that can be told.
func meant(name string, known []string) string {
	own := ownNear(name)
	if own == name {
		return "; it stands " + ownMembers[own]
	}
	if i := slices.IndexFunc(known, func(k string) bool { return isNear(name, k) }); own == "" && i >= 0 {
		own = known[i]
	}
	if own == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", own)
}

// ownNear is the extension of ours that a name is, or could be a misspelling of; "": there is none.
func ownNear(name string) string {
	if ownMembers[name] != "" {
		return name
	}
	for _, own := range slices.Sorted(maps.Keys(ownMembers)) {
		if isNear(name, own) {
			return own
		}
	}
	return ""
}

// hasNear tells whether a mapping has a member that could be a misspelling of a word: what is wrong is said of it then.
func hasNear(mapping *yaml.Node, word string) bool {
	for key := range pairs(mapping) {
		if key.Value != word && isNear(key.Value, word) {
			return true
		}
	}
	return false
}

// isNear tells whether a name could be a misspelling of a word: the same letters and digits but for one in five, and two at most, whatever their
// case and what stands between them, or the same words in another order. Characters beyond ASCII look like any other.
func isNear(name, word string) bool {
	letters, other := plainLetters(name), plainLetters(word)
	return distance(letters, other) <= min(2, len(other)/5) || slices.Equal(wordsOf(name), wordsOf(word))
}

// plainLetters are the letters and digits of a name, in lower case, without the x of extensions.
func plainLetters(name string) []rune {
	var kept []rune
	for _, r := range strings.TrimPrefix(strings.ToLower(name), "x-") {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

// wordsOf are the words of a name in their singular, sorted; a capital letter begins one.
func wordsOf(name string) []string {
	var spaced strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	words := strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range words {
		words[i] = strings.TrimSuffix(word, "s")
	}
	slices.Sort(words)
	return words
}

// distance is how many letters have to be put in, left out, changed, or changed with the next one, to make one text of the other.
func distance(a, b []rune) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] || a[i] > '~' {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
