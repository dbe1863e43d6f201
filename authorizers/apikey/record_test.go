package apikey_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/policy"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// issue makes a key and its record.
func issue(t testing.TB, r apikey.Record) (apikey.Key, apikey.Record) {
	t.Helper()
	key, r, err := apikey.NewSeal().Issue(r, start)
	if err != nil {
		t.Fatal(err)
	}
	return key, r
}

func TestIssue(t *testing.T) {
	given := apikey.Record{
		ID: "x", Owner: "ann", Scopes: []string{"b", "a", "b"}, Networks: networks("10.0.0.0/8"), Label: "laptop", UsageKey: "u",
		Expires: start.Add(time.Hour + 999*time.Millisecond), LastUsed: 7, Disabled: true,
	}
	key, got, err := apikey.NewSeal().Issue(given, start.Add(time.Second/2).In(time.FixedZone("", 3600)))
	want := given
	want.ID, want.Hash = key.ID(), sha256.Sum256([]byte(key.Reveal()[20:63]))
	want.Scopes, want.Created, want.Expires, want.LastUsed = []string{"a", "b"}, start, start.Add(time.Hour), 0
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
	if given.Scopes[0] != "b" {
		t.Error("Issue changed what it was given")
	}
	if key, _, err := apikey.NewSeal().Issue(apikey.Record{}, start); !isValueError(err, "owner") || key != (apikey.Key{}) {
		t.Errorf("without an owner: %v", err)
	}
	if key, _, err := (apikey.Seal{}).Issue(apikey.Record{Owner: "ann"}, start); !isValueError(err, "seal") || key != (apikey.Key{}) {
		t.Errorf("without a seal: %v", err)
	}
}

func networks(texts ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func isValueError(err error, field string) bool {
	var wrong *apikey.ValueError
	return errors.As(err, &wrong) && wrong.Field == field && wrong.Problem != ""
}

func numbered(n int) []string {
	var texts []string
	for i := range n {
		texts = append(texts, fmt.Sprintf("%03d", i))
	}
	return texts
}

func manyNetworks(n int) []netip.Prefix {
	var all []netip.Prefix
	for i := range n {
		all = append(all, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), 32))
	}
	return all
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name   string
		change func(*apikey.Record)
		field  string // "" for a good record
	}{
		{"as issued", func(*apikey.Record) {}, ""},
		{"all fields", func(r *apikey.Record) {
			r.Label, r.UsageKey, r.Expires, r.LastUsed = "Ann's laptop ☕", "usage-key", start.Add(time.Second), 1
		}, ""},
		{"no id", func(r *apikey.Record) { r.ID = "" }, "id"},
		{"id with _", func(r *apikey.Record) { r.ID = "0123456789abcde_" }, "id"},
		{"long id", func(r *apikey.Record) { r.ID += "0" }, "id"},
		{"no hash", func(r *apikey.Record) { r.Hash = [32]byte{} }, "hash"},
		{"100 scopes", func(r *apikey.Record) { r.Scopes = numbered(100) }, ""},
		{"101 scopes", func(r *apikey.Record) { r.Scopes = numbered(101) }, "scopes"},
		{"empty scope", func(r *apikey.Record) { r.Scopes = []string{""} }, "scopes"},
		{"scope with space", func(r *apikey.Record) { r.Scopes = []string{"a b"} }, "scopes"},
		{"scope with quote", func(r *apikey.Record) { r.Scopes = []string{`a"b`} }, "scopes"},
		{"long scope", func(r *apikey.Record) { r.Scopes = []string{strings.Repeat("a", 257)} }, "scopes"},
		{"scope twice", func(r *apikey.Record) { r.Scopes = []string{"a", "a"} }, "scopes"},
		{"scopes not sorted", func(r *apikey.Record) { r.Scopes = []string{"b", "a"} }, "scopes"},
		{"long label", func(r *apikey.Record) { r.Label = strings.Repeat("é", 128) }, ""},
		{"too long label", func(r *apikey.Record) { r.Label = strings.Repeat("é", 129) }, "label"},
		{"label with line break", func(r *apikey.Record) { r.Label = "a\nb" }, "label"},
		{"label not UTF-8", func(r *apikey.Record) { r.Label = "a\xff" }, "label"},
		{"every network", func(r *apikey.Record) { r.Networks = networks("0.0.0.0/0", "::/0") }, ""},
		{"50 networks", func(r *apikey.Record) { r.Networks = manyNetworks(50) }, ""},
		{"51 networks", func(r *apikey.Record) { r.Networks = manyNetworks(51) }, "networks"},
		{"zero network", func(r *apikey.Record) { r.Networks = []netip.Prefix{{}} }, "networks"},
		{"bits behind the prefix", func(r *apikey.Record) { r.Networks = networks("10.0.0.1/8") }, "networks"},
		{"IPv4 as IPv6", func(r *apikey.Record) { r.Networks = networks("::ffff:10.0.0.0/104") }, "networks"},
		{"network twice", func(r *apikey.Record) { r.Networks = networks("10.0.0.0/8", "::/0", "10.0.0.0/8") }, "networks"},
		{"usage key with space", func(r *apikey.Record) { r.UsageKey = "a b" }, "usage key"},
		{"usage key with é", func(r *apikey.Record) { r.UsageKey = "é" }, "usage key"},
		{"long usage key", func(r *apikey.Record) { r.UsageKey = strings.Repeat("a", 129) }, "usage key"},
		{"never created", func(r *apikey.Record) { r.Created = time.Time{} }, "created"},
		{"created within a second", func(r *apikey.Record) { r.Created = start.Add(1) }, "created"},
		{"expires when created", func(r *apikey.Record) { r.Expires = start }, "expires"},
		{"expires within a second", func(r *apikey.Record) { r.Expires = start.Add(time.Hour + 1) }, "expires"},
		{"expires in the year 10000", func(r *apikey.Record) { r.Expires = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "expires"},
		{"used before 1970", func(r *apikey.Record) { r.LastUsed = -1 }, "last used"},
		{"a successor that is no ID", func(r *apikey.Record) { r.Successor = "ABC" }, "successor"},
		{"its own successor", func(r *apikey.Record) { r.Successor = r.ID }, "successor"},
	}
	for _, test := range tests {
		_, r := issue(t, apikey.Record{Owner: "ann"})
		test.change(&r)
		if err := r.Validate(); test.field == "" && err != nil || test.field != "" && !isValueError(err, test.field) {
			t.Errorf("%s: %v, want an error about %q", test.name, err, test.field)
		}
	}
	if err := new(apikey.Record).Validate(); err == nil {
		t.Error("the zero Record is valid")
	}
}

// TestOwners: an owner is valid exactly if the access rules let it have its own path.
func TestOwners(t *testing.T) {
	access := policy.Access{Alternatives: []policy.Alternative{{{Scheme: policy.SchemeAPIKey, Scopes: []string{"self"}}}}}
	rules, err := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "GET", Path: "/users/{id}"}, Access: access}}, map[string]string{"self": "id"})
	if err != nil {
		t.Fatal(err)
	}
	owners := []string{"ann", "ann@example.com", "a|b", "zoë", "日本", "a+b=c,d", "~", "...", "-", "(a)", "a:b;c&d'e\"f", "\u00a0", "\u200b",
		strings.Repeat("a", 128), strings.Repeat("a", 129), strings.Repeat("é", 64), strings.Repeat("é", 65), ".", "..", "", "\xff", "a\u2028b", "\ufffd"}
	for c := range 128 {
		owners = append(owners, "a"+string(rune(c))+"b")
	}
	for _, owner := range owners {
		_, r, err := apikey.NewSeal().Issue(apikey.Record{Owner: owner, Scopes: []string{"self"}}, start)
		if err != nil && !isValueError(err, "owner") {
			t.Errorf("%q: %v", owner, err)
		}
		if err != nil {
			r = apikey.Record{Owner: owner, Scopes: []string{"self"}}
		}
		p := r.Principal()
		caller := policy.Caller{ID: p.ID, Schemes: p.Schemes, Scopes: p.Scopes}
		allowed := rules.Decide(caller, "GET", "/users/"+url.PathEscape(owner)) == policy.Allow
		if allowed != (err == nil) {
			t.Errorf("%q: error %v, and its own path is open: %v", owner, err, allowed)
		}
	}
}

func TestAllowsFrom(t *testing.T) {
	some := networks("10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32")
	tests := []struct {
		networks []netip.Prefix
		address  string // "" for the zero Addr
		want     bool
	}{
		{nil, "203.0.113.1", true},
		{nil, "2001:db8::1", true},
		{nil, "", false},
		{nil, "fe80::1%eth0", false},
		{some, "10.255.255.255", true},
		{some, "11.0.0.0", false},
		{some, "192.0.2.7", true},
		{some, "192.0.2.8", false},
		{some, "::ffff:10.1.2.3", true},
		{some, "::ffff:11.1.2.3", false},
		{some, "::10.1.2.3", false},
		{some, "2001:db8:ffff::1", true},
		{some, "2001:db9::1", false},
		{some, "2001:db8::1%eth0", false},
		{some, "", false},
		{networks("0.0.0.0/0"), "203.0.113.1", true},
		{networks("0.0.0.0/0"), "2001:db8::1", false},
		{networks("::/0"), "203.0.113.1", false},
		{networks("::/0"), "::ffff:203.0.113.1", false},
		{[]netip.Prefix{{}}, "203.0.113.1", false},
	}
	for _, test := range tests {
		var address netip.Addr
		if test.address != "" {
			address = netip.MustParseAddr(test.address)
		}
		r := apikey.Record{Networks: test.networks}
		if got := r.AllowsFrom(address); got != test.want {
			t.Errorf("%v, from %q: %v, want %v", test.networks, test.address, got, test.want)
		}
	}
}

func TestPrincipal(t *testing.T) {
	_, r := issue(t, apikey.Record{Owner: "ann", Scopes: []string{"users/read", "users/self"}, UsageKey: "u", Expires: start.Add(time.Hour)})
	want := authorizers.Principal{
		ID: "ann", Schemes: []string{"apiKey"}, Scopes: []string{"users/read", "users/self"}, Expires: start.Add(time.Hour), UsageKey: "u",
		Context: map[string]string{"sub": "ann", "scheme": "apiKey", "keyId": r.ID, "scopes": "users/read users/self", "expires": "1772370000"},
	}
	if got := r.Principal(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	r.Scopes, r.Expires, r.UsageKey = nil, time.Time{}, ""
	want = authorizers.Principal{
		ID: "ann", Schemes: []string{"apiKey"}, Context: map[string]string{"sub": "ann", "scheme": "apiKey", "keyId": r.ID},
	}
	if got := r.Principal(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	r.Scopes = []string{"a"}
	r.Principal().Scopes[0] = "root"
	if !slices.Equal(r.Scopes, []string{"a"}) {
		t.Error("the principal shares its scopes with the record")
	}
}

func TestDay(t *testing.T) {
	for _, test := range []struct {
		at   string
		want string
	}{
		{"2026-03-01T00:00:00Z", "2026-03-01"}, {"2026-03-01T23:59:59Z", "2026-03-01"},
		{"2026-03-01T00:00:00+01:00", "2026-02-28"}, {"1970-01-02T00:00:00Z", "1970-01-02"}, {"1970-01-01T00:00:00Z", "never"},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		day := apikey.DayOf(at)
		if day.String() != test.want {
			t.Errorf("%s: %s, want %s", test.at, day, test.want)
		}
		if parsed, err := apikey.ParseDay(day.String()); (err == nil) != (day != 0) || parsed != day {
			t.Errorf("%s: parsed as %v, error %v", day, parsed, err)
		}
	}
	for _, text := range []string{"", "never", "1969-12-31", "2026-3-1", "2026-02-30", "2026-03-01T00:00:00Z"} {
		if _, err := apikey.ParseDay(text); !isValueError(err, "day") {
			t.Errorf("ParseDay(%q): %v", text, err)
		}
	}
}
