package desk

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// index tells what runs.
type index struct {
	Modes    []indexMode `json:"modes"`
	Issuer   string      `json:"issuer"`
	ClientID string      `json:"clientId"`
	Users    []indexUser `json:"users"`

	// What people are shown besides.
	Base           string `json:"-"` // http://HOST:PORT, or https://HOST:PORT
	Command        string `json:"-"` // portcullis, as people run it
	Store          string `json:"-"` // where the users are
	Region         string `json:"-"` // that requests are signed for
	KeyEnvironment string `json:"-"` // of commands that make API keys
	Ours           bool   `json:"-"` // the API is this module's own
	Tokens         bool   `json:"-"` // it serves POST /tokens by this module's function
	OwnPool        bool   `json:"-"` // its user pool is the built-in issuer
	Feed           string `json:"-"` // the mode whose clients are told of changes of users; "": none's
	Sample         sample `json:"-"`

	secureIndex `json:"-"`

	OnlyOrigin string `json:"-"` // whose pages alone may read answers; "": ALLOWED_ORIGINS or all

	Routes  routes    `json:"-"`
	Own     *ownAPI   `json:"-"` // nil: the API is this module's own
	LeftOut []leftOut `json:"-"` // modes of this module that do not fit the API

	publicID string // of an app client that sends no proof of a secret; "": none is known
	sockets  []socketMode
}

type indexMode struct {
	Name          string `json:"name"`
	Kind          string `json:"kind"`
	Authorization string `json:"authorization"`
	APIKey        bool   `json:"apiKey,omitempty"` // one is asked for
	URL           string `json:"url"`

	Authorizer string `json:"-"` // what checks requests, in a few words

	plan *plan.Plan
}

// leftOut is a mode that is not served, and why.
type leftOut struct{ Name, Why string }

// leftOutOf are the modes that a project leaves out.
func leftOutOf(p *project.Project) []leftOut {
	var all []leftOut
	for _, m := range p.LeftOut {
		all = append(all, leftOut{m.Name, oneLine(m.Why)})
	}
	return all
}

type indexUser struct {
	Username string   `json:"username"`
	Password string   `json:"password"`
	Sub      string   `json:"sub"`
	Groups   []string `json:"groups"`
	Asked    string   `json:"asked,omitempty"` // for what, beside the password
}

// newIndex tells of a project that a desk serves; command is portcullis as people run it, and ours says that the API is this module's own.
func newIndex(base, command string, s *services.Services, p *project.Project, feed services.Feed, ours bool) (index, error) {
	pool := s.UserPool()
	i := index{
		Issuer: pool.Issuer, ClientID: pool.ClientID, publicID: pool.PublicID, Users: []indexUser{}, Base: base, Command: command, Store: s.Tables().Users.String(), Region: s.Region(),
		KeyEnvironment: s.KeyCommands(), Ours: ours, Tokens: p.ServesTokens(), OwnPool: pool.Own, Sample: sampleOf(p.Contract),
		LeftOut: leftOutOf(p), OnlyOrigin: s.OnlyOrigin(), Routes: routesOf(p),
	}
	if !ours {
		issuers, err := s.Issuers(p)
		if err != nil {
			return index{}, err
		}
		i.Own = ownAPIOf(p, s.GroupScopes(issuers))
	}
	if feed.Users != nil {
		i.Feed = feed.Mode
	}
	for _, m := range p.Modes {
		mode := indexMode{m.Plan.Name, m.Plan.Gateway, m.Plan.Authorization, m.Plan.Keys() != nil, m.URL(base), m.Checks(), m.Plan}
		i.Modes = append(i.Modes, mode)
		if m.Plan.WebSocket == nil {
			continue
		}
		socket, err := newSocketMode(base, i.Region, mode, p.Contract.WebSocket)
		if err != nil {
			return index{}, err
		}
		i.sockets = append(i.sockets, socket)
	}
	for _, account := range pool.Accounts {
		asked, secret := services.AskedOf(account)
		i.Users = append(i.Users, indexUser{account.Username, cognito.Password, account.Subject, account.Groups, strings.TrimSpace(asked + " " + secret)})
	}
	return i, nil
}

// serve answers programs with JSON.
func (i index) serve(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(i)
}

// sample is a call that shows something: a GET without parameters, and a scope that opens it.
type sample struct {
	Path, Scope string
}

// sampleOf finds the first such operation that is not public, or any other at least.
func sampleOf(c *contract.Contract) sample {
	found := sample{Path: "/"}
	for _, operation := range slices.Backward(c.Operations) {
		if operation.Route.Method != http.MethodGet || strings.Contains(operation.Route.Path, "{") {
			continue
		}
		if scope := scopeOf(operation.Access); scope != "" || found.Scope == "" {
			found = sample{operation.Route.Path, scope}
		}
	}
	return found
}

// scopeOf is a scope that is enough on its own; "": there is none.
func scopeOf(access policy.Access) string {
	for _, alternative := range access.Alternatives {
		if len(alternative) == 1 && len(alternative[0].Scopes) == 1 {
			return alternative[0].Scopes[0]
		}
	}
	return ""
}

// greetingData is what the greeting shows.
type greetingData struct {
	index
	Cognito, AWS       string // where these services are
	Username, Password string // to sign in with
	PublicID           string // of an app client that sends no proof of a secret
	Machine            string // the credentials of the issuer's app client for machines
	Member             string // the sub of the account member

	// Modes by what a request to them needs; each may be empty.
	Bearers modeList // a token, which an authorizer function checks
	Scoped  modeList // a token with scopes, which the gateway checks, of the built-in issuer
	Planned modeList // an API key whose usage key is the authorizer's answer
	Keyed   modeList // an API key of the gateway's own
	Signed  modeList // a signature

	Sockets []socketMode // WebSocket APIs, which are in none of the lists before
}

// memberID is the sub of the built-in issuer's account member.
const memberID = "a0000000-0000-4000-8000-000000000003"

func (i index) data() greetingData {
	d := greetingData{
		index: i, Cognito: i.Base + services.CognitoPath, AWS: i.Base + services.AWSPath, Username: "admin", Password: cognito.Password,
		PublicID: i.publicID, Machine: cognito.MachineID + ":" + cognito.MachineSecret, Member: memberID, Sockets: i.sockets,
	}
	if !i.OwnPool {
		d.Username, d.Password = "NAME", "PASSWORD"
	}
	for _, m := range i.Modes {
		if m.plan.WebSocket != nil {
			continue
		}
		switch m.Authorization {
		case plan.Cognito, plan.JWT:
			if i.OwnPool {
				d.Scoped = append(d.Scoped, m)
			}
		case plan.IAM:
			d.Signed = append(d.Signed, m)
		case plan.None:
			d.Keyed = append(d.Keyed, m)
		default:
			if m.APIKey {
				d.Planned = append(d.Planned, m)
			} else {
				d.Bearers = append(d.Bearers, m)
			}
		}
	}
	return d
}

// modeList are modes that are called alike.
type modeList []indexMode

// Names are the modes' names, for people.
func (l modeList) Names() string {
	var names []string
	for _, m := range l {
		names = append(names, m.Name)
	}
	return strings.Join(names, " and ")
}

// First is the mode to show how it is done.
func (l modeList) First() indexMode { return l[0] }

// Key is a key that the mode has from the start; nil: there is none.
func (m indexMode) Key() *plan.Key {
	for i, key := range m.plan.Local.Keys {
		if !key.Disabled {
			return &m.plan.Local.Keys[i]
		}
	}
	return nil
}

// Caller is a caller who signs without a session token; nil: there is none.
func (m indexMode) Caller() *plan.Caller {
	for i, caller := range m.plan.Local.Callers {
		if caller.SessionToken == "" {
			return &m.plan.Local.Callers[i]
		}
	}
	return nil
}
