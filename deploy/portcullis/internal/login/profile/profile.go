// Package profile keeps where somebody signs in, and the tokens of it, in files that only they can read: a profile in a file
// of its own, NAME.json.
//
// A file is replaced as a whole, so that a reader sees one version or the next and a crash leaves one of them. Who means to
// change a profile locks it first; programs that run at once take turns.
package profile

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
	"portcullis/api/tokens/cognito"
)

// Profile is a place to sign in at, and what signing in there gave. The zero value is that of a profile that is not there.
type Profile struct {
	Place
	// Username is who signs in; "": not known yet.
	Username string
	// Tokens are nil where nobody is signed in.
	Tokens *Tokens
	// Device is what the user pool remembers this place and user by; the zero value: nothing.
	Device tokens.Device
}

// Place is where to sign in: at an API, or at a user pool with an app client. The zero value is none.
type Place struct {
	// API is the address before /tokens.
	API string

	// Pool is a user pool's ID, Client an app client's of it, and Secret the app client's, "" where it has none.
	Pool, Client string
	Secret       tokens.Secret
	// Endpoint is where Cognito is; "": where AWS has it.
	Endpoint string
}

// Tokens are what a sign-in gave.
type Tokens struct {
	Access, ID, Refresh tokens.Secret
	Expires             time.Time // of the access token
}

// Check says what is wrong with a place that is not the zero value. It names no secret.
func (p Place) Check() error {
	switch {
	case p.API != "" && (p.Pool != "" || p.Client != ""):
		return errors.New("an API and a user pool: want one of them")
	case p.API != "":
		return client.CheckAddress(p.API)
	case p.Pool == "" || p.Client == "":
		return errors.New("want an API, or a user pool and an app client")
	}
	if _, err := cognito.Region(p.Pool); err != nil {
		return err
	}
	if !cognito.ValidClientID(p.Client) {
		return &cognito.ClientIDError{ID: p.Client}
	}
	if p.Endpoint != "" {
		return client.CheckAddress(p.Endpoint)
	}
	return nil
}

// String names the place for people.
func (p Place) String() string {
	switch {
	case p.API != "":
		return p.API
	case p.Pool == "":
		return "nowhere"
	}
	text := fmt.Sprintf("user pool %s, app client %s", p.Pool, p.Client)
	if p.Endpoint != "" {
		if address, err := url.Parse(p.Endpoint); err == nil {
			text += " at " + address.Redacted()
		}
	}
	return text
}

// Same tells whether tokens of one place are good at the other.
func (p Place) Same(other Place) bool {
	return p.API == other.API && p.Pool == other.Pool && p.Client == other.Client && p.Endpoint == other.Endpoint
}

// ValidName tells what a profile can be called: 1 to 64 letters of ASCII, digits, _ and -, the first of them a letter or digit.
func ValidName(text string) bool {
	for i, c := range []byte(text) {
		switch {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z':
		case i > 0 && (c == '_' || c == '-'):
		default:
			return false
		}
	}
	return 1 <= len(text) && len(text) <= 64
}

// FileError says which file or folder cannot be used, and why.
type FileError struct {
	Path string
	Err  error
}

// Error is the path and the cause. It holds nothing of what is in the file.
func (e *FileError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// BusyError says that another program has had a profile for too long.
type BusyError struct {
	Name string
	Lock string // the file that is locked
}

// Error names the profile and the locked file.
func (e *BusyError) Error() string {
	return fmt.Sprintf("another login is at work with profile %s, and holds %s", e.Name, e.Lock)
}
