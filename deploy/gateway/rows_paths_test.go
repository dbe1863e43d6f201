package gateway_test

import "testing"

// TestRowsHTTPPaths: payload format 1.0 has the path as it was sent, and 2.0 decoded; both have path parameters decoded, and route by that.
func TestRowsHTTPPaths(t *testing.T) {
	v1, v2 := with(httpModeText, `payloadFormatVersion: "2.0"`, `payloadFormatVersion: "1.0"`, "  function:", "  payloadFormatVersion: \"1.0\"\n  function:", "Seconds: 300", "Seconds: 0"), httpModeText
	first, second := newHTTPStage(t, v1, nil), newHTTPStage(t, v2, nil)
	for _, test := range []struct{ sent, decoded, id string }{
		{"/test/things/a%20b", "/test/things/a b", "a b"},
		{"/test/things/%C3%A4%2B+", "/test/things/ä++", "ä++"},
		{"/test/%74hings/%37", "/test/things/7", "7"},
		{"/test/things/%2525", "/test/things/%25", "%25"},
	} {
		request := "GET " + test.sent + "?a=b\nAuthorization: Bearer all"
		first.send(t, request)
		for what, event := range map[string]map[string]any{"function": first.things.last(t), "authorizer": first.token.last(t)} {
			if path, context := event["path"], member(t, event, "requestContext")["path"]; path != test.sent || context != test.sent || member(t, event, "pathParameters")["id"] != test.id {
				t.Errorf("1.0, %s: %s: path %v, in the context %v, pathParameters %v", what, test.sent, path, context, event["pathParameters"])
			}
		}
		second.send(t, request)
		event := second.things.last(t)
		if path, context := event["rawPath"], member(t, event, "requestContext", "http")["path"]; path != test.decoded || context != test.decoded || member(t, event, "pathParameters")["id"] != test.id {
			t.Errorf("2.0: %s: rawPath %v, in the context %v, pathParameters %v", test.sent, path, context, event["pathParameters"])
		}
	}
}
