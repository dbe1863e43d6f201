package tokens_test

import (
	"bytes"
	"log/slog"
	"testing"

	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
)

// newConfidentialDesk makes a function whose app client has a secret, before a pool in which browsers sign in by others without.
func newConfidentialDesk(t *testing.T, p *pool, revocations tokens.Revocations) *desk {
	t.Helper()
	identity, err := cognito.New(cognito.Config{
		Client: clientAt(p.address), ClientID: "secretive", Secret: known("secret-of-the-client"), PublicClients: []string{"local-client", "rotating"}, Timeout: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{pool: p, log: &bytes.Buffer{}}
	d.Handler, err = tokens.New(tokens.Config{Identity: identity, Revocations: revocations, Log: slog.New(slog.NewJSONHandler(d.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRevokeOfPublicClients: tokens of the pool's public app clients are given up here, whether an access token says whose they are or not.
func TestRevokeOfPublicClients(t *testing.T) {
	for _, client := range []string{"secretive", "local-client", "rotating"} {
		for name, access := range map[string]func(*testing.T, said) string{"none": none, "its own": own, "one of another app client": ofReader, "one of an app client elsewhere": ofAnotherClient, "a forged one": forged} {
			told := &journal{}
			d, there := newConfidentialDesk(t, shared(), told), newDesk(t, client, nil)
			first := signIn(t, there.Handler, "admin")
			body := refreshing(first.RefreshToken)
			if text := access(t, first); text != "" {
				body = revoking(first.RefreshToken, text)
			}
			if got := read(t, post(t, d.Handler, "rest", "/tokens/revoke", body), 200); got.AccessTokens != "revoked" {
				t.Errorf("%s, access token: %s: %+v", client, name, got)
			}
			wantFamily(t, client+", "+name, told.take(), d.issuer, claimsOf(t, first.AccessToken))
			read(t, post(t, there.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 401)
			if d.log.Len() > 0 {
				t.Errorf("%s: log %s", client, d.log)
			}
		}
	}
}

// TestPublicClientsWithoutAuthorizers: the same where no authorizer is told.
func TestPublicClientsWithoutAuthorizers(t *testing.T) {
	d, there := newConfidentialDesk(t, shared(), nil), newDesk(t, "local-client", nil)
	first := signIn(t, there.Handler, "admin")
	read(t, post(t, d.Handler, "rest", "/tokens/revoke", refreshing(first.RefreshToken)), 200)
	read(t, post(t, there.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 401)
	first = signIn(t, there.Handler, "admin")
	read(t, signOut(t, d.Handler, "rest", "Bearer "+first.AccessToken), 200)
	read(t, post(t, there.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 401)
}

// TestSignOutOfPublicClients: a sign-out by a token of a public app client ends all tokens of its user.
func TestSignOutOfPublicClients(t *testing.T) {
	told := &journal{}
	d, there := newConfidentialDesk(t, shared(), told), newDesk(t, "rotating", nil)
	first, own := signIn(t, there.Handler, "member"), signIn(t, d.Handler, "member")
	read(t, signOut(t, d.Handler, "rest", "Bearer "+first.AccessToken), 200)
	if entries := told.take(); len(entries) == 0 || entries[0].value != claimsOf(t, first.AccessToken)["sub"] {
		t.Errorf("told %+v", entries)
	}
	read(t, post(t, there.Handler, "rest", "/tokens/refresh", refreshing(first.RefreshToken)), 401)
	read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(own.RefreshToken)), 401)
}

// TestOnlyGivenUp: tokens of public app clients are not renewed here, and those of app clients that are not named are not given up either.
func TestOnlyGivenUp(t *testing.T) {
	told := &journal{}
	d := newConfidentialDesk(t, shared(), told)
	public, other := newDesk(t, "local-client", nil), newDesk(t, "graceful", nil)
	theirs, others := signIn(t, public.Handler, "admin"), signIn(t, other.Handler, "admin")
	read(t, post(t, d.Handler, "rest", "/tokens/refresh", refreshing(theirs.RefreshToken)), 401)
	for _, body := range []string{refreshing(others.RefreshToken), revoking(others.RefreshToken, others.AccessToken), revoking(others.RefreshToken, theirs.AccessToken)} {
		told.take()
		if read(t, post(t, d.Handler, "rest", "/tokens/revoke", body), 400); len(told.take()) > 0 {
			t.Errorf("%s: told", body)
		}
	}
	read(t, signOut(t, d.Handler, "rest", "Bearer "+others.AccessToken), 401)
	read(t, post(t, other.Handler, "rest", "/tokens/refresh", refreshing(others.RefreshToken)), 200)
	read(t, post(t, d.Handler, "rest", "/tokens/revoke", refreshing("never-given")), 200)
}
