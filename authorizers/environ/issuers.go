package environ

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"

	"portcullis/authorizers/internal/strictjson"
	"portcullis/authorizers/verify"
	"portcullis/policy"
)

// GiveGroupScopes writes the scopes of groups, as [ParseGroupScopes] reads them, into the entry of the one issuer: they are
// those of its groups claim. With several issuers, or "grants" in the entry, scopes of groups are an error that says what
// to write in place of them.
func GiveGroupScopes(list []verify.Issuer, groups map[string][]string) error {
	if len(groups) == 0 || len(list) == 0 {
		return nil
	}
	only := &list[0]
	grants := map[string]map[string][]string{
		"scope": {verify.Any: {verify.Any}},
		cmp.Or(only.GroupsClaim, "cognito:groups"): groups,
	}
	if len(list) == 1 && len(only.Tenants) <= 1 && only.Grants == nil {
		only.Grants = grants
		return nil
	}
	line, err := json.Marshal(grants)
	if err != nil {
		return err
	}
	scopes, err := json.Marshal(sortedScopes(groups))
	if err != nil {
		return err
	}
	if only.Grants != nil && len(list) == 1 {
		return fmt.Errorf(`stands beside the "grants" of the issuer %.200q, which say all: write the groups' scopes there, as in "grants":%s`, only.Issuer, line)
	}
	return fmt.Errorf(`is for one issuer, and %s has several: write the scopes of these groups into the entry of the issuer whose groups they are, "grants":%s,"scopes":%s`, Issuers, line, scopes)
}

func sortedScopes(groups map[string][]string) []string {
	var all []string
	for _, scopes := range groups {
		all = append(all, scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ParseGroupScopes reads a JSON object whose members are lists of scopes; an empty text is an empty object.
func ParseGroupScopes(text string) (map[string][]string, error) {
	groups := map[string][]string{}
	if text == "" {
		return groups, nil
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	if err := decoder.Decode(&groups); err != nil {
		return nil, fmt.Errorf("want a JSON object of groups to lists of scopes: %w", err)
	}
	if groups == nil {
		return nil, errors.New("want a JSON object of groups to lists of scopes, got null")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	if _, ok := strictjson.Parse(text); !ok {
		return nil, errors.New("a group stands there twice, or a text is no UTF-8")
	}
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		if group == "" {
			return nil, errors.New("want groups whose names are not empty")
		}
		if group == verify.Any {
			return nil, fmt.Errorf(`group "*": every group of the issuer is meant by "*" in an issuer's "grants" only`)
		}
		for _, scope := range groups[group] {
			if !policy.ValidScope(scope) || scope == verify.Any {
				return nil, fmt.Errorf("group %q: %q is no scope (RFC 6749, section 3.3)", group, scope)
			}
		}
	}
	return groups, nil
}

// warnOfIssuers says, once, what entries accept that an authorizer cannot see to.
func warnOfIssuers(issuers []verify.Issuer, log *slog.Logger) {
	if log == nil {
		return
	}
	for _, issuer := range issuers {
		if issuer.BoundTokens == verify.AcceptBound {
			log.Warn("sender-bound tokens are accepted as bearer tokens: nobody checks that who sends one has the key that it is bound to (RFC 9449, RFC 8705)",
				slog.String("issuer", issuer.Issuer))
		}
	}
}
