package cognitotest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

var revokeCases = []testCase{
	{"revoke: ends the session, and no other", func(tb testing.TB, t *Target) {
		kept, ended := t.signIn(tb, t.Plain, "bob"), t.signIn(tb, t.Plain, "bob")
		if err := t.revoke(tb, t.Plain, ended.RefreshToken); err != nil {
			tb.Fatal(err)
		}
		_, err := t.refresh(tb, t.Plain, "bob", ended.RefreshToken)
		refused(tb, err, "NotAuthorizedException")
		_, err = t.getTokens(tb, t.Plain, ended.RefreshToken)
		refused(tb, err, "NotAuthorizedException")
		_, err = t.getUser(tb, ended.AccessToken)
		refused(tb, err, "NotAuthorizedException")
		refused(tb, t.signOut(tb, ended.AccessToken), "NotAuthorizedException")
		second, err := t.refresh(tb, t.Plain, "bob", kept.RefreshToken)
		accepted(tb, second, err, "bob")
	}},
	{"revoke: ends access tokens of earlier refreshes", func(tb testing.TB, t *Target) {
		first := t.signIn(tb, t.Plain, "bob")
		second, err := t.refresh(tb, t.Plain, "bob", first.RefreshToken)
		accepted(tb, second, err, "bob")
		if err := t.revoke(tb, t.Plain, first.RefreshToken); err != nil {
			tb.Fatal(err)
		}
		_, err = t.getUser(tb, second.AccessToken)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"revoke: a token that was rotated ends those after it", func(tb testing.TB, t *Target) {
		first := t.signIn(tb, t.Rotating, "bob")
		second, err := t.getTokens(tb, t.Rotating, first.RefreshToken)
		accepted(tb, second, err, "bob")
		if err := t.revoke(tb, t.Rotating, first.RefreshToken); err != nil {
			tb.Fatal(err)
		}
		_, err = t.getTokens(tb, t.Rotating, second.RefreshToken)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"revoke: twice", func(tb testing.TB, t *Target) {
		token := t.signIn(tb, t.Plain, "bob").RefreshToken
		for range 2 {
			if err := t.revoke(tb, t.Plain, token); err != nil {
				tb.Error(err)
			}
		}
	}},
	{"revoke: with a secret", func(tb testing.TB, t *Target) {
		token := t.signIn(tb, t.Secret, "bob").RefreshToken
		if err := t.revoke(tb, t.Secret, token); err != nil {
			tb.Error(err)
		}
		_, err := t.refresh(tb, t.Secret, "bob", token)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"revoke: without the secret", func(tb testing.TB, t *Target) {
		token := t.signIn(tb, t.Secret, "bob").RefreshToken
		for _, app := range []App{{ID: t.Secret.ID}, {t.Secret.ID, "another"}} {
			refused(tb, t.revoke(tb, app, token), "UnauthorizedException")
		}
		second, err := t.refresh(tb, t.Secret, "bob", token)
		accepted(tb, second, err, "bob")
	}},
	{"revoke: another client's", func(tb testing.TB, t *Target) {
		token := t.signIn(tb, t.Plain, "bob").RefreshToken
		refused(tb, t.revoke(tb, t.Rotating, token), "UnauthorizedException")
		second, err := t.refresh(tb, t.Plain, "bob", token)
		accepted(tb, second, err, "bob")
	}},
	{"revoke: an access token", func(tb testing.TB, t *Target) {
		refused(tb, t.revoke(tb, t.Plain, t.signIn(tb, t.Plain, "bob").AccessToken), "UnsupportedTokenTypeException")
	}},
	{"revoke: made up", func(tb testing.TB, t *Target) {
		if err := t.revoke(tb, t.Plain, aws.String("made-up")); err != nil {
			tb.Error(err)
		}
	}},
}

var userCases = []testCase{
	{"sign out: ends all of a user's sessions, and nobody else's", func(tb testing.TB, t *Target) {
		one, two, others := t.signIn(tb, t.Plain, "carol"), t.signIn(tb, t.Secret, "carol"), t.signIn(tb, t.Plain, "alice")
		if err := t.signOut(tb, one.AccessToken); err != nil {
			tb.Fatal(err)
		}
		_, err := t.refresh(tb, t.Plain, "carol", one.RefreshToken)
		refused(tb, err, "NotAuthorizedException")
		_, err = t.refresh(tb, t.Secret, "carol", two.RefreshToken)
		refused(tb, err, "NotAuthorizedException")
		second, err := t.refresh(tb, t.Plain, "alice", others.RefreshToken)
		accepted(tb, second, err, "alice")
	}},
	{"sign out: ends access tokens", func(tb testing.TB, t *Target) {
		one, two := t.signIn(tb, t.Plain, "carol"), t.signIn(tb, t.Plain, "carol")
		if err := t.signOut(tb, one.AccessToken); err != nil {
			tb.Fatal(err)
		}
		for _, ended := range []*string{one.AccessToken, two.AccessToken} {
			_, err := t.getUser(tb, ended)
			refused(tb, err, "NotAuthorizedException")
			refused(tb, t.signOut(tb, ended), "NotAuthorizedException")
		}
	}},
	{"sign out: then in again", func(tb testing.TB, t *Target) {
		if err := t.signOut(tb, t.signIn(tb, t.Plain, "carol").AccessToken); err != nil {
			tb.Fatal(err)
		}
		again := t.signIn(tb, t.Plain, "carol")
		second, err := t.refresh(tb, t.Plain, "carol", again.RefreshToken)
		accepted(tb, second, err, "carol")
		if _, err := t.getUser(tb, second.AccessToken); err != nil {
			tb.Error(err)
		}
	}},
	{"sign out: what is no access token", func(tb testing.TB, t *Target) {
		signedIn := t.signIn(tb, t.Plain, "carol")
		for _, token := range []*string{aws.String("made-up"), signedIn.IdToken, signedIn.RefreshToken, forged(signedIn.AccessToken)} {
			refused(tb, t.signOut(tb, token), "NotAuthorizedException")
		}
		second, err := t.refresh(tb, t.Plain, "carol", signedIn.RefreshToken)
		accepted(tb, second, err, "carol")
	}},
	{"get user: attributes", func(tb testing.TB, t *Target) {
		signedIn := t.signIn(tb, t.Plain, "alice")
		out, err := t.getUser(tb, signedIn.AccessToken)
		if err != nil || *out.Username != "alice" {
			tb.Fatalf("%+v, %v", out, err)
		}
		got := map[string]string{}
		for _, attribute := range out.UserAttributes {
			got[*attribute.Name] = *attribute.Value
		}
		if got["sub"] != claims(tb, signedIn.AccessToken)["sub"] || got["email"] != "alice@example.com" || got["email_verified"] != "true" {
			tb.Errorf("attributes %v", got)
		}
	}},
	{"get user: what is no access token", func(tb testing.TB, t *Target) {
		signedIn := t.signIn(tb, t.Plain, "alice")
		for _, token := range []*string{aws.String("made-up"), signedIn.IdToken, signedIn.RefreshToken, forged(signedIn.AccessToken)} {
			_, err := t.getUser(tb, token)
			refused(tb, err, "NotAuthorizedException")
		}
	}},
}

// forged is a token with another signature.
func forged(token *string) *string {
	last := byte('A')
	if middle := len(*token) - 10; (*token)[middle] == last {
		last = 'B'
	}
	changed := []byte(*token)
	changed[len(changed)-10] = last
	return aws.String(string(changed))
}
