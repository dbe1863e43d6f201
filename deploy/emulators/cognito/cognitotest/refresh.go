package cognitotest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

var refreshCases = []testCase{
	{"refresh: REFRESH_TOKEN_AUTH", func(tb testing.TB, t *Target) {
		first := t.signIn(tb, t.Plain, "alice")
		second, err := t.refresh(tb, t.Plain, "alice", first.RefreshToken)
		accepted(tb, second, err, "alice")
		sameSignIn(tb, first.AccessToken, second.AccessToken)
		if second.RefreshToken != nil || second.IdToken == nil {
			tb.Errorf("result %+v", second)
		}
	}},
	{"refresh: with a secret hash", func(tb testing.TB, t *Target) {
		second, err := t.refresh(tb, t.Secret, "alice", t.signIn(tb, t.Secret, "alice").RefreshToken)
		accepted(tb, second, err, "alice")
	}},
	{"refresh: without the secret hash", func(tb testing.TB, t *Target) {
		_, err := t.refresh(tb, App{ID: t.Secret.ID}, "alice", t.signIn(tb, t.Secret, "alice").RefreshToken)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"refresh: another client's", func(tb testing.TB, t *Target) {
		_, err := t.refresh(tb, t.Plain, "alice", t.signIn(tb, t.Secret, "alice").RefreshToken)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"refresh: made up", func(tb testing.TB, t *Target) {
		_, err := t.refresh(tb, t.Plain, "alice", aws.String("made-up"))
		refused(tb, err, "NotAuthorizedException")
	}},
	{"refresh: an access token", func(tb testing.TB, t *Target) {
		_, err := t.refresh(tb, t.Plain, "alice", t.signIn(tb, t.Plain, "alice").AccessToken)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"refresh: no token", func(tb testing.TB, t *Target) {
		_, err := t.refresh(tb, t.Plain, "alice", aws.String(""))
		refused(tb, err, "InvalidParameterException")
	}},
}

var rotationCases = []testCase{
	{"get tokens: without rotation", func(tb testing.TB, t *Target) {
		first := t.signIn(tb, t.Plain, "alice")
		second, err := t.getTokens(tb, t.Plain, first.RefreshToken)
		accepted(tb, second, err, "alice")
		sameSignIn(tb, first.AccessToken, second.AccessToken)
		if second.RefreshToken != nil || second.IdToken == nil {
			tb.Errorf("result %+v", second)
		}
	}},
	{"get tokens: with a secret", func(tb testing.TB, t *Target) {
		second, err := t.getTokens(tb, t.Secret, t.signIn(tb, t.Secret, "alice").RefreshToken)
		accepted(tb, second, err, "alice")
	}},
	{"get tokens: without the secret", func(tb testing.TB, t *Target) {
		token := t.signIn(tb, t.Secret, "alice").RefreshToken
		for _, app := range []App{{ID: t.Secret.ID}, {t.Secret.ID, "another"}} {
			_, err := t.getTokens(tb, app, token)
			refused(tb, err, "NotAuthorizedException")
		}
	}},
	{"get tokens: another client's", func(tb testing.TB, t *Target) {
		_, err := t.getTokens(tb, t.Plain, t.signIn(tb, t.Rotating, "alice").RefreshToken)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"get tokens: made up", func(tb testing.TB, t *Target) {
		_, err := t.getTokens(tb, t.Plain, aws.String("made-up"))
		refused(tb, err, "NotAuthorizedException")
	}},
	{"get tokens: unknown client", func(tb testing.TB, t *Target) {
		_, err := t.getTokens(tb, App{ID: "unknownclient"}, aws.String("made-up"))
		refused(tb, err, "ResourceNotFoundException")
	}},
	{"rotation: a chain", func(tb testing.TB, t *Target) {
		first := t.signIn(tb, t.Rotating, "alice")
		token := first.RefreshToken
		for range 20 {
			next, err := t.getTokens(tb, t.Rotating, token)
			accepted(tb, next, err, "alice")
			sameSignIn(tb, first.AccessToken, next.AccessToken)
			if next.RefreshToken == nil || *next.RefreshToken == *token {
				tb.Fatalf("no other refresh token: %+v", next)
			}
			token = next.RefreshToken
		}
	}},
	{"rotation: a token twice", func(tb testing.TB, t *Target) {
		token := t.signIn(tb, t.Rotating, "alice").RefreshToken
		next, err := t.getTokens(tb, t.Rotating, token)
		accepted(tb, next, err, "alice")
		_, err = t.getTokens(tb, t.Rotating, token)
		refused(tb, err, "RefreshTokenReuseException")
	}},
	{"rotation: takes REFRESH_TOKEN_AUTH away", func(tb testing.TB, t *Target) {
		token := t.signIn(tb, t.Rotating, "alice").RefreshToken
		_, err := t.refresh(tb, t.Rotating, "alice", token)
		refused(tb, err, "InvalidParameterException")
		next, err := t.getTokens(tb, t.Rotating, token)
		accepted(tb, next, err, "alice")
	}},
}

// sameSignIn wants what a refresh keeps.
func sameSignIn(tb testing.TB, first, second *string) {
	tb.Helper()
	before, after := claims(tb, first), claims(tb, second)
	for _, name := range []string{"sub", "iss", "client_id", "origin_jti", "auth_time"} {
		if before[name] == nil || before[name] != after[name] {
			tb.Errorf("%s was %v, is %v", name, before[name], after[name])
		}
	}
	if before["jti"] == after["jti"] {
		tb.Errorf("both have jti %v", before["jti"])
	}
}
