package authorizers_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"portcullis/authorizers"
	"portcullis/authorizers/verify/verifytest"
)

func tokenSources(t testing.TB, text string) authorizers.TokenSources {
	t.Helper()
	sources, err := authorizers.ParseTokenSources(text)
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

// query sets a query parameter of an event.
func query(name string, values ...string) func(map[string]any) {
	return func(e map[string]any) {
		for _, member := range []string{"queryStringParameters", "multiValueQueryStringParameters"} {
			if e[member] == nil {
				e[member] = map[string]any{}
			}
		}
		e["queryStringParameters"].(map[string]any)[name] = values[len(values)-1]
		e["multiValueQueryStringParameters"].(map[string]any)[name] = values
	}
}

// seen is what a line of the decision log says of where a credential was: its reason, and the place where one stood, or where one
// was looked for.
func seen(t testing.TB, line map[string]any) string {
	t.Helper()
	text, _ := line["reason"].(string)
	if source, there := line["source"].(string); there {
		text += " in " + source
	}
	if looked, there := line["looked"].(string); there {
		text += " of " + looked
	}
	return text
}

// TestTokenSources: a token is found in each place that is looked at, in no other, and in one only.
func TestTokenSources(t *testing.T) {
	var config authorizers.Config
	f := newRequestFixture(t, func(c *authorizers.Config) { config = *c })
	f.keys["reads"] = holder("k", "users/read")
	token := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"readers"}})
	const (
		key      = "header:x-api-key"
		strict   = "credential-missing of bearer," + key
		strictWS = "credential-missing of bearer,query:token,protocol:token," + key
		all4     = "bearer,raw,query:access_token,protocol:bearer"
	)
	authorization := func(value string) func(map[string]any) { return with("Authorization", value) }
	protocol := func(list ...string) func(map[string]any) { return with("Sec-WebSocket-Protocol", list...) }
	tests := []struct {
		name, sources string
		change        func(map[string]any)
		want, connect string // of all forms but WebSocket, and of that; "" is as the others
	}{
		{"default: bearer", "", authorization("Bearer " + token), "verified in bearer", ""},
		{"default: raw", "", authorization(token), "credential-missing of bearer", "credential-missing of bearer,query:token,protocol:token"},
		{"default: parameter", "", query("token", token), strict, "verified in query:token"},
		{"default: subprotocol", "", protocol("token, " + token), strict, "verified in protocol:token"},
		{"default: another parameter", "", query("access_token", token), strict, strictWS},
		{"default: another subprotocol", "", protocol("bearer, " + token), strict, strictWS},
		{"default: cookie", "", all(with("Cookie", "token="+token), func(e map[string]any) { e["cookies"] = []any{"token=" + token} }), strict, strictWS},
		{"default: a key", "", with("X-Api-Key", "reads"), "verified in " + key, ""},
		{"default: a token and a key", "", all(authorization("Bearer "+token), with("X-Api-Key", "reads")), "verified in bearer," + key, ""},
		{"default: twice", "", all(authorization("Bearer "+token), query("token", token)), "verified in bearer", "credential-missing in bearer,query:token of bearer,query:token,protocol:token"},
		{"default, said", "bearer,query:token,protocol:token", query("token", token), strict, "verified in query:token"},

		{"raw", "raw", authorization(token), "verified in raw", ""},
		{"raw: bearer", "raw", authorization("Bearer " + token), "credential-missing of raw", ""},
		{"raw: no token", "raw", nil, "credential-missing of raw," + key, ""},
		{"raw: empty", "raw", authorization(""), "credential-missing of raw", ""},
		{"raw: one dot", "raw", authorization("a.b"), "credential-missing of raw", ""},
		{"raw: three dots", "raw", authorization(token + ".x"), "credential-missing of raw", ""},
		{"raw: spaces around", "raw", authorization(" " + token), "credential-missing of raw", ""},
		{"raw: a tab", "raw", authorization(token + "\t"), "credential-missing of raw", ""},
		{"raw: bad", "raw", authorization("x.y.z"), "token-malformed in raw", ""},
		{"raw: twice", "raw", with("Authorization", token, token), "credential-missing of raw", ""},
		{"raw: in the query", "raw", query("token", token), "credential-missing of raw," + key, ""},
		{"raw: behind a subprotocol", "raw", protocol("token, " + token), "credential-missing of raw," + key, ""},
		{"raw: another place does not count", "raw", all(authorization(token), query("token", "x"), protocol("token, x")), "verified in raw", ""},

		{"both: bearer", "bearer,raw", authorization("Bearer " + token), "verified in bearer", ""},
		{"both: bearer in another case", "bearer,raw", authorization("bEARER " + token), "verified in bearer", ""},
		{"both: raw", "raw, bearer", authorization(token), "verified in raw", ""},
		{"both: another scheme", "bearer,raw", authorization("Basic " + token), "credential-missing of bearer,raw", ""},
		{"both: scheme alone", "bearer,raw", authorization("Bearer "), "credential-missing of bearer,raw", ""},

		{"all: parameter", all4, query("access_token", token), "credential-missing of bearer,raw," + key, "verified in query:access_token"},
		{"all: parameter in another case", all4, query("Access_Token", token), "credential-missing of bearer,raw," + key, "credential-missing of " + all4 + "," + key},
		{"all: the default's parameter", all4, query("token", token), "credential-missing of bearer,raw," + key, "credential-missing of " + all4 + "," + key},
		{"all: an empty parameter", all4, query("access_token", ""), "credential-missing of bearer,raw," + key, "credential-missing in query:access_token of " + all4},
		{"all: parameter twice", all4, query("access_token", token, token), "credential-missing of bearer,raw," + key, "credential-missing in query:access_token of " + all4},
		{"all: subprotocol", all4, protocol("chat", "bearer,"+token), "credential-missing of bearer,raw," + key, "verified in protocol:bearer"},
		{"all: subprotocol in another case", all4, protocol("Bearer, " + token), "credential-missing of bearer,raw," + key, "credential-missing of " + all4 + "," + key},
		{"all: the default's subprotocol", all4, protocol("token, " + token), "credential-missing of bearer,raw," + key, "credential-missing of " + all4 + "," + key},
		{"all: subprotocol that nothing follows", all4, protocol("bearer"), "credential-missing of bearer,raw," + key, "credential-missing of " + all4 + "," + key},
		{"all: raw and parameter", all4, all(authorization(token), query("access_token", token)), "verified in raw", "credential-missing in raw,query:access_token of " + all4},
		{"all: parameter and subprotocol", all4, all(query("access_token", token), protocol("bearer, "+token)), "credential-missing of bearer,raw," + key, "credential-missing in query:access_token,protocol:bearer of " + all4},

		{"two parameters: one", "query:a,query:b", query("b", token), "credential-missing of " + key, "verified in query:b"},
		{"two parameters: both", "query:a,query:b", all(query("a", token), query("b", token)), "credential-missing of " + key, "credential-missing in query:a,query:b of query:a,query:b"},
		{"two subprotocols: both", "protocol:a,protocol:b", protocol("a", token, "b", token), "credential-missing of " + key, "credential-missing in protocol:a,protocol:b of protocol:a,protocol:b"},
		{"no header: a bad one does not count", "query:a", all(authorization("Basic x"), query("a", token)), "credential-missing of " + key, "verified in query:a"},
		{"no header: a bearer one is not seen", "query:a", authorization("Bearer " + token), "credential-missing of " + key, "credential-missing of query:a," + key},
	}
	for _, test := range tests {
		config.TokenSources = tokenSources(t, test.sources)
		request, err := authorizers.NewRequest(config)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range forms {
			f.log.Reset()
			output, err := request.Invoke(t.Context(), requestEvent(t, form, test.change))
			want := test.want
			if form == "websocket-connect" && test.connect != "" {
				want = test.connect
			}
			got := seen(t, lines(t, f.log.String())[0])
			if got != want || strings.HasPrefix(want, "verified") != (err == nil) || (output == nil) != (err != nil) || err != nil && !errors.Is(err, authorizers.ErrUnauthorized) {
				t.Errorf("%s, %s: %s, error %v; want %s", test.name, form, got, err, want)
			}
			if strings.Contains(f.log.String(), token[len(token)-20:]) || strings.Contains(f.log.String(), token[:20]) {
				t.Errorf("%s, %s: a part of the token is in the log: %s", test.name, form, f.log)
			}
		}
	}
}

// TestTokenSourcesOfTheTokenAuthorizer: the value that it is given is a bearer token, a token alone, or either.
func TestTokenSourcesOfTheTokenAuthorizer(t *testing.T) {
	f := newFixture(t)
	good := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"readers"}})
	tests := []struct{ name, sources, authorization, want string }{
		{"default: bearer", "", "Bearer " + good, "verified in bearer"},
		{"default: raw", "", good, "credential-missing of bearer"},
		{"bearer: raw", "bearer", good, "credential-missing of bearer"},
		{"raw", "raw", good, "verified in raw"},
		{"raw: bearer", "raw", "Bearer " + good, "credential-missing of raw"},
		{"raw: a space after it", "raw", good + " ", "credential-missing of raw"},
		{"raw: a comma after it", "raw", good + ",", "credential-missing of raw"},
		{"raw: a line end after it", "raw", good + "\n", "credential-missing of raw"},
		{"raw: a word", "raw", "x", "credential-missing of raw"},
		{"raw: an encrypted token", "raw", "a.b.c.d.e", "credential-missing of raw"},
		{"raw: empty", "raw", "", "credential-missing of raw"},
		{"raw: forged", "raw", verifytest.New(f.issuer.URL).CognitoAccess(verifytest.Options{}), "key-unknown in raw"},
		{"both: bearer", "bearer,raw", "Bearer " + good, "verified in bearer"},
		{"both: raw", "bearer,raw", good, "verified in raw"},
		{"both: basic", "bearer,raw", "Basic " + good, "credential-missing of bearer,raw"},
		{"both: bearer of what raw would not take", "bearer,raw", "Bearer x", "token-malformed in bearer"},
	}
	for _, test := range tests {
		token, err := authorizers.NewToken(authorizers.Config{
			Rules: contractRules(t), Tokens: f.verifier, Log: slog.New(slog.NewJSONHandler(f.log, nil)), TokenSources: tokenSources(t, test.sources),
		})
		if err != nil {
			t.Fatal(err)
		}
		f.log.Reset()
		output, err := token.Invoke(t.Context(), event(t, test.authorization))
		if got := seen(t, lines(t, f.log.String())[0]); got != test.want || strings.HasPrefix(got, "verified") != (output != nil) || err != nil && !errors.Is(err, authorizers.ErrUnauthorized) {
			t.Errorf("%s: %s, error %v; want %s", test.name, got, err, test.want)
		}
		if strings.Contains(f.log.String(), good[:20]) || strings.Contains(f.log.String(), good[len(good)-20:]) {
			t.Errorf("%s: a part of the token is in the log: %s", test.name, f.log)
		}
	}
}

// TestRawIdentitySource: of an HTTP API a token without a scheme counts as an identity source only, too.
func TestRawIdentitySource(t *testing.T) {
	f := newRequestFixture(t, func(c *authorizers.Config) { c.TokenSources = tokenSources(t, "bearer,raw") })
	f.keys["writes"] = holder("k", "users/write")
	token := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"readers"}})
	tests := []struct {
		name   string
		values []string
		change func(map[string]any)
		want   string
	}{
		{"the source", []string{token}, with("Authorization", token), "GET/users"},
		{"one of the sources", []string{"a", token, "b"}, with("Authorization", token), "GET/users"},
		{"another source", []string{"203.0.113.7"}, with("Authorization", token), "there is no credential among the identity sources"},
		{"with a scheme as the source", []string{"Bearer " + token}, with("Authorization", token), "there is no credential among the identity sources"},
		{"without a scheme as the source", []string{token}, with("Authorization", "Bearer "+token), "there is no credential among the identity sources"},
		{"a key beside the source", []string{token}, all(with("Authorization", token), with("X-Api-Key", "writes")), "GET/users"},
		{"beside a key as the source", []string{"writes"}, all(with("Authorization", token), with("X-Api-Key", "writes")), "POST/users"},
		{"in the query as the source", []string{token}, query("token", token), "there is no credential"},
	}
	for _, form := range []string{"http-1.0", "http-2.0"} {
		for _, test := range tests {
			f.log.Reset()
			output, err := f.request.Invoke(t.Context(), requestEvent(t, form, all(test.change, sources(test.values...))))
			got, _ := lines(t, f.log.String())[0]["detail"].(string)
			if err == nil {
				got = allowed(t, output, "GET/users", "POST/users")
			}
			if got != test.want {
				t.Errorf("%s, %s: %q, error %v; want %q", form, test.name, got, err, test.want)
			}
		}
	}
}

// TestRawJWT: the JWT authorizer takes a token without a scheme where it is told to, and not otherwise.
func TestRawJWT(t *testing.T) {
	var config authorizers.Config
	f := newRequestFixture(t, func(c *authorizers.Config) { config = *c })
	token := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"readers"}})
	for list, want := range map[string]string{"": "credential-missing of bearer", "raw": "verified in raw", "bearer,raw": "verified in raw"} {
		jwt, err := authorizers.NewJWT(authorizers.Config{Rules: config.Rules, Tokens: config.Tokens, Log: config.Log, TokenSources: tokenSources(t, list)})
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{"http-1.0", "http-2.0"} {
			f.log.Reset()
			output, err := jwt.Invoke(t.Context(), requestEvent(t, form, with("Authorization", token)))
			if got := seen(t, lines(t, f.log.String())[0]); got != want || (output == nil) == strings.HasPrefix(want, "verified") {
				t.Errorf("%q, %s: %s, error %v; want %s", list, form, got, err, want)
			}
		}
	}
}

// TestParseTokenSources: what is wrong with a list is said, all at once and with what would be right.
func TestParseTokenSources(t *testing.T) {
	const list = ", want bearer, raw, query:NAME or protocol:NAME"
	tests := []struct{ text, listed, wrong string }{
		{"", "bearer,query:token,protocol:token", ""},
		{"bearer", "bearer", ""},
		{" raw ,\tbearer", "raw,bearer", ""},
		{"query:a:b,query:ä[x],protocol:graphql-transport-ws,protocol:!#$%&'*+-.^_`|~", "query:a:b,query:ä[x],protocol:graphql-transport-ws,protocol:!#$%&'*+-.^_`|~", ""},
		{"query:token,protocol:token,query:Token", "query:token,protocol:token,query:Token", ""},
		{"query:" + strings.Repeat("a", 128), "query:" + strings.Repeat("a", 128), ""},
		{" ", "", `"" is no place of tokens` + list},
		{"bearer,", "", `"" is no place of tokens` + list},
		{"Bearer", "", `"Bearer" is no place of tokens` + list},
		{"cookie:session", "", `"cookie:session" is no place of tokens` + list},
		{"header:x-token", "", `"header:x-token" is no place of tokens` + list},
		{"query", "", `"query" is no place of tokens` + list},
		{"query:", "", `"query:": want query:NAME`},
		{"query:a b", "", `"query:a b": want query:NAME`},
		{"query:a\nb", "", `"query:a\nb": want query:NAME`},
		{"query:\xff", "", `"query:\xff": want query:NAME`},
		{"query:" + strings.Repeat("a", 129), "", "a name of 1 to 128 bytes"},
		{"protocol:", "", `"protocol:": want protocol:NAME`},
		{"protocol:a b", "", `"protocol:a b": want protocol:NAME, with a name of 1 to 128 characters of an RFC 7230 token`},
		{"protocol:a/b", "", `"protocol:a/b": want protocol:NAME`},
		{"protocol:ä", "", `"protocol:ä": want protocol:NAME`},
		{"protocol:" + strings.Repeat("a", 129), "", "want protocol:NAME"},
		{"bearer,raw, bearer", "", `"bearer" stands there twice, want it once`},
		{"query:a,query:a", "", `"query:a" stands there twice, want it once`},
		{"cookie,query:,raw,raw", "", `"cookie" is no place of tokens` + list + `; "query:": want query:NAME, with a name of 1 to 128 bytes, without spaces and control characters, such as query:access_token; "raw" stands there twice, want it once`},
		{strings.Repeat("bearer,", 16), "", "want at most 16 places, got 17"},
	}
	for _, test := range tests {
		sources, err := authorizers.ParseTokenSources(test.text)
		if test.wrong == "" {
			if err != nil || sources.String() != test.listed {
				t.Errorf("%q: %s, error %v; want %s", test.text, sources, err, test.listed)
			}
			continue
		}
		if !errors.As(err, new(*authorizers.TokenSourcesError)) || !strings.Contains(err.Error(), test.wrong) || sources.String() != (authorizers.TokenSources{}).String() {
			t.Errorf("%q: %s, error %v; want %s", test.text, sources, err, test.wrong)
		}
	}
}

// TestPlacesThatAnAuthorizerDoesNotSee are refused when it is made.
func TestPlacesThatAnAuthorizerDoesNotSee(t *testing.T) {
	verifier := newVerifier(t)
	for text, wrong := range map[string]string{
		"": "", "bearer": "", "raw": "", "raw,bearer": "",
		"query:token":                       "query:token: places of WebSocket handshakes",
		"bearer,protocol:token":             "protocol:token: places of WebSocket handshakes",
		"query:a,bearer,protocol:b":         "query:a,protocol:b: places of WebSocket handshakes",
		"bearer,query:token,protocol:token": "want bearer, raw or both",
	} {
		_, token := authorizers.NewToken(authorizers.Config{Rules: contractRules(t), Tokens: verifier, TokenSources: tokenSources(t, text)})
		_, jwt := authorizers.NewJWT(authorizers.Config{Rules: contractRules(t), Tokens: verifier, TokenSources: tokenSources(t, text)})
		for _, err := range []error{token, jwt} {
			refused, ok := errors.AsType[*authorizers.ConfigError](err)
			if ok != (wrong != "") || ok && (refused.Field != "TokenSources" || !strings.Contains(refused.Reason, wrong)) {
				t.Errorf("%q: error %v, want %q", text, err, wrong)
			}
		}
	}
}

// asked is a verifier that believes every token, and keeps what it was asked about.
type asked []string

func (a *asked) Verify(_ context.Context, token string) (*authorizers.Claims, error) {
	*a = append(*a, token)
	return &authorizers.Claims{Subject: "me"}, nil
}

// standing lists the tokens that stand in the places of a list, place by place, read without the package's own means.
func standing(list, form, authorization string, parameters url.Values, protocols string) (tokens []string) {
	if list == "" {
		list = "bearer,query:token,protocol:token"
	}
	for place := range strings.SplitSeq(list, ",") {
		kind, name, _ := strings.Cut(strings.TrimSpace(place), ":")
		switch {
		case kind == "bearer" && len(authorization) > 7 && strings.EqualFold(authorization[:7], "bearer "):
			tokens = append(tokens, authorization[7:])
		case kind == "raw" && len(strings.Split(authorization, ".")) == 3 && strings.Trim(authorization, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == "":
			tokens = append(tokens, authorization)
		case kind == "query" && form == "websocket-connect":
			tokens = append(tokens, parameters[name]...)
		case kind == "protocol" && form == "websocket-connect":
			before := ""
			for i, protocol := range strings.Split(protocols, ",") {
				if protocol = strings.TrimSpace(protocol); i > 0 && before == name {
					tokens = append(tokens, protocol)
				}
				before = protocol
			}
		}
	}
	return tokens
}

// FuzzTokenSources: the one token that stands in a place of the list is taken, and none from elsewhere is ever looked at.
func FuzzTokenSources(f *testing.F) {
	for _, list := range []string{"", "bearer", "raw", "bearer,raw", "query:access_token", "protocol:bearer", "raw,query:token,protocol:bearer,query:b"} {
		for form := range forms {
			f.Add(list, form, "Bearer a.b.c", "", "")
			f.Add(list, form, "a.b.c", "token=d.e.f", "bearer, g.h.i")
			f.Add(list, form, "", "access_token=d.e.f&b=x", "chat, token, g.h.i")
			f.Add(list, form, "Basic x", "token=d.e.f&token=d.e.f", "bearer")
		}
	}
	rules := requestRules(f)
	f.Fuzz(func(t *testing.T, list string, at int, authorization, parameters, protocols string) {
		sources, err := authorizers.ParseTokenSources(list)
		values, odd := url.ParseQuery(parameters)
		if err != nil || odd != nil || at < 0 || at >= len(forms) || !utf8.ValidString(authorization+protocols+strings.Join(slices.Concat(slices.Collect(maps.Values(values))...), "")) {
			t.Skip()
		}
		var verifier asked
		request, err := authorizers.NewRequest(authorizers.Config{Rules: rules, Tokens: &verifier, TokenSources: sources})
		if err != nil {
			t.Fatal(err)
		}
		output, err := request.Invoke(context.Background(), requestEvent(t, forms[at], func(e map[string]any) {
			headers := e["headers"].(map[string]any)
			if authorization != "" {
				headers["authorization"] = authorization
			}
			headers["sec-websocket-protocol"], e["cookies"] = protocols, []any{"token=k.l.m"}
			e["multiValueQueryStringParameters"], e["queryStringParameters"] = values, nil
			delete(e, "identitySource")
		}))
		tokens := standing(list, forms[at], authorization, values, protocols)
		for _, token := range verifier {
			if !slices.Contains(tokens, token) {
				t.Errorf("%q, %s: the token %q is looked at, and %q stand there", list, forms[at], token, tokens)
			}
		}
		if (err == nil) != (output != nil) || err == nil && (len(tokens) != 1 || len(verifier) != 1) {
			t.Errorf("%q, %s: output %s, error %v; %q stand there", list, forms[at], output, err, tokens)
		}
		if err != nil && len(tokens) == 1 && tokens[0] != "" && (authorization == "" || strings.HasSuffix(authorization, tokens[0])) {
			t.Errorf("%q, %s: error %v, though %q stands there alone", list, forms[at], err, tokens)
		}
	})
}
