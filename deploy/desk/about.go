package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/netip"

	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
)

// describe is what a desk tells of itself when it serves a project; maxToken is the largest token that authorizers take, in bytes.
func describe(base string, getenv func(string) string, maxToken int, s *services.Services, p *project.Project, feed services.Feed) ([]byte, error) {
	issuers, err := s.Issuers(p)
	if err != nil {
		return nil, err
	}
	list, err := json.Marshal(issuers)
	if err != nil {
		return nil, err
	}
	remembered, err := environ.ParseAPIKeysRemembered(getenv(environ.APIKeysRemembered))
	if err != nil {
		return nil, &environ.Error{Variable: environ.APIKeysRemembered, Err: err}
	}
	told := about.Desk{
		Version: about.Version, Region: s.Region(), Issuers: list, GroupScopes: s.GroupScopes(issuers),
		Contract:  about.Contract{File: p.Contract.Name, SHA256: p.Contract.SHA256(), Text: string(p.Contract.Text), Files: p.Contract.Files},
		ClockSkew: cmp.Or(getenv(environ.ClockSkew), "0s"), MaxToken: maxToken, TokenSources: getenv(environ.TokenSources),
		APIKeysRemembered: remembered.String(),
		Tables:            s.Named(), Feed: about.Feed{On: feed.Users != nil, Ends: feed.Mode != "", Mode: feed.Mode, Why: feed.Why}, Endpoints: s.Endpoints(), Modes: []about.Mode{},
	}
	for _, m := range p.Modes {
		told.Modes = append(told.Modes, about.Mode{Name: m.Name, Gateway: m.Gateway, URL: m.URL(base)})
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(told)
	return text.Bytes(), err
}

// serveAbout answers programs on this machine.
func (c *chain) serveAbout(w http.ResponseWriter, r *http.Request) {
	client, err := netip.ParseAddrPort(r.RemoteAddr)
	switch {
	case err != nil || !client.Addr().Unmap().IsLoopback():
		http.Error(w, "this is for programs on the same machine: call it at a loopback address", http.StatusForbidden)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "this is to be read: GET it", http.StatusMethodNotAllowed)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.Write(c.about)
	}
}
