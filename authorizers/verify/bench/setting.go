package main

import (
	"context"
	"maps"

	"portcullis/authorizers/verify/verifytest"
)

// algorithms are those that are measured (RFC 7518, section 3.1; RFC 8037, section 3.1). EdDSA is with Ed25519.
var algorithms = []string{"RS256", "ES256", "EdDSA"}

// setting is an issuer with keys of one algorithm, on a loopback port, and those who verify its tokens.
type setting struct {
	algorithm   string
	issuer      *verifytest.Issuer
	contestants []contestant
	stop        context.CancelFunc
}

func newSetting(algorithm string) (*setting, error) {
	s := &setting{algorithm: algorithm, issuer: verifytest.NewServer(algorithm)}
	return s, s.enter()
}

// enter makes the contestants, who fetch the issuer's keys. It closes the setting where it fails.
func (s *setting) enter() error {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	for _, maker := range makers {
		c, err := maker(ctx, s)
		if err != nil {
			s.close()
			return err
		}
		s.contestants = append(s.contestants, c)
	}
	return nil
}

func (s *setting) close() {
	s.stop()
	s.issuer.Close()
}

// runners are the floor and, after it, the contestants, all with the same token.
func (s *setting) runners() ([]runner, error) {
	raw := s.issuer.Sign(s.claims())
	floor, err := newFloor(s.algorithm, s.issuer.PublicKey(), raw)
	if err != nil {
		return nil, err
	}
	all := []runner{{"floor", floor}}
	for _, c := range s.contestants {
		all = append(all, runner{c.name, func() error {
			_, err := c.verify(raw)
			return err
		}})
	}
	return all, nil
}

// claims are typical of an access token that reaches an authorizer: sixteen, with scopes and groups.
func (s *setting) claims() map[string]any {
	claims := s.issuer.OIDCClaims(verifytest.Options{
		Scopes: []string{"openid", "profile", "users/read", "users/write"},
		Groups: []string{"admins", "support", "eu-west"},
	})
	maps.Copy(claims, map[string]any{
		"auth_time": claims["iat"], "nbf": claims["iat"], "azp": claims["aud"], "name": "Ada Fixture",
		"email": verifytest.DefaultEmail, "email_verified": true,
	})
	return claims
}
