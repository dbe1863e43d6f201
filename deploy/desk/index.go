package desk

import (
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
	Protocol       string `json:"-"` // the subprotocol behind which pages send a token; "": they cannot
	Feed           string `json:"-"` // the mode whose clients are told of changes of users; "": none's
	FeedOff        string `json:"-"` // what of the feed and of the ends of connections is not done, and why; "": all is
	Sample         sample `json:"-"`

	secureIndex `json:"-"`

	OnlyOrigin string `json:"-"` // whose pages alone may read answers; "": ALLOWED_ORIGINS or all

	Routes  routes    `json:"-"`
	Own     *ownAPI   `json:"-"` // nil: the API is this module's own
	LeftOut []leftOut `json:"-"` // modes of this module that do not fit the API

	sockets []socketMode
}

type indexMode struct {
	Name          string `json:"name"`
	Kind          string `json:"kind"`
	Authorization string `json:"authorization"`
	APIKey        bool   `json:"apiKey,omitempty"` // one is asked for
	URL           string `json:"url"`

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

// newIndex tells of a project that a desk serves; command is portcullis as people run it, protocol the subprotocol behind which pages
// send a token, and ours says that the API is this module's own.
func newIndex(base, command, protocol string, s *services.Services, p *project.Project, feed services.Feed, ours bool) (index, error) {
	pool := s.UserPool()
	i := index{
		Issuer: pool.Issuer, ClientID: pool.ClientID, Users: []indexUser{}, Base: base, Command: command, Store: s.Tables().Users.String(), Region: s.Region(),
		KeyEnvironment: s.KeyCommands(), Ours: ours, Tokens: servesTokens(p.Contract), OwnPool: pool.Own, Protocol: protocol, Sample: sampleOf(p.Contract),
		FeedOff: feed.Why, LeftOut: leftOutOf(p), OnlyOrigin: s.OnlyOrigin(), Routes: routesOf(p.Contract),
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
		mode := indexMode{m.Plan.Name, m.Plan.Gateway, m.Plan.Authorization, m.Plan.Keys() != nil, urlOf(base, m.Plan), m.Plan}
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
		i.Users = append(i.Users, indexUser{account.Username, cognito.Password, account.Subject, account.Groups, askedOf(account)})
	}
	return i, nil
}

// urlOf is where clients find the stage of a plan.
func urlOf(base string, p *plan.Plan) string {
	if p.WebSocket != nil {
		base = "ws" + strings.TrimPrefix(base, "http")
	}
	return base + "/" + p.Name
}

func askedOf(account cognito.Account) string {
	switch {
	case account.Temporary:
		return "a new password"
	case slices.Contains(account.MFA, cognito.MFASoftware):
		i := slices.IndexFunc(cognito.Demo(), func(a cognito.Account) bool { return a.Username == account.Username })
		return "a code of the software token " + cognito.Demo()[i].TOTPSecret
	}
	return ""
}

// servesTokens tells whether clients can sign in through the API itself.
func servesTokens(c *contract.Contract) bool {
	return slices.ContainsFunc(c.Operations, func(o contract.Operation) bool {
		return o.Function == "tokens" && o.Route.Method == http.MethodPost && o.Route.Path == "/tokens"
	})
}

// Authorizer says in a few words who checks requests.
func (m indexMode) Authorizer() string {
	switch {
	case m.Authorization == plan.None && m.APIKey:
		return "API key"
	case m.plan.Authorizer != nil && m.plan.Authorizer.Function != "":
		return m.Authorization + " authorizer"
	}
	return m.Authorization
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

// pageData is what the page and the greeting show.
type pageData struct {
	index
	Cognito, AWS                       string   // where these services are
	Username, Password                 string   // to sign in with
	PublicID                           string   // of an app client without a secret
	RotatingID, SecretID, ClientSecret string   // of the issuer's app clients for people
	Machine                            string   // the credentials of the issuer's app client for machines
	Member                             string   // the sub of the account member
	Calls                              []string // that the page offers

	// Modes by what a request to them needs; each may be empty.
	Bearers modeList // a token, which an authorizer function checks
	Scoped  modeList // a token with scopes, which the gateway checks, of the built-in issuer
	Planned modeList // an API key whose usage key is the authorizer's answer
	Keyed   modeList // an API key of the gateway's own
	Signed  modeList // a signature

	Sockets   []socketMode // WebSocket APIs, which are in none of the lists before
	FromPages []socketMode // those that pages can connect to

	Live    *socketMode // the WebSocket API over which the page follows changes; nil: it cannot
	NotLive string      // why it cannot
	Lists   bool        // it lists users

	SignIn    bool // the page signs in
	Exchanges bool // it does so, renews tokens and signs out by the API's own POST /tokens
}

// memberID is the sub of the built-in issuer's account member.
const memberID = "a0000000-0000-4000-8000-000000000003"

func (i index) data() pageData {
	d := pageData{
		index: i, Cognito: i.Base + services.CognitoPath, AWS: i.Base + services.AWSPath, Username: "admin", Password: cognito.Password,
		PublicID: i.ClientID, RotatingID: services.RotatingID, SecretID: services.SecretID, ClientSecret: services.ClientSecret,
		Machine: cognito.MachineID + ":" + cognito.MachineSecret, Member: memberID,
		Calls: []string{"GET " + i.Sample.Path}, Sockets: i.sockets,
	}
	if i.ClientID == services.SecretID {
		d.PublicID = cognito.ClientID // for sign-ins that send no proof of the secret
	}
	if !i.OwnPool {
		d.Username, d.Password = "NAME", "PASSWORD"
	}
	if i.Ours {
		one := "/users/" + d.Member
		d.Calls = append(d.Calls, "POST /users", "GET "+one, "PUT "+one, "DELETE "+one)
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
	for _, m := range i.sockets {
		if m.fromPages(i.Protocol) {
			d.FromPages = append(d.FromPages, m)
			d.SignIn = d.SignIn || m.ByToken
		}
	}
	d.Live, d.NotLive = i.live()
	d.Lists = i.Ours && d.Bearers != nil
	d.SignIn, d.Exchanges = d.SignIn || d.Bearers != nil, i.Tokens && d.Bearers != nil
	return d
}

// live is the WebSocket API over which a page can follow changes, or why there is none.
func (i index) live() (m *socketMode, why string) {
	if i.Feed == "" {
		return nil, i.FeedOff
	}
	at := slices.IndexFunc(i.sockets, func(m socketMode) bool { return m.Name == i.Feed })
	switch m = &i.sockets[at]; {
	case !m.ByToken:
		return nil, m.Name + " is not opened with a token"
	case !m.fromPages(i.Protocol):
		return nil, m.Name + " takes no token behind a subprotocol alone, which is what a page can send"
	}
	return m, ""
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
