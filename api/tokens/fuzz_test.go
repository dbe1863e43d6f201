package tokens_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/tokens"
)

// recorder is an identity provider that refuses everything, and remembers what it was asked.
type recorder struct {
	tokens.Identity
	replies []tokens.Reply
	started tokens.Credentials
}

func (r *recorder) SignIn(_ context.Context, c tokens.Credentials) (tokens.Outcome, error) {
	r.started = c
	return tokens.Outcome{}, tokens.ErrRefused
}

func (r *recorder) Reply(_ context.Context, reply tokens.Reply) (tokens.Outcome, error) {
	r.replies = append(r.replies, reply)
	return tokens.Outcome{}, tokens.ErrRefused
}

// wantShape checks that an answer is one that both gateways take, that no cache keeps.
func wantShape(t *testing.T, out []byte) proxytest.Answer {
	t.Helper()
	a := proxytest.WantShape(t, out, 200, 400, 401, 503)
	if a.Headers["Cache-Control"] != "no-store" {
		t.Fatalf("answer %s", out)
	}
	return a
}

// FuzzEvent: whatever the event, the answer has a shape that the gateways take, or there is an error and no answer.
func FuzzEvent(f *testing.F) {
	for _, event := range proxytest.Others(f) {
		f.Add([]byte(event))
	}
	for _, kind := range proxytest.Kinds {
		for _, request := range requests {
			f.Add(proxytest.Event(f, kind, request))
		}
	}
	address := (&wire{status: 500, body: `{"__type":"InternalErrorException"}`}).serve(f)
	h, log := newHandler(f, address, "local-client", &journal{})
	f.Fuzz(func(t *testing.T, event []byte) {
		log.Reset()
		out, err := h.Invoke(t.Context(), event)
		if err != nil {
			if out != nil {
				t.Fatalf("both %s and %v", out, err)
			}
			return
		}
		a := wantShape(t, out)
		if (a.StatusCode == 503) != (log.Len() > 0) || strings.Contains(log.String(), private) {
			t.Fatalf("%d with the log %s", a.StatusCode, log)
		}
	})
}

// FuzzBody: what the provider is asked is what the body says, and a body that says more is refused. Nothing is logged.
func FuzzBody(f *testing.F) {
	for _, body := range []string{credentialsOf("ann", "p"), `{"username":"a","password":"b","x":1}`, `{"username":"\ud83d","password":"p"}`,
		`{"username":"a","username":"b","password":"c"}`, "{\"username\":\"\xff\"}", requests["reply"].Body,
		`{"challenge":"SELECT_MFA_TYPE","session":"s","username":"u","answer":{"mfaType":"SMS_MFA"}}`,
		`{"challenge":"SMS_MFA","session":"s","username":"u","answer":{"code":"1"}}`,
		`{"username":"u","password":"p","device":{"key":"k","groupKey":"g","password":"p"}}`,
		`{"username":"u"}`, `{"username":"u","preferredChallenge":"PASSWORD","password":"p"}`,
		`{"challenge":"SELECT_CHALLENGE","session":"s","username":"u","answer":{"choice":"PASSWORD_SRP","srpA":"0A"}}`,
		`{"challenge":"PASSWORD_VERIFIER","username":"u","answer":{"secretBlock":"a","signature":"b","timestamp":"Mon"}}`,
		`{"challenge":"WEB_AUTHN","session":"s","username":"u","answer":{"credential":{"id":"x","response":{"a":[1]}}}}`,
		`{"challenge":"NEW_PASSWORD_REQUIRED","session":"s","username":"u","answer":{"newPassword":"p","attributes":{"name":"n"}}}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if !utf8.ValidString(body) {
			return // an event's body is valid
		}
		asked := &recorder{}
		h, err := tokens.New(tokens.Config{Identity: asked})
		if err != nil {
			t.Fatal(err)
		}
		out, err := h.Invoke(t.Context(), proxytest.Event(t, "rest", proxytest.Call{Method: "POST", Path: "/tokens", Body: body}))
		if err != nil {
			t.Fatal(err)
		}
		a := wantShape(t, out)
		if (a.StatusCode == 401) != (asked.started.Username != "" || len(asked.replies) == 1) {
			t.Fatalf("%q: %d, asked %v", body, a.StatusCode, asked)
		}
		if a.StatusCode == 401 {
			wantAsked(t, body, asked)
		}
	})
}

// wantAsked compares what was asked with what encoding/json reads in the body, member by member.
func wantAsked(t *testing.T, body string, asked *recorder) {
	t.Helper()
	want := map[string]any{}
	if err := json.Unmarshal([]byte(body), &want); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	got := map[string]any{}
	for name, text := range map[string]string{"username": asked.started.Username, "password": string(asked.started.Password), "preferredChallenge": asked.started.Choice} {
		if text != "" {
			got[name] = text
		}
	}
	device := asked.started.Device
	if len(asked.replies) == 1 {
		device = asked.replies[0].Device
	}
	if len(asked.replies) == 1 {
		got = saidBy(asked.replies[0], want["answer"])
	}
	if device != (tokens.Device{}) {
		got["device"] = map[string]string{"key": device.Key, "groupKey": device.GroupKey, "password": string(device.Password)}
	}
	one, _ := json.Marshal(got)
	other, _ := json.Marshal(want)
	if string(one) != string(other) {
		t.Fatalf("%q: asked %s", body, one)
	}
}

// saidBy is the body that a reply was read from, where it had this answer.
func saidBy(r tokens.Reply, answer any) map[string]any {
	said := map[string]any{}
	switch r.Challenge {
	case tokens.NewPasswordRequired:
		said["newPassword"] = string(r.NewPassword)
		if given, _ := answer.(map[string]any); given["attributes"] != nil {
			said["attributes"] = r.Attributes
		}
	case tokens.SelectFactor:
		said["mfaType"] = r.Factor
	case tokens.SelectChallenge, tokens.PasswordAsked, tokens.SRPAsked:
		for name, text := range map[string]string{"choice": r.Choice, "password": string(r.Password), "srpA": r.SRPA} {
			if text != "" {
				said[name] = text
			}
		}
	case tokens.PasswordVerifier:
		said["secretBlock"], said["signature"], said["timestamp"] = r.Proof.SecretBlock, r.Proof.Signature, r.Proof.Timestamp
	case tokens.Passkey:
		var credential any
		_ = json.Unmarshal([]byte(r.Credential), &credential)
		said["credential"] = credential
	default:
		said["code"] = string(r.Code)
	}
	all := map[string]any{"challenge": r.Challenge, "username": r.Username, "answer": said}
	if r.Session != "" {
		all["session"] = string(r.Session)
	}
	return all
}
