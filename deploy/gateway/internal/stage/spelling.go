package stage

import "bytes"

// spellingIn is a header's name, given in the canonical case, as the last line with it has it.
func spellingIn(lines []byte, name string) string {
	spelling := name
	for line, rest := cutLine(lines); len(line) > 0; line, rest = cutLine(rest) {
		if len(line) > len(name) && line[len(name)] == ':' && sameName(line[:len(name)], name) {
			spelling = string(line[:len(name)])
		}
	}
	return spelling
}

// sameName tells whether two names of one length differ in nothing but the case of ASCII letters.
func sameName(written []byte, name string) bool {
	for i, c := range written {
		if c != name[i] && !(isLetter(c) && c^' ' == name[i]) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|' ' && c|' ' <= 'z' }

// cutLine gives the first line, and what follows it.
func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}
