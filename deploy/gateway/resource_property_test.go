package gateway_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// plainStatement is a statement of a random policy, with what it means as plainly as can be.
type plainStatement struct {
	allow     bool
	principal string // everyone, account, role, or not reader: all but the caller who signs as the reader
	resource  string // with * alone
	condition string // "", home, not home, agent
}

func (s plainStatement) json() string {
	principal := map[string]string{
		"everyone": `"Principal": "*"`, "account": `"Principal": {"AWS": "123456789012"}`, "role": `"Principal": {"AWS": ["arn:aws:iam::123456789012:role/reader"]}`,
		"not reader": `"NotPrincipal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:role/reader", "arn:aws:sts::123456789012:assumed-role/reader/desk"]}`,
	}[s.principal]
	condition := map[string]string{
		"": "", "home": `, "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}`,
		"not home": `, "Condition": {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}`,
		"agent":    `, "Condition": {"StringLike": {"aws:UserAgent": "good*"}}`,
	}[s.condition]
	effect := map[bool]string{true: "Allow", false: "Deny"}[s.allow]
	return fmt.Sprintf(`{"Effect": %q, %s, "Action": "execute-api:Invoke", "Resource": %q%s}`, effect, principal, "execute-api:/"+s.resource, condition)
}

// plainRequest is a request, and what the caller's own policy says of it.
type plainRequest struct {
	method, path, address, agent string
	signed                       bool   // by the reader; else there is a token
	own                          string // allow, silent or deny; "": nobody is asked
}

// holds tells whether a statement is about a request: not, or as itself, or as one of the account.
func (s plainStatement) holds(r plainRequest) (is, asAccount bool) {
	pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(s.resource), `\*`, ".*") + "$"
	if !regexp.MustCompile(pattern).MatchString("test/" + r.method + r.path) {
		return false, false
	}
	address := netip.MustParseAddr(r.address)
	home := netip.MustParsePrefix("10.0.0.0/8").Contains(address) || netip.MustParsePrefix("2001:db8::/32").Contains(address)
	switch s.condition {
	case "home":
		is = home
	case "not home":
		is = !home
	case "agent":
		is = strings.HasPrefix(r.agent, "good")
	default:
		is = true
	}
	switch s.principal {
	case "account":
		return is && r.signed, true
	case "role":
		return is && r.signed, false
	case "not reader":
		return is && !r.signed, false
	}
	return is, false
}

// plainAnswer is whether the request reaches the function, by the tables of AWS.
func plainAnswer(policy []plainStatement, r plainRequest) bool {
	allowed, denied := false, false
	for _, s := range policy {
		switch is, asAccount := s.holds(r); {
		case is && !s.allow:
			denied = true
		case is && !asAccount: // what is left to the account, its own policy says
			allowed = true
		}
	}
	switch {
	case denied || r.own == "deny":
		return false
	case r.own == "":
		return allowed
	case r.own == "allow":
		return true
	}
	return allowed
}

// through sends a request from an address, and tells whether it reached the function.
func (s *stage) through(t *testing.T, r plainRequest) bool {
	t.Helper()
	request, err := s.sign(asReader.to(r.method + " /test" + r.path).but(func(b *signing) {
		if !r.signed {
			b.key = ""
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !r.signed && r.own != "" {
		request.Header.Set("Authorization", "Bearer "+map[string]string{"allow": "all", "silent": "about-nothing", "deny": "deny"}[r.own])
	}
	request.Header.Set("User-Agent", r.agent)
	request.RequestURI, request.RemoteAddr = request.URL.RequestURI(), netip.AddrPortFrom(netip.MustParseAddr(r.address), 1).String()
	request.Host = request.URL.Host
	before, w := s.things.calls(), httptest.NewRecorder()
	s.handler.ServeHTTP(w, request)
	reached := s.things.calls() > before
	if reached != (w.Code == http.StatusOK) {
		t.Fatalf("%+v: status %d, and the function was called: %v", r, w.Code, reached)
	}
	return reached
}

// TestRandomPolicies: what reaches the function is what a plain reading of the policy and of AWS's tables lets through, in modes of each
// kind; and a Deny more never opens a request, nor does an Allow less.
func TestRandomPolicies(t *testing.T) {
	d := rand.New(rand.NewPCG(29, 3))
	one := func(of ...string) string { return of[d.IntN(len(of))] }
	random := func() plainStatement {
		s := plainStatement{
			allow: d.IntN(5) < 3, principal: one("everyone", "everyone", "account", "role", "not reader"), condition: one("", "", "home", "not home", "agent"),
			resource: one("*", "*/GET/*", "test/GET/things", "*/things/*", "*/DELETE/*", "test/*/open", "prod/*", "*/GET/things/special"),
		}
		if s.allow && s.principal == "not reader" {
			s.principal = "everyone"
		}
		return s
	}
	counts := map[string]int{}
	for round := range 150 {
		var statements []plainStatement
		for range 1 + d.IntN(4) {
			statements = append(statements, random())
		}
		iam := round%2 == 0
		serve := func(policy []plainStatement) *stage {
			var texts []string
			for _, s := range policy {
				texts = append(texts, s.json())
			}
			mode := modeText
			if iam {
				mode = iamModeText
			}
			s := makeStage(t, mode, withPolicy(t, texts...))
			s.url = "http://api.example"
			known := s.token.code
			s.token.code = func(event []byte) (string, error) {
				if strings.Contains(string(event), "about-nothing") {
					return authorizerAnswer("this", arnPrefix+"GET/nothing")
				}
				return known(event)
			}
			return s
		}
		all := serve(statements)
		type variant struct {
			*stage
			at int // the statement that it lacks
		}
		var fewer []variant
		for i := range statements {
			if len(statements) > 1 {
				fewer = append(fewer, variant{serve(slices.Delete(slices.Clone(statements), i, i+1)), i})
			}
		}
		for range 12 {
			r := plainRequest{
				method: one("GET", "GET", "DELETE"), address: one("10.1.2.3", "192.0.2.7", "2001:db8::1", "2001:db9::1"), agent: one("good/1", "other"),
			}
			r.path = map[string]string{"GET": one("/things", "/things/7", "/things/special", "/open"), "DELETE": "/things/7"}[r.method]
			switch {
			case r.path == "/open":
			case iam:
				r.signed, r.own = true, "allow"
				if r.method == "DELETE" {
					r.own = "silent"
				} else if r.path == "/things/special" {
					r.own = "deny"
				}
			default:
				r.own = one("allow", "silent", "deny")
			}
			got, want := all.through(t, r), plainAnswer(statements, r)
			if got != want {
				t.Fatalf("%+v\nby %+v: reached %v, want %v", statements, r, got, want)
			}
			counts[fmt.Sprintf("iam %v, own %q: %v", iam, r.own, got)]++
			for _, v := range fewer {
				other := v.through(t, r)
				if statements[v.at].allow && other && !got || !statements[v.at].allow && got && !other {
					t.Fatalf("%+v\nby %+v: reached %v, and without statement %d %v", statements, r, got, v.at, other)
				}
			}
		}
	}
	for _, kind := range []string{`iam true, own "allow"`, `iam true, own "silent"`, `iam false, own "allow"`, `iam false, own "silent"`, `iam false, own ""`} {
		for _, reached := range []bool{true, false} {
			if n := counts[fmt.Sprintf("%s: %v", kind, reached)]; n < 10 {
				t.Errorf("only %d requests of %s end in %v: the test says little", n, kind, reached)
			}
		}
	}
}
