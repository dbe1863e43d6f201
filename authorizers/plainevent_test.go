package authorizers_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/policy"
)

// echo believes every credential, and says in its answer what the credential was.
type echo struct{}

func (echo) Verify(_ context.Context, token string) (*authorizers.Claims, error) {
	return &authorizers.Claims{Subject: token, Scopes: []string{"users/read"}}, nil
}

func (echo) VerifyKey(_ context.Context, key string) (*authorizers.Principal, error) {
	return &authorizers.Principal{
		ID: key, Schemes: []string{policy.SchemeAPIKey}, Scopes: []string{"users/read"}, Networks: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")},
	}, nil
}

// newEchoes makes authorizers that say what they have read: one that answers with policies, one with simple answers, and their log without
// times.
func newEchoes(t testing.TB) (all []*authorizers.RequestAuthorizer, log *bytes.Buffer) {
	log = new(bytes.Buffer)
	handler := slog.NewJSONHandler(log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "durationMs" {
			return slog.Attr{}
		}
		return a
	}})
	for _, simple := range []bool{false, true} {
		authorizer, err := authorizers.NewRequest(authorizers.Config{Rules: requestRules(t), Tokens: echo{}, Keys: echo{}, Simple: simple, Log: slog.New(handler)})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, authorizer)
	}
	return all, log
}

// odd is the event with one member more, which is passed over, and by which no event is plain: half of a pair of surrogates, in place of
// which encoding/json reads another character. false: the event is no object with members.
func odd(event string) (string, bool) {
	const space = " \t\r\n"
	before, after, isObject := strings.Cut(event, "{")
	return before + `{"odd":"\ud800",` + after, isObject && strings.Trim(before, space) == "" && !strings.HasPrefix(strings.TrimLeft(after, space), "}")
}

// plainEvents are small events of each form.
var plainEvents = map[string]string{
	"REST": `{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/v1/GET/users","resource":"/users",` +
		`"headers":{"Authorization":"Bearer a.b.c","Accept":"*/*"},"multiValueHeaders":{"Authorization":["Bearer a.b.c"],"Accept":["*/*"]},` +
		`"queryStringParameters":{"a":"2"},"multiValueQueryStringParameters":{"a":["1","2"]},"stageVariables":null,` +
		`"requestContext":{"requestId":"i","requestTimeEpoch":1795435200000,"identity":{"sourceIp":"203.0.113.7","user":null}},"more":true}`,
	"WebSocket": `{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/v1/$connect",` +
		`"headers":{"Sec-WebSocket-Protocol":"x"},"multiValueHeaders":{"Sec-WebSocket-Protocol":["x"]},"queryStringParameters":{"token":"a.b.c"},` +
		`"multiValueQueryStringParameters":{"token":["a.b.c"]},"requestContext":{"requestId":"i","identity":{"sourceIp":"203.0.113.7"}}}`,
	"HTTP1": `{"version":"1.0","type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/v1/GET/users","resource":"/users",` +
		`"identitySource":"Bearer a.b.c,x","headers":{"authorization":"Bearer a.b.c"},"requestContext":{"requestId":"i","identity":{"sourceIp":"203.0.113.7"}}}`,
	"HTTP2": `{"version":"2.0","type":"REQUEST","routeArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/v1/GET/users","routeKey":"GET /users",` +
		`"identitySource":["a key","GET /users"],"cookies":["a=b","c"],"headers":{"x-api-key":"a key"},` +
		`"requestContext":{"requestId":"i","http":{"method":"GET","sourceIp":"203.0.113.7"}}}`,
}

// seedEvents are the plain events, and those that are made of them: a line of testdata/odd-events.txt is the name of one, what stands there
// once, and what to put in its place, with tabs between them.
func seedEvents(t testing.TB) []string {
	text, err := os.ReadFile("testdata/odd-events.txt")
	if err != nil {
		t.Fatal(err)
	}
	const key = `"Accept":["*/*"]`
	keys := func(list string) string { return "REST\t" + key + "\t" + key + `,"X-Api-Key":[` + list + "]" }
	seeds := slices.Collect(maps.Values(plainEvents))
	for line := range strings.Lines(string(text) + strings.Join([]string{
		keys(strings.Repeat(`"k",`, 15) + `"k"`), keys(strings.Repeat(`"k",`, 16) + `"k"`), keys(strings.Repeat(`"k",`, 16) + `7`), keys(strings.Repeat(`"k",`, 17) + `7`),
		keys(strings.Repeat(`null,`, 16) + `"k"`), keys(strings.Repeat(`null,`, 17) + `"k"`), keys(strings.Repeat(`null,`, 17) + `7`), keys("\"\xff\""),
		"REST\ttrue\t" + strings.Repeat("[", 20) + strings.Repeat("]", 20), "REST\ttrue\t[1" + strings.Repeat(",1", 1200) + "]", "REST\ttrue\t\"\xff\"",
	}, "\n")) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(parts) != 3 || strings.Count(plainEvents[parts[0]], parts[1]) != 1 {
			t.Fatalf("%q: want an event's name, what stands there once, and what to put in its place", line)
		}
		seeds = append(seeds, strings.Replace(plainEvents[parts[0]], parts[1], parts[2], 1))
	}
	return append(seeds, "", "null", "[]", "{}", `{"type":"REQUEST"`, plainEvents["REST"]+"x", " "+plainEvents["REST"]+"\n")
}

// FuzzPlainEvent compares what is answered and logged of an event with what is where another member, of no meaning, keeps it from being plain.
func FuzzPlainEvent(f *testing.F) {
	for _, event := range seedEvents(f) {
		f.Add(event)
	}
	all, log := newEchoes(f)
	f.Fuzz(func(t *testing.T, event string) {
		longer, isObject := odd(event)
		if !isObject {
			return
		}
		for _, authorizer := range all {
			said := func(event string) string {
				log.Reset()
				output, err := authorizer.Invoke(t.Context(), []byte(event))
				return fmt.Sprintf("%s, %v, %s", output, err, log)
			}
			got, want := said(event), said(longer)
			for range 100 { // the lists of a header that stands there in several casings come in any order
				if got == want {
					break
				}
				got = said(event)
			}
			if got != want {
				t.Errorf("%q: %s\nwant %s", event, got, want)
			}
		}
	})
}

// TestPlainEventsCostLess: gateways' events are plain, and read with fewer allocations than others.
func TestPlainEventsCostLess(t *testing.T) {
	all, _ := newEchoes(t)
	allocations := func(event string) float64 {
		return testing.AllocsPerRun(10, func() { all[0].Invoke(t.Context(), []byte(event)) })
	}
	for _, form := range forms {
		event := string(requestEvent(t, form, with("X-Api-Key", "k")))
		longer, _ := odd(event)
		if plain, other := allocations(event), allocations(longer); plain > other*3/4 {
			t.Errorf("%s: %v allocations, and %v where it is not plain", form, plain, other)
		}
	}
}
