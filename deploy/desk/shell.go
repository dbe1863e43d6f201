package desk

import "strings"

// shellFuncs write what contracts and modes say, scopes, paths and keys among it, into lines that people paste into a POSIX shell, so that
// none of it is more than part of a word there
// (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02).
var shellFuncs = map[string]any{"word": shellWord, "quote": shellQuote, "form": formField}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// shellWord is a text, given in parts, as a word: as it is where a shell finds nothing special in it.
func shellWord(parts ...string) string {
	if text := strings.Join(parts, ""); text != "" && strings.Trim(text, letters+"_-./:@%+,=") == "" {
		return text
	}
	return shellQuote(parts...)
}

// shellQuote is a text, given in parts, as a word between single quotes.
func shellQuote(parts ...string) string {
	return "'" + strings.ReplaceAll(strings.Join(parts, ""), "'", `'\''`) + "'"
}

// inDoubleQuotes writes a text as it stands between double quotes.
var inDoubleQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")

// formField is curl's option for a field of a form, which encodes the value where a form or a shell would find something special in it.
func formField(name, value string) string {
	if strings.Trim(value, letters+"_-./:") == "" {
		return "-d " + name + "=" + value
	}
	return "--data-urlencode " + shellWord(name, "=", value)
}
