package revoke

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portcullis/authorizers/revocation"
	"portcullis/deploy/portcullis/internal/cli"
)

// refreshed is what tokens that were issued up to a time have in common.
const refreshed = `Tokens that do not say when they were issued are revoked too. Refresh tokens go on getting good ones: end
them with the issuer as well (Cognito: aws cognito-idp admin-user-global-sign-out).`

func (g *group) user() *cobra.Command {
	command := &cobra.Command{
		Use:   "user --issuer URL --sub SUB [flags]",
		Short: "Revoke what a user was issued up to now, or up to a time",
		Long:  "Revokes what a user was issued up to now, or up to a time.\n\n" + refreshed,
		Example: `  portcullis revoke user --issuer https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf --sub 5f0c1a52-8a3e-4d3b-9c1e-0d6f2b7a4e11
  portcullis revoke user --issuer https://issuer.example.com --sub ann --before "$(date -u +%Y-%m-%d)" -o json`,
		Args: cli.Arguments(0, 0, ""),
	}
	i := issued{}
	i.addIssuer(command.Flags())
	subject := command.Flags().String("sub", "", "the `sub` of the tokens, as they have it, or the id that the decision log shows")
	i.addTimes(command.Flags(), g, " (default now)")
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, _ []string) error {
		switch {
		case i.issuer == "":
			return errNoIssuer
		case *subject == "":
			return cli.Usage("--sub is missing: whose tokens?")
		case i.before.IsZero():
			i.before = g.Now()
		}
		e := revocation.OfUser(i.issuer, *subject, i.before, i.ends())
		if err := i.check(e, g.Now()); err != nil {
			return err
		}
		return g.revoke(command, "user", e, output.Value)
	}
	return command
}

func (g *group) all() *cobra.Command {
	command := &cobra.Command{
		Use:   "all --issuer URL --before TIME [flags]",
		Short: "Revoke what an issuer issued to anybody up to a time",
		Long: `Revokes what an issuer issued to anybody up to a time. At a terminal it asks first; elsewhere it wants --yes.

` + refreshed,
		Example: `  portcullis revoke all --issuer https://issuer.example.com --before "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --for 1h --yes`,
		Args:    cli.Arguments(0, 0, ""),
	}
	i := issued{}
	i.addIssuer(command.Flags())
	i.addTimes(command.Flags(), g, "")
	yes := cli.AddYes(command)
	output := cli.AddOutput(command, cli.FormatText, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, _ []string) error {
		switch {
		case i.issuer == "":
			return errNoIssuer
		case i.before.IsZero():
			return cli.Usage("--before is missing: tokens of everybody, issued up to when?")
		}
		e := revocation.OfIssuer(i.issuer, i.before, i.ends())
		if err := i.check(e, g.Now()); err != nil {
			return err
		}
		if err := g.Confirm(command.Context(), *yes, "Revoke "+viewOf(e, g.Now()).what()+", to anybody?"); err != nil {
			return err
		}
		return g.revoke(command, "all", e, output.Value)
	}
	return command
}

// issued are the flags of tokens that were issued up to a time.
type issued struct {
	issuer string
	before time.Time // zero: it was not said
	life   time.Duration
}

var errNoIssuer = cli.Usage("--issuer is missing: whose tokens?")

// ahead is how far an issuer's clock may be ahead of this one.
const ahead = 5 * time.Minute

func (i *issued) addIssuer(flags *pflag.FlagSet) {
	flags.StringVar(&i.issuer, "issuer", "", "the `iss` of the tokens, as they have it")
}

// addTimes adds the flags of times; otherwise says in the help what --before is where it is left out.
func (i *issued) addTimes(flags *pflag.FlagSet, g *group, otherwise string) {
	usage := "the `time` up to which they were issued: a day (its beginning in UTC), or one such as 2027-01-31T18:00:00Z" + otherwise
	flags.Func("before", usage, func(text string) (err error) {
		i.before, err = cli.ParseTime(text)
		switch {
		case err != nil:
			return err
		case i.before.Unix() < 0:
			return errors.New("want a time since 1970")
		case i.before.After(g.Now().Add(ahead)):
			return errors.New("it is in the future: tokens that are yet to be issued would be refused")
		}
		return nil
	})
	addLife(flags, &i.life)
}

func (i *issued) ends() time.Time { return i.before.Add(i.life) }

// check refuses an entry that no table takes, and one of tokens that have ended.
func (i *issued) check(e revocation.Entry, now time.Time) error {
	if err := check(e); err != nil {
		return err
	}
	return checkEnds(i.ends(), now, fmt.Sprintf("with a life of %s (--for), the last token", i.life))
}

// longest is the longest life of a Cognito access or ID token.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html.
const longest = 24 * time.Hour

const lifeName = "for"

// addLife adds the flag that says how long tokens live at most.
func addLife(flags *pflag.FlagSet, life *time.Duration) {
	*life = longest
	flags.Func(lifeName, "the `duration` that a token lives at most, and that this is remembered for (default 24h, the most of Cognito)", func(text string) (err error) {
		if *life, err = cli.ParseDuration(text); err == nil && *life == 0 {
			err = errors.New("want more than nothing: how long does a token live?")
		}
		return err
	})
}
