package services

import (
	"cmp"
	"encoding/base64"
	"slices"

	"portcullis/authorizers/environ"
	"portcullis/authorizers/verify"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/emulators/cognito"
)

// chooseIssuers chooses whose tokens are accepted: those of the user pool, and of the variables' further issuers.
func (e environment) chooseIssuers(base string, pool *cognito.Pool) ([]verify.Issuer, userPool, error) {
	var further []verify.Issuer
	if text := e.getenv(environ.Issuers); text != "" {
		var err error
		if further, err = verify.ParseIssuers(text); err != nil {
			return nil, userPool{}, &environ.Error{Variable: environ.Issuers, Err: err}
		}
	}
	own, err := e.chooseUserPool(base, pool, further)
	if err == nil && own.builtIn {
		further = slices.Insert(further, 0, own.issuer)
	}
	return further, own, err
}

// Issuers are whose tokens authorizers accept, for a project. What tokens of the user pool gain by their groups stands in its
// entry, since there may be other issuers.
func (s *Services) Issuers(p *project.Project) ([]verify.Issuer, error) {
	issuers := slices.Clone(s.issuers)
	for i := range issuers {
		if issuers[i].Issuer == s.own.issuer.Issuer {
			if err := s.env.giveGroups(&issuers[i], p); err != nil {
				return nil, err
			}
		}
	}
	return issuers, nil
}

// Known are issuers of [Services.Issuers] as this module's own functions get them: where the desk speaks https, with the keys of the
// built-in issuer in its entry. Functions in this process would not trust the certificate, and a verifier takes keys of an https issuer
// from no plain http address. The keys are the same for as long as the desk runs.
func (s *Services) Known(issuers []verify.Issuer) []verify.Issuer {
	known := slices.Clone(issuers)
	for i := range known {
		if s.secure() && s.own.builtIn && known[i].Issuer == s.own.issuer.Issuer {
			known[i].JWKSURI = "data:application/json;base64," + base64.StdEncoding.EncodeToString(s.pool.KeySet())
		}
	}
	return known
}

// GroupScopes are the scopes of the user pool's groups among [Services.Issuers]; nil: its tokens gain none by their groups.
func (s *Services) GroupScopes(issuers []verify.Issuer) map[string][]string {
	for _, entry := range issuers {
		if entry.Issuer == s.own.issuer.Issuer {
			return entry.Grants[cmp.Or(entry.GroupsClaim, "cognito:groups")]
		}
	}
	return nil
}

// giveGroups writes the scopes of the user pool's groups into its entry: those of GROUP_SCOPES, or else those that the
// contract's operations suggest.
func (e environment) giveGroups(entry *verify.Issuer, p *project.Project) error {
	groups, err := environ.ParseGroupScopes(e.getenv(environ.GroupScopes))
	if err == nil && len(groups) == 0 && entry.Grants == nil {
		groups = mayGrant(p.GroupScopes(), entry.Scopes)
	}
	only := []verify.Issuer{*entry}
	if err == nil {
		err = environ.GiveGroupScopes(only, groups)
	}
	if err != nil {
		return &environ.Error{Variable: environ.GroupScopes, Err: err}
	}
	*entry = only[0]
	return nil
}

// mayGrant leaves of the scopes of groups those that an issuer's entry may grant; nil and [verify.Any] are all.
func mayGrant(groups map[string][]string, scopes []string) map[string][]string {
	if scopes == nil || slices.Contains(scopes, verify.Any) {
		return groups
	}
	for group, granted := range groups {
		groups[group] = slices.DeleteFunc(granted, func(scope string) bool { return !slices.Contains(scopes, scope) })
	}
	return groups
}
