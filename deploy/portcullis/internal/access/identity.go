package access

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portcullis/authorizers/verify"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// identity are the flags that say who makes a request: a token, or what a caller has.
type identity struct {
	flags          *pflag.FlagSet
	token, issuers string
	scopes, groups []string // as the flags give them
	id             string
	scheme         *cli.OneOf
	ofDesk         bool // the issuers' entries say what groups grant
}

func addIdentity(command *cobra.Command) *identity {
	i := &identity{flags: command.Flags()}
	i.flags.StringVar(&i.token, "token", "", "the caller's `TOKEN`; - reads it from stdin")
	i.flags.StringVar(&i.issuers, "issuers", "", "whose tokens are accepted, as `JSON` (default: the variable ISSUERS); without it a token is only decoded")
	cli.RefuseEmpty(i.flags, "issuers")
	i.flags.StringArrayVar(&i.scopes, flagScopes, nil, "in place of a token: the caller's `SCOPES`")
	i.flags.StringArrayVar(&i.groups, "groups", nil, "in place of a token: the caller's groups, as `A,B`")
	i.flags.StringVar(&i.id, "id", "", "in place of a token: the caller's `ID` (default: nobody's)")
	i.scheme = addScheme(command, "in place of a token: what the caller brings")
	return i
}

// check makes sure that the flags go together.
func (i *identity) check() error {
	isAssumed := slices.ContainsFunc([]string{flagScopes, "groups", "id", "scheme"}, i.flags.Changed)
	var wrong []error
	switch {
	case i.token != "" && isAssumed:
		wrong = append(wrong, cli.Usage("--token says itself who calls: leave --scopes, --groups, --id and --scheme out"))
	case i.token == "" && i.flags.Changed("token"): // a variable that is not set
		wrong = append(wrong, cli.Usage("--token: there is no token"))
	case i.token == "" && i.issuers != "":
		wrong = append(wrong, cli.Usage("--issuers is for --token, and there is none"))
	}
	if len(i.groups) > 0 && !slices.Contains(schemeSet(i.scheme), policy.SchemeBearer) {
		wrong = append(wrong, cli.Usage("--groups: API keys are in no group"))
	}
	_, err := scopeSet(flagScopes, strings.Join(i.scopes, " "))
	return errors.Join(append(wrong, err)...)
}

// read gives who makes the request for a path.
func (i *identity) read(ctx context.Context, s *cli.Session, groups scopesOfGroups, path string) (*inquiry.Subject, error) {
	if i.token != "" {
		return i.bearer(ctx, s, groups)
	}
	return i.assume(groups, path)
}

// assume takes the caller from the flags.
func (i *identity) assume(groups scopesOfGroups, path string) (*inquiry.Subject, error) {
	scopes, err := scopeSet(flagScopes, strings.Join(i.scopes, " "))
	wrong := []error{err}
	for _, group := range splitList(strings.Join(i.groups, ",")) {
		granted, known := groups[group]
		if !known {
			wrong = append(wrong, cli.Usage("--groups: GROUP_SCOPES and --group-scopes name no group %q; several are separated by commas", group))
		}
		scopes = append(scopes, granted...)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	who := &inquiry.Subject{Trust: inquiry.Assumed, Caller: policy.Caller{ID: i.id, Schemes: schemeSet(i.scheme), Scopes: sorted(scopes)}}
	if i.id == "" {
		for who.Caller.ID = "nobody"; strings.Contains(path, who.Caller.ID); {
			who.Caller.ID += "-else"
		}
		who.Say("caller", "%s; no --id, %q stands for it", inquiry.Credentials(who.Caller), who.Caller.ID)
		return who, nil
	}
	who.Say("caller", "%s; id %q", inquiry.Credentials(who.Caller), i.id)
	return who, nil
}

// readToken gives the token itself, from stdin for "-", without what pasting may bring along.
func (i *identity) readToken(ctx context.Context, s *cli.Session) (string, error) {
	text := i.token
	if text == stdin {
		var err error
		if text, err = s.ReadStdin(ctx, "--token", 2*verify.MaxMaxToken); err != nil {
			return "", err
		}
	}
	text = strings.TrimSpace(text)
	if scheme, token, ok := strings.Cut(text, " "); ok && strings.EqualFold(scheme, "Bearer") {
		text = strings.TrimSpace(token)
	}
	if text == "" {
		return "", cli.Usage("--token: there is no token")
	}
	return text, nil
}
