package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	apienviron "portcullis/api/cmd/environ"
	"portcullis/deploy/local/cognito"
	"portcullis/deploy/local/gateway"
)

// cognitoPath is where the built-in issuer is.
const cognitoPath = "/_cognito"

// site is everything that one address serves: the index, the issuer, and a gateway for each mode.
type site struct {
	base     string // http://HOST:PORT
	pool     *cognito.Pool
	gateways map[string]*gateway.Gateway
	index    index
	store    string // where the users are, for people
}

// index tells what runs.
type index struct {
	Modes    []indexMode `json:"modes"`
	Issuer   string      `json:"issuer"`
	ClientID string      `json:"clientId"`
	Users    []indexUser `json:"users"`
}

type indexMode struct {
	Name          string `json:"name"`
	Kind          string `json:"kind"`
	Authorization string `json:"authorization"`
	URL           string `json:"url"`
}

type indexUser struct {
	Username string   `json:"username"`
	Password string   `json:"password"`
	Sub      string   `json:"sub"`
	Groups   []string `json:"groups"`
}

// newSite makes a site for the address that is listened at, without gateways yet.
func newSite(addr net.Addr, options options, project *project) (*site, error) {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return nil, err
	}
	s := &site{base: "http://" + net.JoinHostPort(options.publicHost(), port), gateways: map[string]*gateway.Gateway{}}
	if s.pool, err = cognito.New(cognito.Config{BaseURL: s.base + cognitoPath}); err != nil {
		return nil, err
	}
	s.index = index{Issuer: s.pool.Issuer(), ClientID: cognito.ClientID}
	for _, mode := range project.modes {
		s.index.Modes = append(s.index.Modes, indexMode{mode.Name, mode.Gateway, mode.Authorization, s.base + "/" + mode.Name})
	}
	for _, account := range s.pool.Accounts() {
		s.index.Users = append(s.index.Users, indexUser{account.Username, cognito.Password, account.Subject, account.Groups})
	}
	return s, nil
}

// addGateways makes a gateway of each mode.
func (s *site) addGateways(project *project, set *functionSet, log *slog.Logger) error {
	for _, mode := range project.modes {
		g, err := gateway.New(gateway.Config{
			Contract:       project.contract,
			Mode:           mode,
			Functions:      set.byName,
			AllowedOrigins: apienviron.Origins(os.Getenv(apienviron.AllowedOrigins)),
			AccessLog:      log,
		})
		if err != nil {
			return err
		}
		s.gateways[mode.Name] = g
	}
	return nil
}

// ServeHTTP hands a request on by the first segment of its path, which is not cleaned: that is the gateway's.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		s.serveIndex(w, r)
	case "/"+first == cognitoPath:
		s.pool.ServeHTTP(w, r)
	case s.gateways[first] != nil:
		s.gateways[first].ServeHTTP(w, r)
	default: // a stage that there is not; any gateway says so
		s.gateways[s.index.Modes[0].Name].ServeHTTP(w, r)
	}
}

var (
	//go:embed index.html
	pageText string
	page     = template.Must(template.New("index").Parse(pageText))

	//go:embed greeting.txt
	greetingText string
	greeting     = template.Must(template.New("greeting").Parse(greetingText))
)

// pageData is what the page and the greeting show.
type pageData struct {
	index
	Base, Cognito, Password string
	Store                   string
	First                   indexMode
	Member                  indexUser
}

func (s *site) data() pageData {
	d := pageData{index: s.index, Base: s.base, Cognito: s.base + cognitoPath, Password: cognito.Password, Store: s.store, First: s.index.Modes[0]}
	d.Member = s.index.Users[slices.IndexFunc(s.index.Users, func(u indexUser) bool { return slices.Contains(u.Groups, "members") })]
	return d
}

// serveIndex answers with HTML, or with JSON where that is asked for.
func (s *site) serveIndex(w http.ResponseWriter, r *http.Request) {
	accept := r.Header.Get("Accept")
	var body bytes.Buffer
	contentType := "text/html; charset=utf-8"
	if strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html") {
		contentType = "application/json"
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false)
		encoder.Encode(s.index)
	} else if err := page.Execute(&body, s.data()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept")
	w.Write(body.Bytes())
}

func (s *site) printGreeting(out io.Writer) {
	if err := greeting.Execute(out, s.data()); err != nil {
		fmt.Fprintln(out, err)
	}
}
