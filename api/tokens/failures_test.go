package tokens_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"portcullis/api/internal/lambdaproxy/proxytest"
)

// private is in every request, and in the messages of the exceptions: it must be in no log.
const private = "private-0f-the-user"

// bearer is an access token of the app client local-client, with the private text for a signature.
const bearer = "Bearer eyJhbGciOiJub25lIn0." +
	"eyJpc3MiOiJodHRwczovL2EuZXhhbXBsZSIsInN1YiI6Im1lIiwib3JpZ2luX2p0aSI6Im8iLCJjbGllbnRfaWQiOiJsb2NhbC1jbGllbnQiLCJ0b2tlbl91c2UiOiJhY2Nlc3MiLCJpYXQiOjE3NjcyMjU2MDB9." +
	private

// requests are one of each operation.
var requests = map[string]proxytest.Call{
	"sign in":  {Method: "POST", Path: "/tokens", Body: `{"username":"` + private + `","password":"` + private + `"}`},
	"reply":    {Method: "POST", Path: "/tokens", Body: `{"challenge":"NEW_PASSWORD_REQUIRED","session":"` + private + `","username":"` + private + `","answer":{"newPassword":"` + private + `"}}`},
	"refresh":  {Method: "POST", Path: "/tokens/refresh", Body: `{"refreshToken":"` + private + `"}`},
	"revoke":   {Method: "POST", Path: "/tokens/revoke", Body: `{"refreshToken":"` + private + `"}`},
	"sign out": {Method: "POST", Path: "/tokens/sign-out", Header: map[string][]string{"Authorization": {bearer}}},
}

const (
	internal       = `500 {"error":"Internal error"}`
	unavailable    = `503 {"error":"Tokens are unavailable, try again later"}`
	throttled      = `429 {"error":"Too many attempts, try again later"}`
	badCredentials = `401 {"error":"Invalid credentials"}`
	badReply       = `401 {"error":"Invalid code or session"}`
	badRefresh     = `401 {"error":"Invalid refresh token, or one of a remembered device without its deviceKey"}`
	badAccess      = `401 {"error":"Invalid access token"}`
	revoked        = `200 ` + saidAlone
)

// TestExceptions: what each exception of Cognito's becomes, by operation; "" where the operation has no such exception.
func TestExceptions(t *testing.T) {
	all := func(answer string) [5]string { return [5]string{answer, answer, answer, answer, answer} }
	cases := []struct {
		exception string
		answers   [5]string // sign in, reply, refresh, revoke, sign out
	}{
		{"NotAuthorizedException", [5]string{badCredentials, badReply, badRefresh, revoked, badAccess}},
		{"UserNotFoundException", [5]string{badCredentials, badReply, badRefresh, "", badAccess}},
		{"UserNotConfirmedException", [5]string{badCredentials, badReply, "", "", badAccess}},
		{"PasswordResetRequiredException", [5]string{badCredentials, badReply, "", "", badAccess}},
		{"UserLambdaValidationException", [5]string{badCredentials, badReply, badRefresh, "", ""}},
		{"CodeMismatchException", [5]string{"", badReply, "", "", ""}},
		{"ExpiredCodeException", [5]string{"", badReply, "", "", ""}},
		{"MFAMethodNotFoundException", [5]string{"", badReply, "", "", ""}},
		{"SoftwareTokenMFANotFoundException", [5]string{"", badReply, "", "", ""}},
		{"RefreshTokenReuseException", [5]string{"", "", badRefresh, "", ""}},
		{"InvalidPasswordException", [5]string{badCredentials, `400 {"error":"answer.newPassword is not as the user pool's password policy asks"}`, "", "", ""}},
		{"PasswordHistoryPolicyViolationException", [5]string{"", `400 {"error":"answer.newPassword was used before"}`, "", "", ""}},
		{"AliasExistsException", [5]string{"", `400 {"error":"answer.attributes has a value that must be another one"}`, "", "", ""}},
		{"InvalidParameterException", [5]string{internal, `400 {"error":"answer is not what the challenge asks for"}`, badRefresh, revoked, badAccess}},
		{"UnsupportedTokenTypeException", [5]string{"", "", "", `400 {"error":"refreshToken must be a refresh token, as it was given"}`, ""}},
		{"UnauthorizedException", [5]string{"", "", "", internal, ""}},
		{"TooManyRequestsException", all(throttled)},
		{"LimitExceededException", all(throttled)},
		{"TooManyFailedAttemptsException", all(throttled)},
		{"ThrottlingException", all(throttled)},
		{"InternalErrorException", all(unavailable)},
		{"ForbiddenException", all(unavailable)},
		{"ResourceNotFoundException", all(internal)},
		{"InvalidUserPoolConfigurationException", all(internal)},
		{"UnexpectedLambdaException", all(internal)},
		{"UnsupportedOperationException", all(internal)},
		{"SomethingNewException", all(internal)},
	}
	operations := []string{"sign in", "reply", "refresh", "revoke", "sign out"}
	for _, c := range cases {
		h, log := newHandler(t, exception(c.exception, "of "+private).serve(t), "local-client", nil)
		for i, operation := range operations {
			if c.answers[i] == "" {
				continue
			}
			log.Reset()
			a := proxytest.Invoke(t, h, proxytest.Event(t, "rest", requests[operation]))
			wantAnswer(t, c.exception+", "+operation, a, c.answers[i])
			wantLog(t, c.exception+", "+operation, log.String(), a.StatusCode)
		}
	}
}

// wantAnswer checks the status and body of an answer, and the headers that go with the status.
func wantAnswer(t *testing.T, what string, a proxytest.Answer, want string) {
	t.Helper()
	status, body, _ := strings.Cut(want, " ")
	if status != strconv.Itoa(a.StatusCode) || a.Body != body {
		t.Errorf("%s: %d %s, want %s", what, a.StatusCode, a.Body, want)
	}
	if again := a.StatusCode == 429 || a.StatusCode == 503; again != (a.Headers["Retry-After"] != "") || a.Headers["Cache-Control"] != "no-store" {
		t.Errorf("%s: %d with headers %v", what, a.StatusCode, a.Headers)
	}
}

// wantLog checks that what is not the client's to mend is one line, without anything of the request, and that nothing else
// is.
func wantLog(t *testing.T, what, log string, status int) {
	t.Helper()
	if strings.Contains(log, private) || strings.Contains(log, "eyJ") {
		t.Errorf("%s: the log tells the request: %s", what, log)
	}
	if logged := strings.Count(log, "\n"); (status >= 403) != (logged == 1) || logged > 1 {
		t.Errorf("%s: %d with the log %q", what, status, log)
	}
}

// TestTheWire: what is no answer of Cognito's, or one that nobody expects, lets nothing through.
func TestTheWire(t *testing.T) {
	cases := []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"empty object", 200, `{}`, internal},
		{"nothing", 200, ``, internal},
		{"no JSON", 200, `<html>` + private, internal},
		{"no access token", 200, `{"AuthenticationResult":{"IdToken":"` + private + `"}}`, internal},
		{"challenge without session", 200, `{"ChallengeName":"SMS_MFA"}`, `403 {"error":"This account cannot sign in here: it asks for a step that is not supported"}`},
		{"another shape", 200, `{"AuthenticationResult":["` + private + `"]}`, internal},
		{"failure of a proxy", 502, `bad gateway ` + private, unavailable},
		{"failure without a name", 500, `{}`, unavailable},
		{"refusal without a name", 400, `{}`, internal},
		{"throttled by a proxy", 429, `{}`, unavailable},
		{"long name", 400, `{"__type":"` + strings.Repeat("x", 300) + `"}`, internal},
	}
	for _, c := range cases {
		h, log := newHandler(t, (&wire{status: c.status, body: c.body}).serve(t), "local-client", nil)
		a := proxytest.Invoke(t, h, proxytest.Event(t, "http2", requests["sign in"]))
		wantAnswer(t, c.name, a, c.want)
		wantLog(t, c.name, log.String(), a.StatusCode)
		if log.Len() > 600 {
			t.Errorf("%s: the log has %d bytes", c.name, log.Len())
		}
	}
}

// TestUnreachable: a user pool that nobody answers for is 503.
func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	h, log := newHandler(t, server.URL, "local-client", nil)
	for operation, request := range requests {
		log.Reset()
		a := proxytest.Invoke(t, h, proxytest.Event(t, "http1", request))
		wantAnswer(t, operation, a, unavailable)
		wantLog(t, operation, log.String(), a.StatusCode)
	}
}
