package policy

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxGrant is the most bytes that a grant may have: half of what API Gateway takes of a WebSocket API's authorizer, whose
// answer holds the policy and the rest of the context besides.
const MaxGrant = MaxConnectDocument / 2

// grantVersion begins a grant, so that another form is not taken for this one.
const grantVersion = "1"

// GrantError says why there is no grant, or why a text is none. It holds nothing of the text.
type GrantError struct {
	Bytes  int // of the text
	Reason string
}

// Error is the reason.
func (e *GrantError) Error() string { return "policy: grant: " + e.Reason }

// EncodeGrant writes what [Rules.DecideMessage] needs of a caller, and no more, as a text of printable ASCII that is given along
// with each message of a connection:
//
//	1;END;OWNER;SCHEME=SCOPE,SCOPE;SCHEME=;
//
// END is when the credential ends, in seconds since 1970, cut to whole ones, or nothing; OWNER is the caller's id, or nothing
// where it owns nothing. Schemes and scopes are those that the rules of messages ask for, sorted; other characters than printable
// ASCII, and those that separate, are percent-encoded. Each part ends with a semicolon, so that a text that was cut grants less
// or is none. Networks are not in it: a connection does not move.
//
// The error is a [*GrantError]: for a caller of whom nothing is known, and for a text of more than [MaxGrant] bytes.
func (r *Rules) EncodeGrant(caller Caller) (string, error) {
	if caller.owner() == "" {
		return "", &GrantError{Reason: "nothing is known of the caller"}
	}
	granted := Caller{ID: caller.owner(), Expires: caller.Expires, SchemeScopes: map[string][]string{}}
	for _, scheme := range caller.Schemes {
		if _, asked := r.messages.schemes[scheme]; !asked {
			continue
		}
		granted.Schemes = append(granted.Schemes, scheme)
		granted.SchemeScopes[scheme] = slices.DeleteFunc(slices.Sorted(maps.Keys(r.messages.scopes[scheme])), func(scope string) bool {
			return !caller.granted(scheme, scope)
		})
	}
	text := granted.grant()
	if len(text) > MaxGrant {
		return "", &GrantError{len(text), fmt.Sprintf("has %d bytes, and %d are the most: let the rules of messages ask for fewer scopes", len(text), MaxGrant)}
	}
	return text, nil
}

// DecodeGrant reads what [Rules.EncodeGrant] wrote: a caller who may send the messages that the encoded one may, and no others.
// The error is a [*GrantError], for every other text; the caller is then the zero one, who may do nothing.
func DecodeGrant(text string) (Caller, error) {
	if len(text) > MaxGrant {
		return Caller{}, &GrantError{len(text), fmt.Sprintf("has %d bytes, and %d are the most", len(text), MaxGrant)}
	}
	// There is one way to write a grant, so what is written otherwise is none.
	if caller, ok := readGrant(text); ok && caller.grant() == text {
		return caller, nil
	}
	return Caller{}, &GrantError{len(text), "the text is none of version " + grantVersion}
}

// grant is the text of a caller whose scopes are all in SchemeScopes.
func (c *Caller) grant() string {
	fields := []string{grantVersion, "", ""}
	if !c.Expires.IsZero() {
		fields[1] = strconv.FormatInt(c.Expires.Unix(), 10)
	}
	if mayOwn(c.owner()) {
		fields[2] = escapeGrant(c.owner())
	}
	schemes := slices.Clone(c.Schemes)
	slices.Sort(schemes)
	for _, scheme := range slices.Compact(schemes) {
		scopes := make([]string, len(c.SchemeScopes[scheme]))
		for i, scope := range c.SchemeScopes[scheme] {
			scopes[i] = escapeGrant(scope)
		}
		slices.Sort(scopes)
		fields = append(fields, escapeGrant(scheme)+"="+strings.Join(slices.Compact(scopes), ","))
	}
	return strings.Join(fields, ";") + ";"
}

// readGrant reads a grant that may be written otherwise than grant writes it.
func readGrant(text string) (Caller, bool) {
	fields := strings.Split(strings.TrimSuffix(text, ";"), ";")
	if len(fields) < 3 {
		return Caller{}, false
	}
	caller := Caller{ID: noOwner, SchemeScopes: map[string][]string{}}
	if fields[1] != "" {
		end, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return Caller{}, false
		}
		caller.Expires = time.Unix(end, 0)
	}
	var wrong error
	plain := func(text string) string {
		text, err := url.PathUnescape(text)
		if err != nil {
			wrong = err
		}
		return text
	}
	if fields[2] != "" {
		caller.ID = plain(fields[2])
	}
	for _, field := range fields[3:] {
		name, list, _ := strings.Cut(field, "=")
		scheme := plain(name)
		caller.Schemes = append(caller.Schemes, scheme)
		for scope := range strings.SplitSeq(list, ",") {
			if scope != "" {
				caller.SchemeScopes[scheme] = append(caller.SchemeScopes[scheme], plain(scope))
			}
		}
	}
	return caller, wrong == nil
}

// escapeGrant percent-encodes what separates in a grant, and what is not printable ASCII.
func escapeGrant(text string) string {
	escaped := make([]byte, 0, len(text))
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' || strings.IndexByte(`%;=,"\`, c) >= 0 {
			escaped = fmt.Appendf(escaped, "%%%02X", c)
		} else {
			escaped = append(escaped, c)
		}
	}
	return string(escaped)
}
