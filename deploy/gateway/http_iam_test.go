package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// httpIAMMode has the callers of the REST API's tests.
var httpIAMMode = with(iamModeText, "gateway: REST", "gateway: HTTP", "requestValidation: {body: true}\n", "")

func TestHTTPIAM(t *testing.T) {
	s := newHTTPStage(t, httpIAMMode, nil)
	for _, test := range []struct {
		by   signing
		want string
	}{
		{asReader.to("GET /test/things"), "200 GET /things"},
		{asReader.to("GET /test/things/a%20b?x=y&z"), "200 GET /things/{id}"},
		{asReader.to("POST /test/things\n\n{}"), "403 " + forbidden},
		{asReader.to("GET /test/things/special"), "403 " + forbidden}, // denied explicitly
		{asReader.to("GET /test/things/%73pecial"), "403 " + forbidden},
		{asReader.to("GET /test/open"), "200 GET /open"},
		{asReader.to("GET /test/nowhere"), "404 " + notFound},
		{asReader.to("GET /test/things").but(func(b *signing) { b.session = "" }), "403 " + forbidden},
		{asAdmin.to("POST /test/things\n\n{}"), "200 POST /things"},
		{asAdmin.to("GET /test/things").but(func(b *signing) { b.presign = true }), "200 GET /things"},
		{asAdmin.to("GET /test/things").but(func(b *signing) { b.secret = "another-secret-x" }), "403 " + forbidden},
		{asAdmin.to("GET /test/things").but(func(b *signing) { b.key = "AKIAUNKNOWN000000000" }), "403 " + forbidden},
		{asAdmin.to("GET /test/things").but(func(b *signing) { b.region = "eu-west-1" }), "403 " + forbidden},
		{asAdmin.to("GET /test/things").but(func(b *signing) { b.age = time.Hour }), "403 " + forbidden},
		{asAdmin.to("POST /test/things\n\n" + strings.Repeat("x", 10<<20+1)), "413 " + entityTooLarge},
		{signing{key: "AKIANOBODY0000000000", secret: "secret-of-nobody"}.to("GET /test/things"), "403 " + forbidden},
		{signing{}.to("GET /test/things"), "403 " + forbidden},
		{signing{}.to("GET /test/open"), "200 GET /open"},
	} {
		if got := s.sendSigned(t, test.by); fmt.Sprint(got.status, " ", got.body) != test.want || got.header.Get("x-amzn-ErrorType") != "" {
			t.Errorf("%.80s by %s: %+v, want %s", test.by.request, test.by.key, got, test.want)
		}
	}
	for _, value := range []string{"Bearer x", "AWS4-HMAC-SHA256 x"} {
		if got := s.send(t, "GET /test/things\nAuthorization: "+value); got.status != 403 || got.body != forbidden {
			t.Errorf("%s: %+v", value, got)
		}
	}
}

// TestHTTPIAMChanged: what is signed is the request as it was sent.
func TestHTTPIAMChanged(t *testing.T) {
	s := newHTTPStage(t, httpIAMMode, nil)
	for what, change := range map[string]func(*http.Request){
		"method":   func(r *http.Request) { r.Method = "DELETE" },
		"path":     func(r *http.Request) { r.URL.Path += "x" },
		"encoding": func(r *http.Request) { r.URL.Opaque = "//" + r.URL.Host + "/test/%74hings/7" },
		"query":    func(r *http.Request) { r.URL.RawQuery = "x=z" },
		"date": func(r *http.Request) {
			r.Header.Set("X-Amz-Date", s.now.Add(time.Second).UTC().Format("20060102T150405Z"))
		},
	} {
		if got := s.sendSigned(t, asAdmin.to("GET /test/things/7?x=y").but(func(b *signing) { b.after = change })); got.status != 403 {
			t.Errorf("with another %s: %+v", what, got)
		}
	}
	if s.things.calls() != 0 {
		t.Error("the function was called")
	}
}
