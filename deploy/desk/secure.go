package desk

import (
	"errors"
	"slices"

	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/internal/process"
)

// loadIdentity gives what the desk shows that speaks https; nil: it speaks plain http. A certificate that is given is checked in any
// case, and one is made where all else is good.
func (c Config) loadIdentity(good bool) (*localtls.Identity, error) {
	given := c.TLSCert != "" || c.TLSKey != ""
	if !given && (!c.TLS || !good) {
		return nil, nil
	}
	o := localtls.Options{CertFile: c.TLSCert, KeyFile: c.TLSKey}
	o.More = slices.DeleteFunc(slices.Clone(c.Hosts), func(host string) bool { return host == "" }) // which is one that cannot be read
	if c.checkAddr() == nil {
		o.Host = c.host()
	}
	var err error
	if !given {
		o.Folder, err = localtls.Folder(process.Getenv(c.Environ))
	}
	var identity *localtls.Identity
	if err == nil {
		identity, err = localtls.Load(o)
	}
	problems, only := localtls.Problems(err)
	if !only {
		return identity, err
	}
	var wrong []error
	for _, p := range problems {
		wrong = append(wrong, &OptionError{Option: p.Option, Value: p.Value, Err: p.Err})
	}
	return nil, errors.Join(wrong...)
}

// trust is the file that clients have to trust; "": none, or it is not known.
func (c Config) trust() string {
	if c.identity == nil {
		return ""
	}
	return c.identity.Trust
}

// secureIndex is what people are shown where the desk speaks https.
type secureIndex struct {
	Curl, AWSCLI, Wscat string // the programs, with what has them trust the desk
	Advice              string // for a terminal; "": there is nothing to tell
}

// secureIndex tells of https; url is one of the desk's addresses.
func (c Config) secureIndex(url string) secureIndex {
	i := c.identity
	return secureIndex{Curl: i.Curl(), AWSCLI: i.AWS(), Wscat: i.Wscat(), Advice: i.Advice(url)}
}

// command is how people run portcullis here, so that it trusts the desk. It finds what is kept in the user's folder by itself.
func (c Config) command() string {
	switch named := process.Getenv(c.Environ)(localtls.Variable); {
	case c.trust() == "":
		return c.Command
	case c.TLSCert != "":
		return "SSL_CERT_FILE=" + shellWord(c.trust()) + " " + c.Command
	case named != "":
		return localtls.Variable + "=" + shellWord(named) + " " + c.Command
	}
	return c.Command
}
