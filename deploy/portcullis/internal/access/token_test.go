package access

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/internal/inquiry"
)

// issuers is the value of ISSUERS for a fixture issuer.
func issuers(t *testing.T, issuer *verifytest.Issuer) string {
	t.Helper()
	text, err := json.Marshal([]map[string]any{{"issuer": issuer.URL, "audience": []string{verifytest.DefaultClientID}, "tokenUse": []string{"access"}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const groupScopes = `GROUP_SCOPES={"admins":["users/read","users/write"],"members":["users/self"]}`

// ask asks about a request with a token from stdin, and makes sure that no part of it is printed.
func ask(t *testing.T, token string, env []string, args ...string) outcome {
	t.Helper()
	got := access(t, token, append(env, groupScopes), append([]string{"explain", ours, "--token", "-"}, args...)...)
	for _, part := range strings.Split(token, ".") {
		if len(part) > 8 && strings.Contains(got.stdout+got.stderr, part) {
			t.Errorf("a part of the token is printed:\n%s%s", got.stdout, got.stderr)
		}
	}
	return got
}

func TestTokens(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	forger := verifytest.New(issuer.URL)
	trusted := []string{"ISSUERS=" + issuers(t, issuer)}
	member := verifytest.Options{Subject: "7", Groups: []string{"members", "unknown"}}
	admin := verifytest.Options{Groups: []string{"admins"}}
	old := verifytest.Options{Groups: []string{"admins"}, IssuedAt: time.Now().Add(-2 * time.Hour)}
	get := []string{"--method", "GET", "--path", "/users/7"}
	tests := []struct {
		name   string
		token  string
		env    []string
		args   []string
		status int
		want   []string
	}{
		{"verified", issuer.CognitoAccess(admin), trusted, get, 0, []string{"token     verified\n", "groups admins\n", "decision  allow\n", "DateLessThanIfExists"}},
		{"pasted with its scheme", "Bearer " + issuer.CognitoAccess(admin) + "\n", trusted, get, 0, []string{"token     verified\n"}},
		{"--issuers", issuer.CognitoAccess(admin), nil, append(get, "--issuers", issuers(t, issuer)), 0, []string{"token     verified\n"}},
		{"verified, its own", issuer.CognitoAccess(member), trusted, get, 0, []string{"groups members, unknown (which has no scopes)", "alternative 3 of 4"}},
		{"verified, another's", issuer.CognitoAccess(member), trusted, []string{"--method", "GET", "--path", "/users/8"}, 1,
			[]string{"{id} is not the caller's own id", "decision  deny (403)\n"}},
		{"forged", forger.CognitoAccess(admin), trusted, get, 1, []string{"token     REFUSED: token: key-unknown", "decision  deny: the authorizer refuses the token (401)\n"}},
		{"expired", issuer.CognitoAccess(old), trusted, get, 1, []string{"REFUSED: token: token-expired", "(401)"}},
		{"malformed", "no.token", trusted, get, 1, []string{"REFUSED: token: token-malformed"}},
		{"not verified", issuer.CognitoAccess(admin), nil, get, 1, []string{"NOT VERIFIED", "rules     allow", "evaluated allowed", "decision  NOT KNOWN: allow if the token is good"}},
		{"forged, not verified", forger.CognitoAccess(admin), nil, get, 1, []string{"NOT VERIFIED", "decision  NOT KNOWN"}},
		{"not verified, denied", issuer.CognitoAccess(member), nil, []string{"--method", "DELETE", "--path", "/users/7"}, 1, []string{"NOT VERIFIED", "decision  deny (403)"}},
		{"not verified, expired", issuer.CognitoAccess(old), nil, get, 1, []string{"REFUSED: it ended at"}},
		{"not verified, malformed", "a.b", nil, get, 1, []string{"REFUSED: it is no JSON Web Token"}},
		{"not verified, too large", issuer.CognitoAccess(verifytest.Options{Extra: map[string]any{"x": strings.Repeat("x", 10<<10)}}), nil, get, 1, []string{"REFUSED: it is no JSON Web Token"}},
		{"control characters", issuer.CognitoAccess(verifytest.Options{Subject: "\x1b[31m", Groups: []string{"\x1b[2J"}}), nil, get, 1, []string{`id "\x1b[31m"`, `"\x1b[2J"`}},
		{"no route", issuer.CognitoAccess(admin), trusted, []string{"--method", "PATCH", "--path", "/users/7"}, 1, []string{"route     none; the path is served for DELETE, GET, PUT\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ask(t, test.token, test.env, test.args...)
			if got.status != test.status || got.stderr != "" {
				t.Errorf("status %d, want %d; stderr %q", got.status, test.status, got.stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(got.stdout, want) {
					t.Errorf("want %q in\n%s", want, got.stdout)
				}
			}
			if test.status != 0 && strings.Contains(got.stdout, "decision  allow") {
				t.Errorf("it is called allowed:\n%s", got.stdout)
			}
		})
	}
}

// TestTokensJSON: a line a case: what programs are told of a token, and of the decision.
func TestTokensJSON(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	trusted := []string{"ISSUERS=" + issuers(t, issuer)}
	admin := issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}})
	for _, test := range []struct {
		token           string
		env             []string
		decision, trust string
		asked           bool // an authorizer answers a document
	}{
		{admin, trusted, "allow", "verified", true},
		{admin, nil, "unknown", "unverified", true},
		{issuer.CognitoAccess(verifytest.Options{}), trusted, "deny", "verified", true},
		{verifytest.New(issuer.URL).CognitoAccess(verifytest.Options{}), trusted, "deny", "refused", false},
		{"no.token", nil, "deny", "refused", false},
	} {
		got := ask(t, test.token, test.env, "--method", "GET", "--path", "/users/7", "-o", "json")
		var a inquiry.Answer
		if err := json.Unmarshal([]byte(got.stdout), &a); err != nil {
			t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
		}
		if a.Decision != test.decision || string(a.Caller.Trust) != test.trust || (a.Document != nil) != test.asked || (got.status == 0) != (test.decision == "allow") {
			t.Errorf("status %d, want %s, %s:\n%s", got.status, test.decision, test.trust, got.stdout)
		}
	}
}

// TestCannotTell: where the issuer's keys cannot be had, nothing is said of the token.
func TestCannotTell(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	issuer.Outage(true)
	got := ask(t, issuer.CognitoAccess(verifytest.Options{}), []string{"ISSUERS=" + issuers(t, issuer)}, "--method", "GET", "--path", "/users")
	if got.status != 2 || got.stdout != "" || !strings.Contains(got.stderr, "the token can be neither accepted nor refused") {
		t.Errorf("status %d, stdout %q, stderr %q", got.status, got.stdout, got.stderr)
	}
}

// TestClockSkew: the verifier has the authorizers' CLOCK_SKEW.
func TestClockSkew(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	late := issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}, IssuedAt: time.Now().Add(-time.Hour - time.Minute)})
	for skew, want := range map[string]int{"": 1, "0s": 1, "4m": 0, "6m": 2, "-1s": 2, "soon": 2} {
		env := []string{"ISSUERS=" + issuers(t, issuer), "CLOCK_SKEW=" + skew}
		if got := ask(t, late, env, "--method", "GET", "--path", "/users"); got.status != want {
			t.Errorf("CLOCK_SKEW %q: status %d, want %d; %s%s", skew, got.status, want, got.stdout, got.stderr)
		}
	}
}

// TestClock: it is the session's that tells whether a token has ended, verified or not.
func TestClock(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	admin := issuer.CognitoAccess(verifytest.Options{Groups: []string{"admins"}})
	tomorrow := func() time.Time { return time.Now().Add(24 * time.Hour) }
	for want, env := range map[string][]string{"REFUSED: token: token-expired": {"ISSUERS=" + issuers(t, issuer)}, "REFUSED: it ended at": nil} {
		got := accessAt(t, tomorrow, admin, env, "explain", ours, "--token", "-", "--method", "GET", "--path", "/users")
		if got.status != 1 || !strings.Contains(got.stdout, want) {
			t.Errorf("status %d, want %q\n%s%s", got.status, want, got.stdout, got.stderr)
		}
	}
}

// TestPublicNeedsNoToken: the gateway asks no authorizer, so that not even a bad token matters.
func TestPublicNeedsNoToken(t *testing.T) {
	got := access(t, "no.token", nil, "explain", "testdata/odd.yaml", "--token", "-", "--method", "post", "--path", "/tokens")
	if got.status != 0 || !strings.Contains(got.stdout, "allow: the gateway asks no authorizer, whatever the credentials") {
		t.Errorf("status %d\n%s%s", got.status, got.stdout, got.stderr)
	}
}
