package expression

import (
	"regexp"
	"strings"
	"sync"
)

// maxLength is how long an expression may be, in bytes. Source: "Service, account, and table quotas in Amazon DynamoDB",
// Expression parameters.
const maxLength = 4096

// token is a word, a number, a placeholder or a sign; "" is the end.
type token struct {
	text       string
	start, end int
}

var tokenPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[#:][A-Za-z0-9_]+|<>|<=|>=|[-=<>(),.\[\]+])`)
})

// isWord tells whether a token is one.
func isWord(token string) bool {
	return token != "" && (isLetter(rune(token[0])) || token[0] == '_')
}

func isLetter(c rune) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isDigit(c rune) bool { return '0' <= c && c <= '9' }

// lex cuts an expression into tokens, and ends them with an empty one.
func lex(text string) ([]token, error) {
	if strings.TrimSpace(text) == "" {
		return nil, failure("The expression can not be empty;")
	}
	if len(text) > maxLength {
		return nil, failure("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
	}
	var tokens []token
	for at := 0; ; {
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], " \t\r\n"))
		if at == len(text) {
			return append(tokens, token{"", at, at}), nil
		}
		found := tokenPattern().FindString(text[at:])
		if found == "" {
			found = string([]rune(text[at:])[:1])
			tokens = append(tokens, token{found, at, at + len(found)})
			return nil, syntaxError(text, tokens, len(tokens)-1)
		}
		tokens = append(tokens, token{found, at, at + len(found)})
		at += len(found)
	}
}

// syntaxError names the token that does not fit, and what stands around it.
func syntaxError(text string, tokens []token, at int) error {
	name, bad := tokens[at].text, tokens[at]
	if name == "" {
		name = "<EOF>"
	}
	from, to := bad.start, min(bad.end, len(text))
	if at > 0 {
		from = tokens[at-1].start
	}
	if at+1 < len(tokens) {
		to = tokens[at+1].end
	}
	return failure("Syntax error; token: \"%s\", near: \"%s\"", name, strings.TrimSpace(text[from:to]))
}
