package login

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

func newWhoami(s *cli.Session) *cobra.Command {
	var (
		name   string
		output *cli.OneOf
	)
	command := newCommand(s, &name, func(_ context.Context, s *session) error { return s.whoami(name, output.Value) })
	command.Use = "whoami [flags]"
	command.Short = "Tell who is signed in, and where"
	command.Long = whoamiText
	command.Example = whoamiExamples
	output = cli.AddOutput(command, cli.FormatTable, cli.FormatJSON)
	return command
}

// whoami says what is known of a profile, and asks nobody.
func (s *session) whoami(name, format string) error {
	store, err := open()
	if err != nil {
		return err
	}
	p, err := store.Load(name)
	if err != nil {
		return err
	}
	if format == cli.FormatJSON {
		err = s.PrintJSON(known(name, store.Path(name), p))
	} else {
		err = s.Print(fmt.Sprintf("profile   %s\nat        %s\nusername  %s\nstate     %s\nfile      %s\n",
			name, cli.OneLine(p.Place.String()), cli.OneLine(cmp.Or(p.Username, "-")), s.state(p.Tokens), store.Path(name)))
	}
	if err == nil && p.Tokens == nil {
		return &cli.NoError{Err: errors.New("nobody is signed in")}
	}
	return err
}

// state says for people whether somebody is signed in.
func (s *session) state(t *profile.Tokens) string {
	switch {
	case t == nil:
		return "signed out"
	case t.Expires.After(s.Now()):
		return "signed in; the access token is good until " + t.Expires.UTC().Format(time.RFC3339)
	}
	return "signed in; the access token expired at " + t.Expires.UTC().Format(time.RFC3339) + ", and the next login renews it"
}

// identity is what is known of a profile, for programs.
type identity struct {
	Profile  string    `json:"profile"`
	API      string    `json:"api,omitempty"`
	Pool     string    `json:"pool,omitempty"`
	Client   string    `json:"client,omitempty"`
	Endpoint string    `json:"endpoint,omitempty"` // of an emulator of Cognito
	Username string    `json:"username,omitempty"`
	SignedIn bool      `json:"signedIn"`
	Expires  time.Time `json:"expires,omitzero"` // of the access token
	File     string    `json:"file"`
}

func known(name, file string, p profile.Profile) identity {
	i := identity{Profile: name, API: p.API, Pool: p.Pool, Client: p.Client, Endpoint: p.Endpoint, Username: p.Username, File: file}
	if p.Tokens != nil {
		i.SignedIn, i.Expires = true, p.Tokens.Expires.UTC().Truncate(time.Second)
	}
	return i
}

const whoamiText = `Tells what the profile holds: where and as whom somebody is signed in, until when the access token is valid, and the
file. It calls nothing, prints no token, and cannot know of a sign-in that was ended elsewhere.

Exit status: 0 somebody is signed in; 1 nobody is; 2 the profile cannot be read.`

const whoamiExamples = `  echo 'Passw0rd!' | portcullis login --profile local --force --api http://127.0.0.1:8080/rest-token --username admin --password-stdin
  portcullis whoami --profile local
  portcullis whoami --profile local -o json`
