package verify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/verify"
)

func TestNewRefuses(t *testing.T) {
	good := verify.Issuer{Issuer: "https://issuer.example.com", Audience: []string{"app"}}
	with := func(change func(*verify.Issuer)) verify.Config {
		issuer := good
		change(&issuer)
		return verify.Config{Issuers: []verify.Issuer{issuer}}
	}
	tests := []struct {
		config verify.Config
		want   string
	}{
		{verify.Config{}, "at least one issuer"},
		{verify.Config{Issuers: []verify.Issuer{good, good}}, "twice"},
		{verify.Config{Issuers: []verify.Issuer{good}, ClockSkew: -1}, "clock skew"},
		{verify.Config{Issuers: []verify.Issuer{good}, ClockSkew: 6 * time.Minute}, "clock skew"},
		{with(func(i *verify.Issuer) { i.Issuer = "" }), "issuer: is missing"},
		{with(func(i *verify.Issuer) { i.Issuer = "issuer.example.com" }), "https URL"},
		{with(func(i *verify.Issuer) { i.Issuer = "http://issuer.example.com" }), "loopback"},
		{with(func(i *verify.Issuer) { i.Issuer = "http://127.0.0.1.example.com" }), "loopback"},
		{with(func(i *verify.Issuer) { i.Issuer = "https://a@issuer.example.com" }), "without user"},
		{with(func(i *verify.Issuer) { i.Issuer = "https://issuer.example.com?x" }), "without user"},
		{with(func(i *verify.Issuer) { i.Audience = nil }), "audience"},
		{with(func(i *verify.Issuer) { i.Audience = []string{"app", ""} }), "audience"},
		{with(func(i *verify.Issuer) { i.TokenUse = []string{"refresh"} }), "tokenUse"},
		{with(func(i *verify.Issuer) { i.JWKSURI = "http://keys.example.com" }), "jwksUri"},
		{with(func(i *verify.Issuer) { i.Issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example" }), "tokenUse"},
		{with(func(i *verify.Issuer) {
			i.Issuer = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example"
		}), "tokenUse"},
		{with(func(i *verify.Issuer) { i.Algorithms = []string{"none"} }), "algorithms"},
		{with(func(i *verify.Issuer) { i.Algorithms = []string{"rs256"} }), "algorithms"},
		{with(func(i *verify.Issuer) { i.Algorithms = []string{"HS256"} }), "algorithms"},
	}
	for _, test := range tests {
		_, err := verify.New(test.config)
		if wrong := (*verify.ConfigError)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want one with %q", test.config, err, test.want)
		}
	}
}

func TestParseIssuers(t *testing.T) {
	got, err := verify.ParseIssuers(`[{"issuer":"https://a.example","audience":["app"],"tokenUse":["access"],"jwksUri":"https://a.example/k","algorithms":["RS256"],"groupsClaim":"roles"}]`)
	want := verify.Issuer{Issuer: "https://a.example", Audience: []string{"app"}, TokenUse: []string{"access"}, JWKSURI: "https://a.example/k", Algorithms: []string{"RS256"}, GroupsClaim: "roles"}
	if err != nil || len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "{}", `[{"issuer":"a","audience":"app"}]`, `[{"issuer":"a","audiences":["app"]}]`, `[] []`, `[`} {
		if issuers, err := verify.ParseIssuers(text); err == nil {
			t.Errorf("%s is read as %+v", text, issuers)
		}
	}
}
