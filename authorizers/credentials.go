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

// ProtocolToken is the WebSocket subprotocol behind which a client may name its token unless the authorizer's
// [TokenSources] say otherwise, since browsers let it set no other header: new WebSocket(url, ["token", token]). The
// server answers with this protocol.
const ProtocolToken = "token"

// findToken finds the token of a request in the places that are looked at, and names the place. One that stands in two
// of them, or twice in one, is refused: the API behind the gateway might read the other one.
func (r *request) findToken(s *TokenSources) (token, source string, err error) {
	var tokens, sources []string
	if s.bearer || s.raw {
		if tokens, sources, err = r.headerTokens(s); err != nil {
			return "", "", err
		}
	}
	if r.form == formWebSocket {
		queryTokens, queries := r.queryTokens(s.query)
		protocolTokens, protocols := protocolTokens(r.headers[headerProtocol], s.protocol)
		tokens, sources = slices.Concat(tokens, queryTokens, protocolTokens), slices.Concat(sources, queries, protocols)
	}
	switch {
	case len(tokens) == 0:
		return "", "", nil
	case len(tokens) > 1:
		return "", strings.Join(slices.Compact(sources), ","), &CredentialError{"want one bearer token"}
	case tokens[0] == "":
		return "", sources[0], &CredentialError{"the bearer token is empty"}
	}
	return tokens[0], sources[0], nil
}

// credentialHeader gives the values of a header that may hold a credential. One that is no identity source is passed
// over, as if it had not been sent: the gateway would give the answer to callers who send another one, or none.
func (r *request) credentialHeader(name string) []string {
	list := r.headers[name]
	if len(list) > 0 && !slices.ContainsFunc(list, r.isIdentitySource) {
		r.passedOver = true
		return nil
	}
	return list
}

// noCredential says that a request has no credential, or none that may be looked at.
func (r *request) noCredential() error {
	if r.passedOver {
		return &CredentialError{"there is no credential among the identity sources"}
	}
	return &CredentialError{"there is no credential"}
}

// headerTokens reads the header Authorization, which may be there once.
func (r *request) headerTokens(s *TokenSources) (tokens, sources []string, err error) {
	list := r.credentialHeader(headerAuthorization)
	if len(list) == 0 {
		return nil, nil, nil
	}
	if len(list) > 1 {
		return nil, nil, &CredentialError{"want the header Authorization once"}
	}
	token, source, err := s.headerToken(list[0])
	if err != nil {
		return nil, nil, err
	}
	return []string{token}, []string{source}, nil
}

// queryTokens reads query parameters of these names.
func (r *request) queryTokens(names []string) (tokens, sources []string) {
	for _, name := range names {
		for _, token := range r.query[name] {
			tokens, sources = append(tokens, token), append(sources, sourceQuery+name)
		}
	}
	return tokens, sources
}

// protocolTokens reads what stands behind these names in lists of subprotocols (RFC 6455, section 11.3.4).
func protocolTokens(lists, names []string) (tokens, sources []string) {
	protocols := strings.Split(strings.Join(lists, ","), ",")
	for i, protocol := range protocols {
		if name := strings.TrimSpace(protocol); i+1 < len(protocols) && slices.Contains(names, name) {
			tokens, sources = append(tokens, strings.TrimSpace(protocols[i+1])), append(sources, sourceProtocol+name)
		}
	}
	return tokens, sources
}

// findKey finds the API key of a request, and names its place. Two different ones are refused.
func (r *request) findKey() (key, source string, err error) {
	list := r.credentialHeader(headerAPIKey)
	if len(list) == 0 {
		return "", "", nil
	}
	for _, key := range list {
		if key != list[0] {
			return "", sourceAPIKey, &CredentialError{"want one API key"}
		}
		if key == "" {
			return "", sourceAPIKey, &CredentialError{"the API key is empty"}
		}
	}
	return list[0], sourceAPIKey, nil
}
