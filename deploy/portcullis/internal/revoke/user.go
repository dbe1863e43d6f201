package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"portcullis/authorizers/cmd/cli"
	"portcullis/authorizers/revocation"
)

func userCommand(ctx context.Context, s *cli.Session, args []string) error {
	flags := flag.NewFlagSet("user", flag.ContinueOnError)
	subject := flags.String("sub", "", "")
	issued := issuedFlags(flags, s.Now)
	if err := issued.parse(flags, args); err != nil {
		return err
	}
	if *subject == "" {
		return cli.Usage("-sub is missing: whose tokens?")
	}
	if issued.before.IsZero() {
		issued.before = s.Now
	}
	return issued.revoke(ctx, s, revocation.OfUser(issued.issuer, *subject, issued.before, issued.ends()))
}

func allCommand(ctx context.Context, s *cli.Session, args []string) error {
	flags := flag.NewFlagSet("all", flag.ContinueOnError)
	issued := issuedFlags(flags, s.Now)
	if err := issued.parse(flags, args); err != nil {
		return err
	}
	if issued.before.IsZero() {
		return cli.Usage("-before is missing: tokens of everybody, issued up to when?")
	}
	return issued.revoke(ctx, s, revocation.OfIssuer(issued.issuer, issued.before, issued.ends()))
}

// issued are the flags of tokens that were issued up to a time.
type issued struct {
	issuer string
	before time.Time // zero: it was not said
	life   *life
	json   bool
}

// ahead is how far an issuer's clock may be ahead of this one.
const ahead = 5 * time.Minute

func issuedFlags(flags *flag.FlagSet, now time.Time) *issued {
	i := &issued{life: lifeFlag(flags)}
	flags.StringVar(&i.issuer, "issuer", "", "")
	flags.BoolVar(&i.json, "json", false, "")
	flags.Func("before", "", func(text string) error {
		before, ok := cli.ParseTime(text)
		switch {
		case !ok || before.Unix() < 0:
			return fmt.Errorf("%.40q: want a day such as 2027-01-31, or a time such as 2027-01-31T18:00:00Z", text)
		case before.After(now.Add(ahead)):
			return fmt.Errorf("%.40q is in the future: tokens that are yet to be issued would be refused", text)
		}
		i.before = before
		return nil
	})
	return i
}

func (i *issued) parse(flags *flag.FlagSet, args []string) error {
	if _, err := cli.Parse(flags, args, 0); err != nil {
		return err
	}
	if i.issuer == "" {
		return cli.Usage("-issuer is missing: whose tokens?")
	}
	return nil
}

func (i *issued) ends() time.Time { return i.before.Add(i.life.most) }

func (i *issued) revoke(ctx context.Context, s *cli.Session, e revocation.Entry) error {
	what := fmt.Sprintf("with a life of %s (-for), the last token", i.life.most)
	if err := checkEnds(i.ends(), s.Now, what); err != nil {
		return err
	}
	return revoke(ctx, s, e, i.json)
}

// life is how long tokens live at most.
type life struct {
	most  time.Duration
	given bool
}

// longest is the longest life of a Cognito access or ID token.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html.
const longest = 24 * time.Hour

func lifeFlag(flags *flag.FlagSet) *life {
	l := &life{most: longest}
	flags.Func("for", "", func(text string) (err error) {
		l.given = true
		if l.most, err = cli.ParseDuration(text); err == nil && l.most == 0 {
			err = errors.New("want more than nothing: how long does a token live?")
		}
		return err
	})
	return l
}

// revoke writes an entry, and prints its ID.
func revoke(ctx context.Context, s *cli.Session, e revocation.Entry, asJSON bool) error {
	if wrong, ok := errors.AsType[*revocation.ValueError](e.Validate()); ok {
		return cli.Usage("%s %s", wrong.Field, wrong.Problem)
	}
	store, err := open(ctx, s)
	if err != nil {
		return err
	}
	if err := store.Revoke(ctx, e); err != nil {
		return err
	}
	v := viewOf(e, s.Now)
	s.Note("revoked %s; kept until %s. Authorizers may take %s to see it, and gateways that cache their answers longer.",
		v.what(), v.Expires.Format(time.RFC3339), revocation.RememberedFor)
	if asJSON {
		return s.PrintJSON(v)
	}
	return s.Print([]byte(v.ID + "\n"))
}
