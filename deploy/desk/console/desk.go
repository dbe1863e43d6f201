package console

import (
	"encoding/json"
	"net/http"
	"path"
	"strings"

	"portcullis/authorizers/verify"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/emulators/cognito"
	"portcullis/policy"
)

// described is the answer of GET desk: all that the page begins with.
type described struct {
	Base        string          `json:"base"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Contract    contractTold    `json:"contract"`
	Region      string          `json:"region"` // that requests are signed for
	Ours        bool            `json:"ours"`
	Command     string          `json:"command"`
	Issuers     []verify.Issuer `json:"issuers"` // whose tokens authorizers accept
	SignIn      signIn          `json:"signIn"`
	Machine     *machine        `json:"machine"` // nil: no machine gets a token here
	Keys        keysTold        `json:"keys"`
	Protocol    string          `json:"protocol"` // behind which pages send a token; "": they cannot
	Modes       []mode          `json:"modes"`
	Operations  json.RawMessage `json:"operations"` // a list of [operation]
	Messages    json.RawMessage `json:"messages"`   // a list of [message], of the WebSocket API
	LeftOut     []leftOut       `json:"leftOut"`
	Feed        feedTold        `json:"feed"`
}

type contractTold struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// signIn is how people sign in.
type signIn struct {
	Available bool      `json:"available"`
	Why       string    `json:"why"`      // why they cannot; "": they can
	Cognito   string    `json:"cognito"`  // where the built-in issuer's operations are; "": the page cannot ask the user pool itself
	ClientID  string    `json:"clientId"` // of an app client that sends no proof of a secret
	Pool      string    `json:"pool"`     // the user pool's name in a proof of a password: what stands behind the underscore of its id
	Tokens    string    `json:"tokens"`   // the URL of the API's own POST /tokens, in a mode where it takes nothing but the body; "": there is none
	Accounts  []account `json:"accounts"` // of the built-in issuer
}

// account is somebody who can sign in, with what nobody has to keep secret.
type account struct {
	Username   string   `json:"username"`
	Password   string   `json:"password"`
	Sub        string   `json:"sub"`
	Groups     []string `json:"groups"`
	Asked      string   `json:"asked"`      // for what, beside the password; "": for nothing
	TOTPSecret string   `json:"totpSecret"` // of the software token; "": it has none
}

// machine is the app client of machines.
type machine struct {
	TokenURL     string   `json:"tokenUrl"`
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret"`
	Scopes       []string `json:"scopes"` // that it may ask for
}

// keysTold is whether API keys are made here, and the scopes that open something with one.
type keysTold struct {
	Available bool     `json:"available"`
	Why       string   `json:"why"`
	Scopes    []string `json:"scopes"`
}

// leftOut is a mode that does not fit the API.
type leftOut struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// feedTold is whose clients are told of changes, and of what nobody is told, and why.
type feedTold struct {
	Mode string `json:"mode"`
	Why  string `json:"why"`
}

func (c *Console) serveDesk(w http.ResponseWriter, r *http.Request) {
	d := c.shown()
	issuers, err := d.Services.Issuers(d.Project)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	operations, messages, err := d.contents()
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	api := d.Project.Contract
	told := described{
		Base: d.Base, Title: api.Title, Description: api.Description, Contract: contractTold{api.Name, api.SHA256()}, Region: d.Services.Region(),
		Ours: d.Ours, Command: d.Command, Issuers: issuers, SignIn: d.signIn(), Machine: d.machine(), Keys: d.keys(), Protocol: d.Protocol, Modes: d.modes(),
		Operations: operations, Messages: messages, LeftOut: []leftOut{}, Feed: feedTold{d.Feed.Mode, d.Feed.Why},
	}
	for _, m := range d.Project.LeftOut {
		told.LeftOut = append(told.LeftOut, leftOut{m.Name, m.Why.Error()})
	}
	answer(w, http.StatusOK, told)
}

// signIn tells how people sign in: at the built-in issuer, or through the API.
func (d *Desk) signIn() signIn {
	pool := d.Services.UserPool()
	s := signIn{Available: true, ClientID: pool.PublicID, Tokens: d.tokensURL(), Accounts: []account{}}
	switch {
	case pool.Own:
		s.Cognito = d.Base + services.CognitoPath
		_, s.Pool, _ = strings.Cut(path.Base(pool.Issuer), "_")
	case s.Tokens == "":
		s.Available = false
		s.Why = "people sign in at the user pool " + pool.Issuer + ", which this page cannot ask, and the API has no POST /tokens: paste a token of it"
	}
	for _, a := range pool.Accounts {
		asked, secret := services.AskedOf(a)
		s.Accounts = append(s.Accounts, account{a.Username, cognito.Password, a.Subject, notNil(a.Groups), asked, secret})
	}
	return s
}

// tokensURL is where the API signs people in for who has nothing but a password; "": nowhere.
func (d *Desk) tokensURL() string {
	if !d.Project.ServesTokens() {
		return ""
	}
	for _, m := range d.Project.Modes {
		served, is := m.Plan.Operations["POST /tokens"]
		if is && served.AuthorizationType == "NONE" && !served.APIKeyRequired {
			return m.URL(d.Base) + "/tokens"
		}
	}
	return ""
}

// machine is the built-in issuer's app client for machines; nil: the API does not trust it, or there is nothing to ask it for.
func (d *Desk) machine() *machine {
	scopes := d.Project.Scopes()
	if !d.Services.UserPool().Own || len(scopes) == 0 {
		return nil
	}
	return &machine{d.Base + services.CognitoPath + "/oauth2/token", cognito.MachineID, cognito.MachineSecret, scopes}
}

func (d *Desk) keys() keysTold {
	told := keysTold{Available: true, Scopes: notNil(d.Project.KeyScopes())}
	if err := d.Services.CheckKeys(d.Command); err != nil {
		told.Available, told.Why = false, err.Error()
	}
	return told
}

// notNil has an empty list be [] and not null.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// requirement is one of an access rule.
type requirement struct {
	Scheme string   `json:"scheme"`
	Scopes []string `json:"scopes"`
	Owner  string   `json:"owner"` // what has to equal the caller's id, where a scope counts for owners only; "": nothing has
}

// alternatives are those of a rule, each with all that it asks for; owner gives what is compared with a caller's id, for a scope.
func alternatives(access policy.Access, owner func(scope string) string) [][]requirement {
	all := [][]requirement{}
	for _, alternative := range access.Alternatives {
		one := []requirement{}
		for _, r := range alternative {
			asked := requirement{Scheme: r.Scheme, Scopes: notNil(r.Scopes)}
			for _, scope := range r.Scopes {
				if by := owner(scope); by != "" {
					asked.Owner = by
				}
			}
			one = append(one, asked)
		}
		all = append(all, one)
	}
	return all
}
