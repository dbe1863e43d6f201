// Package about is what a desk tells of itself at [Path], to programs on the same machine: what it serves, whose tokens it
// accepts, and where its services are. It holds no password, key or secret.
package about

import (
	"encoding/json"

	"portcullis/api/contract"
)

// Path is where a desk tells of itself, to GET.
const Path = "/_desk"

// Version is that of the form of [Desk]. It changes when a member's meaning does.
const Version = 1

// Desk is what a desk tells. It is as the files and the environment were when it was asked.
type Desk struct {
	Version  int      `json:"version"`
	Region   string   `json:"region"` // of ARNs and signatures
	Contract Contract `json:"contract"`

	// Issuers are whose tokens are accepted, as the authorizer functions get them in ISSUERS: a JSON list of entries in the form of
	// verify.Issuer. What tokens of the user pool gain by their groups stands in its entry. Where the desk speaks https, this module's own
	// functions get the keys of its built-in issuer in the entry, in place of their address.
	Issuers json.RawMessage `json:"issuers"`

	ClockSkew    string              `json:"clockSkew"`              // how far an issuer's clock may be off, as CLOCK_SKEW has it, such as 0s
	MaxToken     int                 `json:"maxToken,omitempty"`     // the longest token that is looked at, in bytes, as MAX_TOKEN has it; 0: not told
	TokenSources string              `json:"tokenSources,omitempty"` // where tokens are looked for, as TOKEN_SOURCES has it; "": by default
	GroupScopes  map[string][]string `json:"groupScopes,omitempty"`  // the scopes of the user pool's groups; nil: tokens gain none by their groups

	// APIKeysRemembered is how long the authorizers go by what they have read of an API key, as API_KEYS_REMEMBERED has it, such as 1m0s;
	// "": not told.
	APIKeysRemembered string `json:"apiKeysRemembered,omitempty"`

	Tables    Tables    `json:"tables"`
	Feed      Feed      `json:"feed"`
	Endpoints Endpoints `json:"endpoints"`
	Modes     []Mode    `json:"modes"`
}

// Contract is the OpenAPI document of the API.
type Contract struct {
	File   string `json:"file"`   // from the desk's working directory; of the program itself outside of a checkout
	SHA256 string `json:"sha256"` // of the text, in hexadecimal digits; with files, as [contract.Contract.SHA256] has it
	Text   string `json:"text"`

	Files []contract.File `json:"files,omitempty"` // those that it refers to
}

// Tables are the tables at Endpoints.DynamoDB, by their names; "": the records are in none there.
type Tables struct {
	Users       string `json:"users,omitempty"`
	APIKeys     string `json:"apiKeys,omitempty"`
	Revocations string `json:"revocations,omitempty"`
	Connections string `json:"connections,omitempty"`
	Audit       string `json:"audit,omitempty"` // the command's records of what it does to API keys and revocations
}

// Feed is what becomes of clients of the WebSocket API: they are told of changes, and their connections end with what opened them.
type Feed struct {
	On   bool   `json:"on"`             // clients that subscribe are told of changes of users
	Ends bool   `json:"ends"`           // connections are closed when their credential ends or is revoked
	Mode string `json:"mode,omitempty"` // whose clients these are; "": none's
	Why  string `json:"why,omitempty"`  // what is not done, and why; "": all is
}

// Endpoints are where AWS services are, as AWS_ENDPOINT_URL and its like have it; "": where the AWS SDK finds them.
type Endpoints struct {
	DynamoDB       string `json:"dynamodb,omitempty"`
	Cognito        string `json:"cognito,omitempty"`
	APIGateway     string `json:"apigateway,omitempty"`
	SecretsManager string `json:"secretsmanager,omitempty"`
}

// Mode is one way in which the API is served.
type Mode struct {
	Name    string `json:"name"`
	Gateway string `json:"gateway"` // REST, HTTP or WEBSOCKET
	URL     string `json:"url"`     // of the stage, without a slash at its end; of WEBSOCKET ws://… or wss://…, and @connections are below http://… or https://…
}
