package policy_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/policy"
)

// TestGrant pins the form of a grant: what messages ask for of the caller, and no more.
func TestGrant(t *testing.T) {
	rules := mustRules(t, rule("GET", "/a", bearer("other")), rule(policy.RouteConnect, "", bearer("connect")),
		message("send", "", bearer("write", "read")), message("own", "$request.body.user", bearer("self", "a;b=c,d%")),
		message("key", "", policy.Access{Alternatives: []policy.Alternative{{{Scheme: "apiKey", Scopes: []string{"write"}}}}}))
	end := time.Unix(1_767_225_600, 999)
	tests := []struct {
		who  policy.Caller
		want string
	}{
		{caller("7", "write other connect read"), "1;;7;bearer=read,write;"},
		{policy.Caller{ID: "7"}, "1;;7;"},
		{policy.Caller{ID: "7", Schemes: []string{"other"}, Scopes: []string{"read"}, Expires: end}, "1;1767225600;7;"},
		{policy.Caller{ID: "7", Schemes: []string{"bearer", "apiKey", "bearer"}, Scopes: []string{"write", "write", "self"}}, "1;;7;apiKey=write;bearer=self,write;"},
		{policy.Caller{ID: "7", Schemes: []string{"apiKey", "bearer"}, SchemeScopes: map[string][]string{"bearer": {"read"}, "other": {"write"}}}, "1;;7;apiKey=;bearer=read;"},
		{policy.Caller{ID: "7", OwnsNothing: true, Schemes: []string{"bearer"}, Scopes: []string{"self"}}, "1;;;bearer=self;"},
		{caller("*", "self"), "1;;;bearer=self;"},
		{caller("../7", "self"), "1;;;bearer=self;"},
		{caller("é;=,", "a;b=c,d%"), "1;;%C3%A9%3B%3D%2C;bearer=a%3Bb%3Dc%2Cd%25;"},
	}
	for _, test := range tests {
		text, err := rules.EncodeGrant(test.who)
		if err != nil || text != test.want {
			t.Errorf("%+v: %q, %v; want %q", test.who, text, err, test.want)
		}
		if _, err := policy.DecodeGrant(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if text, err := rules.EncodeGrant(policy.Caller{Schemes: []string{"bearer"}}); !errors.As(err, new(*policy.GrantError)) || text != "" {
		t.Errorf("%q, %v for a caller of whom nothing is known", text, err)
	}
}

// TestGrantsAreStrict: a text that is written in any other way than grants are is none.
func TestGrantsAreStrict(t *testing.T) {
	for _, text := range []string{
		"", ";", "1", "1;;", "1;;7", "2;;7;", "01;;7;", " 1;;7;", "1;;7;\n", "1;;7; ",
		"1;0x10;7;", "1;+5;7;", "1;-0;7;", "1;005;7;", "1;1.5;7;", "1;1e9;7;", "1;99999999999999999999;7;", "1; 5;7;", "1;-62135596800;7;",
		"1;;*;", "1;;%2A;", "1;;%37;", "1;;a/b;", "1;;..;", "1;;%ff;", "1;;%C3%a9;", "1;;é;", "1;;%;", "1;;a%zz;", "1;;" + strings.Repeat("a", 129) + ";",
		"1;;7;bearer", "1;;7;bearer;", "1;;7;bearer=read", "1;;7;bearer=read,;", "1;;7;bearer=,read;", "1;;7;bearer=read,,write;",
		"1;;7;bearer=write,read;", "1;;7;bearer=read,read;", "1;;7;bearer=read;bearer=write;", "1;;7;bearer=read;apiKey=read;", "1;;7;bearer=read write;",
		"1;;7;bearer=a=b;", "1;;7;;", "1;;7;bearer=%72ead;", "1;;7;bearer=\"read\";", `{"version":1}`,
		"1;;7;" + strings.Repeat("a", policy.MaxGrant) + "=;",
	} {
		who, err := policy.DecodeGrant(text)
		if !errors.As(err, new(*policy.GrantError)) || who.ID != "" || who.Schemes != nil {
			t.Errorf("%.60q is taken for %+v, %v", text, who, err)
		}
		if strings.Contains(fmt.Sprint(err), "bearer") {
			t.Errorf("the error %v quotes the text", err)
		}
	}
	for _, text := range []string{"1;;7;", "1;-5;7;", "1;0;;bearer=;", "1;;7;a=;b=;", "1;;" + strings.Repeat("a", 128) + ";"} {
		if _, err := policy.DecodeGrant(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestGrantsAreBounded: one of 4 KB is made and read, and one of a byte more is not.
func TestGrantsAreBounded(t *testing.T) {
	text := "1;;7;bearer="
	long := strings.Repeat("s", policy.MaxGrant-len(text)-len(";"))
	rules := mustRules(t, message("send", "", bearer(long, long+"s")))
	granted, err := rules.EncodeGrant(caller("7", long))
	if err != nil || len(granted) != policy.MaxGrant {
		t.Fatalf("%d bytes, %v", len(granted), err)
	}
	who, err := policy.DecodeGrant(granted)
	if err != nil || rules.DecideMessage(who, policy.Message{Key: "send"}) != policy.Allow {
		t.Errorf("%v of a grant that is as long as can be", err)
	}
	_, err = rules.EncodeGrant(caller("7", long+"s"))
	if large := (*policy.GrantError)(nil); !errors.As(err, &large) || large.Bytes != policy.MaxGrant+1 || !strings.Contains(err.Error(), "4097 bytes, and 4096 are the most") {
		t.Errorf("error %v, want a GrantError", err)
	}
	if _, err = policy.DecodeGrant(strings.Replace(granted, "=", "=s", 1)); !errors.As(err, new(*policy.GrantError)) || !strings.Contains(err.Error(), "4097 bytes") {
		t.Errorf("error %v, want a GrantError", err)
	}
}

// messages are random rules of messages.
func (c chance) messages() []policy.Rule {
	rules := []policy.Rule{rule("$connect", "", bearer("read")), rule("GET", "/a/{id}", bearer("write", "self"))}
	for _, key := range []string{"a", "b", "$default"} {
		access, owner := c.access(), "$request.body.id"
		if _, err := policy.NewRules([]policy.Rule{message(key, owner, access)}, owners); err != nil {
			owner = ""
		}
		rules = append(rules, message(key, owner, access))
	}
	return rules
}

// checkGrant holds what a caller's grant allows to what the caller itself may do: by the rules that made the grant the same, by
// others and where the text was cut never more.
func checkGrant(t *testing.T, c chance) (allowed, denied int) {
	t.Helper()
	made, others := newRules(t, c.messages(), owners), newRules(t, c.messages(), owners)
	who := c.caller()
	who.OwnsNothing = c.IntN(4) == 0
	if c.IntN(3) == 0 {
		who.Expires = time.Unix(int64(c.IntN(4)), 0)
	}
	text, err := made.EncodeGrant(who)
	if (err != nil) != (who.ID == "") {
		t.Fatalf("%+v: %v", who, err)
	}
	granted, err := policy.DecodeGrant(text)
	if (err != nil) != (who.ID == "") {
		t.Fatalf("%+v: %q: %v", who, text, err)
	}
	cut, _ := policy.DecodeGrant(text[:c.IntN(len(text)+1)])
	for range 20 {
		m := policy.Message{Key: c.pick("a", "b", "$default", "$connect", "other"), Owner: c.pick("a", "b", "*", "", "x|y", "a/b", "..", "?"), At: time.Unix(int64(c.IntN(4)), 0)}
		want := made.DecideMessage(who, m)
		if got := made.DecideMessage(granted, m); got != want {
			t.Fatalf("%+v by %+v: %s, and %s by the grant %q", m, who, want, got, text)
		}
		if want == policy.Deny && made.DecideMessage(cut, m) == policy.Allow || others.DecideMessage(who, m) == policy.Deny && others.DecideMessage(granted, m) == policy.Allow {
			t.Fatalf("%+v by %+v is denied, and allowed by the grant %q, or a cut one", m, who, text)
		}
		if want == policy.Allow {
			allowed++
		} else {
			denied++
		}
	}
	return allowed, denied
}

// TestGrantsDecideAsTheirCallers, for random rules, callers and messages.
func TestGrantsDecideAsTheirCallers(t *testing.T) {
	c := newChance(71)
	allowed, denied := 0, 0
	for range 3000 {
		a, d := checkGrant(t, c)
		allowed, denied = allowed+a, denied+d
	}
	if allowed < 4000 || denied < 4000 {
		t.Errorf("%d messages allowed and %d denied: the test says little", allowed, denied)
	}
}

// FuzzGrantsDecideAsTheirCallers is the same with draws that the fuzzer chooses.
func FuzzGrantsDecideAsTheirCallers(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, one, two uint64) { checkGrant(t, chance{rand.New(rand.NewPCG(one, two))}) })
}

// FuzzDecodeGrant: what is taken for a grant is one that its caller's own would be, letter by letter, and holds no scheme twice.
func FuzzDecodeGrant(f *testing.F) {
	for _, text := range []string{"1;;7;", "1;1767225600;;apiKey=;bearer=read,write;", "1;-5;%C3%A9;a%3B=%25;", "1;;7;bearer=read"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		who, err := policy.DecodeGrant(text)
		if err != nil {
			return
		}
		var rules []policy.Rule
		access := policy.Access{}
		for _, scheme := range who.Schemes {
			access.Alternatives = append(access.Alternatives, policy.Alternative{{Scheme: scheme, Scopes: who.SchemeScopes[scheme]}})
		}
		rules = append(rules, message("a", "", access))
		again, err := newRules(t, rules, nil).EncodeGrant(who)
		if err != nil || again != text || !slices.IsSorted(who.Schemes) {
			t.Errorf("%q is taken for %+v, whose grant is %q, %v", text, who, again, err)
		}
	})
}
