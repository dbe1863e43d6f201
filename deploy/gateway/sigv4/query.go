package sigv4

import (
	"net/url"
	"slices"
	"strings"
)

// parameter is one of a query's, decoded and as the canonical query writes it.
type parameter struct {
	name, value               string
	encodedName, encodedValue string
}

type parameters []parameter

// parseQuery reads a query as sent. Empty parts are passed over, and a name without "=" has an empty value.
func parseQuery(text string) (parameters, error) {
	if len(text) > maxText {
		return nil, refuse(IncompleteSignature, "The query-string is too long.")
	}
	if strings.Count(text, "&") >= maxParameters {
		return nil, refuse(IncompleteSignature, "The query-string has too many parameters.")
	}
	var query parameters
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		p, err := decodeParameter(name, value)
		if err != nil {
			return nil, err
		}
		query = append(query, p)
	}
	return query, nil
}

// decodeParameter takes "+" for a space: API Gateway was seen to sign "id+eq+1" as "id%20eq%201".
func decodeParameter(name, value string) (parameter, error) {
	decodedName, nameErr := url.QueryUnescape(name)
	decodedValue, valueErr := url.QueryUnescape(value)
	if nameErr != nil || valueErr != nil {
		return parameter{}, mismatch("the query has a malformed escape")
	}
	return parameter{decodedName, decodedValue, escape(decodedName, ""), escape(decodedValue, "")}, nil
}

// signed says whether the query claims to hold a signature.
func (q parameters) signed() bool {
	return slices.ContainsFunc(q, func(p parameter) bool {
		return p.name == queryAlgorithm || p.name == queryCredential || p.name == querySignature
	})
}

// canonical sorts the parameters by encoded name, then by encoded value, and leaves out the signature.
func (q parameters) canonical() string {
	sorted := slices.Clone(q)
	slices.SortFunc(sorted, func(a, b parameter) int {
		if order := strings.Compare(a.encodedName, b.encodedName); order != 0 {
			return order
		}
		return strings.Compare(a.encodedValue, b.encodedValue)
	})
	var text strings.Builder
	for _, p := range sorted {
		if p.name == querySignature {
			continue
		}
		if text.Len() > 0 {
			text.WriteByte('&')
		}
		text.WriteString(p.encodedName + "=" + p.encodedValue)
	}
	return text.String()
}

// escape percent-encodes every byte that RFC 3986, section 2.3, does not call unreserved and that is not in keep.
func escape(text, keep string) string {
	const hex = "0123456789ABCDEF"
	var escaped strings.Builder
	escaped.Grow(len(text))
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, strings.IndexByte(keep, c) >= 0:
			escaped.WriteByte(c)
		default:
			escaped.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return escaped.String()
}
