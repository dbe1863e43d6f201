package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"

	"portcullis/api/tokens"
)

// version is that of the files.
const version = 1

// maxFile is more than any profile has, in bytes.
const maxFile = 1 << 18

// file is a profile as a file has it.
type file struct {
	Version      int      `json:"version"`
	API          string   `json:"api,omitempty"`
	Pool         string   `json:"pool,omitempty"`
	Client       string   `json:"client,omitempty"`
	ClientSecret string   `json:"clientSecret,omitempty"`
	Endpoint     string   `json:"endpoint,omitempty"`
	Username     string   `json:"username,omitempty"`
	Tokens       *written `json:"tokens,omitempty"`
	Device       *device  `json:"device,omitempty"`
}

// device is a device as a file has it.
type device struct {
	Key      string `json:"key"`
	GroupKey string `json:"groupKey"`
	Password string `json:"password"`
}

// written are tokens as a file has them.
type written struct {
	Access  string    `json:"access"`
	ID      string    `json:"id"`
	Refresh string    `json:"refresh"`
	Expires time.Time `json:"expires"`
}

func encode(p Profile) ([]byte, error) {
	f := file{version, p.API, p.Pool, p.Client, string(p.Secret), p.Endpoint, p.Username, nil, nil}
	if t := p.Tokens; t != nil {
		f.Tokens = &written{string(t.Access), string(t.ID), string(t.Refresh), t.Expires.UTC()}
	}
	if d := p.Device; d != (tokens.Device{}) {
		f.Device = &device{d.Key, d.GroupKey, string(d.Password)}
	}
	text, err := json.MarshalIndent(f, "", "  ")
	return append(text, '\n'), err
}

// What is wrong with a file. The text of the decoder's errors may repeat what stands there.
var (
	errBroken  = errors.New("is no profile that can be read; delete it to start anew")
	errVersion = errors.New("is of another version of this program")
)

func decode(text []byte) (Profile, error) {
	var f file
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&f)
	if f.Version > version {
		return Profile{}, errVersion
	}
	if _, more := decoder.Token(); err != nil || more != io.EOF || f.Version != version {
		return Profile{}, errBroken
	}
	p := Profile{Place: Place{f.API, f.Pool, f.Client, tokens.Secret(f.ClientSecret), f.Endpoint}, Username: f.Username}
	if t := f.Tokens; t != nil {
		p.Tokens = &Tokens{tokens.Secret(t.Access), tokens.Secret(t.ID), tokens.Secret(t.Refresh), t.Expires}
	}
	if d := f.Device; d != nil {
		p.Device = tokens.Device{Key: d.Key, GroupKey: d.GroupKey, Password: tokens.Secret(d.Password)}
	}
	if p.Check() != nil || p.Tokens != nil && !p.Tokens.whole() {
		return Profile{}, errBroken
	}
	return p, nil
}

// whole tells what can be written again.
func (t Tokens) whole() bool {
	return t.Access != "" && t.ID != "" && t.Refresh != "" && t.Expires.UTC().Year() <= 9999
}
