package desk_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/desk"
)

// advised is a call that is refused, or fails, and what has to be said of it: parts of the sentences, with … between them.
type advised struct {
	request     string // METHOD PATH, then header lines and, after an empty line, a body
	status      int
	why, change string
}

// requireAdvice makes each call, and holds what those are told who follow.
func requireAdvice(t *testing.T, d *running, tokens *strings.Replacer, tests []advised) {
	t.Helper()
	s := follow(t, d, "")
	for _, test := range tests {
		head, body, _ := strings.Cut(tokens.Replace(test.request), "\n\n")
		lines := strings.Split(head, "\n")
		method, path, _ := strings.Cut(lines[0], " ")
		send(t, d, method, path, body, lines[1:]...)
		s.requireSaid(t, test)
	}
}

// requireSaid holds what is told next.
func (s *stream) requireSaid(t *testing.T, test advised) {
	t.Helper()
	e := s.next(t)
	if e.Trace.Status != test.status || !hasParts(e.Why, test.why) || !hasParts(e.Change, test.change) || !strings.HasSuffix(e.Why, ".") || strings.Contains(e.Why+e.Change, "\n") {
		t.Errorf("%.80q: %d, want %d\n%s\n%s\nwant\n%s\n%s", test.request, e.Trace.Status, test.status, e.Why, e.Change, test.why, test.change)
	}
}

// hasParts tells whether a text has all parts, in order.
func hasParts(text, parts string) bool {
	for part := range strings.SplitSeq(parts, "…") {
		_, rest, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = rest
	}
	return true
}

const handshake = "\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="

// TestAdvice: of each kind of refusal in each mode it is told why it is, and what would change it.
func TestAdvice(t *testing.T) {
	t.Parallel()
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	d := start(t, desk.Config{Environ: append(os.Environ(), fmt.Sprintf(`ISSUERS=[{"issuer":%q,"audience":["api"],"scopes":["users/read"],"owners":false}]`, issuer.URL))})
	claims := func(change map[string]any) string {
		all := issuer.OIDCClaims(verifytest.Options{})
		all["aud"] = "api"
		for name, value := range change {
			all[name] = value
		}
		return issuer.Sign(all)
	}
	ended := time.Now().Add(-time.Hour)
	machine := machineToken(t, d, "users/read")
	tokens := strings.NewReplacer(
		"ADMIN", accessToken(t, d.url, "admin"), "READER", accessToken(t, d.url, "reader"), "MEMBER", accessToken(t, d.url, "member"), "MACHINE", machine,
		"ENDED", claims(map[string]any{"exp": ended.Unix(), "iat": ended.Add(-time.Hour).Unix()}),
		"LATER", claims(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}),
		"OTHERS", claims(map[string]any{"aud": "others"}), "NOBODYS", claims(map[string]any{"iss": "https://nobody.example"}),
		"CHANGED", machine[:len(machine)-8]+"AAAAAAAA",
		"LONG", strings.Repeat("x", 10_240), "WIDE", strings.Repeat("x", 1600), "HUGE", strings.Repeat("x", 10<<20+1),
	)
	const bearer = "\nAuthorization: Bearer "
	at := ended.UTC().Format("15:04:05 on 2006-01-02 UTC")
	requireAdvice(t, d, tokens, []advised{
		// Whom nobody knows.
		{"GET /rest-token/users", 401, "The authorizer was not asked, since the request has no method.request.header.Authorization", "Send Authorization: Bearer and a token; of the desk's accounts admin and reader may make this call."},
		{"POST /rest-token/users\nAuthorization: Basic eA==", 401, "does not match the identityValidationExpression ^((?i:bearer)", "Send a token as it was given, behind Bearer"},
		{"GET /rest-token/users" + bearer + "ENDED", 401, "The authorizer token says token-expired: the token has expired, at " + at + ".", "Sign in again; of the desk's accounts admin and reader may"},
		{"GET /http-lambda/users" + bearer + "ENDED", 401, "The authorizer jwt says token-expired", "Sign in again"},
		{"GET /http-jwt/users" + bearer + "ENDED", 401, "The gateway's own authorizer, JWT, refuses the token: issuer does not match", "Send an access token"},
		{"GET /rest-token/users" + bearer + "LATER", 401, "token-not-yet-valid", "Wait until its nbf"},
		{"GET /rest-token/users" + bearer + "OTHERS", 401, "audience-mismatch: the token is meant for somebody else", "audience of the issuer's entry"},
		{"GET /rest-token/users" + bearer + "NOBODYS", 401, "issuer-unknown", "add an entry to ISSUERS"},
		{"GET /rest-token/users" + bearer + "CHANGED", 401, "The authorizer token says signature-invalid: the signature is not the issuer's", "Sign in, and send the token as it was given"},
		{"GET /rest-request/users", 401, "credential-missing: there is no token or key", "an API key in X-Api-Key"},
		{"GET /rest-request/users\nX-Api-Key: nothing", 401, "api-key-malformed", "as it was given when it was made"},
		{"GET /rest-request/users" + bearer + "ADMIN", 403, "An API key is asked for, with a token too", "Send an API key that was made with a usage key"},
		{"GET /http-jwt/users", 401, "JWT, finds no token", "Send Authorization: Bearer and a token."},
		{"GET /http-jwt/users" + bearer + "x", 401, "JWT, refuses the token: token contains an invalid number of segments", "Send an access token of the API's user pool"},
		{"GET /http-jwt/users" + bearer + "ADMIN", 403, "asks of GET /users for one of the scopes users/read, and the token has aws.cognito.signin.user.admin", "has users/read, such as that of a machine; what groups grant does not count here"},
		{"POST /rest-cognito/users" + bearer + "MACHINE", 401, "COGNITO_USER_POOLS, asks of POST /users for one of the scopes users/write, and the token has users/read", "has users/write"},
		{"GET /rest-cognito/users", 401, "COGNITO_USER_POOLS, finds no token", "Send Authorization"},

		// Who is known, and may not.
		{"POST /rest-token/users" + bearer + "READER\n\n{}", 403, "The caller reader is known, and may not: POST /users asks for a token with users/write, or an API key with users/write, and the caller has aws.cognito.signin.user.admin and users/read.",
			"Bring the scope users/write (which the group admins has); of the desk's accounts admin may make this call."},
		{"DELETE /rest-token/users/7" + bearer + "READER", 403, "The caller reader is known", "users/write (which the group admins has)"}, // by a kept answer
		{"GET /http-lambda/users/7" + bearer + "MEMBER", 403, "The caller member is known, and may not: GET /users/{id} asks for a token with users/read…with users/self where {id} is the caller's own id…and the caller has …users/self.",
			"the scope users/read (which the group …{id} that is the caller's own id…accounts admin and reader may"},
		{"POST /rest-iam/users", 403, "Nobody has signed the request", "Sign it (AWS Signature Version 4) for execute-api in us-east-1, as arn:aws:iam::123456789012:user/admin (AKIALOCALADMIN000001)"},
		{"POST /http-iam/users", 403, "Nobody has signed the request", "as arn:aws:iam::123456789012:user/admin"},
		{"POST /rest-iam/users" + bearer + "ADMIN", 403, "The signature is refused: ", "curl --aws-sigv4"},
		{"GET /rest-api-key/users", 403, "An API key is asked for, and the request has no X-Api-Key", "Send X-Api-Key with the key demo."},
		{"GET /rest-api-key/users\nX-Api-Key: unknown-key-0123456789", 403, "No API key has this value", "the key demo"},
		{"GET /rest-api-key/users\nX-Api-Key: local-disabled-key-not-secret", 403, "The API key is disabled", "the key demo"},

		// What does not fit.
		{"GET /nowhere/users", 403, "There is no stage \"nowhere\"", "as in " + d.url + "/http-iam/…; there are http-iam, "},
		{"GET /rest-token/nowhere", 403, "No route is for GET /nowhere", "write this one into …api/openapi.yaml; that a credential is missing"},
		{"PATCH /rest-token/users" + bearer + "ADMIN", 403, "/users takes GET, POST, and no PATCH", "Call a method and path that there is"},
		{"GET /http-jwt/nowhere", 404, "No route is for GET /nowhere", "Call a method and path that there is"},
		{"GET /http-jwt/%ff", 400, "The path is not UTF-8", "RFC 3986"},
		{"GET /rest-token/users\nX-Long: LONG", 431, "The request line and the headers are larger", "fewer or shorter headers"},
		{"GET /rest-token/users/WIDE" + bearer + "ADMIN", 414, "The ARN of the path is longer", "Shorten the path"},
		{"POST /rest-token/users" + bearer + "ADMIN\nContent-Type: application/json\n\n{}", 400, "does not fit the contract: object has missing required properties", "Correct the body, or the schema of POST /users in …api/openapi.yaml."},
		{"POST /rest-token/users" + bearer + "ADMIN\nContent-Type: application/json\n\n{\"name\":7}", 400, "/name: instance type (integer)", "Correct the body at /name, or"},
		{"POST /rest-token/users" + bearer + "ADMIN\nContent-Type: application/json\nContent-Encoding: br\n\n{}", 415, "Content-Encoding", "Send the body in gzip or deflate"},
		{"POST /rest-token/users" + bearer + "ADMIN\nContent-Type: application/json\n\nHUGE", 413, "The body is larger than 10 MB", "Send at most 10 MB"},
		{"GET /rest-token/users/none" + bearer + "ADMIN", 404, "The function users answers 404 itself: the gateway let the call through", "its log has the call by the id "},

		// Of the WebSocket API.
		{"GET /websocket", 426, "takes handshakes alone", "Open a WebSocket at ws://127.0.0.1:…/websocket."},
		{"GET /websocket/below" + handshake, 403, "is opened at /websocket and no path below it", "Open a WebSocket at"},
		{"POST /websocket" + handshake, 400, "none of RFC 6455", "Open a WebSocket at"},
		{"GET /websocket" + handshake, 401, "The authorizer request says credential-missing", "Send Authorization: Bearer"},
		{"GET /websocket?token=ENDED" + handshake, 401, "token-expired: the token has expired, at " + at, "Sign in again; of the desk's accounts admin, …member…may make this call."},
		{"GET /websocket/@connections/abc", 403, "Nobody has signed", "as arn:aws:iam::123456789012:user/sender"},
		{"PUT /websocket/@connections/abc", 403, "@connections takes POST, GET and DELETE", "by GET to look at"},
	})
}

// machineToken is the token of the desk's machine, with a scope.
func machineToken(t *testing.T, d *running, scope string) string {
	t.Helper()
	_, body := send(t, d, "POST", "/_cognito/oauth2/token", "grant_type=client_credentials&scope="+scope, formType, "Authorization: Basic bG9jYWwtbWFjaGluZTpsb2NhbC1tYWNoaW5lLXNlY3JldA==")
	_, token, _ := strings.Cut(body, `"access_token":"`)
	token, _, found := strings.Cut(token, `"`)
	if !found {
		t.Fatal(body)
	}
	return token
}

const limitedMode = `name: limited
gateway: REST
authorization: NONE
apiKeyRequired: true
usagePlan:
  methods: {"GET /mine": {rateLimit: 0, burstLimit: 1}}
  throttle: {rateLimit: 0, burstLimit: 2}
  quota: {limit: 1, period: DAY}
  localKeys: [{name: one, value: the-first-key-0123456789}, {name: two, value: the-second-key-012345678}]
`

// TestAdviceOfLimits: what is over a limit, and functions that fail.
func TestAdviceOfLimits(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "contract.yaml", ordersContract+"  /slow: {get: {security: []}}\n  /wrong: {get: {security: []}}\n  /mine: {get: {security: [bearer: []]}}\n")
	write(t, "own.yaml", ordersMode+"throttle: {rateLimit: 1000, burstLimit: 1000, methods: {\"GET /held\": {rateLimit: 2, burstLimit: 0}}}\n")
	write(t, "limited.yaml", limitedMode)
	write(t, "slow.yaml", strings.Replace(ordersMode, "name: own", "name: slow", 1)+"integrationTimeoutInMillis: 50\n")
	write(t, "http.yaml", "name: http\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: jwt, identitySource: $request.header.Authorization}\nthrottle: {rateLimit: 1, burstLimit: 0}\n")
	stuck := make(chan struct{})
	orders := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(event), `"/slow"`):
			<-stuck
		case strings.Contains(string(event), `"/wrong"`):
			fmt.Fprint(w, `{"statusCode":"x"}`)
		default:
			fmt.Fprint(w, `{"statusCode":200}`)
		}
	}))
	defer orders.Close()
	defer close(stuck)
	d := start(t, desk.Config{Contract: "contract.yaml", Modes: []string{"own.yaml", "limited.yaml", "http.yaml", "slow.yaml"}, Functions: []desk.Function{{Name: "orders", Where: orders.URL}}})
	get(t, d, "/own/orders")
	const first, second = "\nX-Api-Key: the-first-key-0123456789", "\nX-Api-Key: the-second-key-012345678"
	send(t, d, "GET", "/limited/guarded", "", strings.TrimSpace(first)) // which uses the quota up
	send(t, d, "GET", "/limited/mine", "", strings.TrimSpace(second))
	requireAdvice(t, d, strings.NewReplacer(), []advised{
		{"GET /limited/guarded" + first, 429, "The key's quota of 1 a DAY is used up", "raise usagePlan.quota in limited.yaml"},
		{"GET /limited/guarded" + first, 429, "The key may call 0 times a second, and 2 at once", "raise usagePlan.throttle in limited.yaml"},
		{"GET /limited/mine" + second, 429, "The key may call 0 times a second, and 1 at once", "raise usagePlan.throttle in limited.yaml"},
		{"GET /limited/mine", 403, "has no X-Api-Key", "Send X-Api-Key with the key one and the key two."},
		{"GET /own/held", 429, "GET /held takes 2 requests a second, and 0 at once", "raise throttle in own.yaml"},
		{"GET /http/orders", 429, "The stage takes 1 requests a second, and 0 at once", "raise throttle in http.yaml"},
		{"GET /own/wrong", 502, "The function orders: statusCode is \"x\": want a final HTTP status", "The caller can do nothing: the function's log"},
		{"GET /slow/slow", 504, "The function orders: ", "raise integrationTimeoutInMillis in slow.yaml (50 now)."},
	})
}

// TestAdviceOfForeignAuthorizers: of authorizers that do not tell what they know, their policy is what there is to tell.
func TestAdviceOfForeignAuthorizers(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "contract.yaml", ordersContract)
	write(t, "own.yaml", strings.Replace(ordersMode, "function: token", "function: theirs", 1))
	answers := map[string]string{
		"deny":  `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}}`,
		"ended": `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}}}`,
		"stale": `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"nothing"}},"context":{"scheme":"bearer","scopes":"orders/read"}}`,
		"wrong": `{"principalId":"me"}`,
		"no":    `{"isAuthorized":false}`,
		"calls": `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}}}`,
	}
	theirs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, _ := io.ReadAll(r.Body)
		for name, answer := range answers {
			if strings.Contains(string(event), `"Bearer `+name+`"`) {
				fmt.Fprint(w, answer)
				return
			}
		}
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		fmt.Fprint(w, `{"errorMessage":"Unauthorized","errorType":"Error"}`)
	}))
	defer theirs.Close()
	write(t, "simple.yaml", "name: simple\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: theirs, identitySource: $request.header.Authorization, resultTtlInSeconds: 0, payloadFormatVersion: \"2.0\", enableSimpleResponses: true}\n")
	write(t, "cached.yaml", strings.NewReplacer("function: token", "function: theirs", "name: own", "name: cached").Replace(ordersMode)+
		"cache: {methods: {\"GET /guarded\": {keyParameters: [method.request.header.Authorization]}}, unauthorizedCacheControlHeaderStrategy: FAIL_WITH_403}\n")
	d := start(t, desk.Config{Contract: "contract.yaml", Modes: []string{"own.yaml", "simple.yaml", "cached.yaml"}, Functions: []desk.Function{{Name: "orders", Where: theirs.URL}, {Name: "theirs", Where: theirs.URL}}})
	const request = "GET /own/guarded\nAuthorization: Bearer "
	requireAdvice(t, d, strings.NewReplacer(), []advised{
		{request + "deny", 403, "The policy of the authorizer theirs: denied: statement 1 denies", "Let the authorizer's policy allow arn:aws:execute-api:"},
		{request + "ended", 403, "The token ended at 2020-01-01T00:00:00Z", "Sign in again"},
		{request + "stale", 403, "denied: no statement allows it", "Let the authorizer's policy allow"},
		{request + "stale", 403, "though the rules let the caller: the gateway keeps an answer from before", "Flush the mode's cache, and call again."},
		{request + "wrong", 500, "The authorizer theirs fails, so that nobody can be let in", "the authorizer's log"},
		{request + "nobody", 401, "The authorizer theirs answers Unauthorized, and does not say why", "Its log says why"},
		{"GET /simple/guarded\nAuthorization: Bearer no", 403, "The authorizer theirs answers isAuthorized: false", "Let the authorizer answer isAuthorized: true."},
		{"GET /cached/guarded\nAuthorization: Bearer calls\nCache-Control: max-age=0", 403, "does not allow execute-api:InvalidateCache", "Leave Cache-Control: max-age=0 out"},
		{"GET /own/guarded\nAuthorization: ", 401, "has no method.request.header.Authorization", ""},
	})
}

// TestAdviceOfSigners: whom a policy of IAM does not let, whose signature is none, and what @connections has not.
func TestAdviceOfSigners(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	s := follow(t, d, "")
	for _, test := range []struct {
		caller string
		advised
	}{
		{"reader", advised{"POST /rest-iam/users", 403, "The IAM policy of arn:aws:sts::123456789012:assumed-role/reader/desk does not allow execute-api:Invoke on arn:aws:execute-api:", "Sign as arn:aws:iam::123456789012:user/admin (AKIALOCALADMIN000001), or let"}},
		{"reader", advised{"DELETE /http-iam/users/7", 403, "The IAM policy of arn:aws:sts::123456789012:assumed-role/reader/desk does not allow", "Sign as arn:aws:iam::123456789012:user/admin"}},
		{"forger", advised{"GET /rest-iam/users", 403, "The signature is refused: ", "Sign with the caller's own secret, for execute-api in us-east-1"}},
		{"nobody", advised{"GET /rest-iam/users", 403, "The signature is refused: ", "Sign as arn:aws:iam::123456789012:user/admin (AKIALOCALADMIN000001) and arn:aws:sts::"}},
		{"lapsed", advised{"GET /rest-iam/users", 403, "The signature is refused: ", "with the session token that belongs to temporary credentials"}},
		{"sender", advised{"GET /websocket/@connections/abc", 400, "\"abc\" is no id of a connection", "requestContext.connectionId"}},
		{"sender", advised{"GET /websocket/@connections/AAAAAAAAAAAAAAA=", 410, "No connection is open that has the id", "the client has gone, or was never there"}},
		{"sender", advised{"POST /websocket/@connections/AAAAAAAAAAAAAAA=\n\n" + strings.Repeat("x", 128<<10+1), 413, "The message is larger than 128 KB", "Send at most 128 KB"}},
	} {
		head, body, _ := strings.Cut(test.request, "\n\n")
		method, path, _ := strings.Cut(head, " ")
		request, err := http.NewRequest(method, d.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		hash := sha256.Sum256([]byte(body))
		if err := v4.NewSigner().SignHTTP(t.Context(), callers[test.caller], request, hex.EncodeToString(hash[:]), "execute-api", "us-east-1", time.Now()); err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		s.requireSaid(t, test.advised)
	}
}

// TestAdviceOfMessages: the same of messages.
func TestAdviceOfMessages(t *testing.T) {
	t.Chdir(t.TempDir())
	orders := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if event, _ := io.ReadAll(r.Body); strings.Contains(string(event), "refuse") {
			fmt.Fprint(w, `{"statusCode":404}`)
			return
		}
		fmt.Fprint(w, `{"statusCode":200,"body":"done"}`)
	}))
	defer orders.Close()
	write(t, "contract.yaml", strings.Replace(socketsContract("refuse"), "    $default: {function: orders, security: [], reply: {}}\n",
		"    fits: {function: orders, security: [], reply: {}, message: {type: object, required: [action], properties: {action: {type: string}, size: {type: integer}}}}\n", 1))
	write(t, "sockets.yaml", socketsMode)
	d := start(t, desk.Config{Contract: "contract.yaml", Modes: []string{"sockets.yaml"}, Functions: []desk.Function{{Name: "orders", Where: orders.URL}}})
	c := connect(t, d, "sockets")
	s := follow(t, d, "")
	for _, test := range []advised{
		{`{"action":"nothing"}`, 403, `No route is for messages by which $request.body.action is "nothing"; there are fits, refuse.`, "Send a message in which $request.body.action is the key of a route"},
		{`{"action":"fits","size":"x"}`, 400, "/size: instance type (string)", "Correct the message at /size, or the schema of fits in contract.yaml."},
		{`{"action":"refuse"}`, 502, "The function orders answers 404", "The function decides that: its log has the call"},
	} {
		c.say(t, test.request)
		c.hears(t, "{")
		s.requireSaid(t, test)
	}
}
