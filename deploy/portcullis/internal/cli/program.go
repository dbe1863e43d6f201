package cli

import (
	"path/filepath"
	"regexp"
	"strings"
)

// Program is what people type to run portcullis as this process, whose first argument was arg0, was run: what they typed, or, where that
// was no portcullis that is still there for the next command, go run.
func Program(arg0 string) string {
	name := strings.TrimSuffix(filepath.Base(arg0), ".exe")
	if name != "portcullis" || isGoRun(arg0) {
		return "go run ./deploy/portcullis"
	}
	return quote(arg0)
}

// isGoRun tells whether a program is what go run has built: below its working folder, go-buildN/bNNN/exe, or kept in the build
// cache, in a folder that is named by the hash of what is in it.
func isGoRun(path string) bool {
	folder := filepath.ToSlash(filepath.Dir(path))
	return regexp.MustCompile(`/go-build\d+/b\d+/exe$|/[0-9a-f]{2}/[0-9a-f]{64}-d$`).MatchString(folder)
}

// quote is a word for a POSIX shell (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02).
func quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,="
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
