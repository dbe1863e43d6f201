package cognito

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// tokenPath is where the token endpoint is, below BaseURL.
const tokenPath = "/oauth2/token"

// oauthError is the body of a refusal (RFC 6749, section 5.2).
type oauthError struct {
	Code string `json:"error"`
}

// The refusals. Cognito's status is 400 for each of them, and its answer says no more.
// Source: Amazon Cognito developer guide, "The token issuer endpoint".
var (
	invalidRequest       = &oauthError{"invalid_request"}
	invalidClient        = &oauthError{"invalid_client"}
	invalidScope         = &oauthError{"invalid_scope"}
	unauthorizedClient   = &oauthError{"unauthorized_client"}
	unsupportedGrantType = &oauthError{"unsupported_grant_type"}
)

// oauthToken is the body of an answer with a token (RFC 6749, section 5.1), as Cognito writes it.
type oauthToken struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	TokenType   string `json:"token_type"`
}

// serveToken is the token endpoint.
func (p *Pool) serveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answerToken(w, http.StatusMethodNotAllowed, invalidRequest)
		return
	}
	token, refusal := p.grant(w, r)
	if refusal != nil {
		answerToken(w, http.StatusBadRequest, refusal)
		return
	}
	answerToken(w, http.StatusOK, token)
}

func answerToken(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// grant checks a request, the client before what it asks for.
func (p *Pool) grant(w http.ResponseWriter, r *http.Request) (*oauthToken, *oauthError) {
	form, refusal := readForm(w, r)
	if refusal != nil {
		return nil, refusal
	}
	machine, refusal := p.authenticateClient(r, form)
	if refusal != nil {
		return nil, refusal
	}
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		return nil, invalidRequest
	case "authorization_code", "refresh_token":
		return nil, unauthorizedClient
	default:
		return nil, unsupportedGrantType
	}
	if !machine {
		return nil, unauthorizedClient
	}
	scopes, ok := p.grantedScopes(form.Get("scope"))
	if !ok {
		return nil, invalidScope
	}
	return p.machineToken(scopes), nil
}

// readForm reads the body's parameters; each may stand there once (RFC 6749, section 3.2).
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, *oauthError) {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media != "application/x-www-form-urlencoded" {
		return nil, invalidRequest
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, invalidRequest
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, invalidRequest
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, invalidRequest
		}
	}
	return form, nil
}

// authenticateClient finds out whether the client is the machine: by HTTP Basic, or by the form, but not by both (RFC
// 6749, section 2.3). The other clients are no machines.
func (p *Pool) authenticateClient(r *http.Request, form url.Values) (machine bool, refusal *oauthError) {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if r.Header.Get("Authorization") != "" {
		if form.Has("client_secret") {
			return false, invalidRequest
		}
		var ok bool
		if id, secret, ok = basicAuth(r); !ok || form.Has("client_id") && form.Get("client_id") != id {
			return false, invalidClient
		}
	}
	if id == MachineID && sameSecret(secret, MachineSecret) {
		return true, nil
	}
	if client, known := p.clients[id]; known && (client.hasSecret(&secret) || client.Secret == "" && secret == "") {
		return false, nil
	}
	return false, invalidClient
}

// basicAuth reads id and secret, each in the encoding of a form (RFC 6749, section 2.3.1).
func basicAuth(r *http.Request) (id, secret string, ok bool) {
	id, secret, ok = r.BasicAuth()
	id, err := url.QueryUnescape(id)
	secret, err2 := url.QueryUnescape(secret)
	return id, secret, ok && err == nil && err2 == nil
}

// grantedScopes are the scopes that were asked for, in the pool's order, and all of them where none was.
func (p *Pool) grantedScopes(asked string) (granted []string, ok bool) {
	want, all := strings.FieldsFunc(asked, func(r rune) bool { return r == ' ' }), *p.scopes.Load()
	if len(want) == 0 {
		return all, true
	}
	for _, scope := range want {
		if !slices.Contains(all, scope) {
			return nil, false
		}
	}
	for _, scope := range all {
		if slices.Contains(want, scope) {
			granted = append(granted, scope)
		}
	}
	return granted, true
}
