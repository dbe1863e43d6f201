package client_test

import (
	"errors"
	"reflect"
	"testing"

	"portcullis/api/tokens"
)

func TestLife(t *testing.T) {
	for _, appClient := range []string{"local-client", "rotating"} {
		d := newDesk(t, appClient)
		got, err := d.SignIn(t.Context(), tokens.Credentials{Username: "admin", Password: "Passw0rd!"})
		if err != nil || got.Tokens == nil || got.Tokens.Expires != 3600 {
			t.Fatalf("%s: %+v, %v", appClient, got, err)
		}
		first := *got.Tokens
		next, err := d.Refresh(t.Context(), first.Refresh, "")
		if err != nil || next.Access == "" || next.Access == first.Access || (next.Refresh == "") == (appClient == "rotating") {
			t.Fatalf("%s: refreshed %v", appClient, err)
		}
		if next.Refresh != "" {
			first.Refresh = next.Refresh
		}
		if err := d.SignOut(t.Context(), next.Access); err != nil {
			t.Errorf("%s: sign-out: %v", appClient, err)
		}
		if all, err := d.Revoke(t.Context(), first.Refresh, next.Access, ""); err != nil || all {
			t.Errorf("%s: revoke: %v, %v", appClient, all, err)
		}
		if _, err := d.Refresh(t.Context(), first.Refresh, ""); !errors.Is(err, tokens.ErrRefused) {
			t.Errorf("%s: refresh after sign-out: %v", appClient, err)
		}
		if err := d.SignOut(t.Context(), next.Access); !errors.Is(err, tokens.ErrRefused) {
			t.Errorf("%s: sign-out again: %v", appClient, err)
		}
	}
}

func TestChallenges(t *testing.T) {
	d := newDesk(t, "local-client")
	asked, err := d.SignIn(t.Context(), tokens.Credentials{Username: "newcomer", Password: "Passw0rd!"})
	if err != nil || asked.Challenge == nil || !reflect.DeepEqual(asked.Challenge.RequiredAttributes, []string{"name"}) {
		t.Fatalf("%+v, %v", asked, err)
	}
	reply := tokens.Reply{Challenge: asked.Challenge.Name, Session: asked.Challenge.Session, Username: "newcomer", NewPassword: "short", Attributes: map[string]string{"name": "Ann"}}
	wrong := (*tokens.InputError)(nil)
	if _, err := d.Reply(t.Context(), reply); !errors.As(err, &wrong) {
		t.Errorf("a short password: %v", err)
	}
	reply.NewPassword = "An0ther-password"
	if got, err := d.Reply(t.Context(), reply); err != nil || got.Tokens == nil {
		t.Errorf("%+v, %v", got, err)
	}

	asked, err = d.SignIn(t.Context(), tokens.Credentials{Username: "choice", Password: "Passw0rd!"})
	if err != nil || asked.Challenge == nil || len(asked.Challenge.Factors) != 2 {
		t.Fatalf("%+v, %v", asked, err)
	}
	asked, err = d.Reply(t.Context(), tokens.Reply{Challenge: asked.Challenge.Name, Session: asked.Challenge.Session, Username: "choice", Factor: "EMAIL_OTP"})
	if err != nil || asked.Challenge == nil || asked.Challenge.Destination != "c***@e***" {
		t.Fatalf("%+v, %v", asked, err)
	}
	reply = tokens.Reply{Challenge: asked.Challenge.Name, Session: asked.Challenge.Session, Username: "choice", Code: tokens.Secret(<-d.codes)}
	if got, err := d.Reply(t.Context(), reply); err != nil || got.Tokens == nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefusals(t *testing.T) {
	d := newDesk(t, "local-client")
	for username, password := range map[string]tokens.Secret{"admin": "wrong", "nobody": "Passw0rd!"} {
		if got, err := d.SignIn(t.Context(), tokens.Credentials{Username: username, Password: password}); !errors.Is(err, tokens.ErrRefused) || got.Tokens != nil {
			t.Errorf("%s: %+v, %v", username, got, err)
		}
	}
	if _, err := d.Refresh(t.Context(), "abc", ""); !errors.Is(err, tokens.ErrRefused) {
		t.Errorf("refresh: %v", err)
	}
}
