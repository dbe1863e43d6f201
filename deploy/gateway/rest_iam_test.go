package gateway_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const iamModeText = `name: test
gateway: REST
authorization: AWS_IAM
requestValidation: {body: true}
localCallers:
  - accessKeyId: AKIAADMIN00000000000
    secretAccessKey: secret-of-the-admin
    arn: arn:aws:iam::123456789012:user/staff/admin
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: execute-api:Invoke, Resource: "arn:aws:execute-api:*:*:*/test/*"}]}
  - accessKeyId: ASIAREADER0000000000
    secretAccessKey: secret-of-the-reader
    sessionToken: session-of-the-reader
    arn: arn:aws:sts::123456789012:assumed-role/reader/desk
    policy:
      Version: "2012-10-17"
      Statement:
        - {Effect: Allow, Action: execute-api:Invoke, Resource: "arn:aws:execute-api:*:*:*/*/GET/*"}
        - {Effect: Deny, Action: execute-api:Invoke, Resource: "arn:aws:execute-api:*:*:*/*/GET/things/special"}
  - accessKeyId: AKIANOBODY0000000000
    secretAccessKey: secret-of-nobody
    arn: arn:aws:iam::123456789012:user/nobody
    policy: {Version: "2012-10-17", Statement: []}
`

// signing says who signs a request, and what is done to it before and after.
type signing struct {
	request         string // as in send
	key             string // access key id; "": nobody signs
	secret, session string
	region, service string // "": the right ones
	age             time.Duration
	presign         bool
	after           func(*http.Request)
}

// signed makes a request, and signs it.
func (s *stage) signed(t *testing.T, by signing) *http.Request {
	t.Helper()
	request, err := s.sign(by)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func (s *stage) sign(by signing) (*http.Request, error) {
	head, body, _ := strings.Cut(by.request, "\n\n")
	method, path, _ := strings.Cut(strings.Split(head, "\n")[0], " ")
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(body))
	hash := hex.EncodeToString(sum[:])
	credentials := aws.Credentials{AccessKeyID: by.key, SecretAccessKey: by.secret, SessionToken: by.session}
	region, service := "us-east-1", "execute-api"
	if by.region != "" {
		region = by.region
	}
	if by.service != "" {
		service = by.service
	}
	switch signer, when := v4.NewSigner(), s.now.Add(-by.age); {
	case by.key == "":
	case by.presign:
		uri, _, err := signer.PresignHTTP(context.Background(), credentials, request, hash, service, region, when)
		if err != nil {
			return nil, err
		}
		if request, err = http.NewRequest(method, uri, strings.NewReader(body)); err != nil {
			return nil, err
		}
	default:
		if err := signer.SignHTTP(context.Background(), credentials, request, hash, service, region, when); err != nil {
			return nil, err
		}
	}
	if by.after != nil {
		by.after(request)
	}
	return request, nil
}

func (s *stage) sendSigned(t *testing.T, by signing) answer {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(s.signed(t, by))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(bytes.TrimSpace(got))}
}

var (
	asAdmin  = signing{key: "AKIAADMIN00000000000", secret: "secret-of-the-admin"}
	asReader = signing{key: "ASIAREADER0000000000", secret: "secret-of-the-reader", session: "session-of-the-reader"}
)

func (by signing) to(request string) signing { by.request = request; return by }

func (by signing) but(change func(*signing)) signing { change(&by); return by }

func TestIAM(t *testing.T) {
	s := startStage(t, iamModeText, nil)
	const denied = `{"Message":"User: ARN is not authorized to perform: execute-api:Invoke on resource: RESOURCE"}`
	mismatch := `{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}`
	unknown := `{"message":"The security token included in the request is invalid."}`
	tests := []struct {
		name      string
		by        signing
		status    int
		body      string // ARN and RESOURCE stand for what is not compared; "": only the status
		errorType string
	}{
		{"admin", asAdmin.to("GET /test/things"), 200, "/things", ""},
		{"asAdmin, presigned", asAdmin.to("GET /test/things/7?x=y").but(func(b *signing) { b.presign = true }), 200, "/things/7", ""},
		{"asAdmin, body", asAdmin.to("POST /test/things\n\n{\"name\":\"a\"}"), 200, "/things", ""},
		{"asAdmin, odd path", asAdmin.to("GET /test/things/a%20b"), 200, "/things/a%20b", ""},
		{"reader reads", asReader.to("GET /test/things"), 200, "/things", ""},
		{"reader writes", asReader.to("DELETE /test/things/7"), 403, "", "AccessDeniedException"},
		{"reader is denied", asReader.to("GET /test/things/special"), 403, "", "AccessDeniedException"},
		{"nobody", signing{key: "AKIANOBODY0000000000", secret: "secret-of-nobody"}.to("GET /test/things"), 403, "", "AccessDeniedException"},
		{"unsigned", signing{}.to("GET /test/things"), 403, `{"message":"Missing Authentication Token"}`, "MissingAuthenticationTokenException"},
		{"unsigned, public", signing{}.to("GET /test/open"), 200, "/open", ""},
		{"bearer", signing{}.to("GET /test/things").but(func(b *signing) {
			b.after = func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }
		}), 403, `{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'uTem/WB082UJMN2ajD6lH6UChGpTAddMJSx2iu923No='."}`, "IncompleteSignatureException"},
		{"wrong secret", asAdmin.to("GET /test/things").but(func(b *signing) { b.secret = "another-secret-x" }), 403, mismatch, "InvalidSignatureException"},
		{"unknown key", asAdmin.to("GET /test/things").but(func(b *signing) { b.key = "AKIAUNKNOWN000000000" }), 403, unknown, "UnrecognizedClientException"},
		{"no session token", asReader.to("GET /test/things").but(func(b *signing) { b.session = "" }), 403, unknown, "UnrecognizedClientException"},
		{"another session token", asReader.to("GET /test/things").but(func(b *signing) { b.session = "other" }), 403, unknown, "UnrecognizedClientException"},
		{"old", asAdmin.to("GET /test/things").but(func(b *signing) { b.age = 6 * time.Minute }), 403, "", "InvalidSignatureException"},
		{"early", asAdmin.to("GET /test/things").but(func(b *signing) { b.age = -6 * time.Minute }), 403, "", "InvalidSignatureException"},
		{"another region", asAdmin.to("GET /test/things").but(func(b *signing) { b.region = "eu-west-1" }), 403, "", "InvalidSignatureException"},
		{"another service", asAdmin.to("GET /test/things").but(func(b *signing) { b.service = "s3" }), 403, "", "InvalidSignatureException"},
		{"another body", asAdmin.to("POST /test/things\n\n{\"name\":\"a\"}").but(func(b *signing) {
			b.after = func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"name":"b"}`)) }
		}), 403, mismatch, "InvalidSignatureException"},
		{"another path", asAdmin.to("GET /test/things").but(func(b *signing) {
			b.after = func(r *http.Request) { r.URL.Path = "/test/things/7" }
		}), 403, mismatch, "InvalidSignatureException"},
		{"another method", asAdmin.to("GET /test/things/7").but(func(b *signing) { b.after = func(r *http.Request) { r.Method = "DELETE" } }), 403, mismatch, "InvalidSignatureException"},
		{"another query", asAdmin.to("GET /test/things?a=b").but(func(b *signing) { b.after = func(r *http.Request) { r.URL.RawQuery = "a=c" } }), 403, mismatch, "InvalidSignatureException"},
		{"another stage's path", asAdmin.to("GET /other/things"), 403, `{"message":"Forbidden"}`, "ForbiddenException"},
		{"bad body", asAdmin.to("POST /test/things\n\n{}"), 400, `{"message":"Invalid request body"}`, "BadRequestException"},
	}
	for _, test := range tests {
		calls := s.things.calls()
		got := s.sendSigned(t, test.by)
		if got.status != test.status || test.body != "" && got.body != test.body || got.header.Get("x-amzn-ErrorType") != test.errorType {
			t.Errorf("%s: %s\n got %d %s %s\nwant %d %s %s", test.name, test.by.request, got.status, got.header.Get("x-amzn-ErrorType"), got.body, test.status, test.errorType, test.body)
		}
		if called := s.things.calls() > calls; called != (test.status == 200) {
			t.Errorf("%s: the function was called: %v", test.name, called)
		}
		if test.errorType == "AccessDeniedException" {
			arn := map[string]string{asReader.key: "arn:aws:sts::123456789012:assumed-role/reader/desk"}[test.by.key]
			want := strings.Replace(denied, "ARN", arn, 1)
			want, _, _ = strings.Cut(want, "RESOURCE")
			if arn != "" && (!strings.HasPrefix(got.body, want) || strings.Contains(got.body, "explicit deny") != (test.name == "reader is denied")) {
				t.Errorf("%s: %s", test.name, got.body)
			}
		}
	}
}

// TestSignerInEvent: what the function gets to know of who signed.
func TestSignerInEvent(t *testing.T) {
	s := startStage(t, iamModeText, nil)
	for _, test := range []struct {
		by                  signing
		arn, account, start string
	}{
		{asAdmin, "arn:aws:iam::123456789012:user/staff/admin", "123456789012", "AIDA"},
		{asReader, "arn:aws:sts::123456789012:assumed-role/reader/desk", "123456789012", "AROA"},
	} {
		s.sendSigned(t, test.by.to("GET /test/things"))
		event := s.things.last(t)
		identity := member(t, event, "requestContext", "identity")
		id, _ := identity["user"].(string)
		if identity["userArn"] != test.arn || identity["accountId"] != test.account || identity["accessKey"] != test.by.key || identity["caller"] != id || !strings.HasPrefix(id, test.start) {
			t.Errorf("identity %v", identity)
		}
		if member(t, event, "requestContext")["authorizer"] != nil {
			t.Error("there is an authorizer")
		}
	}
}

// TestPolicyOfSigner: conditions on what IAM knows of the caller hold, and those on what it does not know do not.
func TestPolicyOfSigner(t *testing.T) {
	for condition, status := range map[string]int{
		`{StringEquals: {"aws:username": admin}}`:                                                200,
		`{StringEquals: {"aws:username": other}}`:                                                403,
		`{ArnLike: {"aws:PrincipalArn": "arn:aws:iam::123456789012:user/staff/*"}}`:              200,
		`{StringEquals: {"aws:PrincipalAccount": "123456789012"}}`:                               200,
		`{IpAddress: {"aws:SourceIp": 127.0.0.0/8}}`:                                             200,
		`{IpAddress: {"aws:SourceIp": 10.0.0.0/8}}`:                                              403,
		`{StringEquals: {"aws:PrincipalTag/team": a}}`:                                           403,
		`{DateLessThan: {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}`:                            403,
		`{StringLike: {"aws:userid": "AIDA*"}, Bool: {"aws:SecureTransport": "true"}}`:           200,
		`{StringEquals: {"aws:PrincipalArn": "arn:aws:iam::123456789012:user/staff/ADMIN"}}`:     403,
		`{"ForAllValues:StringEquals": {"aws:username": other}, "Unknown": {"aws:username": x}}`: 403,
	} {
		text := strings.Replace(iamModeText, `Resource: "arn:aws:execute-api:*:*:*/test/*"}`, `Resource: "*", Condition: `+condition+`}`, 1)
		s := startStage(t, text, nil)
		if got := s.sendSigned(t, asAdmin.to("GET /test/things")); got.status != status {
			t.Errorf("%s: %d %s, want %d", condition, got.status, got.body, status)
		}
	}
}

// TestPolicyOfRole: aws:PrincipalArn is the role's, whatever its session is called
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn).
func TestPolicyOfRole(t *testing.T) {
	for condition, status := range map[string]int{
		`{ArnEquals: {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/reader"}}`:                         200,
		`{ArnEquals: {"aws:PrincipalArn": "arn:aws:sts::123456789012:assumed-role/reader/desk"}}`:            403,
		`{ArnNotEquals: {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/reader"}}`:                      403,
		`{StringLike: {"aws:userid": "AROA*:desk"}, StringEquals: {"aws:PrincipalAccount": "123456789012"}}`: 200,
		`{StringLike: {"aws:username": "*"}}`:                                                                403,
	} {
		text := strings.Replace(iamModeText, `Resource: "arn:aws:execute-api:*:*:*/*/GET/*"}`, `Resource: "*", Condition: `+condition+`}`, 1)
		s := startStage(t, text, nil)
		if got := s.sendSigned(t, asReader.to("GET /test/things")); got.status != status {
			t.Errorf("%s: %d %s, want %d", condition, got.status, got.body, status)
		}
	}
}

// TestIAMRegion: a signature is good in the API's region.
func TestIAMRegion(t *testing.T) {
	s := startStage(t, iamModeText, func(c *setting) { c.Region = "eu-west-1" })
	if got := s.sendSigned(t, asAdmin.to("GET /test/things")); got.status != 403 {
		t.Errorf("another region: %d", got.status)
	}
	if got := s.sendSigned(t, asAdmin.to("GET /test/things").but(func(b *signing) { b.region = "eu-west-1" })); got.status != 200 {
		t.Errorf("the region: %d %s", got.status, got.body)
	}
}
