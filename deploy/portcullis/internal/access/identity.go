package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"portcullis/authorizers/verify"
	"portcullis/policy"
)

// identity are the flags that say who makes a request: a token, or what a caller has.
type identity struct {
	token, issuers     string
	scopes, id, scheme string
	groups             []string
	assumed            bool // one of the flags is given that a token answers itself
}

func (i *identity) add(flags *flag.FlagSet) {
	i.scheme = policy.SchemeBearer
	flags.StringVar(&i.token, "token", "", "")
	flags.StringVar(&i.issuers, "issuers", "", "")
	assume := func(set func(string)) func(string) error {
		return func(text string) error { i.assumed = true; set(text); return nil }
	}
	flags.Func("scopes", "", assume(func(text string) { i.scopes += " " + text }))
	flags.Func("groups", "", assume(func(text string) { i.groups = append(i.groups, splitList(text)...) }))
	flags.Func("id", "", assume(func(text string) { i.id = text }))
	flags.Func("scheme", "", assume(func(text string) { i.scheme = text }))
}

// trust is how far it is known that the caller is who it says.
type trust int

const (
	unverified trust = iota // a token that is decoded and no more
	refused                 // a token that an authorizer refuses
	verified
	assumed // there is no token: the flags say what the caller has
)

// subject is who makes a request.
type subject struct {
	caller policy.Caller
	trust  trust
	lines  []headed // what is known of it
}

// headed is a text under a heading.
type headed struct{ heading, text string }

func (s *subject) say(heading, format string, args ...any) {
	s.lines = append(s.lines, headed{heading, fmt.Sprintf(format, args...)})
}

// read gives who makes the request for a path.
func (i *identity) read(ctx context.Context, s *session, groups scopesOfGroups, path string) (*subject, error) {
	switch {
	case i.token != "" && i.assumed:
		return nil, errors.New("-token says itself who calls: leave -scopes, -groups, -id and -scheme out")
	case i.token != "":
		return i.bearer(ctx, s, groups)
	case i.issuers != "":
		return nil, errors.New("-issuers is for -token, and there is none")
	}
	return i.assume(groups, path)
}

// assume takes the caller from the flags.
func (i *identity) assume(groups scopesOfGroups, path string) (*subject, error) {
	schemes, err := schemeSet(i.scheme)
	if err != nil {
		return nil, err
	}
	scopes, err := scopeSet(i.scopes)
	if err != nil {
		return nil, fmt.Errorf("-scopes: %w", err)
	}
	if len(i.groups) > 0 && !slices.Contains(schemes, policy.SchemeBearer) {
		return nil, errors.New("-groups: API keys are in no group")
	}
	for _, group := range i.groups {
		granted, known := groups[group]
		if !known {
			return nil, fmt.Errorf("-groups: GROUP_SCOPES and -group-scopes name no group %q; several are separated by commas", group)
		}
		scopes = append(scopes, granted...)
	}
	who := &subject{trust: assumed, caller: policy.Caller{ID: i.id, Schemes: schemes, Scopes: sorted(scopes)}}
	if i.id == "" {
		for who.caller.ID = "nobody"; strings.Contains(path, who.caller.ID); {
			who.caller.ID += "-else"
		}
		who.say("caller", "%s; no -id, %q stands for it", credentials(who.caller), who.caller.ID)
		return who, nil
	}
	who.say("caller", "%s; id %q", credentials(who.caller), i.id)
	return who, nil
}

// credentials says what a caller brings.
func credentials(caller policy.Caller) string {
	if len(caller.Scopes) == 0 {
		return bringer(caller.Schemes) + " without any scope"
	}
	return bringer(caller.Schemes) + " with " + strings.Join(caller.Scopes, " ")
}

// readToken gives the token itself, from stdin for "-", without what pasting may bring along.
func (i *identity) readToken(s *session) (string, error) {
	text := i.token
	if text == "-" {
		read, err := io.ReadAll(io.LimitReader(s.stdin, 2*verify.MaxMaxToken))
		if err != nil {
			return "", fmt.Errorf("-token: stdin: %w", err)
		}
		text = string(read)
	}
	text = strings.TrimSpace(text)
	if scheme, token, ok := strings.Cut(text, " "); ok && strings.EqualFold(scheme, "Bearer") {
		text = strings.TrimSpace(token)
	}
	if text == "" {
		return "", errors.New("-token: there is no token")
	}
	return text, nil
}
