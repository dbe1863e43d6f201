// Package tlsflag is the flags by which the subcommands that serve something speak https: --tls, --tls-cert and --tls-key.
package tlsflag

import (
	"github.com/spf13/cobra"

	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/portcullis/internal/cli"
)

// Flags are those of one run of a command.
type Flags struct {
	TLS               bool
	CertFile, KeyFile string // "": the flag is not given
}

// Add adds the flags.
func Add(command *cobra.Command) *Flags {
	f := &Flags{}
	flags := command.Flags()
	flags.BoolVar(&f.TLS, "tls", false, `speak https (TLS 1.2 and 1.3, HTTP/1.1). The certificate is made here, and kept in
the folder that `+localtls.Variable+` names, by default portcullis/tls in your folder for configuration:
clients have to trust ca.pem there once, as is printed, and portcullis itself trusts it. It speaks for
localhost, host.docker.internal, 127.0.0.1, ::1 and the hosts of the flags here alone, is made anew when less
than a month of its two years is left, also while this runs, and the key that signed it is not kept`)
	flags.StringVar(&f.CertFile, "tls-cert", "", `speak https with the certificate in `+"`FILE`"+`, in PEM, and those behind it that lead to an authority. The file is
read anew when that has ended`)
	flags.StringVar(&f.KeyFile, "tls-key", "", "the `FILE` of that certificate's key, in PEM")
	cli.RefuseEmpty(flags, "tls-cert", "tls-key")
	for _, name := range []string{"tls-cert", "tls-key"} {
		command.MarkFlagFilename(name, "pem", "crt", "cer", "key")
	}
	return f
}

// On tells whether https is asked for.
func (f *Flags) On() bool { return f.TLS || f.CertFile != "" || f.KeyFile != "" }

// Load gives what to show to clients that call a host; nil: https is not asked for. The error joins a [*cli.UsageError] for each thing that
// is wrong.
func (f *Flags) Load(getenv func(string) string, host string) (*localtls.Identity, error) {
	if !f.On() {
		return nil, nil
	}
	o := localtls.Options{CertFile: f.CertFile, KeyFile: f.KeyFile, Host: host}
	if f.CertFile == "" && f.KeyFile == "" {
		var err error
		if o.Folder, err = localtls.Folder(getenv); err != nil {
			return nil, cli.AsUsage(err)
		}
	}
	identity, err := localtls.Load(o)
	if err != nil {
		return nil, cli.AsUsage(err)
	}
	return identity, nil
}
