package tokens_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
	issuer "portcullis/deploy/emulators/cognito"
	"portcullis/deploy/testtools"
)

// remembering is a user pool that remembers devices, which the tests share.
var remembering = sync.OnceValue(func() *pool {
	p := &pool{codes: map[string]string{}}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	made, err := issuer.New(issuer.Config{BaseURL: server.URL, Accounts: accounts(), Clients: clients, Deliver: p.deliver, Devices: true})
	if err != nil {
		panic(err)
	}
	handler, p.address, p.issuer = made, server.URL, made.Issuer()
	return p
})

// newRememberingDesk makes a function for an app client of it.
func newRememberingDesk(t *testing.T, client string, revocations tokens.Revocations) *desk {
	t.Helper()
	d := &desk{pool: remembering()}
	d.Handler, d.log = newHandler(t, d.address, client, revocations)
	return d
}

// from is a body, sent from a device.
func from(device object, body string) string {
	members := object{}
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		panic(err)
	}
	if device != nil {
		members["device"] = device
	}
	text, _ := json.Marshal(members)
	return string(text)
}

// withKey is the body that refreshes or revokes a token of a device.
func withKey(refresh string, key any) string {
	text, _ := json.Marshal(object{"refreshToken": refresh, "deviceKey": key})
	return string(text)
}

func sign(t *testing.T, d *desk, device object, username string) said {
	t.Helper()
	return read(t, post(t, d.Handler, "rest", "/tokens", from(device, credentialsOf(username, "Passw0rd!"))), 200)
}

// TestDevices: a device is given with the tokens, renews them, and is known at the next sign-in, which asks for no second factor then.
func TestDevices(t *testing.T) {
	for _, client := range []string{"local-client", "secretive", "rotating"} {
		told := &journal{}
		d := newRememberingDesk(t, client, told)
		asked := sign(t, d, nil, "mail")
		if asked.Challenge != "EMAIL_OTP" {
			t.Fatalf("%s: %+v", client, asked)
		}
		first := read(t, answer(t, d, asked, "mail", object{"code": d.code("mail")}), 200)
		if first.Device["key"] == nil || first.Device["groupKey"] == "" || first.Device["password"] == "" || claimsOf(t, first.AccessToken)["device_key"] != first.Device["key"] {
			t.Fatalf("%s: %+v", client, first)
		}
		again := sign(t, d, first.Device, "mail")
		if again.Challenge != "" || again.Device != nil || claimsOf(t, again.AccessToken)["device_key"] != first.Device["key"] {
			t.Errorf("%s: from a remembered device: %+v", client, again)
		}
		const without, other = "Invalid refresh token, or one of a remembered device without its deviceKey", "Invalid refresh token, or not that of this deviceKey"
		for _, kind := range proxytest.Kinds {
			if got := read(t, post(t, d.Handler, kind, "/tokens/refresh", refreshing(again.RefreshToken)), 401); got.Error != without {
				t.Errorf("%s: without its key: %+v", client, got)
			}
			if got := read(t, post(t, d.Handler, kind, "/tokens/refresh", withKey(again.RefreshToken, "us-east-1_none")), 401); got.Error != other {
				t.Errorf("%s: with another key: %+v", client, got)
			}
		}
		next := read(t, post(t, d.Handler, "rest", "/tokens/refresh", withKey(again.RefreshToken, first.Device["key"])), 200)
		if next.AccessToken == "" || next.Device != nil {
			t.Errorf("%s: renewed: %+v", client, next)
		}
		token := again.RefreshToken
		if next.RefreshToken != "" {
			token = next.RefreshToken
		}
		if got := read(t, post(t, d.Handler, "rest", "/tokens/revoke", withKey(token, first.Device["key"])), 200); got.AccessTokens != "revoked" {
			t.Errorf("%s: revoked: %+v", client, got)
		}
		wantFamily(t, client, told.take(), d.issuer, claimsOf(t, again.AccessToken))
		if d.log.Len() > 0 {
			t.Errorf("%s: log %s", client, d.log)
		}
	}
}

// TestDeviceChoices: a device proves to be it behind every way to sign in.
func TestDeviceChoices(t *testing.T) {
	d := newRememberingDesk(t, "secretive", nil)
	device := sign(t, d, nil, "admin").Device
	for _, with := range []object{{"choice": "PASSWORD", "password": "Passw0rd!"}, {"choice": "EMAIL_OTP"}} {
		asked := read(t, post(t, d.Handler, "rest", "/tokens", from(device, choosing("admin", ""))), 200)
		got := read(t, post(t, d.Handler, "rest", "/tokens", from(device, replying(asked, "admin", with))), 200)
		if got.Challenge == "EMAIL_OTP" {
			got = read(t, post(t, d.Handler, "rest", "/tokens", from(device, replying(got, "admin", object{"code": d.code("admin")}))), 200)
		}
		if claimsOf(t, got.AccessToken)["device_key"] != device["key"] || got.Device != nil {
			t.Errorf("%v: %+v", with, got)
		}
	}
	pool, err := cognito.NewSRP("us-east-1_local", cognito.Config{Client: clientAt(d.address), ClientID: "local-client", Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	known := tokens.Device{Key: fmt.Sprint(device["key"]), GroupKey: fmt.Sprint(device["groupKey"]), Password: tokens.Secret(fmt.Sprint(device["password"]))}
	for _, choice := range []string{"", tokens.PasswordAsked} {
		got, err := pool.SignIn(t.Context(), tokens.Credentials{Username: "admin", Password: "Passw0rd!", Choice: choice, Device: known})
		if err != nil || got.Tokens == nil || claimsOf(t, string(got.Tokens.Access))["device_key"] != device["key"] {
			t.Errorf("by SRP, %q: %+v, %v", choice, got, err)
		}
	}
}

// TestOtherDevices: a device that is not the user's, or does not prove to be it, is as none: a second factor is asked for, and a new one comes
// with the tokens. It never takes the place of the password.
func TestOtherDevices(t *testing.T) {
	d := newRememberingDesk(t, "local-client", nil)
	asked := sign(t, d, nil, "mail")
	own := read(t, answer(t, d, asked, "mail", object{"code": d.code("mail")}), 200).Device
	changed := func(name, value string) object {
		other := object{}
		for member, text := range own {
			other[member] = text
		}
		other[name] = value
		return other
	}
	for name, device := range map[string]object{
		"of another user": sign(t, d, nil, "admin").Device, "unknown": changed("key", "us-east-1_none"),
		"another password": changed("password", "guess"), "another group": changed("groupKey", "-other"),
	} {
		asked := sign(t, d, device, "mail")
		if asked.Challenge != "EMAIL_OTP" || asked.AccessToken != "" {
			t.Errorf("%s: %+v", name, asked)
			continue
		}
		reply := replying(asked, "mail", object{"code": d.code("mail")})
		if got := read(t, post(t, d.Handler, "rest", "/tokens", from(device, reply)), 400); got.Error != "device is none that the user pool takes: sign in without it" {
			t.Errorf("%s: %+v", name, got)
		}
		if got := read(t, answer(t, d, sign(t, d, nil, "mail"), "mail", object{"code": d.code("mail")}), 200); got.Device["key"] == own["key"] || got.Device["key"] == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	wrong := post(t, d.Handler, "rest", "/tokens", from(own, credentialsOf("mail", "guess")))
	if wrong.StatusCode != 401 || wrong.Body != `{"error":"Invalid credentials"}` {
		t.Errorf("a wrong password from a remembered device: %d %s", wrong.StatusCode, wrong.Body)
	}
	if d.log.Len() > 0 {
		t.Errorf("log %s", d.log)
	}
}

// TestUnconfirmedDevice: where a device cannot be confirmed the tokens are given without it, and the log says why.
func TestUnconfirmedDevice(t *testing.T) {
	between := exception("TooManyRequestsException", "of "+private)
	between.failing, between.issuer = "ConfirmDevice", testtools.Proxy(t, remembering().address)
	h, log := newHandler(t, between.serve(t), "local-client", nil)
	got := signIn(t, h, "admin")
	if got.Device != nil || !strings.Contains(log.String(), "the device is not remembered") || strings.Contains(log.String(), private) || strings.Contains(log.String(), "eyJ") {
		t.Errorf("%+v, log %s", got, log)
	}
	key, _ := claimsOf(t, got.AccessToken)["device_key"].(string)
	for _, body := range []string{refreshing(got.RefreshToken), withKey(got.RefreshToken, key)} {
		read(t, post(t, h, "rest", "/tokens/refresh", body), 401)
	}
}

// TestHostileDevices: what is no answer to a device lets nothing through.
func TestHostileDevices(t *testing.T) {
	device := object{"key": "k", "groupKey": "g", "password": "p"}
	for name, test := range map[string]struct {
		first string
		want  int
	}{
		"asked without a device": {`{"ChallengeName":"DEVICE_SRP_AUTH","Session":"s"}`, 403},
		"asked again and again":  {`{"ChallengeName":"DEVICE_SRP_AUTH","Session":"s"}`, 403},
		"verifier out of turn":   {`{"ChallengeName":"DEVICE_PASSWORD_VERIFIER","Session":"s","ChallengeParameters":{"SALT":"0a","SRP_B":"0a","SECRET_BLOCK":"QQ=="}}`, 403},
	} {
		w := &wire{status: 200, body: test.first}
		h, _ := newHandler(t, w.serve(t), "local-client", nil)
		body := credentialsOf("ann", "p")
		if name != "asked without a device" {
			body = from(device, body)
		}
		if read(t, post(t, h, "rest", "/tokens", body), test.want); name == "asked without a device" && w.called() != "InitiateAuth" {
			t.Errorf("%s: %s", name, w.called())
		}
	}
}

// TestBadDevices: what is wrong with a device is named.
func TestBadDevices(t *testing.T) {
	w := exception("NotAuthorizedException", "")
	h, _ := newHandler(t, w.serve(t), "local-client", nil)
	for _, test := range []struct{ path, body, want string }{
		{"/tokens", `{"username":"u","password":"p","device":"k"}`, "device must be a JSON object"},
		{"/tokens", `{"username":"u","password":"p","device":{}}`, "device.key is missing"},
		{"/tokens", `{"username":"u","password":"p","device":{"key":"k","password":"p"}}`, "device.groupKey is missing"},
		{"/tokens", `{"username":"u","password":"p","device":{"key":"k","groupKey":"g"}}`, "device.password is missing"},
		{"/tokens", `{"username":"u","password":"p","device":{"key":"a b","groupKey":"g","password":"p"}}`, "device.key has characters that no such text has"},
		{"/tokens", `{"username":"u","password":"p","device":{"key":"k","groupKey":"` + strings.Repeat("g", 129) + `","password":"p"}}`, "device.groupKey must have 1 to 128 characters, not 129"},
		{"/tokens", `{"username":"u","challenge":"SMS_MFA","session":"s","answer":{"code":"1"},"device":{"key":"k"}}`, "device.groupKey is missing"},
		{"/tokens/refresh", `{"refreshToken":"t","deviceKey":""}`, "deviceKey must have 1 to 128 characters, not 0"},
		{"/tokens/refresh", `{"refreshToken":"t","deviceKey":"a/b"}`, "deviceKey has characters that no such text has"},
		{"/tokens/revoke", `{"refreshToken":"t","deviceKey":null}`, "deviceKey must be a string, not null"},
	} {
		if got := read(t, post(t, h, "rest", test.path, test.body), 400); got.Error != test.want {
			t.Errorf("%s: %s, want %s", test.body, got.Error, test.want)
		}
	}
	if w.called() != "" {
		t.Errorf("Cognito was asked: %s", w.called())
	}
}
