package access

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/verify"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// bearer takes the caller from a token, verified where it is known whose tokens are accepted.
func (i *identity) bearer(ctx context.Context, s *cli.Session, groups scopesOfGroups) (*inquiry.Subject, error) {
	token, err := i.readToken(ctx, s)
	if err != nil {
		return nil, err
	}
	most, err := environ.ParseMaxToken(s.Getenv(environ.MaxToken))
	if err != nil {
		return nil, &environ.Error{Variable: environ.MaxToken, Err: err}
	}
	granted := groups
	if i.ofDesk {
		granted = nil
	}
	verifier, err := verifierOf(s, i.issuers, granted, most)
	if err != nil {
		return nil, err
	}
	if verifier == nil {
		return decoded(token, most, groups, s.Now()), nil
	}
	defer verifier.Close()
	claims, err := verifier.Verify(ctx, token)
	var bad *authorizers.TokenError
	who := &inquiry.Subject{Trust: inquiry.Verified}
	switch {
	case errors.As(err, &bad):
		who.Trust = inquiry.Refused
		who.Say("token", "REFUSED: %s", bad)
		return who, nil
	case err != nil:
		return nil, fmt.Errorf("the token can be neither accepted nor refused: %w", err)
	}
	who.Say("token", "verified")
	who.Take(claims, groups)
	return who, nil
}

// verifierOf makes the authorizers' own; nil where no issuers are given.
func verifierOf(s *cli.Session, value string, groups scopesOfGroups, most int) (*verify.Verifier, error) {
	source := "--issuers"
	if value == "" {
		source, value = environ.Issuers, s.Getenv(environ.Issuers)
	}
	if value == "" {
		return nil, nil
	}
	issuers, err := verify.ParseIssuers(value)
	if err != nil {
		return nil, &environ.Error{Variable: source, Err: err}
	}
	if err := environ.GiveGroupScopes(issuers, groups); err != nil {
		return nil, &environ.Error{Variable: environ.GroupScopes, Err: err}
	}
	skew, err := environ.ParseClockSkew(s.Getenv(environ.ClockSkew))
	if err != nil {
		return nil, &environ.Error{Variable: environ.ClockSkew, Err: err}
	}
	verifier, err := verify.New(verify.Config{Issuers: issuers, ClockSkew: skew, MaxToken: most, Now: s.Now, Client: keySetClient(s)})
	if err != nil {
		return nil, &environ.Error{Variable: source, Err: err}
	}
	return verifier, nil
}

// keySetClient is for issuers on this machine, whose certificate was made here; nil: there are none, and the verifier's own will do.
func keySetClient(s *cli.Session) *http.Client {
	if localtls.Roots(s.Getenv) == nil {
		return nil
	}
	transport := localtls.Transport(s.Getenv)
	transport.DisableKeepAlives = true
	return &http.Client{Transport: transport}
}

// decoded takes the caller from what a token of at most so many bytes says, whoever wrote it.
func decoded(token string, most int, groups scopesOfGroups, now time.Time) *inquiry.Subject {
	who := &inquiry.Subject{Trust: inquiry.Refused}
	claims, ok := decode(token, most)
	if !ok {
		who.Say("token", "REFUSED: it is no JSON Web Token with iss, sub and exp")
		return who
	}
	if !now.Before(claims.Expires) {
		who.Say("token", "REFUSED: it ended at %s", claims.Expires.UTC().Format(time.RFC3339))
		return who
	}
	who.Trust = inquiry.Unverified
	who.Say("token", "NOT VERIFIED: neither %s nor --issuers says whose tokens are accepted; anybody can write what it says", environ.Issuers)
	for _, group := range claims.Groups {
		claims.Scopes = append(claims.Scopes, groups[group]...)
	}
	who.Take(claims, groups)
	return who
}

// decode reads the claims of a token in its compact form (RFC 7515, section 7.1), which proves nothing.
func decode(token string, most int) (*authorizers.Claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > most {
		return nil, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims map[string]any
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return nil, false
	}
	c := &authorizers.Claims{Groups: texts(claims["cognito:groups"])}
	c.Issuer, _ = claims["iss"].(string)
	c.Subject, _ = claims["sub"].(string)
	seconds, _ := claims["exp"].(float64)
	if c.Issuer == "" || c.Subject == "" || seconds <= 0 || seconds > maxTime {
		return nil, false
	}
	c.Expires = time.Unix(int64(seconds), 0)
	c.AcceptedUntil = c.Expires
	c.Scopes = claimedScopes(claims)
	return c, true
}

// maxTime is the end of the year 9999, in seconds since 1970.
const maxTime = 253402300799

// claimedScopes reads scope, or scp, as the verifier does.
func claimedScopes(claims map[string]any) []string {
	value, ok := claims["scope"]
	if !ok {
		value = claims["scp"]
	}
	scopes := texts(value)
	if text, isText := value.(string); isText {
		scopes = strings.Split(text, " ")
	}
	return slices.DeleteFunc(scopes, func(scope string) bool { return !policy.ValidScope(scope) })
}

// texts is a list that holds nothing but texts.
func texts(value any) []string {
	list, _ := value.([]any)
	all := make([]string, len(list))
	for i, item := range list {
		text, isText := item.(string)
		if !isText {
			return nil
		}
		all[i] = text
	}
	return all
}
