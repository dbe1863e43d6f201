package gateway_test

import (
	"fmt"
	"testing"
)

// TestOddQueries: no part of a query is lost on its way to authorizers and functions.
func TestOddQueries(t *testing.T) {
	text := with(requestModeText, "SOURCES", "method.request.querystring.token", "300", "0")
	rest := startStage(t, text, nil)
	rest.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
	http := newHTTPStage(t, with(httpModeText, "$request.header.Authorization", "$request.querystring.token", "300", "0"), nil)
	http.token.code = rest.token.code
	for query, want := range map[string]string{
		"token=a;b":              "map[token:a;b]",
		"token=a;admin=1":        "map[token:a;admin=1]",
		"token=100%":             "map[token:100%]",
		"token=%zz":              "map[token:%zz]",
		"token=a%26b%3Dc":        "map[token:a&b=c]",
		"token=a=b":              "map[token:a=b]",
		"token=a&&%zz=1":         "map[%zz:1 token:a]",
		"token=a&=b":             "map[:b token:a]",
		"token=a&flag":           "map[flag: token:a]",
		"%74oken=a+b%2B":         "map[token:a b+]",
		"token=%C3%A4%E2%82%AC":  "map[token:ä€]",
		"token=a?token=b":        "map[token:a?token=b]",
		"token=%2525":            "map[token:%25]",
		"token[]=x&token=y&to=z": "map[to:z token:y token[]:x]",
	} {
		for name, s := range map[string]*stage{"REST": rest, "HTTP": http} {
			if got := s.send(t, "GET /test/things?"+query); got.status != 200 {
				t.Errorf("%s: ?%s: %d %s", name, query, got.status, got.body)
				continue
			}
			for who, event := range map[string]map[string]any{"authorizer": s.token.last(t), "function": s.things.last(t)} {
				if told := fmt.Sprint(event["queryStringParameters"]); told != want {
					t.Errorf("%s: ?%s: the %s is told %s, want %s", name, query, who, told, want)
				}
			}
		}
	}
	for _, query := range []string{"", "?Token=a", "?token=", "?token", "?token%00=a", "?token+=a", "?;token=a", "?x=y;token=a"} {
		for name, s := range map[string]*stage{"REST": rest, "HTTP": http} {
			calls := s.token.calls()
			if got := s.send(t, "GET /test/things"+query); got.status != 401 || s.token.calls() != calls {
				t.Errorf("%s: %s: %d, asked: %v", name, query, got.status, s.token.calls() > calls)
			}
		}
	}
}

// TestNoStageVariables: a mode with none at all and one with an empty list of them give the same event.
func TestNoStageVariables(t *testing.T) {
	empty := func(c *setting) { c.Mode.StageVariables = map[string]string{} }
	for name, s := range map[string]*stage{
		"REST":     newStage(t, empty),
		"HTTP 1.0": newHTTPStage(t, with(httpModeText, `"2.0"`, `"1.0"`), empty),
	} {
		s.send(t, "GET /test/open")
		if value, there := s.things.last(t)["stageVariables"]; value != nil || !there {
			t.Errorf("%s: stageVariables %v (%v), want null", name, value, there)
		}
	}
}
