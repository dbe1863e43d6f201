package authorizers

import (
	"slices"
	"strings"
)

// The places where credentials are looked for. Nothing else of a request decides what an authorizer answers.
const (
	headerAuthorization = "authorization"
	headerAPIKey        = "x-api-key"
	headerProtocol      = "sec-websocket-protocol"
	queryToken          = "token"
)

// ProtocolToken is the WebSocket subprotocol behind which a client may name its token, since browsers let it set
// no other header: new WebSocket(url, ["token", token]). The server answers with this protocol.
const ProtocolToken = "token"

// findToken finds the bearer token of a request. One that stands in two places, or twice in one, is refused:
// the API behind the gateway might read the other one.
func (r *request) findToken() (string, error) {
	tokens, err := r.headerTokens()
	if err != nil {
		return "", err
	}
	if r.form == formWebSocket {
		tokens = append(tokens, r.query[queryToken]...)
		tokens = append(tokens, protocolTokens(r.headers[headerProtocol])...)
	}
	switch {
	case len(tokens) == 0:
		return "", nil
	case len(tokens) > 1:
		return "", &CredentialError{"want one bearer token"}
	case tokens[0] == "":
		return "", &CredentialError{"the bearer token is empty"}
	}
	return tokens[0], nil
}

// credentialHeader gives the values of a header that may hold a credential. One that is no identity source is passed
// over, as if it had not been sent: the gateway would give the answer to callers who send another one, or none.
func (r *request) credentialHeader(name string) []string {
	if list := r.headers[name]; slices.ContainsFunc(list, r.isIdentitySource) {
		return list
	}
	return nil
}

// noCredential says that a request has no credential, or none that may be looked at.
func (r *request) noCredential() error {
	if len(r.headers[headerAuthorization])+len(r.headers[headerAPIKey]) > 0 {
		return &CredentialError{"there is no credential among the identity sources"}
	}
	return &CredentialError{"there is no credential"}
}

// headerTokens reads the header Authorization, which may be there once.
func (r *request) headerTokens() ([]string, error) {
	list := r.credentialHeader(headerAuthorization)
	if len(list) == 0 {
		return nil, nil
	}
	if len(list) > 1 {
		return nil, &CredentialError{"want the header Authorization once"}
	}
	token, err := bearerToken(list[0])
	if err != nil {
		return nil, err
	}
	return []string{token}, nil
}

// protocolTokens reads what stands behind ProtocolToken in lists of subprotocols (RFC 6455, section 11.3.4).
func protocolTokens(lists []string) []string {
	var tokens []string
	protocols := strings.Split(strings.Join(lists, ","), ",")
	for i, protocol := range protocols {
		if strings.TrimSpace(protocol) == ProtocolToken && i+1 < len(protocols) {
			tokens = append(tokens, strings.TrimSpace(protocols[i+1]))
		}
	}
	return tokens
}

// findKey finds the API key of a request. Two different ones are refused.
func (r *request) findKey() (string, error) {
	list := r.credentialHeader(headerAPIKey)
	if len(list) == 0 {
		return "", nil
	}
	for _, key := range list {
		if key != list[0] {
			return "", &CredentialError{"want one API key"}
		}
		if key == "" {
			return "", &CredentialError{"the API key is empty"}
		}
	}
	return list[0], nil
}
