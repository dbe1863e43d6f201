package gateway_test

import (
	"testing"
)

func TestCORS(t *testing.T) {
	const methods, headers = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"
	const origin = "Access-Control-Allow-Origin"
	for _, test := range []struct {
		origins             []string
		sent, origin, error string
	}{
		{nil, "https://a.example", "*", "*"},
		{[]string{"https://a.example"}, "https://a.example", "https://a.example", "https://a.example"},
		{[]string{"https://a.example"}, "https://evil.example", "https://a.example", "https://a.example"},
		{[]string{"https://a.example", "https://b.example"}, "https://b.example", "https://b.example", "*"},
		{[]string{"https://a.example", "https://b.example"}, "https://b.example.evil", "https://a.example", "*"},
	} {
		s := newStage(t, func(c *setting) { c.AllowedOrigins = test.origins })
		got := s.send(t, "OPTIONS /test/things/7\nAccess-Control-Request-Method: GET\nOrigin: "+test.sent)
		if got.status != 204 || got.header.Get(origin) != test.origin || got.header.Get(methods) != "DELETE,GET,OPTIONS" ||
			got.header.Get(headers) != "Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key" || got.header.Get("Access-Control-Max-Age") != "86400" {
			t.Errorf("preflight of %s with %v: %+v", test.sent, test.origins, got)
		}
		if got := s.send(t, "OPTIONS /test/search").header.Get(headers); got != "Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key,x-header-param" {
			t.Errorf("preflight of a path with a header parameter: %s", got)
		}
		got = s.send(t, "GET /test/things\nOrigin: "+test.sent)
		if got.status != 401 || got.header.Get(origin) != test.error || got.header.Get(headers) == "" {
			t.Errorf("error for %s with %v: %+v", test.sent, test.origins, got)
		}
	}
	s := newStage(t, nil)
	if got := s.send(t, "OPTIONS /test/nowhere"); got.status != 403 {
		t.Errorf("preflight of no path: %+v", got)
	}
}
