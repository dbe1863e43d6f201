package authorizers

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// TokenSources are the places of a request where an authorizer looks for a token. One that stands elsewhere is not
// seen: neither does it let anybody in, nor does it count as a second one. The zero value is the strict default:
// bearer, and in WebSocket handshakes also query:token and protocol:token.
type TokenSources struct {
	bearer, raw      bool
	query, protocol  []string // the names that tokens have in WebSocket handshakes
	headers, listing []string // as they are written: those in headers of any request, and all
}

// The places of credentials as they are written, in [ParseTokenSources] and in the decision log.
const (
	sourceBearer   = "bearer"
	sourceRaw      = "raw"
	sourceQuery    = "query:"
	sourceProtocol = "protocol:"
	sourceAPIKey   = "header:" + headerAPIKey
)

// The most that a list of places may have.
const (
	maxTokenSources = 16
	maxSourceName   = 128 // bytes of a name
)

// ParseTokenSources reads a comma-separated list of places; an empty text is the zero value, and any other one stands
// in place of the default:
//
//   - bearer: the header Authorization, behind the scheme Bearer (RFC 6750, section 2.1)
//   - raw: the header Authorization, without a scheme: the JWT is the whole value
//   - query:NAME: the query parameter NAME, of WebSocket handshakes only
//   - protocol:NAME: the subprotocol that follows NAME in Sec-WebSocket-Protocol (RFC 6455, section 11.3.4), of WebSocket
//     handshakes only
//
// Names are compared exactly. The error is a [*TokenSourcesError] with all that is wrong.
func ParseTokenSources(text string) (TokenSources, error) {
	if text == "" {
		return TokenSources{}, nil
	}
	var (
		s     TokenSources
		wrong []string
	)
	entries := strings.Split(text, ",")
	if len(entries) > maxTokenSources {
		return TokenSources{}, &TokenSourcesError{[]string{fmt.Sprintf("want at most %d places, got %d", maxTokenSources, len(entries))}}
	}
	for _, entry := range entries {
		if reason := s.add(strings.TrimSpace(entry)); reason != "" {
			wrong = append(wrong, reason)
		}
	}
	if wrong != nil {
		return TokenSources{}, &TokenSourcesError{wrong}
	}
	return s, nil
}

// TokenSourcesError says what is wrong with a list of places of tokens, each reason with what would be right.
type TokenSourcesError struct {
	Reasons []string // at least one, each about one place
}

// Error is the reasons, with semicolons between them.
func (e *TokenSourcesError) Error() string { return strings.Join(e.Reasons, "; ") }

// String lists the places as [ParseTokenSources] reads them; of the zero value those of the default.
func (s TokenSources) String() string { return strings.Join(s.orDefault().listing, ",") }

// orDefault gives the zero value its meaning.
func (s TokenSources) orDefault() TokenSources {
	if len(s.listing) > 0 {
		return s
	}
	for _, entry := range []string{sourceBearer, sourceQuery + queryToken, sourceProtocol + ProtocolToken} {
		s.add(entry)
	}
	return s
}

// add takes a place into the list, or says why it cannot be one.
func (s *TokenSources) add(entry string) (wrong string) {
	if slices.Contains(s.listing, entry) {
		return fmt.Sprintf("%.150q stands there twice, want it once", entry)
	}
	query, isQuery := strings.CutPrefix(entry, sourceQuery)
	protocol, isProtocol := strings.CutPrefix(entry, sourceProtocol)
	switch {
	case entry == sourceBearer:
		s.bearer = true
	case entry == sourceRaw:
		s.raw = true
	case isQuery && isQueryName(query):
		s.query = append(s.query, query)
	case isProtocol && isProtocolName(protocol):
		s.protocol = append(s.protocol, protocol)
	case isQuery:
		return fmt.Sprintf("%.150q: want query:NAME, with a name of 1 to %d bytes, without spaces and control characters, such as query:access_token", entry, maxSourceName)
	case isProtocol:
		return fmt.Sprintf("%.150q: want protocol:NAME, with a name of 1 to %d characters of an RFC 7230 token, such as protocol:bearer", entry, maxSourceName)
	default:
		return fmt.Sprintf("%.150q is no place of tokens, want bearer, raw, query:NAME or protocol:NAME", entry)
	}
	if s.listing = append(s.listing, entry); entry == sourceBearer || entry == sourceRaw {
		s.headers = append(s.headers, entry)
	}
	return ""
}

func isQueryName(name string) bool {
	odd := func(c rune) bool { return c == unicode.ReplacementChar || c == ' ' || !unicode.IsPrint(c) }
	return name != "" && len(name) <= maxSourceName && !strings.ContainsFunc(name, odd)
}

// isProtocolName tells whether a name can be that of a subprotocol: a token (RFC 7230, section 3.2.6).
func isProtocolName(name string) bool {
	odd := func(c rune) bool { return !isAlphanumeric(c) && !strings.ContainsRune("!#$%&'*+-.^_`|~", c) }
	return name != "" && len(name) <= maxSourceName && !strings.ContainsFunc(name, odd)
}

func isAlphanumeric(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// checkHeadersOnly refuses places of WebSocket handshakes, for an authorizer of another kind.
func (s TokenSources) checkHeadersOnly(kind string) error {
	if len(s.listing) == len(s.headers) {
		return nil
	}
	handshakes := slices.DeleteFunc(slices.Clone(s.listing), func(entry string) bool { return slices.Contains(s.headers, entry) })
	return &ConfigError{fieldTokenSources, fmt.Sprintf("%s: places of WebSocket handshakes, of which %s authorizer sees none; want bearer, raw or both",
		strings.Join(handshakes, ","), kind)}
}

// fieldTokenSources is what a [ConfigError] about places of tokens names.
const fieldTokenSources = "TokenSources"

// headerToken gives the token of the value of an Authorization header, and where in it that stands: behind the scheme Bearer,
// whose case does not matter (RFC 9110, section 11.1), or alone.
func (s *TokenSources) headerToken(authorization string) (token, source string, err error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	switch {
	case s.bearer && token != "" && strings.EqualFold(scheme, "Bearer"):
		return token, sourceBearer, nil
	case s.raw && isCompact(authorization):
		return authorization, sourceRaw, nil
	case s.bearer:
		return "", "", &CredentialError{"want a bearer token"}
	}
	return "", "", &CredentialError{"want a token without a scheme"}
}

// isCompact tells whether a text has the form of a JWT: three parts of base64url with dots between them (RFC 7515,
// section 7.1).
func isCompact(text string) bool {
	odd := func(c rune) bool { return !isAlphanumeric(c) && c != '-' && c != '_' && c != '.' }
	return strings.Count(text, ".") == 2 && !strings.ContainsFunc(text, odd)
}

// in gives the places that are looked at in requests of a form, as they are written.
func (s *TokenSources) in(f form) []string {
	if f == formWebSocket {
		return s.listing
	}
	return s.headers
}
