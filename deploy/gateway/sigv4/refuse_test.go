package sigv4_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway/sigv4"
)

const mismatchText = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// TestAuthorizationThatIsNone: what API Gateway says of an Authorization header that holds no signature.
func TestAuthorizationThatIsNone(t *testing.T) {
	const (
		credential = "Authorization header requires 'Credential' parameter. "
		signature  = "Authorization header requires 'Signature' parameter. "
		headers    = "Authorization header requires 'SignedHeaders' parameter. "
		date       = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
		scheme     = "AWS4-HMAC-SHA256 "
		key        = "Credential=A/20111115/eu-west-1/execute-api/aws4_request"
	)
	hash := func(header string) string {
		sum := sha256.Sum256([]byte(header))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	noPair := func(header string) string {
		return "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '" + hash(header) + "'."
	}
	lacks := func(missing, header string) string {
		return missing + "(Hashed with SHA-256 and encoded with Base64) Authorization=" + hash(header)
	}
	tests := []struct{ header, date, message string }{
		{"Bearer x", "", noPair("Bearer x")},
		{"Bearer x", "20111115T200000Z", noPair("Bearer x")},
		{"Bearer x y=z", "", noPair("Bearer x y=z")},
		{"Bearer a=b c", "", noPair("Bearer a=b c")},
		{"Basic YQ==", "", lacks(credential+signature+headers+date, "Basic YQ==")},
		{"Basic YQ==", "20111115T200000Z", lacks(credential+signature+headers, "Basic YQ==")},
		{"eyJ0.eyJ1.c2ln", "", lacks(credential+signature+headers+date, "eyJ0.eyJ1.c2ln")},
		{"AWS4-HMAC-SHA256", "20111115T200000Z", lacks(credential+signature+headers, "AWS4-HMAC-SHA256")},
		{scheme + key, "20111115T200000Z", lacks(signature+headers, scheme+key)},
		{scheme + key + ", Signature=0", "20111115T200000Z", lacks(headers, scheme+key+", Signature=0")},
		{scheme + key + ", SignedHeaders=host", "20111115T200000Z", lacks(signature, scheme+key+", SignedHeaders=host")},
		{scheme + "SignedHeaders=host, Signature=0", "20111115T200000Z", lacks(credential, scheme+"SignedHeaders=host, Signature=0")},
		{scheme + key + ", SignedHeaders=host, Signature=0", "", lacks(date, scheme+key+", SignedHeaders=host, Signature=0")},
		{scheme + "Credential= A/20111115/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature=0", "20111115T200000Z",
			noPair(scheme + "Credential= A/20111115/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature=0")},
		{scheme + key + ", " + key + ", SignedHeaders=host, Signature=0", "20111115T200000Z", "Authorization header has a parameter more than once."},
		{scheme + key + ", SignedHeaders=host, Signature=0, Signature=1", "20111115T200000Z", "Authorization header has a parameter more than once."},
		{scheme + key + ", SignedHeaders=host, Signature=0, Other=1", "20111115T200000Z", "Authorization header has an unknown parameter."},
		{"AWS4-ECDSA-P256-SHA256 Credential=A/20111115/execute-api/aws4_request, SignedHeaders=host, Signature=0", "20111115T200000Z", "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."},
		{"aws4-hmac-sha256 " + key + ", SignedHeaders=host, Signature=0", "20111115T200000Z", "Unsupported AWS 'algorithm': 'aws4-hmac-sha256'."},
		{"eyJ0.eyJ1.c2ln " + key + ", SignedHeaders=host, Signature=0", "20111115T200000Z", "Unsupported AWS 'algorithm'."},
		{"AWS4-" + strings.Repeat("x", 36) + " " + key + ", SignedHeaders=host, Signature=0", "20111115T200000Z", "Unsupported AWS 'algorithm'."},
		{scheme + key + ", SignedHeaders=host, Signature=" + strings.Repeat("0", 10240), "20111115T200000Z", "The Authorization header is too long."},
	}
	for _, test := range tests {
		r := request(t, "GET /things\nAuthorization: "+test.header)
		if test.date != "" {
			r.Header.Set("X-Amz-Date", test.date)
		}
		_, err := onWire(t, r).verify(verifierAt(t, signedAt))
		for _, err := range []error{err, sigv4.CheckAuthorization(r.Header)} {
			if code, message := codeOf(t, err); code != sigv4.IncompleteSignature || message != test.message {
				t.Errorf("%.200s\n got %s: %s\nwant %s", test.header, code, message, test.message)
			}
			if err != nil && strings.Contains(err.Error(), test.header) {
				t.Errorf("the error quotes the header: %v", err)
			}
		}
	}
}

func TestCheckAuthorizationPasses(t *testing.T) {
	for _, header := range []http.Header{
		{},
		{"Authorization": {""}},
		{"Authorization": {"AWS4-HMAC-SHA256 Credential=A/1/2/3/4, SignedHeaders=host, Signature=0"}, "Date": {"Tue, 15 Nov 2011 20:00:00 GMT"}},
	} {
		if err := sigv4.CheckAuthorization(header); err != nil {
			t.Errorf("%v: %v", header, err)
		}
	}
}

// TestRefused edits a request that is signed well.
func TestRefused(t *testing.T) {
	const presigned = "GET /things?X-Amz-Expires=60"
	incomplete, invalid, client := sigv4.IncompleteSignature, sigv4.InvalidSignature, sigv4.UnrecognizedClient
	const invalidToken = "The security token included in the request is invalid."
	tests := []struct {
		name    string
		edit    func(r received)
		query   bool // the request is presigned
		key     string
		code    sigv4.Code
		message string
	}{
		{"no signature", func(r received) { r.Header.Del("Authorization") }, false, userKey, sigv4.MissingAuthenticationToken, "Missing Authentication Token"},
		{"two headers", func(r received) { r.Header.Add("Authorization", "Bearer x") }, false, userKey, incomplete, "A request has one Authorization header."},
		{"two headers, one empty", func(r received) { r.Header["Authorization"] = []string{"", "Bearer x"} }, false, userKey, incomplete, "A request has one Authorization header."},
		{"header and query", func(r received) { r.URL.RawQuery = "X-Amz-Signature=0" }, false, userKey, incomplete, "A request is signed in its Authorization header or in its query-string parameters, not in both."},
		{"query and header", func(r received) { r.Header.Set("Authorization", "Bearer x") }, true, userKey, incomplete, "A request is signed in its Authorization header or in its query-string parameters, not in both."},
		{"two dates", func(r received) { r.Header.Add("X-Amz-Date", "20111115T200000Z") }, false, userKey, incomplete, "A request has one date and one security token."},
		{"two tokens", func(r received) { r.Header.Add("X-Amz-Security-Token", sessionToken) }, false, sessionKey, incomplete, "A request has one date and one security token."},
		{"no date form", func(r received) { r.Header.Set("X-Amz-Date", "2011-11-15") }, false, userKey, incomplete, "Date must be in ISO-8601 'basic format'. Got '2011-11-15'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"parts of seconds", func(r received) { r.Header.Set("X-Amz-Date", "20111115T200000.5Z") }, false, userKey, incomplete, "Date must be in ISO-8601 'basic format'. Got '20111115T200000.5Z'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"a long date", func(r received) { r.Header.Set("X-Amz-Date", strings.Repeat("1", 99)) }, false, userKey, incomplete, "Date must be in ISO-8601 'basic format'. Got '" + strings.Repeat("1", 40) + "'. See http://en.wikipedia.org/wiki/ISO_8601"},
		// scope
		{"elements", edit("/20111115/", "/"), false, userKey, incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDUSER/eu-west-1/execute-api/aws4_request'"},
		{"more elements", edit("AKIDUSER/", "AKID/USER/"), false, userKey, incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKID/USER/20111115/eu-west-1/execute-api/aws4_request'"},
		{"region", edit("eu-west-1", "x"), false, userKey, invalid, "Credential should be scoped to a valid region, not 'x'."},
		{"service", edit("execute-api", "s3"), false, userKey, invalid, "Credential should be scoped to correct service: 'execute-api'."},
		{"terminator", edit("aws4_request", "aws5"), false, userKey, invalid, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'."},
		{"region and service", edit("eu-west-1/execute-api", "x/s3"), false, userKey, invalid, "Credential should be scoped to a valid region, not 'x'. Credential should be scoped to correct service: 'execute-api'."},
		{"day", edit("20111115", "20111114"), false, userKey, invalid, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20111114' != '20111115', from '20111115T200000Z'."},
		{"day of a query", edit("%2F20111115%2F", "%2F20111114%2F"), true, userKey, invalid, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20111114' != '20111115', from '20111115T200000Z'."},
		// signed headers
		{"host not signed", edit("=content-length;host;", "=content-length;"), false, userKey, invalid, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"no headers signed", edit("SignedHeaders=content-length;host;x-amz-date;x-custom", "SignedHeaders="), false, userKey, invalid, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"x-amz not signed", func(r received) { r.Header.Set("X-Amz-Meta", "a") }, false, userKey, invalid, "'x-amz-meta' must be a 'SignedHeader' in the AWS Authorization."},
		{"x-amz not signed, presigned", func(r received) { r.Header.Set("X-Amz-Meta", "a") }, true, userKey, invalid, "'x-amz-meta' must be a 'SignedHeader' in the AWS Authorization."},
		{"header gone", func(r received) { r.Header.Del("X-Custom") }, false, userKey, incomplete, "'x-custom' is named as a SignedHeader, but it does not exist in the HTTP request."},
		{"host gone", func(r received) { r.Host = "" }, false, userKey, incomplete, "'host' is named as a SignedHeader, but it does not exist in the HTTP request."},
		{"length gone", func(r received) { r.Header.Del("Content-Length"); r.ContentLength = -1 }, false, userKey, incomplete, "'content-length' is named as a SignedHeader, but it does not exist in the HTTP request."},
		{"header no longer signed", edit(";x-custom", ""), false, userKey, invalid, mismatchText},
		{"header twice", func(r received) { r.Header.Add("X-Custom", "b") }, false, userKey, invalid, mismatchText},
		{"not in order", edit("host;x-amz-date", "x-amz-date;host"), false, userKey, invalid, mismatchText},
		{"upper case", edit("x-custom", "X-Custom"), false, userKey, invalid, mismatchText},
		{"named twice", edit("x-custom", "x-custom;x-custom"), false, userKey, invalid, mismatchText},
		{"too many headers", edit("x-custom", "x-custom"+strings.Repeat(";y", 100)), false, userKey, incomplete, "Too many headers are signed."},
		// tokens
		{"unknown key", edit("AKIDUSER", "AKIDOTHER"), false, userKey, client, invalidToken},
		{"no key", edit("AKIDUSER", ""), false, userKey, client, invalidToken},
		{"zero credentials", edit("AKIDUSER", "AKIDZERO"), false, userKey, client, invalidToken},
		{"session without token", edit("AKIDUSER", sessionKey), false, userKey, client, invalidToken},
		{"user with token", edit(sessionKey, "AKIDUSER"), false, sessionKey, client, invalidToken},
		{"wrong token", func(r received) { r.Header.Set("X-Amz-Security-Token", sessionToken+"x") }, false, sessionKey, client, invalidToken},
		{"wrong token in query", edit("X-Amz-Security-Token=F", "X-Amz-Security-Token=f"), true, sessionKey, client, invalidToken},
		{"token of a query in the header", func(r received) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "X-Amz-Security-Token=", "X-Amz-Other=", 1)
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "=host", "=host%3Bx-amz-security-token", 1)
			r.Header.Set("X-Amz-Security-Token", sessionToken)
		}, true, sessionKey, client, invalidToken},
		{"session over", func(received) {}, false, expiredKey, sigv4.ExpiredToken, "The security token included in the request is expired"},
		{"session over, presigned", func(received) {}, true, expiredKey, sigv4.ExpiredToken, "The security token included in the request is expired"},
		// signature
		{"empty", func(r received) {
			r.Header.Set("Authorization", r.Header.Get("Authorization")[:strings.Index(r.Header.Get("Authorization"), "Signature=")+10])
		}, false, userKey, invalid, mismatchText},
		{"upper-case hex", func(r received) {
			head, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
			r.Header.Set("Authorization", head+"Signature="+strings.ToUpper(signature))
		}, false, userKey, invalid, mismatchText},
		{"other date", func(r received) { r.Header.Set("X-Amz-Date", "20111115T200001Z") }, false, userKey, invalid, mismatchText},
		{"malformed escape", func(r received) { r.URL.RawQuery = "a=%zz" }, false, userKey, invalid, mismatchText},
		{"expires changed", edit("X-Amz-Expires=60", "X-Amz-Expires=61"), true, userKey, invalid, mismatchText},
		{"parameter added", edit("X-Amz-Algorithm", "a=b&X-Amz-Algorithm"), true, userKey, invalid, mismatchText},
		// presigned queries
		{"much missing", func(r received) { r.URL.RawQuery = "X-Amz-Signature=0" }, true, userKey, incomplete, "AWS query-string parameters must include 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-SignedHeaders'. Re-examine the query-string parameters."},
		{"signature missing", edit("X-Amz-Signature", "X-Amz-Other"), true, userKey, incomplete, "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters."},
		{"parameter twice", edit("X-Amz-Algorithm", "X-Amz-Expires=60&X-Amz-Algorithm"), true, userKey, incomplete, "The query-string parameter 'X-Amz-Expires' is there more than once."},
		{"algorithm", edit("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), true, userKey, incomplete, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."},
		{"expires 0", edit("Expires=60", "Expires=0"), true, userKey, incomplete, "X-Amz-Expires must be a number of seconds from 1 to 604800."},
		{"expires empty", edit("Expires=60", "Expires="), true, userKey, incomplete, "X-Amz-Expires must be a number of seconds from 1 to 604800."},
		{"expires negative", edit("Expires=60", "Expires=-60"), true, userKey, incomplete, "X-Amz-Expires must be a number of seconds from 1 to 604800."},
		{"expires too long", edit("Expires=60", "Expires=604801"), true, userKey, incomplete, "X-Amz-Expires must be a number of seconds from 1 to 604800."},
		{"date in the other form", edit("Date=20111115T200000Z", "Date=Tue,+15+Nov+2011+20:00:00+GMT"), true, userKey, incomplete, "Date must be in ISO-8601 'basic format'. Got 'Tue, 15 Nov 2011 20:00:00 GMT'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"long query", func(r received) { r.URL.RawQuery = strings.Repeat("a", 10241) }, false, userKey, incomplete, "The query-string is too long."},
		{"many parameters", func(r received) { r.URL.RawQuery = strings.Repeat("a&", 1000) }, false, userKey, incomplete, "The query-string has too many parameters."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := received{}
			if test.query {
				r = presign(t, request(t, presigned), test.key, signedAt)
			} else {
				r = signHeader(t, request(t, "POST /things\nX-Custom: a\n\nbody"), test.key, signedAt)
			}
			if _, err := r.verify(verifierAt(t, signedAt)); err != nil && test.key != expiredKey {
				t.Fatal("before the edit:", err)
			}
			test.edit(r)
			_, err := r.verify(verifierAt(t, signedAt))
			if code, message := codeOf(t, err); code != test.code || message != test.message {
				t.Errorf("got %s: %s\nwant %s: %s", code, message, test.code, test.message)
			}
		})
	}
}

// edit replaces text in the signature, in the header or the query.
func edit(from, to string) func(received) {
	return func(r received) {
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, from, to, 1)
		if header := r.Header.Get("Authorization"); header != "" {
			r.Header.Set("Authorization", strings.Replace(header, from, to, 1))
		}
	}
}

func TestClock(t *testing.T) {
	const header, query, asHeader = "GET /", "GET /?X-Amz-Expires=3600", "GET / presigned"
	tests := []struct {
		request string
		later   time.Duration // the clock's, against the signature's
		message string
	}{
		{header, 0, ""},
		{header, 5 * time.Minute, ""},
		{header, 5*time.Minute + 999*time.Millisecond, ""},
		{header, 25 * time.Minute, "Signature expired: 20111115T200000Z is now earlier than 20111115T202000Z (20111115T202500Z - 5 min.)"},
		{header, 5*time.Minute + time.Second, "Signature expired: 20111115T200000Z is now earlier than 20111115T200001Z (20111115T200501Z - 5 min.)"},
		{header, -5 * time.Minute, ""},
		{header, -5*time.Minute - time.Second, "Signature not yet current: 20111115T200000Z is still later than 20111115T195959Z (20111115T195459Z + 5 min.)"},
		{asHeader, 5 * time.Minute, ""},
		{asHeader, 25 * time.Minute, "Signature expired: 20111115T200000Z is now earlier than 20111115T202000Z (20111115T202500Z - 5 min.)"},
		{query, 25 * time.Minute, ""},
		{query, time.Hour, ""},
		{query, time.Hour + time.Second, "Signature expired: 20111115T210000Z is now earlier than 20111115T210001Z (20111115T200000Z + 3600 s)"},
		{query, -time.Hour, "Signature not yet current: 20111115T200000Z is still later than 20111115T190500Z (20111115T190000Z + 5 min.)"},
		{"GET /?X-Amz-Expires=604800", 7 * 24 * time.Hour, ""},
	}
	for _, test := range tests {
		line, presigned := strings.CutSuffix(test.request, " presigned")
		r := received{}
		if presigned || line != header {
			r = presign(t, request(t, line), userKey, signedAt)
		} else {
			r = signHeader(t, request(t, line), userKey, signedAt)
		}
		signed, err := r.verify(verifierAt(t, signedAt.Add(test.later)))
		code, message := codeOf(t, err)
		if message != test.message || (code == sigv4.InvalidSignature) != (message != "") {
			t.Errorf("%s %v: got %s: %s, want %s", test.request, test.later, code, message, test.message)
		}
		if err == nil && (!signed.SignedAt.Equal(signedAt) || signed.Expires.Before(signedAt.Add(test.later.Truncate(time.Second)))) {
			t.Errorf("%s %v: %+v", test.request, test.later, signed)
		}
	}
}

func TestLongPath(t *testing.T) {
	r := signHeader(t, request(t, "GET /"+strings.Repeat("x", 10240)), userKey, signedAt)
	_, err := r.verify(verifierAt(t, signedAt))
	if code, message := codeOf(t, err); code != sigv4.IncompleteSignature || message != "The path is too long." {
		t.Error(code, message)
	}
}

func TestNewRefuses(t *testing.T) {
	for want, config := range map[string]sigv4.Config{
		"sigv4: Config.Region is empty": {Lookup: lookup},
		"sigv4: Config.Lookup is nil":   {Region: "eu-west-1"},
	} {
		if verifier, err := sigv4.New(config); verifier != nil || err == nil || err.Error() != want {
			t.Errorf("got %v, %v; want %s", verifier, err, want)
		}
	}
}
