package environ_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"portcullis/authorizers"
	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/environ"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/authorizers/verify/verifytest"
	emulator "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
)

// variables are an environment with some changed; "" unsets one.
func variables(base, changes map[string]string) func(string) string {
	all := maps.Clone(base)
	maps.Copy(all, changes)
	return func(name string) string { return all[name] }
}

// TestRevocationVariables: bad values stop the start of all three functions, and name the variable.
func TestRevocationVariables(t *testing.T) {
	const pool = `[{"issuer":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x","audience":["app"],"tokenUse":["access"]}]`
	base := map[string]string{
		"RULES": usersRules, "ISSUERS": pool,
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "the-secret",
	}
	table := map[string]string{"REVOCATION": "table", "REVOCATION_TABLE": "revocations"}
	with := func(more map[string]string, pairs ...string) map[string]string {
		all := maps.Clone(more)
		for i := 0; i < len(pairs); i += 2 {
			all[pairs[i]] = pairs[i+1]
		}
		return all
	}
	none, cognito := map[string]string{}, map[string]string{"REVOCATION": "cognito"}
	tests := []struct {
		changes map[string]string
		want    string // "": it starts
	}{
		{none, ""},
		{table, ""},
		{cognito, ""},
		{with(table, "AWS_ENDPOINT_URL_DYNAMODB", "http://dynamodb.example.com:8000"), ""},
		{with(table, "AWS_ENDPOINT_URL", "ftp://x", "AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1/_aws"), ""},
		{with(table, "AWS_ENDPOINT_URL", "ftp://x", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"), ""},
		{with(none, "REVOCATION", "Table"), `REVOCATION: want "table" or "cognito", got "Table"`},
		{with(none, "REVOCATION", "off"), `REVOCATION: want "table" or "cognito", got "off"`},
		{with(none, "REVOCATION_TABLE", "revocations"), `REVOCATION_TABLE: is set, and REVOCATION is not "table"`},
		{with(cognito, "REVOCATION_TABLE", "revocations"), `REVOCATION_TABLE: is set, and REVOCATION is not "table"`},
		{with(table, "REVOCATION_TABLE", ""), "REVOCATION_TABLE: is not set"},
		{with(table, "REVOCATION_TABLE", "a/b"), "REVOCATION_TABLE: want the name of a DynamoDB table"},
		{with(table, "AWS_REGION", ""), "AWS_REGION: is not set"},
		{with(table, "AWS_REGION", "eu west"), "AWS_REGION: want a region"},
		{with(table, "AWS_ACCESS_KEY_ID", ""), "AWS_ACCESS_KEY_ID: is not set"},
		{with(table, "AWS_SECRET_ACCESS_KEY", ""), "AWS_SECRET_ACCESS_KEY: is not set"},
		{with(table, "AWS_ENDPOINT_URL", "127.0.0.1:8080"), "AWS_ENDPOINT_URL_DYNAMODB: want an address"},
		{with(cognito, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "http://cognito.example.com"), "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: want an https address"},
		{with(cognito, "ISSUERS", strings.Replace(pool, `"access"`, `"access","id"`, 1)), `ISSUERS: issuer "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x": want "tokenUse":["access"]`},
		{with(cognito, "ISSUERS", strings.Replace(pool, `"access"`, `"id"`, 1)), `want "tokenUse":["access"]`},
		{with(cognito, "ISSUERS", `[{"issuer":"https://issuer.example.com","audience":["app"]}]`), `want "tokenUse":["access"]`},
		{with(cognito, "ISSUERS", `[{"issuer":"https://issuer.example.com","audience":["app"],"tokenUse":["access"],"jwksUri":"https://issuer.example.com/keys"}]`), `ISSUERS: "https://issuer.example.com" is no user pool of Cognito`},
	}
	for _, test := range tests {
		getenv := variables(base, test.changes)
		token, err := environ.Token(getenv, nil)
		wantStart(t, fmt.Sprint(test.changes, " token"), token != nil, err, test.want)
		request, err := environ.Request(getenv, noKeys{}, nil)
		wantStart(t, fmt.Sprint(test.changes, " request"), request != nil, err, test.want)
		jwt, err := environ.JWT(getenv, nil)
		wantStart(t, fmt.Sprint(test.changes, " jwt"), jwt != nil, err, test.want)
	}
	keysAlone := with(base, "ISSUERS", "")
	for how, want := range map[string]string{"": "", "cognito": "ISSUERS: is not set", "table": "REVOCATION_TABLE: is not set", "x": "REVOCATION: want"} {
		request, err := environ.Request(variables(keysAlone, map[string]string{"REVOCATION": how}), noKeys{}, nil)
		wantStart(t, "keys alone, "+how, request != nil, err, want)
	}
}

func wantStart(t *testing.T, name string, started bool, err error, want string) {
	t.Helper()
	wrong := (*environ.Error)(nil)
	switch {
	case want == "" && (err != nil || !started):
		t.Errorf("%s: %v", name, err)
	case want != "" && (started || !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "the-secret")):
		t.Errorf("%s: error %v, want one line with %q", name, err, want)
	}
}

// function is an authorizer of the environment, with an issuer that it trusts.
type function struct {
	issuer *verifytest.Issuer
	log    strings.Builder
	invoke func(ctx context.Context, event []byte) ([]byte, error)

	request func(ctx context.Context, event []byte) ([]byte, error) // of the REQUEST authorizer of the same environment
}

func newFunction(t *testing.T, changes map[string]string) *function {
	t.Helper()
	f := &function{issuer: verifytest.NewServer("EdDSA")}
	t.Cleanup(f.issuer.Close)
	base := map[string]string{
		"RULES":      usersRules,
		"ISSUERS":    fmt.Sprintf(`[{"issuer":%q,"audience":[%q],"tokenUse":["access"],"algorithms":["EdDSA"]}]`, f.issuer.URL, verifytest.DefaultClientID),
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
	}
	token, err := environ.Token(variables(base, changes), slog.New(slog.NewJSONHandler(&f.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	request, err := environ.Request(variables(base, changes), noKeys{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.invoke, f.request = token.Invoke, request.Invoke
	return f
}

// want invokes the function with a token, and checks how that ends by the reason in its log.
func (f *function) want(t *testing.T, what, token, reason string, unauthorized bool) {
	t.Helper()
	f.log.Reset()
	event := fmt.Sprintf(`{"type":"TOKEN","authorizationToken":"Bearer %s","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users"}`, token)
	output, err := f.invoke(t.Context(), []byte(event))
	good := reason == "verified"
	if (err == nil) != good || (len(output) > 0) != good || err != nil && (err.Error() == "Unauthorized") != unauthorized || !strings.Contains(f.log.String(), `"reason":"`+reason+`"`) {
		t.Errorf("%s: output %.40s, error %v, log %s; want %s", what, output, err, &f.log, reason)
	}
}

// tableOf is a store in a table of an emulator, and the variables that lead there.
func tableOf(t *testing.T) (*dynamo.Store, map[string]string) {
	t.Helper()
	h, err := emulator.New(emulator.Config{Tables: []emulator.Table{{Name: "revocations", PartitionKey: dynamodb.Key, TimeToLive: dynamo.TimeToLive}}})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := testtools.Serve(t, h)
	table, err := dynamodb.Open(dynamodb.Config{Table: "revocations", Region: "eu-west-1", Endpoint: endpoint, Credentials: credentials.NewStaticCredentialsProvider("x", "y", "")})
	if err != nil {
		t.Fatal(err)
	}
	return dynamo.New(table), map[string]string{"REVOCATION": "table", "REVOCATION_TABLE": "revocations", "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
}

// TestTokensInTheTable: what is written to the table is refused, by every kind of entry, and where the table is gone nobody
// is let in.
func TestTokensInTheTable(t *testing.T) {
	store, inTable := tableOf(t)
	f := newFunction(t, inTable)
	ends := time.Now().Add(time.Hour)
	issued := func(subject, jti, family string) string {
		return f.issuer.CognitoAccess(verifytest.Options{Subject: subject, IssuedAt: time.Now().Add(-time.Minute), Extra: map[string]any{"jti": jti, "origin_jti": family}})
	}
	f.want(t, "nothing revoked", issued("ann", "1", "a"), "verified", false)
	for _, e := range []revocation.Entry{
		revocation.OfToken(f.issuer.URL, "2", ends), revocation.OfFamily(f.issuer.URL, "b", ends),
		revocation.OfUser(f.issuer.URL, "bob", time.Now(), ends), revocation.OfUser(f.issuer.URL, "eve", time.Now().Add(-time.Hour), ends),
		revocation.OfUser("https://issuer.example.com", "ann", time.Now(), ends),
	} {
		if err := store.Revoke(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	f.want(t, "the token", issued("ann", "2", "a"), "token-revoked", true)
	f.want(t, "its sister", issued("ann", "3", "a"), "verified", false)
	f.want(t, "the family", issued("ann", "4", "b"), "token-revoked", true)
	f.want(t, "the user", issued("bob", "5", "c"), "token-revoked", true)
	f.want(t, "a user whose older tokens were", issued("eve", "6", "d"), "verified", false)
	if err := store.Revoke(t.Context(), revocation.OfIssuer(f.issuer.URL, time.Now(), ends)); err != nil {
		t.Fatal(err)
	}
	f.want(t, "the issuer", issued("zoe", "7", "e"), "token-revoked", true)

	inTable["REVOCATION_TABLE"] = "elsewhere"
	gone := newFunction(t, inTable)
	gone.want(t, "no table", gone.issuer.CognitoAccess(verifytest.Options{}), "revocations-unavailable", false)
	gone.want(t, "a bad token", "x", "token-malformed", true)
}

// TestTokensOfThePool: Cognito's word decides.
func TestTokensOfThePool(t *testing.T) {
	revoked := false
	endpoint := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if revoked {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"NotAuthorizedException","message":"Access Token has been revoked"}`)
			return
		}
		_, _ = io.WriteString(w, `{"Username":"ann"}`)
	}))
	f := newFunction(t, map[string]string{"REVOCATION": "cognito", "AWS_ENDPOINT_URL": endpoint})
	f.want(t, "good", f.issuer.CognitoAccess(verifytest.Options{}), "verified", false)
	f.want(t, "without the scope", f.issuer.CognitoAccess(verifytest.Options{Scopes: []string{"users/read"}}), "revocations-unavailable", false)
	revoked = true
	f.want(t, "revoked", f.issuer.CognitoAccess(verifytest.Options{Subject: "another"}), "token-revoked", true)
}

// revocationsOfConnection invokes the function with a token that connects to a WebSocket API, and gives what is kept of revocations
// with the connection: the names, and when the token was issued.
func (f *function) revocationsOfConnection(t *testing.T, token string) (names []string, issuedAt time.Time, there bool) {
	t.Helper()
	event := fmt.Sprintf(`{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/$connect","headers":{"Authorization":"Bearer %[1]s"},`+
		`"multiValueHeaders":{"Authorization":["Bearer %[1]s"]},"requestContext":{"eventType":"CONNECT","routeKey":"$connect","connectionId":"c","identity":{"sourceIp":"203.0.113.7"}}}`, token)
	output, err := f.request(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	var answer authorizers.Answer
	if err := json.Unmarshal(output, &answer); err != nil {
		t.Fatal(err)
	}
	text, there := answer.Context[authorizers.ContextRevocations].(string)
	if !there {
		return nil, time.Time{}, false
	}
	at, list, _ := strings.Cut(text, " ")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return strings.Split(list, " "), time.Unix(seconds, 0), true
}

// TestConnectionsInTheTable: what is kept with a connection finds every entry that its token would be refused by, and no other.
func TestConnectionsInTheTable(t *testing.T) {
	store, inTable := tableOf(t)
	f := newFunction(t, inTable)
	issued, ends := time.Now().Add(-time.Minute).Truncate(time.Second), time.Now().Add(time.Hour)
	for i, test := range []struct {
		entry func(user string) revocation.Entry
		want  bool
	}{
		{func(user string) revocation.Entry { return revocation.OfToken(f.issuer.URL, "token of "+user, ends) }, true},
		{func(user string) revocation.Entry {
			return revocation.OfFamily(f.issuer.URL, "family of "+user, ends)
		}, true},
		{func(user string) revocation.Entry { return revocation.OfUser(f.issuer.URL, user, issued, ends) }, true},
		{func(user string) revocation.Entry {
			return revocation.OfUser(f.issuer.URL, user, issued.Add(-time.Second), ends)
		}, false},
		{func(user string) revocation.Entry {
			return revocation.OfToken("https://issuer.example.com", "token of "+user, ends)
		}, false},
		{func(string) revocation.Entry { return revocation.OfIssuer(f.issuer.URL, issued, ends) }, true}, // the last: it is about all
	} {
		user := fmt.Sprint("user-", i)
		token := f.issuer.CognitoAccess(verifytest.Options{Subject: user, IssuedAt: issued, Extra: map[string]any{"jti": "token of " + user, "origin_jti": "family of " + user}})
		names, issuedAt, _ := f.revocationsOfConnection(t, token)
		for _, want := range []bool{false, test.want} {
			if got, err := (revocation.ByName{Entries: store}).Revoked(t.Context(), names, issuedAt); err != nil || got != want {
				t.Errorf("%s: by %q of %v it is revoked: %v, error %v; want %v", user, names, issuedAt, got, err, want)
			}
			if err := store.Revoke(t.Context(), test.entry(user)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestConnectionsWithoutTable: where revocations are in no table, a connection names none.
func TestConnectionsWithoutTable(t *testing.T) {
	endpoint := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"Username":"ann"}`)
	}))
	for how, changes := range map[string]map[string]string{"none": nil, "cognito": {"REVOCATION": "cognito", "AWS_ENDPOINT_URL": endpoint}} {
		f := newFunction(t, changes)
		if names, _, there := f.revocationsOfConnection(t, f.issuer.CognitoAccess(verifytest.Options{})); there {
			t.Errorf("%s: %q", how, names)
		}
	}
}
