package live_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"portcullis/api/live"
	"portcullis/policy"
)

func revocations(text any) change {
	return func(c, _ map[string]any) { c["authorizer"].(map[string]any)["revocations"] = text }
}

// names of revocations, as an authorizer writes them.
var (
	ofToken  = "jti-" + strings.Repeat("a", 43)
	ofFamily = "origin_jti-" + strings.Repeat("B", 43)
	ofUser   = "sub-" + strings.Repeat("0", 43)
	ofID     = "sub-" + strings.Repeat("_", 43)
	ofIssuer = "iss-" + strings.Repeat("-", 43)
	ofAll    = strings.Join([]string{ofToken, ofFamily, ofUser, ofID, ofIssuer}, " ")
)

// source is Revocations that keeps what it is asked.
type source struct {
	revoked bool
	err     error
	during  func() // what happens while it is asked
	asked   []string
}

func (s *source) Revoked(_ context.Context, names []string, issuedAt time.Time) (bool, error) {
	at := "0"
	if !issuedAt.IsZero() {
		at = fmt.Sprintf("%d", issuedAt.Unix())
	}
	if issuedAt.Equal(time.Unix(0, 0)) {
		at = "1970"
	}
	s.asked = append(s.asked, at+" "+strings.Join(names, " "))
	if s.during != nil {
		s.during()
	}
	return s.revoked, s.err
}

// TestRevocations: a message that the rules allow goes on where its sender's credential is not revoked, and nowhere where nobody can
// tell; a message that is refused anyway asks nobody.
func TestRevocations(t *testing.T) {
	errTest := errors.New("made by a test")
	const issued = "1705751297 "
	good := revocations(issued + ofAll)
	for name, test := range map[string]struct {
		change []change
		source *source
		reason string
		asked  string
	}{
		"not revoked":               {[]change{good}, &source{}, "allowed", issued + ofAll},
		"revoked":                   {[]change{good}, &source{revoked: true}, "revoked", issued + ofAll},
		"nobody can tell":           {[]change{good}, &source{err: errTest}, "revocations-unavailable", issued + ofAll},
		"revoked, with an error":    {[]change{good}, &source{revoked: true, err: errTest}, "revocations-unavailable", issued + ofAll},
		"one name":                  {[]change{revocations(issued + ofIssuer)}, &source{revoked: true}, "revoked", issued + ofIssuer},
		"of unknown age":            {[]change{revocations("0 " + ofIssuer)}, &source{revoked: true}, "revoked", "0 " + ofIssuer},
		"the earliest":              {[]change{revocations("1 " + ofIssuer)}, &source{}, "allowed", "1 " + ofIssuer},
		"the latest":                {[]change{revocations("253402300799 " + ofIssuer)}, &source{}, "allowed", "253402300799 " + ofIssuer},
		"nothing would revoke it":   {nil, &source{revoked: true}, "allowed", ""},
		"a public route":            {[]change{good, key("open")}, &source{revoked: true}, "revoked", issued + ofAll},
		"the rules say no":          {[]change{good, key("closed")}, &source{err: errTest}, "not-allowed", ""},
		"no such route":             {[]change{good, key("other")}, &source{err: errTest}, "route-unknown", ""},
		"no grant":                  {[]change{good, grant("")}, &source{err: errTest}, "grant-invalid", ""},
		"the grant has ended":       {[]change{good, grant("1;1705755296;7;bearer=chat;")}, &source{err: errTest}, "grant-ended", ""},
		"another schema":            {[]change{good, body(`{}`)}, &source{err: errTest}, "body-invalid", ""},
		"a bad text, nobody is let": {[]change{revocations("bad"), key("closed")}, &source{}, "not-allowed", ""},
		"nobody revokes":            {[]change{good}, nil, "allowed", ""},
		"nobody revokes, bad text":  {[]change{revocations("bad")}, nil, "revocations-invalid", ""},
	} {
		var log bytes.Buffer
		next := &handler{}
		c := live.Config{Rules: chat(t), Next: next, Now: func() time.Time { return before }, Log: slog.New(slog.NewJSONHandler(&log, nil))}
		asked := []string(nil)
		if test.source != nil {
			c.Revocations = test.source
		}
		guard, err := live.New(c)
		if err != nil {
			t.Fatal(err)
		}
		output, err := guard.Invoke(t.Context(), eventOf(t, "message", test.change...))
		if test.source != nil {
			asked = test.source.asked
		}
		want, level := "Forbidden", "INFO"
		switch test.reason {
		case "allowed":
			want = "next"
		case "body-invalid":
			want = "Bad request body"
		case "revocations-unavailable":
			want, level = "", "ERROR"
		}
		var unavailable *live.RevocationsUnavailableError
		if want == "" && (!errors.As(err, &unavailable) || !errors.Is(err, errTest) || output != nil) || want != "" && (err != nil || !strings.Contains(string(output), want)) {
			t.Errorf("%s: %s, %v", name, output, err)
		}
		if (next.calls == 1) != (test.reason == "allowed") || strings.Join(asked, "; ") != test.asked {
			t.Errorf("%s: the next handler was called %d times, and asked was %q", name, next.calls, asked)
		}
		if line := log.String(); !strings.Contains(line, `"level":"`+level+`","msg":"message","decision":"`+map[bool]string{true: "allow", false: "deny"}[test.reason == "allowed"]+`","reason":"`+test.reason+`"`) ||
			strings.Count(line, "\n") != 1 || (want == "") != strings.Contains(line, errTest.Error()) || strings.Contains(line, ofIssuer) {
			t.Errorf("%s: logged %s", name, line)
		}
	}
}

// TestGrantEndsMeanwhile: a credential that ends while it is asked whether it is revoked has ended.
func TestGrantEndsMeanwhile(t *testing.T) {
	for passes, want := range map[time.Duration]int{0: 1, time.Nanosecond: 0, time.Hour: 0} {
		now, next := before, &handler{}
		s := &source{during: func() { now = now.Add(passes) }}
		var log bytes.Buffer
		guard, err := live.New(live.Config{Rules: chat(t), Next: next, Revocations: s, Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		output, err := guard.Invoke(t.Context(), eventOf(t, "message", revocations("1 "+ofIssuer)))
		if err != nil || next.calls != want || strings.Contains(log.String(), "reason=grant-ended") != (want == 0) || strings.Contains(string(output), "Forbidden") != (want == 0) {
			t.Errorf("after %v: %s, %v, %d calls; logged %s", passes, output, err, next.calls, &log)
		}
	}
	// Without an end there is none meanwhile.
	next := &handler{}
	guard, err := live.New(live.Config{Rules: chat(t), Next: next, Revocations: &source{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if output, err := guard.Invoke(t.Context(), eventOf(t, "message", grant("1;;7;bearer=chat;"), revocations("1 "+ofIssuer))); err != nil || next.calls != 1 {
		t.Errorf("%s, %v", output, err)
	}
}

// badRevocations are such as no authorizer writes.
var badRevocations = []any{
	nil, 7, true, []string{"0 " + ofIssuer}, map[string]any{}, "", " ", "0", "0 ", "1705751297", ofIssuer, " " + ofIssuer, ofIssuer + " 0",
	"00 " + ofIssuer, "01 " + ofIssuer, "+1 " + ofIssuer, "-1 " + ofIssuer, "1.5 " + ofIssuer, "1e3 " + ofIssuer, "x " + ofIssuer, "253402300800 " + ofIssuer, "9223372036854775808 " + ofIssuer,
	" 0 " + ofIssuer, "0  " + ofIssuer, "0 " + ofIssuer + " ", "0 " + ofIssuer + "\n", "0\t" + ofIssuer, "0 " + ofUser + "  " + ofIssuer, "0 " + ofUser + "," + ofIssuer, "0\u00a0" + ofIssuer,
	"0 " + ofIssuer + " " + ofIssuer, "0 " + ofUser + " " + ofIssuer + " " + ofUser, "0 " + ofAll + " " + ofToken, "0 " + ofAll + " sub-" + strings.Repeat("c", 43),
	"0 " + ofIssuer[:46], "0 " + ofIssuer + "a", "0 " + ofIssuer[:46] + "=", "0 " + ofIssuer[:46] + "é", "0 ISS-" + ofIssuer[4:], "0 iss" + ofIssuer[4:], "0 iss_" + ofIssuer[4:], "0 -" + ofIssuer[4:],
	"0 owner-" + ofIssuer[4:], "0 hidden " + ofIssuer, "0 " + ofUser + " hidden",
}

// TestBadRevocations: by a text that names no revocations nobody can be asked, so that who has it neither connects nor sends.
func TestBadRevocations(t *testing.T) {
	for _, text := range badRevocations {
		for name, want := range map[string]string{"message": forbidden, "connect": `{"message":"Forbidden"}`} {
			var log bytes.Buffer
			next, s := &handler{}, &source{}
			guard, err := live.New(live.Config{Rules: chat(t), Next: next, Revocations: s, Now: func() time.Time { return before }, Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			output, err := guard.Invoke(t.Context(), eventOf(t, name, revocations(text)))
			if err != nil || next.calls > 0 || len(s.asked) > 0 || !strings.Contains(string(output), strings.Trim(fmt.Sprintf("%q", want), `"`)) {
				t.Errorf("%s, %q: %s, %v; asked %q", name, text, output, err, s.asked)
			}
			if line := log.String(); !strings.Contains(line, "decision=deny reason=revocations-invalid") || strings.Contains(line, "hidden") {
				t.Errorf("%s, %q: logged %s", name, text, line)
			}
		}
	}
}

// TestConnectingAsksNobody: the authorizer has just done so, and the end of a connection is told whoever it was.
func TestConnectingAsksNobody(t *testing.T) {
	open := rulesOf(t, rule("$connect", policy.Access{Public: true}, "", ""))
	for _, test := range []struct {
		event  string
		rules  *policy.Rules
		change change
		calls  int
	}{
		{"connect", chat(t), revocations("0 " + ofIssuer), 1},
		{"disconnect", chat(t), revocations("0 " + ofIssuer), 1},
		{"disconnect", chat(t), revocations("bad"), 1},
		{"connect", open, func(c, _ map[string]any) { c["authorizer"] = map[string]any{"revocations": "bad"} }, 0},
		{"connect", open, func(c, _ map[string]any) { delete(c, "authorizer") }, 1},
	} {
		next, s := &handler{}, &source{revoked: true}
		guard, err := live.New(live.Config{Rules: test.rules, Next: next, Revocations: s, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if output, err := guard.Invoke(t.Context(), eventOf(t, test.event, test.change)); err != nil || next.calls != test.calls || len(s.asked) > 0 {
			t.Errorf("%s: %s, %v, %d calls; asked %q", test.event, output, err, next.calls, s.asked)
		}
	}
}

// FuzzRevocations: by whatever text a message is let through, all that it says was asked, and each name is one of a revocation.
func FuzzRevocations(f *testing.F) {
	f.Add("1705751297 " + ofAll)
	f.Add("0 " + ofIssuer)
	for _, bad := range badRevocations {
		if text, is := bad.(string); is {
			f.Add(text)
		}
	}
	name := regexp.MustCompile(`^(jti|origin_jti|sub|iss)-[A-Za-z0-9_-]{43}$`)
	rules := chat(f)
	f.Fuzz(func(t *testing.T, text string) {
		next, s := &handler{}, &source{}
		guard, err := live.New(live.Config{Rules: rules, Next: next, Revocations: s, Now: func() time.Time { return before }, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := guard.Invoke(t.Context(), eventOf(t, "message", revocations(text))); err != nil {
			t.Fatal(err)
		}
		if next.calls == 0 {
			return
		}
		if len(s.asked) != 1 || s.asked[0] != text {
			t.Fatalf("%q is let through, and asked was %q", text, s.asked)
		}
		names := strings.Split(text, " ")[1:]
		for _, n := range names {
			if !name.MatchString(n) {
				t.Errorf("%q is let through", text)
			}
		}
	})
}
