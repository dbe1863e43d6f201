package desk_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/internal/localtls"
)

// clientOf is a client that trusts what is kept in the script's folder for that.
func clientOf(ts *testscript.TestScript) *http.Client {
	if ts.Getenv(localtls.Variable) == "" {
		return &http.Client{Transport: http.DefaultTransport}
	}
	transport := localtls.Transport(ts.Getenv)
	transport.DisableKeepAlives = true
	return &http.Client{Transport: transport}
}

// ready waits until the server of $URL answers, which may build functions before: ready
func ready(ts *testscript.TestScript, neg bool, args []string) {
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if response, err := clientOf(ts).Get(ts.Getenv("URL")); err == nil {
			response.Body.Close()
			return
		}
	}
	ts.Fatalf("nothing answers at %s", ts.Getenv("URL"))
}

// signIn signs an account in and keeps its tokens in $ACCESS, $ID and $REFRESH: signin USERNAME
func signIn(ts *testscript.TestScript, neg bool, args []string) {
	body := fmt.Sprintf(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"local-client","AuthParameters":{"USERNAME":%q,"PASSWORD":"Passw0rd!"}}`, args[0])
	request, err := http.NewRequest("POST", ts.Getenv("URL")+"/_cognito", strings.NewReader(body))
	ts.Check(err)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
	response, err := clientOf(ts).Do(request)
	ts.Check(err)
	defer response.Body.Close()
	var answer struct {
		AuthenticationResult struct{ AccessToken, IdToken, RefreshToken string }
	}
	ts.Check(json.NewDecoder(response.Body).Decode(&answer))
	if answer.AuthenticationResult.AccessToken == "" {
		ts.Fatalf("%s cannot sign in: status %d", args[0], response.StatusCode)
	}
	ts.Setenv("ACCESS", answer.AuthenticationResult.AccessToken)
	ts.Setenv("ID", answer.AuthenticationResult.IdToken)
	ts.Setenv("REFRESH", answer.AuthenticationResult.RefreshToken)
}

// call sends a request and prints status, headers (names in lower case) and body: call METHOD PATH [HEADER: VALUE]... [BODY]. An object is
// JSON unless a header says otherwise.
func call(ts *testscript.TestScript, neg bool, args []string) {
	ts.Stdout().Write([]byte(answerOf(ts, args, func(*http.Request, string) {})))
}

// callers may sign requests, as deploy/modes says.
var callers = map[string]aws.Credentials{
	"admin":  {AccessKeyID: "AKIALOCALADMIN000001", SecretAccessKey: "local-admin-secret-not-secret"},
	"reader": {AccessKeyID: "ASIALOCALREADER00001", SecretAccessKey: "local-reader-secret-not-secret", SessionToken: "local-reader-session-not-secret"},
	"forger": {AccessKeyID: "AKIALOCALADMIN000001", SecretAccessKey: "guessed"},
	"nobody": {AccessKeyID: "AKIANOBODY0000000001", SecretAccessKey: "guessed"},
	"sender": {AccessKeyID: "AKIALOCALSENDER00001", SecretAccessKey: "local-sender-secret-not-secret"},
	"lapsed": {AccessKeyID: "ASIALOCALREADER00001", SecretAccessKey: "local-reader-secret-not-secret", SessionToken: "another"},
}

// signedCall is call with a signature: signed-call CALLER METHOD PATH [HEADER: VALUE]... [BODY]
func signedCall(ts *testscript.TestScript, neg bool, args []string) {
	credentials, known := callers[args[0]]
	if !known {
		ts.Fatalf("no caller %s", args[0])
	}
	ts.Stdout().Write([]byte(answerOf(ts, args[1:], func(request *http.Request, body string) {
		hash := sha256.Sum256([]byte(body))
		ts.Check(v4.NewSigner().SignHTTP(context.Background(), credentials, request, hex.EncodeToString(hash[:]), "execute-api", "us-east-1", time.Now()))
	})))
}

// becomes repeats a call until its answer matches: becomes REGEXP METHOD PATH [HEADER: VALUE]... [BODY]
func becomes(ts *testscript.TestScript, neg bool, args []string) {
	want := regexp.MustCompile("(?m)" + args[0])
	answer := ""
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if answer = answerOf(ts, args[1:], func(*http.Request, string) {}); want.MatchString(answer) {
			return
		}
	}
	ts.Fatalf("the answer stays\n%s", answer)
}

// answerOf sends a request, as prepare leaves it, and gives the answer as text.
func answerOf(ts *testscript.TestScript, args []string, prepare func(request *http.Request, body string)) string {
	if len(args) < 2 {
		ts.Fatalf("usage: call METHOD PATH [HEADER:VALUE]... [BODY]")
	}
	header, body := http.Header{}, ""
	for _, arg := range args[2:] {
		name, value, isHeader := strings.Cut(arg, ": ")
		if isHeader && !strings.ContainsAny(name, "{ ") {
			header.Add(name, value)
		} else {
			body = arg
		}
	}
	request, err := http.NewRequest(args[0], ts.Getenv("URL")+args[1], strings.NewReader(body))
	ts.Check(err)
	if request.Header = header; strings.HasPrefix(body, "{") && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	prepare(request, body)
	response, err := clientOf(ts).Transport.RoundTrip(request)
	ts.Check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	ts.Check(err)
	var out bytes.Buffer
	fmt.Fprintln(&out, response.StatusCode)
	for name, values := range response.Header {
		fmt.Fprintf(&out, "%s: %s\n", strings.ToLower(name), strings.Join(values, ", "))
	}
	fmt.Fprintf(&out, "\n%s\n", text)
	return out.String()
}

// serveCheck serves a TOKEN authorizer at $CHECK, which lets "Bearer good" in and says by the token how it fails
// otherwise: serve-check
func serveCheck(ts *testscript.TestScript, neg bool, args []string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct{ AuthorizationToken, MethodArn string }
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		switch event.AuthorizationToken {
		case "Bearer good":
			fmt.Fprintf(w, `{"principalId":"ann","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":%q}]}}`, event.MethodArn)
		case "Bearer failing":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			io.WriteString(w, `{"errorMessage":"the table is gone","errorType":"errorString"}`)
		case "Bearer down":
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
		default:
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			io.WriteString(w, `{"errorMessage":"Unauthorized","errorType":"errorString"}`)
		}
	}))
	ts.Defer(server.Close)
	ts.Setenv("CHECK", server.URL)
}

// serveIssuer serves an OpenID Connect issuer at $OTHER_ISSUER, and keeps a token of each claims in $TOKEN1, $TOKEN2, ...,
// which stand beside those of any token for the audience api: serve-issuer CLAIMS...
func serveIssuer(ts *testscript.TestScript, neg bool, args []string) {
	issuer := verifytest.NewServer()
	ts.Defer(issuer.Close)
	ts.Setenv("OTHER_ISSUER", issuer.URL)
	for i, arg := range args {
		claims := issuer.OIDCClaims(verifytest.Options{})
		claims["aud"] = "api"
		ts.Check(json.Unmarshal([]byte(arg), &claims))
		ts.Setenv(fmt.Sprintf("TOKEN%d", i+1), issuer.Sign(claims))
	}
}

// machine gets a machine's token with scopes and keeps it in $ACCESS: machine SCOPE...
func machine(ts *testscript.TestScript, neg bool, args []string) {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {strings.Join(args, " ")}}
	request, err := http.NewRequest("POST", ts.Getenv("URL")+"/_cognito/oauth2/token", strings.NewReader(form.Encode()))
	ts.Check(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth("local-machine", "local-machine-secret")
	response, err := clientOf(ts).Do(request)
	ts.Check(err)
	defer response.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	ts.Check(json.NewDecoder(response.Body).Decode(&answer))
	if answer.AccessToken == "" {
		ts.Fatalf("the machine gets no token: status %d", response.StatusCode)
	}
	ts.Setenv("ACCESS", answer.AccessToken)
}

// answers holds the status of GET /users with a token in several modes: answers STATUS TOKEN MODE...
func answers(ts *testscript.TestScript, neg bool, args []string) {
	for _, mode := range args[2:] {
		answer := answerOf(ts, []string{"GET", "/" + mode + "/users", "Authorization: Bearer " + args[1]}, func(*http.Request, string) {})
		if status, _, _ := strings.Cut(answer, "\n"); status != args[0] {
			ts.Fatalf("%s: want %s, got %s", mode, args[0], answer)
		}
	}
}
