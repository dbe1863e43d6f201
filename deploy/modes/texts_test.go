package modes_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"portcullis/deploy/modes"
)

// TestTexts: a member takes the texts of a pattern and no others. The texts are pieces, pieces put together at random, and good
// ones of those with one more before or behind them.
func TestTexts(t *testing.T) {
	for _, test := range []struct {
		name, base, pattern string
		set                 func(m *modes.Mode, text string)
		pieces              []string
	}{
		{"stage name", "token", `^[A-Za-z0-9_-]{1,128}$`, func(m *modes.Mode, text string) { m.Name = text }, nil},
		{"variable name", "token", `^[A-Za-z0-9_]{1,64}$`, func(m *modes.Mode, text string) { m.StageVariables = map[string]string{text: "a"} }, nil},
		{"variable value", "token", `^[A-Za-z0-9._~:/?#&=,-]{1,512}$`, func(m *modes.Mode, text string) { m.StageVariables = map[string]string{"a": text} }, nil},
		{"media type", "token", `^[A-Za-z0-9!#$&^_.+*-]+/[A-Za-z0-9!#$&^_.+*-]+$`, func(m *modes.Mode, text string) { m.BinaryMediaTypes = []string{text} }, []string{"a", "/", "image/"}},
		{"method and path", "token", `^(DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|ANY) /\S*$`, func(m *modes.Mode, text string) {
			m.Throttle = &modes.StageThrottle{Methods: map[string]modes.Throttle{text: {}}}
		}, []string{"GET", "GET /", "ANY /a", " ", "/", "\u00a0"}},
		{"method", "lambda", `^(DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|ANY|\*)$`, func(m *modes.Mode, text string) { m.CORS.AllowMethods = []string{text} }, []string{"GET", "ANY", "*", "PUT"}},
		{"header of a response", "token", "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", func(m *modes.Mode, text string) {
			m.GatewayResponses = map[string]modes.GatewayResponse{"THROTTLED": {Headers: map[string]string{text: "a"}}}
		}, nil},
		{"header of CORS", "lambda", "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", func(m *modes.Mode, text string) { m.CORS.AllowHeaders = []string{text} }, nil},
		{"access key", "iam", `^\w{16,128}$`, func(m *modes.Mode, text string) { m.LocalCallers[0].AccessKeyID = text }, []string{"AKIAADMIN0000000", "_", "0"}},
		{"what a response is kept by", "cache", `^(method\.request\.(path|header|querystring)\.[A-Za-z0-9._$-]+|context\.authorizer\.principalId|context\.identity\.userArn)$`,
			func(m *modes.Mode, text string) {
				m.Cache.Methods = map[string]modes.CachedMethod{"GET /a": {KeyParameters: []string{text}}}
			}, []string{"method.request.", "path.", "header.", "querystring.", "body.", "a", "context.authorizer.principalId", "context.identity.userArn"}},
		{"source of a REST API", "request", `^(method\.request\.(header|querystring|multivalueheader|multivaluequerystring)\.[A-Za-z0-9._$-]+|context\.[A-Za-z0-9._]+|stageVariables\.\w+)$`,
			setSource, []string{"method.request.", "header.", "querystring.", "multivalueheader.", "multivaluequerystring.", "context.", "stageVariables.", "a", "$"}},
		{"source of an HTTP API", "lambda", `^(\$request\.(header|querystring)\.[A-Za-z0-9._$-]+|\$context\.[A-Za-z0-9._]+|\$stageVariables\.\w+)$`,
			func(m *modes.Mode, text string) { setSource(m, text); m.Authorizer.EnableSimpleResponses = false },
			[]string{"$", "request.", "$request.", "header.", "querystring.", "$context.", "$stageVariables.", "a"}},
		{"source of a token", "token", `^method\.request\.header\.[A-Za-z0-9-]+$`, setSource, []string{"method.request.header.", "method.request.header.", "method.request.header.a", "querystring.", "-"}},
		{"source of a JWT", "jwt", `^\$request\.(header\.[A-Za-z0-9-]+|querystring\.[A-Za-z0-9._-]+)$`, setSource, []string{"$request.", "$request.header.", "$request.header.a", "$request.querystring.", "$request.querystring.a", "-"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := modes.Parse("test.yaml", []byte(bases[test.base]))
			if err != nil {
				t.Fatal(err)
			}
			pattern := regexp.MustCompile(test.pattern)
			pieces := append(test.pieces, "a", "Z", "0", "", "_", "-", ".", "~", "$", "\n", " ", "\t", "\f", "\r", "\v", "é", "\xff", "\ufffd",
				strings.Repeat("a", 62), strings.Repeat("b", 125), strings.Repeat("c", 508))
			for c := '!'; c <= '~'; c++ {
				pieces = append(pieces, string(c))
			}
			for _, length := range []int{15, 16, 64, 128, 512} {
				pieces = append(pieces, strings.Repeat("d", length))
			}
			random, seen := rand.New(rand.NewPCG(1, 2)), map[bool]int{}
			try := func(text string) (good bool) {
				test.set(m, text)
				want, got := pattern.MatchString(text), m.Check()
				seen[want]++
				if (got == nil) != want {
					t.Errorf("%q: %v, and the pattern matches: %v", text, got, want)
				}
				return want
			}
			for _, piece := range pieces {
				try(piece)
			}
			more := 0
			for range 1500 {
				var text string
				for range 1 + random.IntN(4) {
					// Half of the pieces are those at the front, so that texts get good.
					text += pieces[random.IntN(min(len(pieces), 8+random.IntN(2)*len(pieces)))]
				}
				if try(text) && more < 40 {
					more++
					for _, piece := range pieces {
						try(text + piece)
						try(piece + text)
					}
				}
			}
			if seen[true] < 50 || seen[false] < 50 {
				t.Errorf("%d good texts, and %d others", seen[true], seen[false])
			}
		})
	}
}

func setSource(m *modes.Mode, text string) { m.Authorizer.IdentitySource = []string{text} }
