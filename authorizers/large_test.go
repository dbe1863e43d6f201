package authorizers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers"
)

// largest is the size of the largest event that Lambda hands to a function, in bytes.
// See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const largest = 6 << 20

// largeTexts are what a text of 6 MB may be made of, as it stands in JSON.
var largeTexts = map[string]string{
	"letters": "e", "dots": ".", "spaces": " ", "commas": ",", "parts": "eyJ.", "protocols": "token,",
	"backslashes": `\\`, "escapes": `\u0065`, "surrogates": `\ud834\udd1e`, "invalid": "\xff",
}

// filled is an event with a text in the place of each FILL, so long that the event has about a size.
func filled(t testing.TB, size int, event []byte, with string) []byte {
	t.Helper()
	places := bytes.Count(event, []byte("FILL"))
	if places == 0 {
		t.Fatal("the event has no place to fill")
	}
	return bytes.ReplaceAll(event, []byte("FILL"), bytes.Repeat([]byte(with), (size-len(event))/places/len(with)))
}

// largePlaces are where a text of 6 MB may stand in an event, with the reason for which each form refuses it; "" where it does
// not matter there.
var largePlaces = map[string]struct {
	change  func(map[string]any)
	reasons map[string]string // "": of other forms
}{
	"Authorization":          {with("Authorization", "Bearer FILL"), map[string]string{"": "token-too-large"}},
	"no scheme":              {with("Authorization", "FILL"), map[string]string{"": "credential-missing"}},
	"X-Api-Key":              {with("X-Api-Key", "FILL"), map[string]string{"": "api-key-unknown"}},
	"many X-Api-Keys":        {with("X-Api-Key", "MANY"), map[string]string{"": "api-key-unknown", "rest-request": "credential-missing", "websocket-connect": "credential-missing", "http-1.0": "credential-missing"}},
	"Sec-WebSocket-Protocol": {with("Sec-WebSocket-Protocol", "token,FILL"), map[string]string{"": "credential-missing", "websocket-connect": "token-too-large"}},
	"query": {func(event map[string]any) {
		event["queryStringParameters"] = map[string]any{"token": "FILL"}
		delete(event, "multiValueQueryStringParameters")
	}, map[string]string{"": "credential-missing", "websocket-connect": "token-too-large"}},
	"another header": {with("X-Other", "FILL"), map[string]string{"": "credential-missing"}},
}

// largeEvent is an event of a form with a place that is filled.
func largeEvent(t testing.TB, size int, form, place, fill string) []byte {
	t.Helper()
	if place == "many X-Api-Keys" {
		event := requestEvent(t, form, all(bare, largePlaces[place].change, func(event map[string]any) {
			if form == "http-1.0" { // the longer the identity sources, the longer each value is looked for in them
				event["multiValueHeaders"], event["identitySource"] = map[string]any{"x-api-key": []string{"MANY"}}, strings.Repeat("x", size/3)
			} else {
				delete(event, "identitySource")
			}
		}))
		if bytes.Contains(event, []byte(`["MANY"]`)) {
			return filled(t, size, bytes.Replace(event, []byte(`["MANY"]`), []byte(`["FILLe"]`), 1), `e","`)
		}
		return filled(t, size, bytes.Replace(event, []byte("MANY"), []byte("FILL"), 1), "e,")
	}
	return filled(t, size, requestEvent(t, form, all(bare, without("identitySource"), largePlaces[place].change)), fill)
}

// bare takes an event's own credentials out.
func bare(event map[string]any) {
	for _, member := range []string{"headers", "multiValueHeaders"} {
		if headers, there := event[member].(map[string]any); there {
			for name := range headers {
				if slices.Contains([]string{"authorization", "x-api-key", "sec-websocket-protocol"}, strings.ToLower(name)) {
					delete(headers, name)
				}
			}
		}
	}
	delete(event, "queryStringParameters")
	delete(event, "multiValueQueryStringParameters")
}

// TestLargeEvent: whatever fills a credential's place, and wherever it stands, is refused for what it is.
func TestLargeEvent(t *testing.T) {
	f := newRequestFixture(t, nil)
	for place, at := range largePlaces {
		for _, form := range forms {
			for name, fill := range largeTexts {
				want, there := at.reasons[form]
				if !there {
					want = at.reasons[""]
				}
				f.log.Reset()
				_, err := f.request.Invoke(t.Context(), largeEvent(t, 256<<10, form, place, fill))
				if !errors.Is(err, authorizers.ErrUnauthorized) || !strings.Contains(f.log.String(), `"reason":"`+want+`"`) || f.log.Len() > 4096 {
					t.Errorf("%s/%s/%s: error %v, want the reason %s; log %.600s", form, place, name, err, want, f.log)
				}
			}
		}
	}
	tokens := newFixture(t)
	for name, fill := range largeTexts {
		want := "token-too-large"
		if name == "invalid" { // bytes that are no text are read as one character
			want = "token-malformed"
		}
		tokens.log.Reset()
		_, err := tokens.token.Invoke(t.Context(), filled(t, 256<<10, event(t, "Bearer FILL"), fill))
		if !errors.Is(err, authorizers.ErrUnauthorized) || !strings.Contains(tokens.log.String(), `"reason":"`+want+`"`) {
			t.Errorf("%s: error %v; log %.600s", name, err, tokens.log)
		}
	}
}

// TestManyValues: a header that holds a credential is not looked through for ever.
func TestManyValues(t *testing.T) {
	f := newRequestFixture(t, nil)
	f.keys["key"] = holder("app", "users/read")
	for _, name := range []string{"Authorization", "X-Api-Key", "Sec-WebSocket-Protocol"} {
		for _, count := range []int{16, 17} {
			f.log.Reset()
			values := slices.Repeat([]string{"key"}, count)
			_, err := f.request.Invoke(t.Context(), requestEvent(t, "rest-request", all(bare, with(name, values...))))
			many := strings.Contains(f.log.String(), "want the header "+strings.ToLower(name)+" once")
			if many != (count > 16) || (err == nil) != (name == "X-Api-Key" && count <= 16) {
				t.Errorf("%d times %s: error %v; log %s", count, name, err, f.log)
			}
		}
	}
}

// TestMaxToken: how long a list of subprotocols is looked through goes by how long a token may be.
func TestMaxToken(t *testing.T) {
	for _, test := range []struct {
		most, length int
		want         string
	}{
		{0, 2*authorizers.DefaultMaxToken - 1, "token-malformed"}, // with a comma
		{0, 2 * authorizers.DefaultMaxToken, "token-too-large"},
		{100, 199, "token-malformed"},
		{100, 200, "token-too-large"},
		{1 << 20, 40000, "token-malformed"},
	} {
		f := newRequestFixture(t, func(c *authorizers.Config) { c.MaxToken = test.most })
		list := "token,e," + strings.Repeat("x", test.length-len("token,e,"))
		_, err := f.request.Invoke(t.Context(), requestEvent(t, "websocket-connect", all(bare, with("Sec-WebSocket-Protocol", list))))
		if !errors.Is(err, authorizers.ErrUnauthorized) || !strings.Contains(f.log.String(), `"reason":"`+test.want+`"`) {
			t.Errorf("at most %d, %d bytes: error %v, want the reason %s; log %s", test.most, test.length, err, test.want, f.log)
		}
	}
	var wrong *authorizers.ConfigError
	if _, err := authorizers.NewRequest(authorizers.Config{Rules: requestRules(t), Keys: keyring{}, MaxToken: -1}); !errors.As(err, &wrong) || wrong.Field != "MaxToken" {
		t.Errorf("error %v", err)
	}
}

// BenchmarkLargeEvent is an invocation with an event of 6 MB, which is refused; "scan" is what encoding/json takes to look
// through as much once.
func BenchmarkLargeEvent(b *testing.B) {
	f := newRequestFixture(b, func(c *authorizers.Config) { c.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) })
	token := newFixture(b).token
	b.Run("scan", func(b *testing.B) {
		text := filled(b, largest, event(b, "FILL"), "e")
		for b.Loop() {
			json.Valid(text)
		}
	})
	for name, fill := range largeTexts {
		invoke(b, "token/"+name, token, filled(b, largest, event(b, "Bearer FILL"), fill))
		for _, form := range forms {
			for place := range largePlaces {
				invoke(b, form+"/"+place+"/"+name, f.request, largeEvent(b, largest, form, place, fill))
			}
		}
	}
}

func invoke(b *testing.B, name string, function invoker, event []byte) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := function.Invoke(context.Background(), event); err == nil {
				b.Fatal("it is not refused")
			}
		}
	})
}
