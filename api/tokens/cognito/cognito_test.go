package cognito_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
	issuer "portcullis/deploy/emulators/cognito"
)

// wire answers every call with one status and body, and counts the calls.
func wire(t *testing.T, status int, body string) (client *cognitoidentityprovider.Client, calls *atomic.Int32) {
	t.Helper()
	calls = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return clientAt(server.URL), calls
}

func clientAt(address string) *cognitoidentityprovider.Client {
	return cognitoidentityprovider.New(cognitoidentityprovider.Options{Region: "eu-west-1", BaseEndpoint: &address})
}

func newPool(t *testing.T, c cognito.Config) *cognito.Pool {
	t.Helper()
	pool, err := cognito.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func TestNewRefuses(t *testing.T) {
	client := clientAt("http://127.0.0.1:1")
	for _, id := range []string{"", "a b", "a/b", "ä", "a\n", strings.Repeat("a", 129)} {
		if _, err := cognito.New(cognito.Config{Client: client, ClientID: id}); !errors.As(err, new(*cognito.ClientIDError)) {
			t.Errorf("%q: %v, want a *ClientIDError", id, err)
		}
	}
	for _, id := range []string{"1h57kf5cpq17m0eml12EXAMPLE", "local-client", "a_b+c", strings.Repeat("a", 128)} {
		if _, err := cognito.New(cognito.Config{Client: client, ClientID: id}); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, ids := range [][]string{{""}, {"a", "b c"}} {
		if _, err := cognito.New(cognito.Config{Client: client, ClientID: "a", PublicClients: ids}); !errors.As(err, new(*cognito.ClientIDError)) {
			t.Errorf("public %q: %v, want a *ClientIDError", ids, err)
		}
	}
	if _, err := cognito.New(cognito.Config{Client: client, ClientID: "a", PublicClients: strings.Split("a,a,a,a,a,a,a,a,a", ",")}); err == nil {
		t.Error("nine public app clients are no error")
	}
	if _, err := cognito.New(cognito.Config{ClientID: "a"}); err == nil {
		t.Error("New without a Client is no error")
	}
}

// keeper has a secret, and remembers which one it was told to forget.
type keeper struct {
	secret, forgotten tokens.Secret
	err               error
}

func (k *keeper) Get(context.Context) (tokens.Secret, error) { return k.secret, k.err }
func (k *keeper) Forget(secret tokens.Secret)                { k.forgotten = secret }

// TestClientSecrets: an app client that is not accepted is no user who is not, and the secret is asked for anew.
func TestClientSecrets(t *testing.T) {
	var pool *issuer.Pool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { pool.ServeHTTP(w, r) }))
	defer server.Close()
	pool, err := issuer.New(issuer.Config{BaseURL: server.URL, Clients: []issuer.Client{{ID: "secretive", Secret: "right"}}})
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]func(p *cognito.Pool) error{
		"sign in": func(p *cognito.Pool) error {
			_, err := p.SignIn(t.Context(), tokens.Credentials{Username: "admin", Password: issuer.Password})
			return err
		},
		"refresh": func(p *cognito.Pool) error { _, err := p.Refresh(t.Context(), "x", ""); return err },
		"revoke":  func(p *cognito.Pool) error { return p.Revoke(t.Context(), "x", "") },
	}
	for name, call := range calls {
		wrong := &keeper{secret: "wrong"}
		err := call(newPool(t, cognito.Config{Client: clientAt(server.URL), ClientID: "secretive", Secret: wrong}))
		if err == nil || errors.Is(err, tokens.ErrRefused) || wrong.forgotten != "wrong" || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s with a wrong secret: %v, forgotten %q", name, err, string(wrong.forgotten))
		}
		if err := call(newPool(t, cognito.Config{Client: clientAt(server.URL), ClientID: "secretive"})); err == nil || errors.Is(err, tokens.ErrRefused) {
			t.Errorf("%s without a secret: %v", name, err)
		}
		away := &keeper{err: &tokens.UnavailableError{Err: errors.New("away")}}
		if err := call(newPool(t, cognito.Config{Client: clientAt(server.URL), ClientID: "secretive", Secret: away})); !errors.Is(err, away.err) {
			t.Errorf("%s: %v, want %v", name, err, away.err)
		}
		right := &keeper{secret: "right"}
		if err := call(newPool(t, cognito.Config{Client: clientAt(server.URL), ClientID: "secretive", Secret: right})); right.forgotten != "" || err != nil && !errors.Is(err, tokens.ErrRefused) {
			t.Errorf("%s with the right secret: %v, forgotten %q", name, err, string(right.forgotten))
		}
	}
}

// vault has a secret that is put there, and hands out what it has read until it is told to forget it, as package secretsmanager does.
type vault struct {
	put, read tokens.Secret
	err       error // of reading
	reads     int
}

func (v *vault) Get(context.Context) (tokens.Secret, error) {
	if v.read != "" {
		return v.read, nil
	}
	v.reads++
	if v.err != nil {
		return "", v.err
	}
	v.read = v.put
	return v.read, nil
}

func (v *vault) Forget(old tokens.Secret) {
	if v.read == old {
		v.read = ""
	}
}

// TestRotatedSecret: while an app client has two secrets and one takes the place of the other, nobody is turned away.
func TestRotatedSecret(t *testing.T) {
	var issued *issuer.Pool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { issued.ServeHTTP(w, r) }))
	defer server.Close()
	issued, err := issuer.New(issuer.Config{BaseURL: server.URL, Clients: []issuer.Client{{ID: "secretive", Secret: "first"}}})
	if err != nil {
		t.Fatal(err)
	}
	administrator := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	secret := &vault{put: "first"}
	pool := newPool(t, cognito.Config{Client: clientAt(server.URL), ClientID: "secretive", Secret: secret})
	signIn := func(when string) string {
		t.Helper()
		outcome, err := pool.SignIn(t.Context(), tokens.Credentials{Username: "admin", Password: issuer.Password})
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		return string(outcome.Tokens.Refresh)
	}
	refresh := signIn("with the first secret")

	userPool, client := aws.String(issuer.PoolID), aws.String("secretive")
	added, err := administrator.AddUserPoolClientSecret(t.Context(), &cognitoidentityprovider.AddUserPoolClientSecretInput{UserPoolId: userPool, ClientId: client})
	if err != nil {
		t.Fatal(err)
	}
	signIn("with the first of two")
	secret.put = tokens.Secret(*added.ClientSecretDescriptor.ClientSecretValue)
	signIn("with the first, where the second is kept")
	listed, err := administrator.ListUserPoolClientSecrets(t.Context(), &cognitoidentityprovider.ListUserPoolClientSecretsInput{UserPoolId: userPool, ClientId: client})
	if err != nil || len(listed.ClientSecrets) != 2 {
		t.Fatalf("the client has %v, %v", listed, err)
	}
	if _, err := administrator.DeleteUserPoolClientSecret(t.Context(), &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
		UserPoolId: userPool, ClientId: client, ClientSecretId: listed.ClientSecrets[0].ClientSecretId,
	}); err != nil {
		t.Fatal(err)
	}
	signIn("with the first, which is gone")
	if secret.read != secret.put {
		t.Error("the second secret is not the one that is used")
	}
	secret.read = "first"
	if _, err := pool.Refresh(t.Context(), tokens.Secret(refresh), ""); err != nil {
		t.Errorf("refreshing what was signed in with the first, which is gone: %v", err)
	}
	secret.read = "first"
	if err := pool.Revoke(t.Context(), tokens.Secret(refresh), ""); err != nil {
		t.Errorf("revoking what was signed in with the first, which is gone: %v", err)
	}
	secret.put, secret.read = "neither", "first"
	if _, err := pool.SignIn(t.Context(), tokens.Credentials{Username: "admin", Password: issuer.Password}); err == nil || errors.Is(err, tokens.ErrRefused) || secret.read != "" {
		t.Errorf("with two secrets that Cognito does not accept: %v", err)
	}
}

// TestRotatedSecretInReply: a sign-in that one process began with the new secret goes on in another that holds the old one. A reply whose hash is
// not accepted, whatever the reason, has the secret read once more, and is made again where it is another one.
func TestRotatedSecretInReply(t *testing.T) {
	var code string
	var issued *issuer.Pool
	var replies atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".RespondToAuthChallenge") {
			replies.Add(1)
		}
		issued.ServeHTTP(w, r)
	}))
	defer server.Close()
	issued, err := issuer.New(issuer.Config{
		BaseURL: server.URL, Clients: []issuer.Client{{ID: "secretive", Secret: "new"}}, Deliver: func(m issuer.Message) { code = m.Code },
		Accounts: []issuer.Account{{Username: "sms", Phone: "+15550100", MFA: []issuer.MFA{issuer.MFASMS}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	beginning := newPool(t, cognito.Config{Client: clientAt(server.URL), ClientID: "secretive", Secret: &vault{put: "new"}})
	away := &tokens.UnavailableError{Err: errors.New("away")}
	for _, test := range []struct {
		name     string
		secret   vault
		username string
		want     error
		reads    int
		replies  int32
	}{
		{"new", vault{put: "new", read: "new"}, "sms", nil, 0, 1},
		{"old", vault{put: "new", read: "old"}, "sms", nil, 1, 2},
		{"old, not to be read", vault{put: "new", read: "old", err: away}, "sms", away, 1, 1},
		{"old, in both places", vault{put: "old", read: "old"}, "sms", tokens.ErrRefused, 1, 1},
		{"another username, with the old one", vault{put: "new", read: "old"}, "admin", tokens.ErrRefused, 1, 2},
	} {
		begun, err := beginning.SignIn(t.Context(), tokens.Credentials{Username: "sms", Password: issuer.Password})
		if err != nil {
			t.Fatal(err)
		}
		secret := test.secret
		replies.Store(0)
		ended, err := newPool(t, cognito.Config{Client: clientAt(server.URL), ClientID: "secretive", Secret: &secret}).
			Reply(t.Context(), tokens.Reply{Challenge: tokens.SMSCode, Session: begun.Challenge.Session, Username: test.username, Code: tokens.Secret(code)})
		if !errors.Is(err, test.want) || (err == nil) != (ended.Tokens != nil) || secret.reads != test.reads || replies.Load() != test.replies {
			t.Errorf("%s: %v after %d reads and %d replies, want %v after %d and %d", test.name, err, secret.reads, replies.Load(), test.want, test.reads, test.replies)
		}
	}
}

// TestReplyWithoutSecret: an app client that has a secret, and was given none, is no user who is refused.
func TestReplyWithoutSecret(t *testing.T) {
	client, _ := wire(t, 400, `{"__type":"NotAuthorizedException","message":"Client secretive is configured with secret but SECRET_HASH was not received"}`)
	_, err := newPool(t, cognito.Config{Client: client, ClientID: "secretive"}).
		Reply(t.Context(), tokens.Reply{Challenge: tokens.SMSCode, Session: "s", Username: "ann@example.com", Code: "123456"})
	if err == nil || errors.Is(err, tokens.ErrRefused) {
		t.Errorf("%v", err)
	}
}

func jwtOf(payload string) tokens.Secret {
	return tokens.Secret("eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln")
}

const good = `{"iss":"https://a.example","sub":"me","origin_jti":"o","client_id":"client","token_use":"access","iat":1767225600}`

// TestClaims: an access token of which anything is missing tells nothing.
func TestClaims(t *testing.T) {
	pool := newPool(t, cognito.Config{Client: clientAt("http://127.0.0.1:1"), ClientID: "client"})
	claims, err := pool.Claims(jwtOf(good))
	want := tokens.Claims{Issuer: "https://a.example", Subject: "me", Origin: "o", Issued: time.Unix(1767225600, 0)}
	if err != nil || claims != want {
		t.Errorf("%+v, %v, want %+v", claims, err, want)
	}
	without := func(old, new string) tokens.Secret { return jwtOf(strings.Replace(good, old, new, 1)) }
	for name, token := range map[string]tokens.Secret{
		"none":              "",
		"no JWT":            "abc",
		"five parts":        jwtOf(good) + ".a.b",
		"no base64url":      "a.!.c",
		"no JSON":           jwtOf("x"),
		"null":              jwtOf("null"),
		"list":              jwtOf("[]"),
		"more":              jwtOf(good + "{}"),
		"no issuer":         without("iss", "x"),
		"empty issuer":      without("https://a.example", ""),
		"issuer of type":    without(`"https://a.example"`, `["https://a.example"]`),
		"no subject":        without("sub", "x"),
		"no family":         without("origin_jti", "x"),
		"another client":    without(`"client"`, `"other"`),
		"ID token":          without(`"access"`, `"id"`),
		"no iat":            without("iat", "x"),
		"iat in text":       without("1767225600", `"1767225600"`),
		"iat before 1970":   without("1767225600", "-1"),
		"iat beyond 9999":   without("1767225600", "253402300800"),
		"iat beyond int64":  without("1767225600", "1e30"),
		"iat of a fraction": without("1767225600", "1.5"),
	} {
		if claims, err := pool.Claims(token); err == nil || claims != (tokens.Claims{}) || strings.Contains(err.Error(), "a.example") {
			t.Errorf("%s: %+v, %v", name, claims, err)
		}
	}
}

// TestCheck: the user pool and the token must name the same user.
func TestCheck(t *testing.T) {
	for sub, agrees := range map[string]bool{"me": true, "you": false, "": false} {
		client, _ := wire(t, 200, fmt.Sprintf(`{"Username":"ann","UserAttributes":[{"Name":"email","Value":"me"},{"Name":"sub","Value":%q}]}`, sub))
		claims, err := newPool(t, cognito.Config{Client: client, ClientID: "client"}).Check(t.Context(), jwtOf(good))
		if (err == nil) != agrees || (claims.Subject == "me") != agrees || errors.Is(err, tokens.ErrRefused) {
			t.Errorf("sub %q: %+v, %v", sub, claims, err)
		}
	}
	client, calls := wire(t, 200, `{}`)
	pool := newPool(t, cognito.Config{Client: client, ClientID: "another"})
	if _, err := pool.Check(t.Context(), jwtOf(good)); !errors.Is(err, tokens.ErrRefused) {
		t.Errorf("another client's token: %v", err)
	}
	if err := pool.SignOut(t.Context(), jwtOf(good)); !errors.Is(err, tokens.ErrRefused) || calls.Load() != 0 {
		t.Errorf("another client's token: %v after %d calls", err, calls.Load())
	}
}

// TestCalledOnce: an attempt that failed is not made again: it may have sent a code, or rotated a token.
func TestCalledOnce(t *testing.T) {
	for _, answer := range []struct {
		status int
		body   string
	}{{400, `{"__type":"TooManyRequestsException"}`}, {500, `{"__type":"InternalErrorException"}`}, {503, ``}} {
		client, calls := wire(t, answer.status, answer.body)
		pool := newPool(t, cognito.Config{Client: client, ClientID: "client"})
		if _, err := pool.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: "p"}); err == nil || calls.Load() != 1 {
			t.Errorf("%d: %v after %d calls", answer.status, err, calls.Load())
		}
	}
}

// TestTimeout: a user pool that does not answer is unavailable.
func TestTimeout(t *testing.T) {
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stop }))
	defer server.Close()
	defer close(stop)
	pool := newPool(t, cognito.Config{Client: clientAt(server.URL), ClientID: "client", Timeout: time.Millisecond})
	if _, err := pool.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: "p"}); !errors.As(err, new(*tokens.UnavailableError)) {
		t.Errorf("%v, want an *UnavailableError", err)
	}
}
