package cognito_test

import (
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito"
)

func TestRefreshKeepsTheSignIn(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	pool := newPool(t, cognito.Config{Now: func() time.Time { return now }})
	first := signIn(t, pool, "member")
	before := claims(t, pool, first.AccessToken)
	now = now.Add(50 * time.Minute)
	second := refresh(t, pool, first.RefreshToken)
	if second.RefreshToken != "" || second.ExpiresIn != 3600 || second.TokenType != "Bearer" {
		t.Errorf("result = %+v", second)
	}
	for _, token := range []string{second.AccessToken, second.IdToken} {
		after := claims(t, pool, token)
		for _, same := range []string{"sub", "iss", "auth_time", "origin_jti", "event_id"} {
			if after[same] != before[same] {
				t.Errorf("%s %s = %v, was %v", after["token_use"], same, after[same], before[same])
			}
		}
		if after["jti"] == before["jti"] || after["iat"] != 1.7e9+3000 || after["exp"] != 1.7e9+6600 {
			t.Errorf("refreshed claims = %v", after)
		}
	}
	if alias := initiate(t, pool, "REFRESH_TOKEN", map[string]string{"REFRESH_TOKEN": first.RefreshToken}); alias.AccessToken == "" {
		t.Error("REFRESH_TOKEN did not refresh")
	}
}

func TestRefreshTokensExpire(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	now := start
	pool := newPool(t, cognito.Config{Now: func() time.Time { return now }})
	token := map[string]string{"REFRESH_TOKEN": signIn(t, pool, "member").RefreshToken}
	now = start.Add(30*24*time.Hour - time.Second)
	initiate(t, pool, "REFRESH_TOKEN_AUTH", token)
	now = start.Add(30 * 24 * time.Hour)
	checkError(t, post(pool, "/_cognito", request("REFRESH_TOKEN_AUTH", token)), "NotAuthorizedException", "Refresh Token has expired")
	now = start.Add(61 * 24 * time.Hour)
	signIn(t, pool, "reader")
	checkError(t, post(pool, "/_cognito", request("REFRESH_TOKEN_AUTH", token)), "NotAuthorizedException", "Invalid Refresh Token")
}

func TestRefreshTokensAreBounded(t *testing.T) {
	pool := newPool(t, cognito.Config{MaxSessions: 2})
	var kept []string
	for range 3 {
		kept = append(kept, signIn(t, pool, "member").RefreshToken)
	}
	checkError(t, post(pool, "/_cognito", request("REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": kept[0]})), "NotAuthorizedException", "Invalid Refresh Token")
	refresh(t, pool, kept[1])
	refresh(t, pool, kept[2])
}

func TestRefreshTokensAreOfOnePool(t *testing.T) {
	here, there := newPool(t, cognito.Config{}), newPool(t, cognito.Config{})
	token := map[string]string{"REFRESH_TOKEN": signIn(t, here, "admin").RefreshToken}
	checkError(t, post(there, "/_cognito", request("REFRESH_TOKEN_AUTH", token)), "NotAuthorizedException", "Invalid Refresh Token")
}
