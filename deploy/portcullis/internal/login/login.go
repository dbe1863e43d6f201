package login

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// options are what the command line of login says.
type options struct {
	profile  string
	place    profile.Place // what of it is given
	username string

	with                       *cli.OneOf // of ways
	passwordStdin, secretStdin bool
	id, force                  bool
}

func newLogin(s *cli.Session) *cobra.Command {
	var o options
	command := newCommand(s, &o.profile, func(ctx context.Context, s *session) error {
		if err := o.check(); err != nil {
			return err
		}
		return s.login(ctx, o)
	})
	command.Use = "login [flags]"
	command.Short = "Print an access token: sign in, or renew the token, first if need be"
	command.Long = loginText
	command.Example = loginExamples
	flags := command.Flags()
	flags.StringVar(&o.place.API, "api", "", "sign in at the API at `URL`, which is the address before /tokens")
	flags.StringVar(&o.place.Pool, "pool", "", "sign in at the Cognito user pool `ID`; wants --client")
	flags.StringVar(&o.place.Client, "client", "", "the app client `ID` of the user pool, which allows ALLOW_USER_SRP_AUTH")
	flags.BoolVar(&o.secretStdin, "client-secret-stdin", false, "the app client's secret is asked for, or is the first line of stdin; the profile keeps it")
	flags.StringVar(&o.username, "username", "", "sign in as `NAME`; without it, the terminal asks")
	o.with = cli.AddOneOf(command, "with", "", "how to sign in; all but the first want an app client that allows ALLOW_USER_AUTH", withAccount, withChoice, withPassword, withEmail, withSMS)
	flags.BoolVar(&o.passwordStdin, "password-stdin", false, "the password is the next line of stdin, and answers to challenges are the lines after it; without a password, they begin there")
	flags.BoolVar(&o.id, "id", false, "print the ID token in place of the access token")
	flags.BoolVar(&o.force, "force", false, "sign in anew, also elsewhere or as somebody else; the sign-in before is revoked")
	places := []string{"api", "pool", "client", "username"}
	cli.RefuseEmpty(flags, places...)
	for _, name := range places {
		command.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
	return command
}

// check says what cannot stand together.
func (o options) check() error {
	switch {
	case o.place.API != "" && cmp.Or(o.place.Pool, o.place.Client) != "":
		return cli.Usage("--api with --pool or --client: want one way to sign in")
	case o.place.API != "" && o.secretStdin:
		return cli.Usage("--client-secret-stdin with --api: an API has its app client's secret itself")
	}
	return nil
}

// login prints a token that is good, and gets one first if need be.
func (s *session) login(ctx context.Context, o options) error {
	store, err := open()
	if err != nil {
		return err
	}
	kept, err := store.Load(o.profile)
	if err != nil {
		return err
	}
	want, err := s.wanted(kept, o)
	if err != nil {
		return err
	}
	if !o.force && s.isGood(want.Tokens, o.id) {
		return s.printToken(want.Tokens, o.id)
	}
	return s.renewAndPrint(ctx, store, o)
}

const loginText = `Prints an access token for calls, alone on stdout, so that a command line can take it: $(portcullis login). Questions and
messages are on stderr.

It signs in at an API that has POST /tokens (--api), or at a Cognito user pool (--pool and --client) by SRP, which does not
send the password. A profile keeps where to sign in and as whom, so that later calls need no flags. A token that is valid for
another minute is printed as it is; one that is not is renewed with the refresh token, and where that is refused, the
terminal asks for the password again.

--with choice asks how to sign in, of the ways that the user pool offers: a password, or a code by email or SMS in its place; --with email
goes that way at once, and so do the others. A passkey cannot be used here.

Where the user pool remembers devices, the profile keeps what it is remembered by, also when nobody is signed in any more: without that
the pool renews no token, and with it it may ask for no second factor.

A password is asked for without echo, or read from stdin; it is never a flag or a variable, and is not kept. Profiles are
files of mode 0600 in the folder portcullis/login of the user's configuration folder; files that others can read or write are
refused. Processes that run at once take turns to renew the tokens of a profile. Nothing secret is sent without TLS but to a
loopback host, and redirects are not followed.

AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, or AWS_ENDPOINT_URL, is the address of an emulator of Cognito; the profile keeps
it.

On AWS, at an API, at a user pool, and in a job that nobody watches:

  portcullis login --api https://abc.execute-api.eu-west-1.amazonaws.com/prod --username ann
  portcullis login --profile pool --pool eu-west-1_AbCdEf123 --client 1h57kf5cpq17m0eml12EXAMPLE
  curl -H "Authorization: Bearer $(portcullis login)" https://abc.execute-api.eu-west-1.amazonaws.com/prod/users
  printf '%s\n' "$PASSWORD" | portcullis login --profile nightly --username robot --password-stdin > /dev/null

Exit status: 0 a token was printed; 1 the sign-in is refused, or nobody is signed in and there is no terminal to ask at;
2 it could not be done, and stderr says why; 130 interrupted.`

const loginExamples = `  echo 'Passw0rd!' | portcullis login --profile local --force --api http://127.0.0.1:8080/rest-token --username admin --password-stdin
  portcullis login --profile local
  curl -H "Authorization: Bearer $(portcullis login --profile local)" http://127.0.0.1:8080/rest-token/users
  portcullis login --profile local --id`
