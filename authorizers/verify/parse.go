package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"portcullis/authorizers/internal/strictjson"
)

// ParseIssuers reads a JSON list of issuers, as in
//
//	[{"issuer":"https://…","audience":["…"],"tokenUse":["access"]}]
//
// with the members that [Issuer] has. Unknown members are refused. The values themselves are checked by [New]. The error
// is a [*ConfigError].
func ParseIssuers(text string) ([]Issuer, error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	var issuers []Issuer
	if err := decoder.Decode(&issuers); err != nil {
		return nil, &ConfigError{Field: "issuers", Reason: fmt.Sprintf("want a JSON list of issuers: %v", err)}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, &ConfigError{Field: "issuers", Reason: "something follows the JSON list"}
	}
	return issuers, checkMembers(text)
}

// checkMembers refuses what encoding/json passes over: a member that stands there twice, of which the second
// one counts, and one in another case than ours.
func checkMembers(text string) error {
	if _, ok := strictjson.Parse(`{"issuers":` + text + `}`); !ok {
		return &ConfigError{Field: "issuers", Reason: "a member stands there twice, or a text is no UTF-8"}
	}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return &ConfigError{Field: "issuers", Reason: fmt.Sprintf("want a JSON list of issuers: %v", err)}
	}
	members := issuerMembers()
	for _, issuer := range list {
		for name := range issuer {
			if !slices.Contains(members, name) {
				return &ConfigError{Field: "issuers", Reason: fmt.Sprintf("unknown member %q; want some of %s", short(name), strings.Join(members, ", "))}
			}
		}
	}
	return nil
}

// issuerMembers are the names of Issuer's members in JSON.
func issuerMembers() []string {
	var names []string
	for i := range reflect.TypeFor[Issuer]().NumField() {
		if name, _, _ := strings.Cut(reflect.TypeFor[Issuer]().Field(i).Tag.Get("json"), ","); name != "-" {
			names = append(names, name)
		}
	}
	return names
}
