package tokens_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"portcullis/api/internal/lambdaproxy/proxytest"
)

func TestSignIn(t *testing.T) {
	for _, client := range []string{"local-client", "secretive", "rotating"} {
		for _, kind := range proxytest.Kinds {
			d := newDesk(t, client, nil)
			got := read(t, post(t, d.Handler, kind, "/tokens", credentialsOf("admin", "Passw0rd!")), 200)
			claims := claimsOf(t, got.AccessToken)
			if claims["username"] != "admin" || claims["client_id"] != client || claims["token_use"] != "access" {
				t.Errorf("%s, %s: access token of %v", client, kind, claims)
			}
			if claimsOf(t, got.IDToken)["token_use"] != "id" || got.RefreshToken == "" || got.ExpiresIn != 3600 || got.TokenType != "Bearer" || got.Challenge != "" {
				t.Errorf("%s, %s: %+v", client, kind, got)
			}
			if d.log.Len() != 0 {
				t.Errorf("%s, %s: log %s", client, kind, d.log)
			}
		}
	}
}

// replying is the body that answers a challenge.
func replying(challenged said, username string, answer any) string {
	members := map[string]any{"challenge": challenged.Challenge, "username": username, "answer": answer}
	if challenged.Session != "" {
		members["session"] = challenged.Session
	}
	body, _ := json.Marshal(members)
	return string(body)
}

// TestChallenges: each challenge is handed on with what its answer needs and no more, and the answer gives tokens.
func TestChallenges(t *testing.T) {
	type object = map[string]any
	code := func(d *desk, username string) object { return object{"code": d.code(username)} }
	cases := []struct {
		username, challenge string
		parameters          object
		wrong               object
		status              int // of the answer to wrong
		answer              func(d *desk, username string) object
		once                bool // each such user can do it once
	}{
		{"newcomer", "NEW_PASSWORD_REQUIRED", object{"requiredAttributes": []any{"name", "locale"}},
			object{"newPassword": "short", "attributes": object{"name": "New", "locale": "en"}}, 400,
			func(*desk, string) object {
				return object{"newPassword": "An0ther-password", "attributes": object{"name": "New", "locale": "en"}}
			}, true},
		{"sms", "SMS_MFA", object{"username": "sms", "delivery": "SMS", "destination": "+*******0100"}, object{"code": "1"}, 401, code, false},
		{"mail", "EMAIL_OTP", object{"username": "mail", "delivery": "EMAIL", "destination": "m***@e***"}, object{"code": "1"}, 401, code, false},
		{"authenticator", "SOFTWARE_TOKEN_MFA", object{}, object{"code": "1"}, 401,
			func(*desk, string) object { return object{"code": authenticatorCode(t)} }, true},
	}
	turn := 0
	for _, client := range []string{"local-client", "secretive"} {
		for _, kind := range proxytest.Kinds {
			d := newDesk(t, client, nil)
			for _, c := range cases {
				if c.once {
					c.username = fmt.Sprintf("%s-%d", c.username, turn)
					c.parameters["username"] = c.username
				}
				asked := signIn(t, d.Handler, c.username)
				if asked.Challenge != c.challenge || asked.Session == "" || asked.AccessToken != "" || !reflect.DeepEqual(asked.Parameters, c.parameters) {
					t.Errorf("%s, %s: %+v, want %s with %v", kind, c.username, asked, c.challenge, c.parameters)
				}
				read(t, post(t, d.Handler, kind, "/tokens", replying(asked, c.username, c.wrong)), c.status)
				got := read(t, post(t, d.Handler, kind, "/tokens", replying(asked, c.username, c.answer(d, c.username))), 200)
				if claimsOf(t, got.AccessToken)["username"] != c.username || got.RefreshToken == "" {
					t.Errorf("%s, %s: %+v", kind, c.username, got)
				}
			}
			turn++
		}
	}
}

// TestSelectFactor: a selected factor is one more challenge.
func TestSelectFactor(t *testing.T) {
	d := newDesk(t, "local-client", nil)
	asked := signIn(t, d.Handler, "choice")
	if factors := fmt.Sprint(asked.Parameters["mfaTypes"]); asked.Challenge != "SELECT_MFA_TYPE" || factors != "[SMS_MFA EMAIL_OTP]" {
		t.Fatalf("%+v", asked)
	}
	none := read(t, post(t, d.Handler, "rest", "/tokens", replying(asked, "choice", map[string]string{"mfaType": "SOFTWARE_TOKEN_MFA"})), 400)
	if none.Error != "answer is not what the challenge asks for" {
		t.Errorf("a factor that is not offered: %+v", none)
	}
	next := read(t, post(t, d.Handler, "rest", "/tokens", replying(asked, "choice", map[string]string{"mfaType": "EMAIL_OTP"})), 200)
	if next.Challenge != "EMAIL_OTP" || next.Parameters["delivery"] != "EMAIL" {
		t.Fatalf("%+v", next)
	}
	got := read(t, post(t, d.Handler, "rest", "/tokens", replying(next, "choice", map[string]string{"code": d.code("choice")})), 200)
	if got.AccessToken == "" {
		t.Errorf("%+v", got)
	}
}

// TestSessionsAreGoodOnce: what was answered cannot be answered again, nor for somebody else; the words are those for a
// wrong code.
func TestSessionsAreGoodOnce(t *testing.T) {
	d := newDesk(t, "local-client", nil)
	asked := signIn(t, d.Handler, "mail")
	right := map[string]string{"code": d.code("mail")}
	const refused = `{"error":"Invalid code or session"}`
	forged := asked
	forged.Session = "another-session"
	for _, body := range []string{replying(asked, "mail", map[string]string{"code": "000"}), replying(forged, "mail", right), replying(asked, "sms", right)} {
		if a := post(t, d.Handler, "rest", "/tokens", body); a.StatusCode != 401 || a.Body != refused {
			t.Errorf("%d %s, want 401 %s", a.StatusCode, a.Body, refused)
		}
	}
	read(t, post(t, d.Handler, "rest", "/tokens", replying(asked, "mail", right)), 200)
	if a := post(t, d.Handler, "rest", "/tokens", replying(asked, "mail", right)); a.StatusCode != 401 || a.Body != refused {
		t.Errorf("again: %d %s, want 401 %s", a.StatusCode, a.Body, refused)
	}
}

// authenticatorCode is what a software token shows now (RFC 6238).
func authenticatorCode(t *testing.T) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30)))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[len(sum)-1]&0xf:])&0x7fffffff%1_000_000)
}
