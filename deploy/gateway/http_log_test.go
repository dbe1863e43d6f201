package gateway_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"portcullis/deploy/gateway"
)

// logFormat has every variable that an HTTP API's log may have and a desk knows.
const logFormat = `accessLogFormat: '{"id":"$context.requestId","same":"$context.extendedRequestId","route":"$context.routeKey","path":"$context.path","status":"$context.status","method":"$context.httpMethod",` +
	`"error":"$context.error.message","quoted":$context.error.messageString,"type":"$context.error.responseType","authorizer":"$context.authorizer.error","principal":"$context.authorizer.principalId",` +
	`"number":"$context.authorizer.number","sub":"$context.authorizer.claims.sub","groups":"$context.authorizer.claims.groups","user":"$context.identity.userArn","caller":"$context.identity.caller","account":"$context.identity.accountId",` +
	`"integration":"$context.integrationStatus","lambda":"$context.integration.integrationStatus","answered":"$context.integration.status","failed":"$context.integrationErrorMessage","failure":"$context.integration.error",` +
	`"length":"$context.responseLength","stage":"$context.stage","org":"$context.identity.principalOrgId","cert":"$context.identity.clientCert.subjectDN"}'` + "\n"

func TestHTTPAccessLog(t *testing.T) {
	verifier := newVerifier(t)
	for _, test := range []struct {
		mode    string
		request string
		output  string // of the function; "": the route's key
		want    string // "name=value name=value"; what is not named is not looked at
	}{
		{httpModeText, "GET /test/things/7?x=y\nAuthorization: Bearer all", "", "route=GET·/things/{id} path=/test/things/7 status=200 method=GET error=- type=- authorizer=- principal=me number=7 integration=200 lambda=200 answered=200 failed=- length=16 stage=test org=- cert=- user=-"},
		{httpModeText, "GET /test/things\nAuthorization: Bearer all", `{"statusCode":418}`, "status=418 integration=200 lambda=200 answered=418"},
		{httpModeText, "GET /test/things\nAuthorization: Bearer all", `{"statusCode":"x"}`, `status=500 error=Internal·Server·Error type=INTEGRATION_FAILURE authorizer=- integration=200 answered=200 failed=statusCode·is·"x":·want·a·final·HTTP·status,·200·to·599`},
		{httpModeText, "GET /test/nowhere", "", "route=- status=404 error=Not·Found quoted=Not·Found type=RESOURCE_NOT_FOUND authorizer=- integration=-"},
		{httpModeText, "GET /test/things", "", "status=401 error=Unauthorized type=UNAUTHORIZED authorizer=not·called:·the·request·has·no·$request.header.Authorization principal=- integration=-"},
		{httpModeText, "GET /test/things\nAuthorization: Bearer deny", "", "status=403 error=Forbidden type=ACCESS_DENIED authorizer=Forbidden principal=me"},
		{httpModeText, "GET /test/things\nAuthorization: Bearer no-policy", "", "status=500 error=Internal·Server·Error type=AUTHORIZER_FAILURE authorizer=the·authorizer's·answer·has·no·policyDocument·with·a·statement"},
		{jwtMode, "GET /test/things\nAuthorization: Bearer " + verifier.sign("things/read"), "", "status=200 sub=me authorizer=- groups=-"},
		{jwtMode, "GET /test/things\nAuthorization: nonsense", "", "status=401 authorizer=token-malformed"},
		{jwtMode, "GET /test/things\nAuthorization: Bearer " + verifier.sign(), "", "status=403 authorizer=expected·scopes:·[things/read] sub=-"},
	} {
		var log bytes.Buffer
		s := newHTTPStage(t, test.mode+logFormat, func(c *setting) { c.AccessLog, c.Tokens = &log, verifier })
		if test.output != "" {
			s.things.code = func([]byte) (string, error) { return test.output, nil }
		}
		got := s.send(t, test.request)
		var line map[string]string
		if err := json.Unmarshal(log.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v", log.String(), err)
		}
		if id := got.header.Get("apigw-requestid"); line["id"] != id || line["same"] != id {
			t.Errorf("ids %s and %s, want %s", line["id"], line["same"], id)
		}
		for pair := range strings.FieldsSeq(test.want) {
			name, value, _ := strings.Cut(pair, "=")
			if value = strings.ReplaceAll(value, "·", " "); line[name] != value {
				t.Errorf("%.60s: %s is %q, want %q", test.request, name, line[name], value)
			}
		}
	}
}

// TestHTTPAccessLogSigner: who signed is known to logs.
func TestHTTPAccessLogSigner(t *testing.T) {
	var log bytes.Buffer
	s := newHTTPStage(t, httpIAMMode+logFormat, func(c *setting) { c.AccessLog = &log })
	s.sendSigned(t, asAdmin.to("GET /test/things"))
	if line := log.String(); !strings.Contains(line, `"user":"arn:aws:iam::123456789012:user/staff/admin","caller":"AIDA`) || !strings.Contains(line, `"account":"123456789012"`) {
		t.Errorf("line %s", line)
	}
	log.Reset()
	s.sendSigned(t, asReader.to("POST /test/things\n\n{}")) // that a policy denies is no error of an authorizer
	if line := log.String(); !strings.Contains(line, `"type":"ACCESS_DENIED","authorizer":"-"`) {
		t.Errorf("line %s", line)
	}
}

// TestHTTPLogKeepsSecrets: an authorizer that repeats a credential does not get it into a log or a trace.
func TestHTTPLogKeepsSecrets(t *testing.T) {
	const secret = "a-very-secret-token"
	var log bytes.Buffer
	var traces []*gateway.Trace
	s := newHTTPStage(t, httpModeText+logFormat, func(c *setting) {
		c.AccessLog, c.Traces = &log, func(t *gateway.Trace) { traces = append(traces, t) }
	})
	s.token.code = func([]byte) (string, error) { return `{"principalId":"me","` + secret + `":1}`, nil }
	s.send(t, "GET /test/things?token="+secret+"\nAuthorization: Bearer "+secret)
	told, _ := json.Marshal(traces)
	if strings.Contains(log.String(), secret) || strings.Contains(string(told), secret) || !strings.Contains(log.String(), "is no member of it") {
		t.Errorf("log %s\ntrace %s", log.String(), told)
	}
}

func TestHTTPTrace(t *testing.T) {
	verifier := newVerifier(t)
	for _, test := range []struct {
		mode, request string
		want          []string // parts of the trace's JSON
	}{
		{httpModeText, "GET /test/things/7\nAuthorization: Bearer things", []string{`"route":"GET /things/{id}","parameters":{"id":"7"},"authorizer":{"type":"REQUEST","function":"token","cached":false,"event":{`, `"decision":"allow"`, `"integration":{"function":"things"`, `"status":200`}},
		{httpModeText, "GET /test/things\nAuthorization: Bearer deny", []string{`"decision":"deny","reason":"denied"`, `"status":403,"responseType":"ACCESS_DENIED"`}},
		{httpModeText, "GET /test/things", []string{`not called`, `"status":401`}},
		{httpModeText + "throttle: {rateLimit: 0, burstLimit: 0}\n", "GET /test/open", []string{`"throttle":"the limit`, `"status":429`}},
		{jwtMode, "GET /test/things", []string{`"authorizer":{"type":"JWT","cached":false,"error":"there is no token"`}},
		{jwtMode, "GET /test/things\nAuthorization: nonsense", []string{`"error":"token-malformed"`}},
		{jwtMode, "GET /test/things\nAuthorization: Bearer " + verifier.sign(), []string{`"error":"expected scopes: [things/read]"`, `"status":403`}},
		{httpIAMMode, "GET /test/things", []string{`"signature":{"error":"`, `"status":403`}},
	} {
		s := newHTTPStage(t, test.mode, func(c *setting) { c.ShowTrace, c.Tokens = true, verifier })
		trace := s.send(t, test.request+"\nX-Portcullis-Trace: 1").header.Get("X-Portcullis-Trace")
		for _, part := range test.want {
			if !strings.Contains(trace, part) {
				t.Errorf("%.60s: trace %s, want %s", test.request, trace, part)
			}
		}
	}
}
